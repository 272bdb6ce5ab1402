"""Earlier versions of a graph: where it began, and what changed since."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

import polars as pl

from kgrec.errors import GraphError
from kgrec.graph.content import Change
from kgrec.graph.report import BuildReport
from kgrec.graph.versions.change import apply_change, combined
from kgrec.graph.versions.names import merged_names
from kgrec.graph.versions.update_report import UpdateReport

_FORMAT = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, eq=False)
class Snapshot:
    """What an update may change of a graph, at one version of it.

    :ivar labels: names of entities that the data stated, also of entities that are not in the
        graph yet: ``entity, label, type, text, properties``
    """

    nodes: pl.DataFrame
    edges: pl.DataFrame
    labels: pl.DataFrame
    candidates: tuple[str, ...] | None
    report: BuildReport


@dataclass(frozen=True, eq=False)
class Revision:
    """One update: the change of the tables, and what else is different afterwards.

    :ivar labels: rows of :attr:`Snapshot.labels` that are new or changed
    :ivar candidates: the candidates afterwards
    :ivar report: of the graph afterwards
    :ivar update: what became of the rows of the update
    """

    change: Change
    labels: pl.DataFrame
    candidates: tuple[str, ...] | None
    report: BuildReport
    update: UpdateReport

    def changes_nothing(self, before: Snapshot) -> bool:
        """Whether the graph is the same as ``before``."""
        change = self.change
        tables = (change.nodes, change.edges, change.removed_nodes, change.removed_edges)
        same = all(table.is_empty() for table in (*tables, self.labels))
        return same and self.candidates == before.candidates


@dataclass(frozen=True, eq=False)
class History:
    """How a graph came to be what it is.

    :ivar identity: of the graph that the changes began with; empty: that of its tables
    :ivar start: the version of :attr:`base`
    :ivar base: the earliest state that is known; ``None``: there were no changes since
    :ivar revisions: what happened since, one a version
    """

    identity: str = ""
    start: int = 0
    base: Snapshot | None = None
    revisions: tuple[Revision, ...] = ()

    @property
    def version(self) -> int:
        """The version of the graph."""
        return self.start + len(self.revisions)

    @property
    def changes(self) -> tuple[Change, ...]:
        """The differences, in the order of time."""
        return tuple(revision.change for revision in self.revisions)

    @property
    def last_update(self) -> UpdateReport | None:
        """What became of the rows of the last update."""
        return self.revisions[-1].update if self.revisions else None

    def after(self, now: Snapshot, revision: Revision) -> History:
        """The history of the graph after one more revision.

        :param now: the graph before it
        """
        return replace(self, base=self.base or now, revisions=(*self.revisions, revision))

    def at(self, version: int) -> tuple[Snapshot, History]:
        """An earlier state, and the history until then.

        :raises GraphError: if there were no changes, or that version is not known
        """
        if self.base is None or not self.start <= version <= self.version:
            known = f"{self.start} to {self.version}" if self.revisions else f"only {self.start}"
            raise GraphError(
                f"There is no version {version} of the graph here; it has {known}. Earlier ones "
                "are in the folder of the graph that was updated, not in stores."
            )
        revisions = self.revisions[: version - self.start]
        until = replace(self, base=self.base if revisions else None, revisions=revisions)
        return _replayed(self.base, revisions), until

    def version_at(self, time: str | datetime) -> int:
        """The last version that was made at or before a time.

        :raises GraphError: if the time cannot be read
        """
        moment = as_time(time)
        return self.start + sum(change.time <= moment for change in self.changes)

    def next_time(self, time: str | datetime | None) -> str:
        """When the next change is made: at ``time``, or now; never before the last one.

        :raises GraphError: if ``time`` cannot be read, or lies before the last change
        """
        last = self.revisions[-1].change.time if self.revisions else ""
        if time is None:
            return max(last, as_time(datetime.now(UTC)))
        moment = as_time(time)
        if moment < last:
            raise GraphError(
                f"The update is dated {moment}, before the last one ({last}); give a later time."
            )
        return moment


def as_time(time: str | datetime) -> str:
    """A time in the form of :attr:`Change.time`; without a time zone it counts as UTC.

    :raises GraphError: if it cannot be read
    """
    try:
        moment = datetime.fromisoformat(time) if isinstance(time, str) else time
        zoned = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return zoned.astimezone(UTC).strftime(_FORMAT)
    except (ValueError, AttributeError, OverflowError) as error:
        raise GraphError(
            f"The time {time!r} cannot be read; write it like 2026-01-31T09:00:00Z."
        ) from error


def _replayed(base: Snapshot, revisions: tuple[Revision, ...]) -> Snapshot:
    if not revisions:
        return base
    change = combined([revision.change for revision in revisions])
    nodes, edges = apply_change(base.nodes, base.edges, change)
    labels = merged_names(base.labels, *(revision.labels for revision in revisions))
    last = revisions[-1]
    return Snapshot(nodes, edges, labels, last.candidates, last.report)
