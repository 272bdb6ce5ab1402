"""Folders that are there as a whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kgrec.errors import DataError


@contextmanager
def fresh_folder(target: Path) -> Iterator[Path]:
    """Fill a temporary folder, which becomes ``target`` if the block ends without an error.

    :param target: must not exist, or be an empty folder
    :raises DataError: if it holds anything, before or after the block
    """
    target = Path(target).absolute()
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise DataError("something is there already", fix="choose a new folder", file=target)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(
        dir=target.parent, prefix=f".{target.name}-", ignore_cleanup_errors=True
    ) as name:
        filled = Path(name) / "filled"
        filled.mkdir()
        yield filled
        try:
            if target.exists():
                target.rmdir()
            filled.rename(target)
        except OSError as error:  # for instance: another process was faster
            raise DataError(
                f"the folder cannot be put in place ({error.strerror})",
                fix="choose a new folder",
                file=target,
            ) from error


@contextmanager
def replaced_folder(folder: Path) -> Iterator[Path]:
    """Give a temporary sibling to write into, and put it in the place of ``folder`` at the end.

    What stood there stays untouched until everything is written; a failure leaves it as it was.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    fresh, old = work / "new", work / "old"
    fresh.mkdir()
    try:
        yield fresh
        if folder.exists():
            folder.rename(old)
        try:
            fresh.rename(folder)
        except BaseException:
            if old.exists():
                old.rename(folder)
            raise
    finally:
        shutil.rmtree(work, ignore_errors=True)
