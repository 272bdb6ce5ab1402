"""Files that are there as a whole or not at all."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kgrec.errors import DataError


@contextmanager
def replaced_file(target: Path) -> Iterator[Path]:
    """Give a path to write to, which takes the place of ``target`` if the block ends well.

    :param target: a file, which may exist; its folder must exist
    :raises DataError: if it cannot be put there
    """
    target = Path(target)
    if target.is_dir():
        raise DataError("this is a folder", fix="give the name of a file", file=target)
    try:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as folder:
            fresh = Path(folder) / target.name
            yield fresh
            fresh.replace(target)
    except OSError as error:
        reason = error.strerror or str(error)
        raise DataError(
            f"the file cannot be written ({reason})", fix="choose another place", file=target
        ) from error
