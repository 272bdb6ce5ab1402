"""What users did since the graph was made that is served."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self

from kgrec.graph.versions.times import later
from kgrec.serve.journal import Acted


@dataclass(frozen=True)
class Pending:
    """Events that are counted in lists and not yet in the graph; nothing of it changes.

    :ivar folded: so many events of the journal are in the graph already
    :ivar events: those after them, in the order in which they came
    """

    folded: int = 0
    events: tuple[Acted, ...] = ()
    _by_user: Mapping[str, tuple[Acted, ...]] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """Events in the journal."""
        return self.folded + len(self.events)

    def of(self, user: str) -> tuple[Acted, ...]:
        """What a user did."""
        return self._by_user.get(user, ())

    def plus(self, events: Iterable[Acted]) -> Self:
        """With further events."""
        events = tuple(events)
        by_user = dict(self._by_user)
        for event in events:
            by_user[event.user] = (*by_user.get(event.user, ()), event)
        return type(self)(self.folded, self.events + events, by_user)


def times(events: Iterable[Acted]) -> dict[str, int | None]:
    """The last time of each item; ``None``: no event of it has a time."""
    found: dict[str, int | None] = {}
    for event in events:
        found[event.item] = later(found.get(event.item), event.timestamp)
    return found
