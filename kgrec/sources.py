"""Which kgrec this is, to the letter: what another code has made is not to be taken for its own."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path

_LENGTH = 12


@cache
def code_version() -> str:
    """The version with a hash of all sources, ``"0.1.0+4f2a…"``: a checkout changes without one."""
    root = Path(__file__).parent
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return f"{version('kgrec')}+{digest.hexdigest()[:_LENGTH]}"
