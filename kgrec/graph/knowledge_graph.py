"""The centre of kgrec: one typed, readable graph of a catalog and the behaviour of its users."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import networkx as nx
import polars as pl

from kgrec.callbacks import Progress
from kgrec.data.dataset import Dataset
from kgrec.errors import GraphError, UnknownIdError
from kgrec.graph.build import build_tables
from kgrec.graph.files import read_graph, write_graph
from kgrec.graph.labels import is_named
from kgrec.graph.neighbours import neighbours
from kgrec.graph.networkx import to_networkx
from kgrec.graph.report import BuildReport, ValidationReport
from kgrec.graph.result import QueryResult
from kgrec.graph.rules import check_rules
from kgrec.graph.statistics import statistics
from kgrec.graph.stores.embedded import EmbeddedStore
from kgrec.graph.validate import validate
from kgrec.turtle import builtin_ontology, read_ontology
from kgrec.vocabulary import Vocabulary


@dataclass(frozen=True, eq=False, repr=False)
class KnowledgeGraph:
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
    :ivar report: what building did with the rows
    :ivar ontologies: name and Turtle of the ontologies that the user brought
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
        errors = [
            violation
            for violation in check_rules(tables.nodes, tables.edges, vocabulary)
            if violation.severity == "error"
        ]
        if errors:
            raise GraphError(f"The graph is not valid: {'; '.join(map(str, errors))}.")
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
        )

    def __repr__(self) -> str:
        counts = dict(self.nodes.group_by("kind").len().iter_rows())
        return (
            f"KnowledgeGraph({self.name!r}: {counts.get('user', 0):,} users, "
            f"{counts.get('item', 0):,} items, {counts.get('entity', 0):,} entities, "
            f"{self.edges.height:,} edges of {self.edges['relation'].n_unique()} relations)"
        )

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
        return bool(self._named[self._row(key)])

    def node(self, key: str) -> dict[str, Any]:
        """All columns of one node.

        :raises UnknownIdError: if there is no such node
        """
        return self.nodes.row(self._row(key), named=True)

    def neighbours(self, key: str, limit: int | None = None) -> pl.DataFrame:
        """The nodes around a node.

        :param key: for instance ``"item:42"``
        :param limit: at most so many for each relation and direction
        :return: ``relation, direction, neighbour, label, type``, where direction is ``"out"`` if
            the node is the head and ``"in"`` if it is the tail; facts first, interactions last
        :raises UnknownIdError: if there is no such node
        """
        self._row(key)
        return neighbours(self.nodes, self.edges, key, limit)

    def cypher(
        self,
        query: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        timeout: float = 60.0,
        row_limit: int = 1_000_000,
    ) -> QueryResult:
        """Ask the graph in Cypher; it can only be read.

        Nodes carry the labels of their kind and of their type, relationships the name of their
        relation: ``MATCH (u:User {id: $user})-[:interacted]->(m:Film) RETURN m.label``.

        :param parameters: values for ``$name`` in the query
        :param timeout: seconds
        :param row_limit: rows beyond it are cut, and the result says so
        :raises GraphError: if the query would write, is not valid, or takes too long
        """
        return self._store.query(query, parameters, timeout=timeout, row_limit=row_limit)

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

    def to_networkx(self) -> nx.MultiDiGraph:
        """Copy the graph for networkx; nodes are named by their keys, ``"item:42"``."""
        return to_networkx(self.nodes, self.edges)

    def save(self, folder: str | Path) -> None:
        """Write ``nodes.parquet``, ``edges.parquet`` and ``graph.json``, whole or not at all.

        :param folder: is replaced once everything is written
        """
        about = {
            "name": self.name,
            "licence": self.licence,
            "item_type": self.item_type,
            "candidates": list(self.candidates) if self.candidates is not None else None,
            "report": self.report.to_dict(),
        }
        write_graph(Path(folder), self.nodes, self.edges, about, self.ontologies)

    @staticmethod
    def load(folder: str | Path) -> KnowledgeGraph:
        """Read a graph that :meth:`save` wrote.

        :raises RunError: if the folder is missing, half-written, broken or of another version
        """
        nodes, edges, about, ontologies = read_graph(Path(folder))
        candidates = about["candidates"]
        return KnowledgeGraph(
            nodes=nodes,
            edges=edges,
            vocabulary=Vocabulary.parse(ontologies),
            name=about["name"],
            licence=about["licence"],
            item_type=about["item_type"],
            candidates=tuple(candidates) if candidates is not None else None,
            report=BuildReport.from_dict(about["report"]),
            ontologies=ontologies,
        )

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {key: row for row, key in enumerate(self.nodes["key"])}

    @cached_property
    def _named(self) -> pl.Series:
        return self.nodes.select(is_named().alias("named"))["named"]

    @cached_property
    def _store(self) -> EmbeddedStore:
        store = EmbeddedStore()
        store.write(self.nodes, self.edges)
        return store

    def _row(self, key: str) -> int:
        try:
            return self._rows[key]
        except KeyError:
            raise UnknownIdError(
                f"there is no node '{key}' in the graph; a key looks like 'item:42'."
            ) from None
