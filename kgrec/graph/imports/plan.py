"""A mapping whose names have been found in a graph."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass
from types import MappingProxyType

import polars as pl

from kgrec.graph.imports.conflicts import refuse_conflicts
from kgrec.graph.imports.foreign import ForeignGraph
from kgrec.graph.imports.mapping import InteractionNode, Mapping
from kgrec.graph.imports.names import resolve

# Classes that say nothing of a node: never its type if there is another.
GENERIC = (
    "http://www.w3.org/2002/07/owl#NamedIndividual",
    "http://www.w3.org/2002/07/owl#Thing",
    "http://www.w3.org/2000/01/rdf-schema#Resource",
    "https://schema.org/Thing",
    "http://schema.org/Thing",
)


@dataclass(frozen=True)
class Plan:
    """The names of a mapping as the graph writes them.

    :ivar users: classes of users, with their subclasses
    :ivar items: classes of items, with their subclasses
    :ivar dropped: classes that are left out, with their subclasses
    :ivar interactions: relationship types
    :ivar interaction_nodes: with label and relations in full
    :ivar drop_relations: relationship types
    :ivar rename: relationship type → name in kgrec
    """

    users: frozenset[str]
    items: frozenset[str]
    dropped: frozenset[str]
    interactions: tuple[str, ...]
    interaction_nodes: tuple[InteractionNode, ...]
    drop_relations: tuple[str, ...]
    rename: dict[str, str]


def make_plan(foreign: ForeignGraph, mapping: Mapping) -> Plan:
    """Find every name of the mapping.

    :raises DataError: if a label or a relationship is not in the graph, or is needed and left out
    """
    find = check_names(
        mapping,
        [*foreign.classes(), *foreign.left_out],
        [*foreign.types(), *foreign.left_out],
        foreign.source,
        foreign.broader,
    )

    def expanded(labels: Iterable[str]) -> frozenset[str]:
        return frozenset().union(*(below(foreign, find["label", name]) for name in labels))

    return Plan(
        users=expanded(mapping.users),
        items=expanded(mapping.items),
        dropped=expanded(mapping.drop_classes),
        interactions=tuple(find["relationship", name] for name in mapping.interactions),
        interaction_nodes=tuple(
            node.model_copy(
                update={
                    "label": find["label", node.label],
                    "user": find["relationship", node.user],
                    "item": find["relationship", node.item],
                }
            )
            for node in mapping.interaction_nodes
        ),
        drop_relations=tuple(find["relationship", name] for name in mapping.drop_relations),
        rename={find["relationship", old]: new for old, new in mapping.rename.items()},
    )


def check_names(
    mapping: Mapping,
    classes: Iterable[str],
    types: Iterable[str],
    source: str,
    broader: Dictionary[str, frozenset[str]] = MappingProxyType({}),
) -> dict[tuple[str, str], str]:
    """Find the labels and relationships that a mapping names.

    :param broader: class → its superclasses
    :return: ``("label" or "relationship", name)`` → the name as the graph writes it
    :raises DataError: if one is not in the graph, or is needed and left out
    """
    known = {"label": sorted(set(classes)), "relationship": sorted(set(types))}
    wanted = [
        *(("label", name, key) for key in ("users", "items") for name in getattr(mapping, key)),
        *(("label", name, key) for key in _BY_CLASS for name in getattr(mapping, key)),
        *(("relationship", name, "interactions") for name in mapping.interactions),
        *(("relationship", name, "rename") for name in mapping.rename),
        *(("label", name, "drop_classes") for name in mapping.drop_classes),
        *(("relationship", name, "drop_relations") for name in mapping.drop_relations),
        *(
            ("label" if field == "label" else "relationship", getattr(node, field), key)
            for node in mapping.interaction_nodes
            for field, key in ((f, f"interaction_nodes.{f}") for f in ("label", "user", "item"))
        ),
    ]
    find = {
        (what, name): name
        if (what, name) == ("label", ANY) and key != "drop_classes"
        else resolve(name, known[what], what=what, key=key, source=source)
        for what, name, key in wanted
    }
    refuse_conflicts(mapping, find, source, broader)
    return find


def resolve_class(name: str, classes: Iterable[str], key: str, source: str) -> str:
    """The label or class that a name means.

    :raises DataError: if there is none
    """
    return resolve(name, classes, what="label", key=key, source=source)


def below(foreign: ForeignGraph, label: str) -> frozenset[str]:
    """A class and all of its subclasses that the graph uses."""
    narrower = (name for name, broader in foreign.broader.items() if label in broader)
    return frozenset({label, *narrower})


def label_sets(foreign: ForeignGraph, plan: Plan) -> pl.DataFrame:
    """What each combination of labels makes of a node.

    :return: ``labels`` (joined), ``is_user, is_item, is_interaction, is_dropped`` and ``class``:
        the most specific label, of several the rarest
    """
    nodes = foreign.nodes.select(joined_labels())
    own = nodes.group_by("labels").len("count")
    sets = {key: key.split(SEPARATOR) if key else [] for key in own["labels"]}
    counts: dict[str, int] = {}
    for key, count in own.iter_rows():
        for label in sets[key]:
            counts[label] = counts.get(label, 0) + count
    acts = frozenset().union(*(below(foreign, node.label) for node in plan.interaction_nodes))
    rows = [
        (
            key,
            ANY in plan.users or not plan.users.isdisjoint(labels),
            ANY in plan.items or not plan.items.isdisjoint(labels),
            not acts.isdisjoint(labels),
            not plan.dropped.isdisjoint(labels),
            most_specific(labels, counts, foreign),
        )
        for key, labels in sets.items()
    ]
    flags = dict.fromkeys(("is_user", "is_item", "is_interaction", "is_dropped"), pl.Boolean)
    schema = {"labels": pl.String, **flags, "class": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


SEPARATOR = "\x1f"
_BY_CLASS = ("id", "label", "text")
ANY = "*"
"""As a class of a mapping: every node."""


def joined_labels() -> pl.Expr:
    """The labels of a node as one string, so that they can be grouped and joined."""
    return pl.col("labels").list.sort().list.join(SEPARATOR).fill_null("")


def most_specific(labels: list[str], counts: dict[str, int], foreign: ForeignGraph) -> str | None:
    """The label that says most: no superclass of another one, and of those the rarest."""
    broader = frozenset().union(*(foreign.broader.get(label, frozenset()) for label in labels))
    telling = [label for label in labels if label not in GENERIC] or labels
    narrow = [label for label in telling if label not in broader] or telling
    return min(narrow, key=lambda label: (counts[label], label), default=None)
