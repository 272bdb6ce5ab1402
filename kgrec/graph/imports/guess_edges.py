"""Relationship types that may be interactions."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from kgrec.graph.imports import hints
from kgrec.graph.imports.fields import choose_fields
from kgrec.graph.imports.guess import ITEM, NAME, USER, Evidence, Guess, degrees, mean, named
from kgrec.graph.imports.schema import PropertyProfile

_FORWARD = 0.1  # of two readings that fit alike, edges run from users to items
_FEW = 1.2  # edges a node: below that nodes have one each, but for slips
_LONELY = -1.5


_Side = tuple[pl.Series, tuple[str, ...]]


def guess_edges(evidence: Evidence) -> list[Guess]:
    """Every type in both directions, with its score."""
    return [guess for type_ in evidence.foreign.types() for guess in _both_ways(evidence, type_)]


def _both_ways(evidence: Evidence, type_: str) -> Iterator[Guess]:
    edges = evidence.edges(type_)
    heads, tails = edges["head"], edges["tail"]
    if heads.is_in(tails.implode()).any():
        return  # somebody would be a user and an item at once
    classes = evidence.cover(heads), evidence.cover(tails)
    if all(classes):
        yield _read(evidence, type_, (heads, classes[0]), (tails, classes[1]), forward=True)
        yield _read(evidence, type_, (tails, classes[1]), (heads, classes[0]), forward=False)


def _read(evidence: Evidence, type_: str, users: _Side, items: _Side, *, forward: bool) -> Guess:
    shape, said_of_shape = _shape(users[0], items[0], evidence.is_whole(type_))
    extra, said_of_extra = _extra(evidence, type_)
    name = hints.act_score(type_)
    # "rated" may be what the board of censors did, but from users to items it is an act.
    name = -1.0 if name < 1 and evidence.is_fact(type_) else name
    user = mean(map(hints.user_score, users[1]))
    item = mean(map(hints.item_score, items[1]))
    score = NAME * name + USER * user + ITEM * item + shape + extra + _FORWARD * forward
    reasons = (
        f"interactions are '{type_}' from {named(users[1])} to {named(items[1])}"
        f"{'' if forward else ', read against its direction'} ({users[0].len():,} seen)",
        "its name is that of an act" if name > 0 else "",
        f"{named(users[1])} sounds like users" if user > 0 else "",
        said_of_shape,
        said_of_extra,
    )
    return Guess(score, users[1], items[1], name, type_, reasons=tuple(filter(None, reasons)))


def _shape(users: pl.Series, items: pl.Series, is_whole: bool) -> tuple[float, str]:
    """Users have several items, items several users: the more so, the more there is to learn."""
    out, into = degrees(users), degrees(items)
    if into < _FEW:
        # In a part of a big graph nobody meets anybody.
        return (_LONELY if is_whole else 0.0), ""
    score = 0.5 * min(1.0, (out - 1) / 2) + 0.5 * min(1.0, (into - 1) / 2)
    return score, f"each has {out:.1f} of them and each item {into:.1f}, on average"


def _extra(evidence: Evidence, type_: str) -> tuple[float, str]:
    found = choose_fields(edge_properties(evidence, type_))
    rated, timed = "rating" in found, "timestamp" in found
    said = [*(["ratings"] if rated else []), *(["times"] if timed else [])]
    return 0.5 * rated + 0.5 * timed, f"they carry {' and '.join(said)}" if said else ""


def edge_properties(evidence: Evidence, type_: str) -> tuple[PropertyProfile, ...]:
    """The properties of the edges of one type."""
    found = (one.properties for one in evidence.schema.relations if one.type == type_)
    return next(found, ())
