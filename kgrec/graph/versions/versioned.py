"""A graph that changes: every update is a next version, and earlier ones are still there."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import Any, Self

import polars as pl

from kgrec.data.dataset import DatasetInfo
from kgrec.errors import GraphError
from kgrec.graph.content import Change
from kgrec.graph.report import BuildReport
from kgrec.graph.versions.history import History, Snapshot
from kgrec.graph.versions.identity import identity_after, identity_of
from kgrec.graph.versions.names import names_of
from kgrec.graph.versions.update import updated
from kgrec.vocabulary import Vocabulary


class Versioned(ABC):
    """The part of a :class:`~kgrec.graph.KnowledgeGraph` that has versions."""

    nodes: pl.DataFrame
    edges: pl.DataFrame
    vocabulary: Vocabulary
    name: str
    item_type: str
    candidates: tuple[str, ...] | None
    report: BuildReport
    labels: pl.DataFrame | None
    history: History

    @abstractmethod
    def _replaced(self, **fields: Any) -> Self:
        """The same graph with other fields."""

    @abstractmethod
    def _hand_store_to(self, newer: Self) -> None:
        """Let the next version answer queries from what this one has loaded."""

    @property
    def version(self) -> int:
        """How many changes the graph has seen; 0 after :meth:`build`."""
        return self.history.version

    @property
    def changes(self) -> tuple[Change, ...]:
        """The differences that updates made, in the order of time; those that are known here."""
        return self.history.changes

    @cached_property
    def identity(self) -> str:
        """Names this very version: a hash of the graph as built, and of every change since."""
        if self.changes:
            return identity_after(self.changes[-1])
        start = self.history.base or self
        return self.history.identity or identity_of(self.name, start.nodes, start.edges)

    def update(
        self,
        *,
        events: object = None,
        facts: object = None,
        items: object = None,
        users: object = None,
        labels: object = None,
        candidates: object = None,
        descriptions: object = None,
        extracted: object = None,
        removed: object = None,
        time: str | datetime | None = None,
    ) -> Self:
        """Add, change and remove; this graph stays as it is, and the new one knows both states.

        The tables are those of a dataset folder and are cleaned by the same rules: a bad row loses
        no good one, and :attr:`update_report` counts it. The result behaves as if the graph had
        been built from all rows at once: an interaction that comes back adds its weight and keeps
        the last time, a fact is there once. What is there is never decided anew: an entity stays
        an entity when an item of its id comes, and a column that became a relation stays one.
        Removing comes first, so that what is removed can be added again in the same update.

        :param events: ``user, item``, optional ``timestamp, weight, event``, and ``split``:
            ``train``, which is the default, or ``valid``
        :param facts: ``head, relation, tail``
        :param items: items that are new or described anew. A column that the table has replaces
            the title, the text, the literal or the values of the relation; an empty cell takes it
            away; what the table has no column for stays
        :param users: the same for users
        :param labels: ``entity, label``, optional ``type, text``; an empty cell says nothing
        :param candidates: further items that may be recommended, in a graph where not all may
        :param descriptions: ``id, text``, optional ``kind, source, verified``: of items and
            entities that are there or come now. A node whose name or text changes loses the one
            that it had
        :param extracted: facts that ``kgrec extract`` found in texts: ``head, relation, tail,
            state`` and more; see :mod:`kgrec.data.extracted`. Accepted ones become edges, as far as
            the graph does not state them. A fact of the catalog takes the place of one that only
            texts state
        :param removed: ``["item:42", ("item:7", "directed_by", "entity:3")]``: nodes with all of
            their edges, and edges; or a table with ``key``, or with ``head, relation, tail`` and,
            to choose among several edges, ``timestamp, event``
        :param time: when this is, by default now
        :return: the graph of the next version; of the same one if nothing changed
        :raises DataError: if a table or a column cannot be used
        :raises UnknownIdError: if something to remove is not in the graph
        :raises GraphError: if the graph would break a rule
        """
        given = {
            "events": events,
            "facts": facts,
            "items": items,
            "users": users,
            "labels": labels,
            "candidates": candidates,
            "descriptions": descriptions,
            "extracted": extracted,
        }
        tables = {name: table for name, table in given.items() if table is not None}
        stamp = (self.version + 1, self.history.next_time(time))
        info = DatasetInfo(self.name, item_type=self.item_type)
        now = self._snapshot
        after, revision = updated(now, tables, removed, self.vocabulary, info, stamp)
        if revision.changes_nothing(now):
            same = self._replaced(update_report=revision.update)
            self._hand_store_to(same)
            return same
        # Two updates of one graph lead to two versions 1: what went before tells them apart.
        revision = replace(revision, change=replace(revision.change, previous=self.identity))
        start = self.history.identity or self.identity
        history = replace(self.history.after(now, revision), identity=start)
        graph = self._with(after, history)
        self._hand_store_to(graph)
        return graph

    def at(self, version: int | None = None, *, time: str | datetime | None = None) -> Self:
        """The graph as it was.

        :param version: 0 is the graph that was built
        :param time: instead of a version: the last one that was made at or before this time
        :raises GraphError: if that version is not known here
        """
        if (version is None) == (time is None):
            raise GraphError("Give either a version or a time.")
        wanted = self.history.version_at(time) if time is not None else version
        if wanted == self.version:
            return self
        return self._with(*self.history.at(int(wanted)))  # type: ignore[arg-type]

    @property
    def _snapshot(self) -> Snapshot:
        labels = names_of(self.nodes) if self.labels is None else self.labels
        return Snapshot(self.nodes, self.edges, labels, self.candidates, self.report)

    def _with(self, state: Snapshot, history: History) -> Self:
        return self._replaced(
            nodes=state.nodes,
            edges=state.edges,
            labels=state.labels,
            candidates=state.candidates,
            report=state.report,
            history=history,
            update_report=history.last_update,
        )
