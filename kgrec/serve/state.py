"""What is served now, and how it changes: events, a new version of the graph, a new run."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from threading import Lock

from kgrec.data.atomic import kept_still
from kgrec.errors import KgrecError
from kgrec.recommend import Recommender
from kgrec.serve.folding import folded
from kgrec.serve.journal import Acted, Journal
from kgrec.serve.pending import Pending
from kgrec.serve.served import Served, identity, run_name
from kgrec.serve.settings import Settings

_log = logging.getLogger("kgrec.serve")
_MOST_ACTED = 100_000
_REST = 3.0
"""After the graph was brought up to date, nothing is done to it for so many times as long."""


@dataclass(frozen=True)
class Now:
    """What is served at a moment: both parts belong together, and neither changes.

    :ivar number: how many times something else was served before
    """

    served: Served
    pending: Pending
    number: int = 0


class State:
    """Holds what is served; requests read :attr:`now` once and go by it.

    :param settings: of the service
    :ivar now: what is served
    :ivar acted: users for whom the background may make an answer anew, no more than it prepares
    :raises RunError: if the run or the journal cannot be read
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._lock = Lock()
        most = settings.prepare if settings.prepare >= 0 else _MOST_ACTED
        self.acted: deque[str] = deque(maxlen=most)
        self.journal = Journal(settings.journal)
        try:
            self._seen = identity(settings.run)
            self.now = self._load(self.journal.read())
        except BaseException:
            self.journal.close()
            raise
        self._waiting_since: float | None = None
        self._rests_until = 0.0

    def close(self) -> None:
        """Let go of the journal."""
        self.journal.close()

    def accept(self, events: Iterable[Acted]) -> None:
        """Take events; when this returns they are on the disk and count in lists.

        So they do in the reasons of a linear model. Those of a deep one lie in the graph: until it
        has the events, soon afterwards, who acted is told of popularity and the rest alone.

        :raises OSError: if they cannot be written; then none counts
        """
        events = tuple(events)
        with self._lock:
            self.journal.append(events)
            # From here on nothing may fail: who is told of an error sends the events again.
            self.now = replace(self.now, pending=self.now.pending.plus(events))
            if events and self._waiting_since is None:
                self._waiting_since = time.monotonic()
            self.acted.extend(dict.fromkeys(event.user for event in events))

    def fold_if_due(self) -> bool:
        """Bring the graph up to date where enough events wait, or wait long; says whether."""
        now, begun = self.now, time.monotonic()
        if not self._is_due(now, begun):
            return False
        # Also if it fails: not at once again.
        self._rests_until = begun + self.settings.fold_seconds
        try:
            rec = folded(now.served.rec, now.pending.events)
        except KgrecError as error:
            _log.error("The graph cannot be brought up to date: %s", error)
            return False
        self._swap(self._built(rec, now.served.run), now.pending.total)
        end = time.monotonic()
        self._rests_until = end + min(_REST * (end - begun), self.settings.fold_seconds)
        return True

    def reload_if_replaced(self, *, anyway: bool = False) -> bool:
        """Serve the run that took the place of the one that is served; says whether.

        One that cannot be read is logged, and the earlier one goes on.

        :param anyway: also if it is the same
        """
        found = identity(self.settings.run)
        if found is None or (found == self._seen and not anyway):
            return False
        try:
            events = self.journal.read()
        except (KgrecError, OSError) as error:  # no fault of the run, which is looked at again
            _log.error("The new run waits, the earlier one goes on: %s", error)
            return False
        self._seen = found
        try:
            loaded = self._load(events)
        except Exception as error:
            _log.error("The new run is not served, the earlier one goes on: %s", error)
            return False
        self._swap(loaded.served, loaded.pending.folded)
        _log.info("Run %s is served.", loaded.served.run)
        return True

    def _is_due(self, now: Now, at: float) -> bool:
        """Whether the graph is to be brought up to date."""
        since, waiting = self._waiting_since, len(now.pending.events)
        if not waiting or since is None or at < self._rests_until:
            return False
        patience = self.settings.fold_seconds if now.served.is_linear else 0.0
        return waiting >= self.settings.fold_events or at - since >= patience

    def _load(self, events: Sequence[Acted]) -> Now:
        """Read the run; all events of the journal become part of its graph."""
        run = self.settings.run
        rec = Recommender.load(run)
        with kept_still(run):
            name = run_name(run)
        return Now(self._built(folded(rec, events), name), Pending(len(events)))

    def _built(self, rec: Recommender, name: str) -> Served:
        served = Served(rec, name, self.settings.kept_bytes)
        served.warm()
        return served

    def _swap(self, served: Served, count: int) -> None:
        """Serve something else, whose graph holds the first ``count`` events of the journal."""
        with self._lock:
            before = self.now.pending
            pending = Pending(count).plus(before.events[count - before.folded :])
            self.now = Now(served, pending, self.now.number + 1)
            self._waiting_since = time.monotonic() if pending.events else None
