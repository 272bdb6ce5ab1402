"""Events that come in: what is one, and what becomes of the rest."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from kgrec.serve.journal import Acted
from kgrec.serve.models import Event
from kgrec.serve.served import Served

_MOST_SECONDS = 2**36
"""The year 4147; milliseconds are beyond it since 1972."""
_TAG = re.compile(r"int|datetime|str|constrained-\w+|(tuple|function-after)\[.*")
"""Which of several types pydantic speaks of: no name of a field."""


def sorted_out(rows: Iterable[Any], served: Served) -> tuple[list[Acted], list[dict[str, Any]]]:
    """Events to take, and the rows that are refused.

    Where behaviour has times, an event without one happened now.

    :return: events; ``{"row", "reason"}``, rows counted from 0
    """
    taken: list[Acted] = []
    refused: list[dict[str, Any]] = []
    now = int(time.time()) if served.is_timed else None
    for number, row in enumerate(rows):
        try:
            taken.append(_acted(Event.model_validate(row), served, now))
        except ValidationError as error:
            refused.append({"row": number, "reason": in_words(error.errors()[0])})
        except ValueError as error:
            refused.append({"row": number, "reason": str(error)})
    return taken, refused


def in_words(error: Any) -> str:
    """What pydantic says, as a sentence about the field."""
    first, *rest = [
        str(part) for part in error["loc"] if part not in ("body", "query", "path")
    ] or [""]
    name = ".".join([first, *(part for part in rest if not _TAG.fullmatch(part))])
    what = error["msg"].removeprefix("Value error, ")
    what = what[:1].lower() + what[1:]
    return f"'{name}': {what}." if name else f"{what[:1].upper()}{what[1:]}."


def _acted(event: Event, served: Served, now: int | None) -> Acted:
    if event.item not in served.types:
        raise ValueError(f"There is no item '{event.item}' in the graph.")
    return Acted(event.user, event.item, _seconds(event.timestamp, now), event.weight)


def _seconds(time: int | datetime | None, now: int | None) -> int | None:
    if time is None:
        return now
    if isinstance(time, datetime):
        # As in tables: a time without a zone is UTC.
        zoned = time if time.tzinfo else time.replace(tzinfo=UTC)
        return int(zoned.timestamp() // 1)
    if abs(time) >= _MOST_SECONDS:
        raise ValueError("'timestamp': write seconds since 1970, not milliseconds.")
    return time
