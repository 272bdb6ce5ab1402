"""Which of several nodes a name means.

In this order: a year behind a title; a noun beside it (*Star Wars films* are a series, *the novel
Dracula* is a book); the cue before it (*like* means an item, *by* a person, *set in* no item); how
it is written (*Heat* is a film, *heat* none); and how well known each is, if one is known at least
twice as well as the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kgrec.wishes.gazetteer import Called
from kgrec.wishes.lexicon import Lexicon
from kgrec.wishes.marks import Mark, Marked

_CLEAR = 2.0  # so many times as well known as the next
_WHOLE = 0.8  # the score of a name that is no part of a longer one
_CLOSE = 0.12  # of the scores of names


@dataclass(frozen=True)
class Meaning:
    """What a name may mean.

    :ivar choices: likeliest first
    :ivar taken: so many of the first are linked
    :ivar compared: whether the name only says what the wish is like
    :ivar by_year: whether a year behind it made the choice
    """

    choices: tuple[Called, ...]
    taken: int
    compared: bool = False
    by_year: bool = False

    @property
    def certainty(self) -> float:
        """1 where there is nothing to choose."""
        return 1.0 if len(self.choices) == 1 else 0.8


def meaning_of(wish: Marked, mark: Mark, *, never: bool, year: int | None) -> Meaning:
    """What a name means in its place.

    :param never: whether it is not wanted
    :param year: that stands behind it
    """
    names = _without_doubles(wish, mark.names)
    compared = wish.spoken_of(mark.first) == "like" and not never
    dated = [c for c in names if year and wish.gazetteer.year(c.node) == year]
    if dated:
        return Meaning(tuple(dated), 1, compared, by_year=True)
    ranks = {id(called): _rank(wish, mark, called, never) for called in names}
    ordered = sorted(names, key=lambda c: (ranks[id(c)], c.score, c.weight), reverse=True)
    top = [called for called in ordered if ranks[id(called)] == ranks[id(ordered[0])]]
    if len(top) == 1 or _is_clear(top):
        return Meaning(tuple(ordered), 1, compared)
    # An exclusion excludes all that are called so; a wish for one of several waits.
    whole = all(called.score >= _WHOLE for called in top)
    return Meaning(tuple(ordered), len(top) if never and whole else 0, compared)


def _is_clear(top: Sequence[Called]) -> bool:
    first, second = top[:2]
    return first.score - second.score >= _CLOSE or first.weight >= _CLEAR * max(second.weight, 1)


def _without_doubles(wish: Marked, names: Sequence[Called]) -> list[Called]:
    """Of items with one title and year, the better known: catalogs have some twice."""
    best: dict[tuple[str, str, int | None], Called] = {}
    for called in names:
        node = called.node
        year = wish.gazetteer.year(node) if node.kind == "item" else None
        key = (node.label, node.type if node.kind == "item" else node.key, year)
        if key not in best or called.weight > best[key].weight:
            best[key] = called
    return list(best.values())


def _rank(wish: Marked, mark: Mark, called: Called, never: bool) -> float:
    node, gazetteer = called.node, wish.gazetteer
    words = gazetteer.lexicon
    spoken = wish.spoken_of(mark.first)
    behind = wish.words[mark.last].norm if mark.last < len(wish.words) else ""
    before = wish.words[mark.first - 1].norm if mark.first else ""
    capital = wish.is_capital(mark.first, mark.last)
    if node.kind == "item":
        named = spoken == "like" or (spoken == "named" and capital)
        if named or wish.is_quoted(mark.first, mark.last):
            return 3.0
        return 2.0 if capital else 1.0
    if node.type in gazetteer.people:
        return 3.2 if spoken == "by" else 2.1
    if node.type in gazetteer.languages and before in words.tongue:
        return 3.6
    if node.type in gazetteer.series:
        if behind in words.series:
            return 3.5
        return 2.5 if never and spoken != "like" and gazetteer.weight(node) > 1 else 0.8
    if node.type in gazetteer.works:
        return 3.5 if behind in words.works or before in words.works else 0.3
    if gazetteer.is_idea(node) or called.idea:
        if spoken == "setting":
            return 3.4
        return 1.5 if capital and not _is_proper(called, words) else 2.5
    return 2.2


def _is_proper(called: Called, words: Lexicon) -> bool:
    """Whether a label is written with a capital letter itself, an article in front left out."""
    first, blank, rest = called.node.label.partition(" ")
    return (rest if blank and first in words.articles else first)[:1].isupper()
