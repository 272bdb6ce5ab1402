"""Proposing a mapping for a graph."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from kgrec.errors import DataError
from kgrec.graph.imports import hints
from kgrec.graph.imports.fields import choose_fields
from kgrec.graph.imports.foreign import ForeignGraph
from kgrec.graph.imports.given import best_id
from kgrec.graph.imports.guess import LEAST, Evidence, Guess, named
from kgrec.graph.imports.guess_edges import edge_properties, guess_edges
from kgrec.graph.imports.guess_nodes import guess_nodes
from kgrec.graph.imports.mapping import Mapping
from kgrec.graph.imports.plan import ANY
from kgrec.graph.imports.profile import profile
from kgrec.graph.imports.schema import PropertyProfile, Schema

_ALTERNATIVES = 3
_ALSO = 0.4  # share of the best score that a further kind of interaction needs
_SEEN = 8


def suggest(foreign: ForeignGraph, schema: Schema | None = None) -> Mapping:
    """Propose a mapping from names, degrees and properties.

    :param foreign: the graph, or a sample of it
    :param schema: its description, where it is already there
    :return: with :attr:`~Mapping.reasons` and :attr:`~Mapping.alternatives`
    :raises DataError: if nothing looks like interactions; it names what there is
    """
    schema = schema or profile(foreign)
    evidence = Evidence(foreign, schema)
    guesses = [*guess_edges(evidence), *guess_nodes(evidence)]
    good = sorted((one for one in guesses if one.score >= LEAST), key=lambda one: -one.score)
    if not good:
        raise _nothing(schema)
    best = _distinct(good)
    mappings = [_mapping(evidence, one, good) for one in best[: _ALTERNATIVES + 1]]
    others = tuple(f"or else: {one.reasons[0]}" for one in best[1 : _ALTERNATIVES + 1])
    return mappings[0].model_copy(
        update={
            "reasons": mappings[0].reasons + others,
            "alternatives": tuple(mappings[1:]),
        }
    )


def _distinct(guesses: Sequence[Guess]) -> list[Guess]:
    """The best guess at each relation or class, the best first."""
    firsts: dict[str, Guess] = {}
    best = guesses[0]
    for one in guesses:
        if one.node and one.node.label in (*best.users, *best.items):
            continue  # what is a user or an item cannot stand for an interaction, too
        firsts.setdefault(one.type or (one.node.label if one.node else ""), one)
    return list(firsts.values())


def _mapping(evidence: Evidence, guess: Guess, others: Sequence[Guess]) -> Mapping:
    also = _also(guess, others)
    types = (guess.type, *(one.type for one in also)) if guess.type else ()
    fields = choose_fields(_merged(evidence, types))
    mixed = _mixed(evidence, guess, types)
    overlap = bool({ANY, *guess.users} & {ANY, *guess.items} - {ANY}) or ANY in guess.users
    classes = [name for name in dict.fromkeys((*guess.users, *guess.items)) if name != ANY]
    if evidence.foreign.public_ids:
        classes = []
    ids = {name: best for name in classes if (best := _best_id(evidence, name)) is not None}
    reasons = [
        *guess.reasons,
        *(f"so is '{one.type}'" for one in also),
        *([f"{named(guess.users)} holds others too: '{mixed}' is no interaction"] if mixed else []),
        *_about_rating(fields),
        *(_about_id(evidence, label, ids.get(label)) for label in classes),
    ]
    return Mapping(
        users=guess.users,
        items=guess.items,
        interactions=types,
        interaction_nodes=(guess.node,) if guess.node else (),
        active_users_only=bool(mixed) or overlap,
        active_items_only=overlap or ANY in guess.items,
        id=ids,
        reasons=tuple(reasons),
        **fields,
    )


def _also(guess: Guess, others: Sequence[Guess]) -> list[Guess]:
    """Further relationship types between the same classes that are acts by their names."""
    if not guess.type:
        return []
    return [
        one
        for one in others
        if one.type not in ("", guess.type)
        and one.name > 0
        and (one.users, one.items) == (guess.users, guess.items)
        and one.score >= _ALSO * guess.score
    ]


def _merged(evidence: Evidence, types: Sequence[str]) -> tuple[PropertyProfile, ...]:
    found = {one.name: one for type_ in reversed(types) for one in edge_properties(evidence, type_)}
    return tuple(found.values())


def _mixed(evidence: Evidence, guess: Guess, types: Sequence[str]) -> str | None:
    """A fact that joins the users' classes to the items': then not all of them are users."""
    for relation in evidence.schema.relations:
        ends = ({relation.head}, {relation.tail})
        joins = any(
            one & set(guess.users) and other & set(guess.items) for one, other in (ends, ends[::-1])
        )
        score = hints.act_score(relation.type)
        fact = score < 0 or (score < 1 and evidence.is_fact(relation.type))
        if joins and fact and relation.type not in types:
            return relation.type
    return None


def _best_id(evidence: Evidence, label: str) -> str | None:
    own = evidence.labels.filter(pl.col("label") == label).select("id")
    nodes = evidence.foreign.nodes.join(own, on="id", how="semi", maintain_order="left")
    # In a sample, nodes that are only the end of an edge come without their properties.
    return best_id(nodes["properties"].drop_nulls(), label)


def _about_id(evidence: Evidence, label: str, name: str | None) -> str:
    if name is None:
        return (
            f"no property tells all '{label}' apart, so that their ids are those that the store "
            "gives; they are no names, and may change"
        )
    seen = ", as far as a sample tells" if evidence.schema.sampled else ""
    return f"the id of each '{label}' is its '{name}', which all have and no two share{seen}"


def _about_rating(fields: dict[str, Any]) -> list[str]:
    if "rating" not in fields:
        return []
    return [f"'{fields['rating']}' is a rating: set min_rating if low ones are dislikes"]


def _nothing(schema: Schema) -> DataError:
    seen = [
        f"({one.head})-[{one.type}]->({one.tail}) × {one.count:,}"
        for one in schema.relations[:_SEEN]
    ]
    what = ", ".join(seen) or "no relationship at all"
    more = len(schema.relations) - _SEEN
    return DataError(
        f"nothing here looks like interactions of users with items; there is {what}"
        + (f" and {more:,} more" if more > 0 else ""),
        fix="say in a kgrec Mapping which of them are",
        file=schema.source,
    )
