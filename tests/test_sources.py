from __future__ import annotations

import re
from pathlib import Path

import pytest

from kgrec import sources
from kgrec.sources import code_version


def test_the_version_ends_in_a_hash() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+\+[0-9a-f]{12}", code_version())


def test_a_changed_line_or_name_is_another_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = tmp_path / "sources.py"
    monkeypatch.setattr(sources, "__file__", str(module))
    found = set()
    for name, text in (("a.py", "x = 1"), ("a.py", "x = 2"), ("b.py", "x = 2")):
        for old in tmp_path.glob("*.py"):
            old.unlink()
        (tmp_path / name).write_text(text)
        found.add(code_version.__wrapped__())
    assert len(found) == 3
