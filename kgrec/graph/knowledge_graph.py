"""The centre of kgrec: one typed, readable graph of a catalog and the behaviour of its users."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import polars as pl

from kgrec.callbacks import Progress
from kgrec.data.dataset import Dataset
from kgrec.errors import GraphError
from kgrec.graph.build import build_tables
from kgrec.graph.content import Content
from kgrec.graph.exchange import Exchange
from kgrec.graph.extracted import with_extracted_names
from kgrec.graph.files import Files, read_graph, told_if_broken, write_graph
from kgrec.graph.header import fields_of, header_of
from kgrec.graph.looking import Looking
from kgrec.graph.queried import Queried
from kgrec.graph.report import BuildReport, ValidationReport
from kgrec.graph.schema import NODES, as_edges
from kgrec.graph.validation.rules import require_valid
from kgrec.graph.validation.validate import validate
from kgrec.graph.versions.change import in_order
from kgrec.graph.versions.history import History
from kgrec.graph.versions.names import as_names
from kgrec.graph.versions.update_report import UpdateReport
from kgrec.graph.view.description import GraphDescription, describe
from kgrec.graph.view.graph_view import GraphView
from kgrec.graph.view.neighbourhood import neighbourhood
from kgrec.graph.view.overview import html
from kgrec.vocabulary import Vocabulary
from kgrec.vocabulary.turtle import builtin_ontology, read_ontology


@dataclass(frozen=True, eq=False, repr=False)
class KnowledgeGraph(Looking, Queried, Exchange):
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
        words = "embedded, loaded" if self._is_loaded else "embedded, loaded at the first query"
        return html(self, words)

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

    def describe(self) -> GraphDescription:
        """What one asks of a new graph: it prints in 80 columns, and draws itself in a notebook.

        Nodes by type, edges by relation with what they join, degree distributions, connected parts,
        hubs, missing names, and how much is known of the items. :meth:`statistics` gives a part of
        it as plain values.
        """
        return describe(self)

    def validate(self, *, limit: int = 1_000) -> ValidationReport:
        """Check the graph against the ontology and its SHACL shapes.

        Columnar rules check every node and edge; SHACL itself, far slower, a random part of up to
        ``limit`` nodes and twice as many edges. The report says how many.

        :param limit: how many nodes SHACL looks at; 0 for none
        """
        ontology = builtin_ontology() + self.ontologies
        return validate(self.nodes, self.edges, self.vocabulary, ontology, limit=limit)

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

    def _replaced(self, **fields: Any) -> Self:
        return replace(self, **fields)
