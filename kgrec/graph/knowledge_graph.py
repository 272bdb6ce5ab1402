"""The centre of kgrec: one typed, readable graph of a catalog and the behaviour of its users."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from kgrec.callbacks import Progress
from kgrec.data.dataset import Dataset, DatasetInfo
from kgrec.errors import GraphError, UnknownIdError
from kgrec.graph.build import build_tables
from kgrec.graph.content import Change, Content
from kgrec.graph.exchange import Exchange
from kgrec.graph.extracted import with_extracted_names
from kgrec.graph.files import Files, read_graph, told_if_broken, write_graph
from kgrec.graph.header import fields_of, header_of
from kgrec.graph.labels import is_named
from kgrec.graph.neighbours import neighbours
from kgrec.graph.report import BuildReport, ValidationReport
from kgrec.graph.result import QueryResult
from kgrec.graph.schema import NODES, as_edges
from kgrec.graph.statistics import statistics
from kgrec.graph.stores.embedded import EmbeddedStore
from kgrec.graph.validation.rules import require_valid
from kgrec.graph.validation.validate import validate
from kgrec.graph.versions.change import in_order
from kgrec.graph.versions.history import History, Snapshot
from kgrec.graph.versions.identity import identity_after, identity_of
from kgrec.graph.versions.names import as_names, names_of
from kgrec.graph.versions.update import updated
from kgrec.graph.versions.update_report import UpdateReport
from kgrec.graph.view.adjacency import Adjacency
from kgrec.graph.view.description import GraphDescription, describe
from kgrec.graph.view.graph_view import GraphView
from kgrec.graph.view.neighbourhood import neighbourhood
from kgrec.graph.view.overview import html
from kgrec.vocabulary import Vocabulary
from kgrec.vocabulary.turtle import builtin_ontology, read_ontology

_ANCESTOR = "_ancestor"
"""Where a graph finds the store of an earlier version, with that version, until it has its own."""


@dataclass(frozen=True, eq=False, repr=False)
class KnowledgeGraph(Exchange):
    """Users, items and entities, the interactions between them and the facts about them.

    Held-out test interactions are never in a graph.

    :ivar nodes: ``key`` (unique: ``"item:42"``), ``kind`` (``user``, ``item``, ``entity``), ``id``,
        ``type`` (``"Film"``), ``label`` (readable where there is a name), ``text`` (may be null),
        ``properties`` (a JSON object of literals); users first, then items, then entities
    :ivar edges: ``head``, ``relation``, ``tail`` (keys, canonical names), ``weight``, ``timestamp``
        (may be null), ``split`` (``train`` or ``valid`` for interactions, null for facts)
    :ivar vocabulary: types and relations with their words
    :ivar name: the name of the dataset
    :ivar licence: under which terms the data may be used
    :ivar item_type: the type of the items
    :ivar candidates: ids of the only items that may be recommended; ``None``: all
    :ivar report: what building, and updates since, did with the rows
    :ivar ontologies: name and Turtle of the ontologies that the user brought
    :ivar labels: names of entities that the data stated, also of entities that may come later:
        ``entity, label, type, text, properties``; ``None``: those that the nodes have
    :ivar history: earlier versions; see :meth:`update` and :meth:`at`
    :ivar update_report: what became of the rows of the last update
    """

    nodes: pl.DataFrame
    edges: pl.DataFrame
    vocabulary: Vocabulary
    name: str = ""
    licence: str = ""
    item_type: str = "Item"
    candidates: tuple[str, ...] | None = None
    report: BuildReport = field(default_factory=BuildReport)
    ontologies: tuple[tuple[str, str], ...] = ()
    labels: pl.DataFrame | None = None
    history: History = field(default_factory=History)
    update_report: UpdateReport | None = None

    @staticmethod
    def build(data: Dataset, *, progress: Progress | None = None) -> KnowledgeGraph:
        """Build a graph from clean tables, and check it against the rules of the ontology.

        Relations get one name and one direction, repeated facts are merged, attribute columns
        become relations or literals; :attr:`report` counts all of it.

        :param data: clean tables; ``data.test`` stays out
        :param progress: receives one stage
        :raises GraphError: if the graph breaks a rule, for instance a weight that is not above 0
        """
        ontologies = tuple(map(read_ontology, data.info.ontologies))
        vocabulary = Vocabulary.parse(ontologies)
        tables = build_tables(data, vocabulary, progress or Progress())
        require_valid(tables.nodes, tables.edges, vocabulary)
        return KnowledgeGraph(
            nodes=tables.nodes,
            edges=tables.edges,
            vocabulary=vocabulary,
            name=data.info.name,
            licence=data.info.licence,
            item_type=vocabulary.type(data.info.item_type).name,
            candidates=data.candidates,
            report=tables.report,
            ontologies=ontologies,
            labels=as_names(with_extracted_names(data).labels),
        )

    def __repr__(self) -> str:
        counts = dict(self.nodes.group_by("kind").len().iter_rows())
        return (
            f"KnowledgeGraph({self.name!r}: {counts.get('user', 0):,} users, "
            f"{counts.get('item', 0):,} items, {counts.get('entity', 0):,} entities, "
            f"{self.edges.height:,} edges of {self.edges['relation'].n_unique()} relations)"
        )

    def _repr_html_(self) -> str:
        is_loaded = "_store" in self.__dict__
        words = "embedded, loaded" if is_loaded else "embedded, loaded at the first query"
        return html(self, words)

    def label(self, key: str) -> str:
        """The name of a node; its id where it has none.

        :param key: for instance ``"item:42"``
        :raises UnknownIdError: if there is no such node
        """
        return str(self.node(key)["label"])

    def has_name(self, key: str) -> bool:
        """Whether the label of a node is a name that a person can read, and not just an opaque id.

        :raises UnknownIdError: if there is no such node
        """
        return bool(self._named[self.row(key)])

    def node(self, key: str) -> dict[str, Any]:
        """All columns of one node.

        :raises UnknownIdError: if there is no such node
        """
        return self.nodes.row(self.row(key), named=True)

    def row(self, key: str) -> int:
        """Where a node stands in :attr:`nodes`, from 0.

        :raises UnknownIdError: if there is no such node
        """
        try:
            return self._rows[key]
        except KeyError:
            raise UnknownIdError(
                f"there is no node '{key}' in the graph; a key looks like 'item:42'."
            ) from None

    def has_node(self, key: str) -> bool:
        """Whether there is a node of this key."""
        return key in self._rows

    def neighbours(self, key: str, limit: int | None = None) -> pl.DataFrame:
        """The nodes around a node.

        :param key: for instance ``"item:42"``
        :param limit: at most so many for each relation and direction
        :return: ``relation, direction, neighbour, label, type``, where direction is ``"out"`` if
            the node is the head and ``"in"`` if it is the tail; facts first, interactions last
        :raises UnknownIdError: if there is no such node
        """
        self.row(key)
        return neighbours(self.nodes, self.edges, key, limit)

    def show(
        self,
        entity: str,
        hops: int = 2,
        *,
        most: int = 40,
        relations: Sequence[str] | None = None,
    ) -> GraphView:
        """Draw what is around a node; in a notebook as a picture, or as a widget where that lives.

        :param entity: its key (``"item:42"``), its id, or its label
        :param hops: how far to look, 1–5
        :param most: at most so many nodes, 1–500, those that tell most
        :param relations: only along these; ``None``: along all facts, and along interactions only
            from a user in the middle, or from a node of which there is nothing else
        :raises UnknownIdError: if there is no such node, or several; it names the nearest
        :raises ConfigError: if a number is out of range, or a relation has no edge
        """
        return GraphView(self, neighbourhood(self, entity, hops, most, relations), relations)

    def cypher(
        self,
        query: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        timeout: float = 60.0,
        row_limit: int = 1_000_000,
        write: bool = False,
    ) -> QueryResult:
        """Ask the graph in Cypher; it can only be read.

        Nodes carry the labels of their kind and of their type, relationships the name of their
        relation: ``MATCH (u:User {id: $user})-[:interacted]->(m:Film) RETURN m.label``.

        :param parameters: values for ``$name`` in the query
        :param timeout: seconds
        :param row_limit: rows beyond it are cut, and the result says so
        :param write: must stay false: a graph is changed by :meth:`update`, a store of Neo4j's by
            its own ``query(…, write=True)``
        :raises GraphError: if the query would write, is not valid, or takes too long
        """
        return self._store.query(
            query, parameters, timeout=timeout, row_limit=row_limit, write=write
        )

    def describe(self) -> GraphDescription:
        """What one asks of a new graph: it prints in 80 columns, and draws itself in a notebook.

        Nodes by type, edges by relation with what they join, degree distributions, connected parts,
        hubs, missing names, and how much is known of the items. :meth:`statistics` gives a part of
        it as plain values.
        """
        return describe(self)

    def statistics(self) -> dict[str, Any]:
        """Nodes by type, edges by relation, degrees and density; can be written as JSON."""
        return statistics(self.nodes, self.edges, self.vocabulary)

    def validate(self, *, limit: int = 1_000) -> ValidationReport:
        """Check the graph against the ontology and its SHACL shapes.

        Columnar rules check every node and edge; SHACL itself, far slower, a random part of up to
        ``limit`` nodes and twice as many edges. The report says how many.

        :param limit: how many nodes SHACL looks at; 0 for none
        """
        ontology = builtin_ontology() + self.ontologies
        return validate(self.nodes, self.edges, self.vocabulary, ontology, limit=limit)

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
    ) -> KnowledgeGraph:
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
            same = replace(self, update_report=revision.update)
            self._hand_store_to(same)
            return same
        # Two updates of one graph lead to two versions 1: what went before tells them apart.
        revision = replace(revision, change=replace(revision.change, previous=self.identity))
        start = self.history.identity or self.identity
        history = replace(self.history.after(now, revision), identity=start)
        graph = self._with(after, history)
        self._hand_store_to(graph)
        return graph

    def at(
        self, version: int | None = None, *, time: str | datetime | None = None
    ) -> KnowledgeGraph:
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

    def content(self) -> Content:
        """All of the graph as it is now, for a store."""
        return Content(self.nodes, self.edges, header_of(self))

    @staticmethod
    def from_content(content: Content) -> KnowledgeGraph:
        """The graph that a store holds; earlier versions of it are not in stores.

        :raises GraphError: if the graph breaks a rule, or its header is broken
        """
        header = content.header
        try:
            fields = fields_of(header)
            history = History(str(header["identity"]), int(header["version"]))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise GraphError(
                f"The header of the graph is broken ({error!r}); write the graph again."
            ) from error
        nodes = in_order(content.nodes.select(NODES.names()).cast(NODES))
        graph = KnowledgeGraph(
            nodes=nodes, edges=as_edges(content.edges), history=history, **fields
        )
        require_valid(graph.nodes, graph.edges, graph.vocabulary)
        return graph

    def save(self, folder: str | Path) -> None:
        """Write the graph and its history as Parquet tables and JSON, whole or not at all.

        Whoever reads the folder, and whenever the process is killed, finds the earlier graph or
        this one. When this returns, the graph is on the disk.

        :param folder: is replaced once everything is written
        :raises RunError: if the folder holds anything but a graph
        """
        write_graph(
            Path(folder),
            Files(self.nodes, self.edges, self.labels, header_of(self), self.history),
        )

    @staticmethod
    def load(folder: str | Path) -> KnowledgeGraph:
        """Read a graph that :meth:`save` wrote.

        :raises RunError: if the folder is missing, half-written, broken or of another version
        """
        files = read_graph(Path(folder))
        with told_if_broken(folder):
            fields = fields_of(files.header)
        return KnowledgeGraph(
            nodes=files.nodes,
            edges=files.edges,
            labels=files.labels,
            history=files.history,
            update_report=files.history.last_update,
            **fields,
        )

    @cached_property
    def incidence(self) -> Adjacency:
        """The edges of each node in both directions, for walks; made when it is first asked for."""
        return Adjacency(self.nodes, self.edges)

    @property
    def _snapshot(self) -> Snapshot:
        labels = names_of(self.nodes) if self.labels is None else self.labels
        return Snapshot(self.nodes, self.edges, labels, self.candidates, self.report)

    def _with(self, state: Snapshot, history: History) -> KnowledgeGraph:
        return replace(
            self,
            nodes=state.nodes,
            edges=state.edges,
            labels=state.labels,
            candidates=state.candidates,
            report=state.report,
            history=history,
            update_report=history.last_update,
        )

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {key: row for row, key in enumerate(self.nodes["key"])}

    @cached_property
    def _named(self) -> pl.Series:
        return self.nodes.select(is_named().alias("named"))["named"]

    @cached_property
    def _store(self) -> EmbeddedStore:
        content = self.content()
        ancestor: tuple[EmbeddedStore, int] | None = self.__dict__.pop(_ANCESTOR, None)
        if ancestor is None:
            store = EmbeddedStore()
            store.write(content)
            return store
        store, version = ancestor
        for change in self.changes[version - self.history.start :]:
            after = {"version": change.version, "identity": identity_after(change)}
            store = store.successor(change, {**content.header, **after})
        return store

    def _hand_store_to(self, newer: KnowledgeGraph) -> None:
        """Let the next version begin with the store that is there, and not with nothing."""
        if "_store" in self.__dict__:
            newer.__dict__[_ANCESTOR] = (self._store, self.version)
        elif _ANCESTOR in self.__dict__:
            newer.__dict__[_ANCESTOR] = self.__dict__[_ANCESTOR]
