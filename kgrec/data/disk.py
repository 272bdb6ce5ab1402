"""What a file system promises, and what has to be asked of it: locks, and data that stay."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

try:
    import fcntl
except ImportError:  # Windows: processes there are not kept apart
    fcntl = None  # type: ignore[assignment]


@contextmanager
def locked(folder: Path, *, shared: bool = False, wait: bool = True) -> Iterator[bool]:
    """Hold a lock on a folder or a file; it ends with the block, or with the process.

    Where the system has no locks for it, nobody waits for anybody.

    :param shared: whether others may hold it as well, if they share it
    :param wait: whether to wait for it
    :return: whether it is held; no: there are no locks here, and nobody is kept apart
    :raises BlockingIOError: if somebody else holds it, and ``wait`` is false
    """
    with ExitStack() as held:
        yield _lock(folder, shared, wait, held)


def _lock(folder: Path, shared: bool, wait: bool, held: ExitStack) -> bool:
    """Open and lock a folder; closing it, when ``held`` ends, lets go of the lock."""
    if fcntl is None:
        return False
    mode = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    try:
        handle = os.open(folder, os.O_RDONLY)
        held.callback(os.close, handle)
        fcntl.flock(handle, mode | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        raise
    except OSError:
        return False
    return True


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


def write_json(path: Path, tree: Any) -> None:
    """Write JSON that a person can read."""
    path.write_text(json.dumps(tree, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
