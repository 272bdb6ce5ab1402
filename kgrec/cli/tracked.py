"""Progress on the screen, and in a tracker where one is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kgrec.cli.output import warn
from kgrec.cli.quiet import console_progress

if TYPE_CHECKING:
    from kgrec.callbacks import Progress
    from kgrec.config import Config


@contextmanager
def tracked(address: str | None, config: Config) -> Iterator[Progress]:
    """Follow a run: bars on stderr, and what ``--track`` says.

    :param address: of a tracker; ``None``: without
    :raises ConfigError: if the address is none
    """

    if address is None:
        yield console_progress()
        return
    from kgrec.tracking import Several, open_tracker

    with open_tracker(address, warn=warn) as tracker:
        tracker.start(config.model_dump())
        yield Several(console_progress(), tracker)
