"""Facts that a graph keeps and that nothing may learn from: gender, origin, faith."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import TYPE_CHECKING

import polars as pl

from kgrec.data.schema import closest
from kgrec.errors import ConfigError
from kgrec.graph.left_out import without_edges
from kgrec.vocabulary import INTERACTED

if TYPE_CHECKING:
    from kgrec.graph.knowledge_graph import KnowledgeGraph


def sensitive_relations(graph: KnowledgeGraph, names: Iterable[str]) -> frozenset[str]:
    """The relations that sensitive names mean: ``"gender"`` and ``"has_gender"`` are the same.

    :param names: of relations, or of columns that became relations
    """
    words, found = graph.vocabulary, set()
    for name in names:
        found |= {name, words.canonical(name)[0]}
        found.add(words.attribute(name, "user", "User").name)
        found.add(words.attribute(name, "item", graph.item_type).name)
    return frozenset(found - {INTERACTED})


def check_sensitive(graph: KnowledgeGraph, names: Iterable[str]) -> None:
    """Check that every sensitive name means something: a slip of the pen would protect nobody.

    Literals of nodes are known, too, though no model reads them. Of a relation that only the
    ontology knows, facts may come later; until then a warning says that nothing is protected.

    :raises ConfigError: if neither the graph nor its ontology knows a name, or it is behaviour
    """
    used = set(graph.edges["relation"].unique()) - {INTERACTED}
    for name in names:
        meant = sensitive_relations(graph, [name])
        if meant & used or _is_literal(graph, name):
            continue
        if meant & graph.vocabulary.relations.keys():
            warnings.warn(
                f"Setting 'graph.sensitive' names '{name}', and the graph has no such fact: it "
                f"protects nothing. There are {', '.join(sorted(used)) or 'none'}.",
                stacklevel=3,
            )
            continue
        if graph.vocabulary.canonical(name)[0] == INTERACTED:
            raise ConfigError(
                f"Setting 'graph.sensitive' names '{name}': behaviour is what all is learned from, "
                "only facts can be left out."
            )
        guess = closest(name, sorted(used))
        doubt = f"did you mean '{guess}'? " if guess else ""
        raise ConfigError(
            f"Setting 'graph.sensitive' names '{name}', which is no relation of facts in the "
            f"graph; {doubt}there are {', '.join(sorted(used)) or 'none'}."
        )


def without_sensitive(graph: KnowledgeGraph, names: Iterable[str]) -> KnowledgeGraph:
    """The graph without sensitive facts, and without the entities that occur in no other.

    :param names: as for :func:`sensitive_relations`
    """
    hidden = sensitive_relations(graph, names)
    return without_edges(graph, pl.col("relation").is_in(list(hidden)))


def _is_literal(graph: KnowledgeGraph, name: str) -> bool:
    quoted = f'"{name}":'
    return bool(graph.nodes["properties"].str.contains(quoted, literal=True).any())
