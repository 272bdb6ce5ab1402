"""Classes whose nodes may be interactions: reviews, ratings, orders."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations
from typing import Any

import polars as pl

from kgrec.graph.imports import hints
from kgrec.graph.imports.choices import LABELS
from kgrec.graph.imports.fields import choose_fields, is_number
from kgrec.graph.imports.guess import ITEM, NAME, USER, Evidence, Guess, degrees, mean, named
from kgrec.graph.imports.mapping import InteractionNode
from kgrec.graph.imports.names import words
from kgrec.graph.imports.schema import PropertyProfile

_ONE = 1.05  # links a node that are one, but for slips
_ALL = 0.8  # share of the nodes that have a link
_USER_LINKS = frozenset(
    ("user", "author", "agent", "customer", "by", "buyer", "reviewer", "creator", "member")
)
_ITEM_LINKS = frozenset(
    ("item", "product", "object", "about", "of", "reviewed", "rated", "target", "work")
)
_PLAIN = 0.5  # for nodes without a name of their own: acts have none


@dataclass(frozen=True)
class _Link:
    """How the nodes of a class hang on other nodes by one relationship type."""

    type: str
    ends: pl.Series
    classes: tuple[str, ...]
    each: float


def guess_nodes(evidence: Evidence) -> list[Guess]:
    """Every class and every two of its links, with their score."""
    return [
        guess
        for profile in evidence.schema.classes
        if profile.label
        for guess in _of_class(evidence, profile.label)
    ]


def _of_class(evidence: Evidence, label: str) -> Iterator[Guess]:
    own = evidence.labels.filter(pl.col("label") == label)["id"]
    links = list(_links(evidence, label, own))
    properties = evidence.schema.class_of(label).properties
    for user, item in permutations(links, 2):
        if user.each > _ONE or set(user.classes) & set(item.classes):
            continue
        yield _guess(evidence, label, user, item, properties)


def _links(evidence: Evidence, label: str, own: pl.Series) -> Iterator[_Link]:
    for type_ in evidence.foreign.types():
        edges = evidence.edges(type_)
        for act, end in (("head", "tail"), ("tail", "head")):
            part = edges.filter(pl.col(act).is_in(own.implode()))
            if part.is_empty():
                continue
            linked = part[act].n_unique()
            enough = evidence.schema.sampled or linked >= _ALL * own.len()
            classes = evidence.cover(part[end])
            if enough and classes and label not in classes:
                yield _Link(type_, part[end], classes, part.height / linked)


def _guess(
    evidence: Evidence,
    label: str,
    user: _Link,
    item: _Link,
    properties: tuple[PropertyProfile, ...],
) -> Guess:
    chosen = choose_properties(evidence, label, properties)
    # The name of the class says more than the names of its links.
    name = max(hints.act_score(label), 0.5 * hints.act_score(item.type))
    people = mean(map(hints.user_score, user.classes)) + _hint(user.type, _USER_LINKS)
    things = mean(map(hints.item_score, item.classes)) + _hint(item.type, _ITEM_LINKS)
    shape = 0.5 * min(1.0, degrees(user.ends) - 1) + 0.5 * min(1.0, degrees(item.ends) - 1)
    plain = _PLAIN if not any(_is_name(one) for one in properties) else -_PLAIN
    extra = 0.5 * ("rating" in chosen) + 0.5 * ("timestamp" in chosen)
    score = NAME * name + USER * people + ITEM * things + shape + plain + extra
    node = InteractionNode(label=label, user=user.type, item=item.type, **chosen)
    reasons = (
        f"each '{label}' has one link to {named(user.classes)} ('{user.type}') and "
        f"{'one' if item.each <= _ONE else f'{item.each:.1f}'} to {named(item.classes)} "
        f"('{item.type}'), so that it stands for an interaction",
        f"each user has {degrees(user.ends):.1f} of them and each item "
        f"{degrees(item.ends):.1f}, on average",
    )
    return Guess(score, user.classes, item.classes, name, node=node, reasons=reasons)


def choose_properties(
    evidence: Evidence, label: str, properties: tuple[PropertyProfile, ...]
) -> dict[str, Any]:
    """Rating, time, weight and event of interactions of one class."""
    chosen = choose_fields(properties)
    nested = None if "rating" in chosen else _nested_rating(evidence, label)
    return chosen | ({"rating": nested} if nested else {})


def _nested_rating(evidence: Evidence, label: str) -> tuple[str, str] | None:
    """A rating that is a node of its own, as in schema.org: ``reviewRating / ratingValue``."""
    routes = (
        (relation.type, one.name)
        for relation in evidence.schema.relations
        if relation.head == label
        for one in evidence.schema.class_of(relation.tail).properties
        if hints.is_rating(one.name) and is_number(one) and relation.mean_out <= _ONE
    )
    return next(routes, None)


def _hint(type_: str, known: frozenset[str]) -> float:
    return 0.5 if known.intersection(words(type_)) else 0.0


def _is_name(one: PropertyProfile) -> bool:
    return "".join(words(one.name)) in LABELS and one.fill > 1 / 2
