"""What is served now, and how it changes: events, a new version of the graph, a new run."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Iterable
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
            self.now = Now(*self._load())
        except BaseException:
            self.journal.close()
            raise
        self._waiting_since: float | None = None

    def close(self) -> None:
        """Let go of the journal."""
        self.journal.close()

    def accept(self, events: Iterable[Acted]) -> None:
        """Take events; when this returns they are on the disk and count in lists.

        :raises OSError: if they cannot be written; then none counts
        """
        with self._lock:
            events = tuple(events)
            self.journal.append(events)
            pending = self.now.pending.plus(events)
            served = self.now.served
            if not served.is_linear:  # a list of a deep model needs a new version of the graph
                served = self._built(folded(served.rec, pending.events), served.run)
                pending = Pending(pending.total)
                self.now = Now(served, pending, self.now.number + 1)
            else:
                self.now = replace(self.now, pending=pending)
            if pending.events and self._waiting_since is None:
                self._waiting_since = time.monotonic()
            self.acted.extend(dict.fromkeys(event.user for event in events))

    def fold_if_due(self) -> bool:
        """Bring the graph up to date where enough events wait, or wait long; says whether."""
        now, settings = self.now, self.settings
        since = self._waiting_since
        waited = 0.0 if since is None else time.monotonic() - since
        many = len(now.pending.events) >= settings.fold_events
        if not now.pending.events or not (many or waited >= settings.fold_seconds):
            return False
        try:
            rec = folded(now.served.rec, now.pending.events)
        except KgrecError as error:
            _log.error("The graph cannot be brought up to date: %s", error)
            self._waiting_since = time.monotonic()
            return False
        self._swap(self._built(rec, now.served.run), now.pending.total)
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
            served, pending = self._load()
        except Exception as error:
            _log.error("The new run is not served, the earlier one goes on: %s", error)
            self._seen = found
            return False
        self._seen = found
        self._swap(served, pending.folded)
        _log.info("Run %s is served.", served.run)
        return True

    def _load(self) -> tuple[Served, Pending]:
        run = self.settings.run
        rec = Recommender.load(run)
        with kept_still(run):
            name = run_name(run)
        events = self.journal.read()
        if events:
            rec = folded(rec, events)
        return self._built(rec, name), Pending(len(events))

    def _built(self, rec: Recommender, name: str) -> Served:
        served = Served(rec, name, self.settings.kept_bytes)
        served.warm()
        return served

    def _swap(self, served: Served, count: int) -> None:
        """Serve something else, whose graph holds the first ``count`` events of the journal."""
        with self._lock:
            # Not those of ``now.pending``: a deep model, which folds at once, has none there.
            rest = self.journal.read()[count:] if count < self.journal.size else ()
            pending = Pending(count)
            if served.is_linear:
                pending = pending.plus(rest)
            elif rest:
                served = self._built(folded(served.rec, rest), served.run)
                pending = Pending(count + len(rest))
            self.now = Now(served, pending, self.now.number + 1)
            self._waiting_since = time.monotonic() if pending.events else None
