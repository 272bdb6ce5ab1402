"""What the words around a name say of it: which relation, and which way it runs.

The words that govern a name are those before it in its sentence with nothing but names, commas and
small words between: in *directed by Ann Lee and starring Bob Ray* "starring" governs "Bob Ray",
and "directed" does not. What stands in brackets governs nothing outside, and the other way round.
Words behind a name (*Ann Lee directed the film*) govern it only where none stand before it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kgrec.text.extract.relations import Cue
from kgrec.text.extract.tokens import Token

_FARTHEST = 40  # words between a cue and the last name of a list
_LONGEST_CUE = 3
_FARTHEST_AGENT = 6  # words between "directed by" and "director"
_NEAREST = 3  # words between a name and a cue behind it
# English, as the words of the ontology are: what may stand among the names of a list.
_SMALL_WORDS = "a an and as also both by de del der di for of the to van von well is are"
SMALL = frozenset(_SMALL_WORDS.split())
_ARTICLES = frozenset(["a", "an", "the"])
# Right before a name, and not right behind the cue: *made by Ann Lee for Bob Ray*.
_OTHERS = frozenset(["as", "of", "for", "to"])

Found = list[tuple[str, Cue]]
"""Relations, each with the words that state it."""


@dataclass(frozen=True)
class Governing:
    """The words that govern a name.

    :ivar relations: name of a relation → whether its words run from the item to the name; of
        several readings of the same words ("written by" of a film and of a book) all are here
    :ivar before: whether they stand before the name
    :ivar at: place of the first of them in the sentence
    :ivar end: place behind the last
    :ivar doubt: why they may say nothing of the name after all; empty: they do
    """

    relations: Mapping[str, bool]
    before: bool
    at: int
    end: int = 0
    doubt: str = ""


def governing(
    words: Sequence[Token], first: int, last: int, cues: Mapping[str, Sequence[Cue]]
) -> Governing | None:
    """Find what governs a name in a sentence.

    :param words: of the sentence
    :param first: place of the first word of the name
    :param last: place behind its last word
    :param cues: of every relation that could be meant
    """
    listed = list(words)
    place = first - 1
    while place >= max(first - _FARTHEST, 0):
        gap = listed[place + 1].before
        if ")" in gap:
            place, gap = _opening(listed, place), ""
            if place < 0:
                break
        start, found = over(listed, place, first, cues)
        if found:
            return _before(listed, start, found, first, cues)
        if "(" in gap or not _is_listed(listed, place, cues):
            break
        place -= 1
    for place in range(last, min(last + _NEAREST, len(listed))):
        size, found = _at(listed, place, len(listed), cues)
        if found:
            relations = {name: cue.forward for name, cue in found}
            return Governing(relations, before=False, at=place, end=place + size)
        if not _is_plain(listed[place]):
            break
    return None


def over(
    words: list[Token], place: int, end: int, cues: Mapping[str, Sequence[Cue]]
) -> tuple[int, Found]:
    """The words that cover a place, and where they begin: "executive produced", not "produced"."""
    for start in range(max(place - _LONGEST_CUE + 1, 0), place + 1):
        size, found = _at(words, start, end, cues)
        if size > place - start:
            return start, found
    return place, []


def _before(
    words: list[Token], start: int, found: Found, first: int, cues: Mapping[str, Sequence[Cue]]
) -> Governing:
    end = start + len(found[0][1].stems)
    leading = [(name, cue) for name, cue in found if cue.leads_to(words, end, first)]
    if not leading and (agent := _agent(words, start, found, cues)):
        start, leading = agent
    said = " ".join(word.text for word in words[start:end])
    doubt = "" if leading else f"'{said}' does not say of what"
    near = first - 1
    while near > end and words[near].norm in _ARTICLES:
        near -= 1
    is_another = words[near].norm in _OTHERS and words[near - 1].norm != "well"
    if not doubt and near > end and is_another:
        doubt = f"the name stands behind '{words[near].text}'"
    relations = {name: cue.forward for name, cue in leading or found}
    return Governing(relations, before=True, at=start, end=end, doubt=doubt)


def _agent(
    words: list[Token], start: int, found: Found, cues: Mapping[str, Sequence[Cue]]
) -> tuple[int, Found] | None:
    """What names the one that is meant once more: *directed by the Polish director Ann Lee*."""
    for by in range(start - 1, max(start - _FARTHEST_AGENT, 0), -1):
        at, before = over(words, by - 1, by + 1, cues)
        same = [(name, cue) for name, cue in before if name in dict(found)]
        if same:
            leading = [(name, cue) for name, cue in same if cue.leads_to(words, by, start)]
            return (at, leading) if leading else None
        if before or "," in words[by].before:
            break
    return None


def _opening(words: list[Token], place: int) -> int:
    """The place before the bracket that closes behind a word."""
    while place >= 0:
        gap = words[place].before
        place -= 1
        if "(" in gap:
            break
    return place


def _is_listed(words: list[Token], place: int, cues: Mapping[str, Sequence[Cue]]) -> bool:
    """Whether a word may stand between a cue and a name that it governs."""
    word = words[place]
    if _is_plain(word):
        return True
    found = over(words, place - 1, place, cues)[1] if place else []
    return any(word.norm in cue.links for _, cue in found)


def _is_plain(word: Token) -> bool:
    return word.norm in SMALL or not word.text[0].islower() or word.text != word.text.lower()


def _at(
    words: list[Token], place: int, end: int, cues: Mapping[str, Sequence[Cue]]
) -> tuple[int, Found]:
    """How many words state a relation from a place on, and which; the longest win."""
    longest = 0
    found: dict[str, Cue] = {}
    for name, several in cues.items():
        for cue in several:
            size = len(cue.stems)
            if place + size > end or size < longest or not cue.is_at(words, place):
                continue
            if size > longest:
                longest, found = size, {}
            # Words that are read both ways decide nothing: the first reading stays.
            found.setdefault(name, cue)
    return longest, list(found.items())
