"""Folders that are there as a whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from pathlib import Path

from kgrec.data.disk import flush, flush_tree, locked
from kgrec.errors import DataError

_NEW, _OLD, _SUFFIX = "new", "old", ".writing"


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

    What stood there stays untouched until everything is written, and safe from a loss of power; a
    failure leaves it as it was. Of several writers at once the last one wins. A process that is
    killed between the two renames leaves the earlier folder beside its place: :func:`kept_still`
    and the next writer put it back.
    """
    folder = Path(folder).absolute()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _workplace(folder) as work:
        fresh = work / _NEW
        fresh.mkdir()
        yield fresh
        flush_tree(fresh)
        with locked(folder.parent):
            _put_back(folder)
            _exchange(folder, work)
            flush(folder.parent)


@contextmanager
def kept_still(folder: Path) -> Iterator[None]:
    """Keep writers from replacing ``folder`` while it is read, so that all of its files match."""
    folder = Path(folder).absolute()
    if not folder.exists() and folder.parent.is_dir():
        with locked(folder.parent):
            _put_back(folder)
    # Not asked whether the folder exists: between two renames of a writer it does not.
    with locked(folder.parent, shared=True) if folder.parent.is_dir() else nullcontext():
        yield


@contextmanager
def _workplace(folder: Path) -> Iterator[Path]:
    """A folder beside ``folder`` that belongs to this writer, after those of dead ones are gone."""
    prefix = f".{folder.name}."
    with ExitStack() as held:
        # A writer locks its workplace before anybody can take it for that of a dead one.
        with locked(folder.parent):
            _put_back(folder)
            _clear(folder)
            work = Path(tempfile.mkdtemp(prefix=prefix, suffix=_SUFFIX, dir=folder.parent))
            held.enter_context(locked(work))
        try:
            yield work
        finally:
            shutil.rmtree(work, ignore_errors=True)


def _workplaces(folder: Path) -> list[Path]:
    prefix = f".{folder.name}."
    return [
        path
        for path in sorted(folder.parent.iterdir())
        if path.name.startswith(prefix) and path.name.endswith(_SUFFIX)
    ]


def _put_back(folder: Path) -> None:
    """Undo half an exchange; the caller holds the lock, so that whoever began it is dead."""
    if folder.exists():
        return
    for work in _workplaces(folder):
        if (work / _OLD).exists():
            (work / _OLD).rename(folder)
            flush(folder.parent)
            return


def _clear(folder: Path) -> None:
    """Delete what dead writers left; the caller holds the lock of the parent."""
    for work in _workplaces(folder):
        with suppress(BlockingIOError), locked(work, wait=False) as held:
            if held:  # else there are no locks here, and its writer may live
                shutil.rmtree(work, ignore_errors=True)


def _exchange(folder: Path, work: Path) -> None:
    # Of an ``old`` beside a missing folder there must be one only: the one to put back.
    for other in _workplaces(folder):
        shutil.rmtree(other / _OLD, ignore_errors=True)
    if folder.exists():
        folder.rename(work / _OLD)
    try:
        (work / _NEW).rename(folder)
    except BaseException:
        _put_back(folder)
        raise


@contextmanager
def replaced_file(path: Path) -> Iterator[Path]:
    """Give a temporary sibling to write, which takes the place of ``path`` at the end.

    What stood there stays untouched until everything is written; a failure leaves it as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # The same ending: libraries look at it, for instance to compress.
    handle, name = tempfile.mkstemp(prefix=f".{path.stem}.", suffix=path.suffix, dir=path.parent)
    os.close(handle)
    fresh = Path(name)
    try:
        yield fresh
        with fresh.open("rb") as written:
            os.fsync(written.fileno())
        fresh.chmod(0o666 & ~_umask())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
