"""What a file system promises, and what has to be asked of it: locks, and data that stay."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: processes there are not kept apart
    fcntl = None  # type: ignore[assignment]


@contextmanager
def locked(folder: Path, *, shared: bool = False, wait: bool = True) -> Iterator[None]:
    """Hold a lock on a folder; it ends with the block, or with the process, however that ends.

    Where the system knows no locks, nobody waits for anybody.

    :param shared: whether others may hold it as well, if they share it
    :param wait: whether to wait for it
    :raises OSError: if it is not to be had at once, and ``wait`` is false
    """
    if fcntl is None:
        if not wait:
            raise OSError("this system cannot lock folders")
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        mode = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        if wait:
            with suppress(OSError):  # a network file system without locks
                fcntl.flock(handle, mode)
        else:
            fcntl.flock(handle, mode | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)


def flush_tree(folder: Path) -> None:
    """Wait until the disk holds everything in a folder."""
    for path in folder.rglob("*"):
        flush(path)
    flush(folder)


def flush(path: Path) -> None:
    """Wait until the disk holds a file, or the names in a folder."""
    if os.name == "nt" and path.is_dir():
        return  # Windows cannot open folders, and does not need to
    handle = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
