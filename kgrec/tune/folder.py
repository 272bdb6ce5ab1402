"""The folder of a study: ``study.db``, ``best.toml`` and ``study.html``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from kgrec.data.atomic import replaced_file
from kgrec.data.disk import locked
from kgrec.errors import RunError

DATABASE, BEST, PAGE = "study.db", "best.toml", "study.html"


@contextmanager
def held_folder(folder: Path) -> Iterator[Path]:
    """Make the folder of a study, or take an earlier one, for this process alone.

    :raises RunError: if it holds something else, or another process works on it
    """
    if folder.exists() and not _may_hold_study(folder):
        raise RunError(
            f"{folder}: this is not a study and stays as it is; choose another place, or delete it "
            "first."
        )
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as held:
        try:
            held.enter_context(locked(folder, wait=False))
        except BlockingIOError:
            raise RunError(
                f"{folder}: another process is tuning here; wait for it, or choose another place."
            ) from None
        yield folder


def write_text(path: Path, text: str) -> None:
    """Write a file, whole or not at all."""
    with replaced_file(path) as fresh:
        fresh.write_text(text, encoding="utf-8")


def _may_hold_study(folder: Path) -> bool:
    return folder.is_dir() and ((folder / DATABASE).is_file() or not any(folder.iterdir()))
