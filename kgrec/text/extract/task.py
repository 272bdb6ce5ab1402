"""Which texts are read, and which relations are looked for in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import polars as pl

from kgrec.errors import ConfigError
from kgrec.graph import KnowledgeGraph
from kgrec.graph.extracted import without_extracted
from kgrec.graph.sensitive import sensitive_relations, without_sensitive
from kgrec.text.extract.relations import candidate_relations
from kgrec.text.plain import plain_texts
from kgrec.vocabulary import INTERACTED, Relation

Text = tuple[str, str, str]
"""Id, title and text of an item."""

Stated = dict[tuple[str, str], frozenset[str]]
"""Keys of two nodes → the relations of facts between them, in either direction."""


@dataclass(frozen=True, eq=False)
class Task:
    """What is to be found.

    :ivar graph: whose names may be meant
    :ivar catalog: the same without facts of an earlier extraction
    :ivar texts: that are read, at least one
    :ivar relations: that are looked for
    :ivar stated: what the catalog says already, sensitive facts included: a claim must not say in
        other words what is hidden
    """

    graph: KnowledgeGraph
    catalog: KnowledgeGraph
    texts: list[Text]
    relations: tuple[Relation, ...]
    stated: Stated

    @classmethod
    def of(
        cls,
        graph: KnowledgeGraph,
        items: Iterable[str] | None = None,
        relations: Iterable[str] = (),
        hidden: Collection[str] = (),
    ) -> Task:
        """Make it; the parameters are those of :func:`~kgrec.text.extract.extract`.

        :raises ConfigError: if no item has a text, or a relation is not declared or is hidden
        """
        shown = without_sensitive(graph, hidden) if hidden else graph
        names = sensitive_relations(graph, hidden)
        return cls(
            shown,
            without_extracted(shown),
            _texts(graph, items),
            _without(names, graph, relations),
            _stated(without_extracted(graph)),
        )


def _without(
    hidden: Collection[str], graph: KnowledgeGraph, relations: Iterable[str]
) -> tuple[Relation, ...]:
    """The relations that are looked for; none of them is hidden."""
    wanted = list(relations)
    found = candidate_relations(graph.vocabulary, graph.item_type, wanted)
    for relation in found:
        if wanted and relation.name in hidden:
            raise ConfigError(
                f"The relation '{relation.name}' is sensitive (setting 'graph.sensitive'), so "
                "nothing looks for it in texts: take it out there, or do not ask for it."
            )
    return tuple(relation for relation in found if relation.name not in hidden)


def _texts(graph: KnowledgeGraph, items: Iterable[str] | None) -> list[Text]:
    """Id, title and text, without markup, of the items that have one."""
    has_text = pl.col("text").str.strip_chars().fill_null("") != ""
    rows = graph.nodes.filter((pl.col("kind") == "item") & has_text)
    if items is not None:
        rows = rows.filter(pl.col("id").is_in(list(items)))
    if rows.is_empty():
        raise ConfigError("No item has a text to read: add a column 'text' to the items.")
    return list(rows.select("id", "label", plain_texts(rows["text"])).iter_rows())


def _stated(graph: KnowledgeGraph) -> Stated:
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    facts = graph.edges.filter(pl.col("relation") != INTERACTED)
    for head, relation, tail in facts.select("head", "relation", "tail").iter_rows():
        found[head, tail].add(relation)
        found[tail, head].add(relation)
    return {pair: frozenset(names) for pair, names in found.items()}
