"""What the words around a name say of it: which relation, and which way it runs.

The words that govern a name are those before it in its sentence with nothing but names, commas and
small words between: in *directed by Ann Lee and starring Bob Ray* "starring" governs "Bob Ray",
and "directed" does not. Words behind a name (*Ann Lee directed the film*) govern it only where none
stand before it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from kgrec.text.extract.relations import Cue
from kgrec.text.extract.tokens import Token

_FARTHEST = 40  # words between a cue and the last name of a list
_LONGEST_CUE = 3
_NEAREST = 3  # words between a name and a cue behind it
# English, as the words of the ontology are: what may stand among the names of a list.
_SMALL_WORDS = "a an and as also both by de del der di for of the to van von well is are"
_SMALL = frozenset(_SMALL_WORDS.split())
_YEAR = re.compile(r"1[89]\d\d|20\d\d")
_BRACKET = 2  # characters from a word to the next where a bracket and a blank stand between


@dataclass(frozen=True)
class Governing:
    """The words that govern a name.

    :ivar relations: name of a relation → whether its words run from the item to the name; of
        several readings of the same words ("written by" of a film and of a book) all are here
    :ivar before: whether they stand before the name
    :ivar at: place of the first of them in the sentence
    """

    relations: Mapping[str, bool]
    before: bool
    at: int


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
    for place in range(first - 1, max(first - _FARTHEST, -1), -1):
        start, found = _over(listed, place, first, cues)
        if found:
            return Governing(found, before=True, at=start)
        if not _is_listed(listed[place]):
            break
    for place in range(last, min(last + _NEAREST, len(listed))):
        found = _at(listed, place, len(listed), cues)[1]
        if found:
            return Governing(found, before=False, at=place)
        if not _is_listed(listed[place]):
            break
    return None


def another_before(words: Sequence[Token], at: int, own: Collection[tuple[str, ...]]) -> str | None:
    """Another work of which the words from a place on may speak: *Dracula (1931), starring …*.

    :param words: of the sentence
    :param at: place of the words that state a relation
    :param own: names of the item that the text is about
    :return: its name; ``None``: there is none with a year right before them
    """
    place = at - 1
    while place >= 0 and words[place].norm in _SMALL:
        place -= 1
    if place < 1 or not _is_in_brackets(words, place) or not _YEAR.fullmatch(words[place].norm):
        return None
    first = place
    while first and (words[first - 1].text[0].isupper() or words[first - 1].norm in _SMALL):
        first -= 1
    named = tuple(word.norm for word in words[first:place])
    if not named or any(named[-len(name) :] == name for name in own):
        return None
    while first < place and words[first].text[0].islower():
        first += 1
    return " ".join(word.text for word in words[first:place]) or None


def _is_in_brackets(words: Sequence[Token], place: int) -> bool:
    before = words[place].start - words[place - 1].end
    behind = words[place + 1].start - words[place].end
    return before == _BRACKET and behind >= _BRACKET


def _is_listed(word: Token) -> bool:
    """Whether a word may stand between a cue and a name that it governs."""
    return word.norm in _SMALL or not word.text[0].islower()


def _over(
    words: list[Token], place: int, end: int, cues: Mapping[str, Sequence[Cue]]
) -> tuple[int, dict[str, bool]]:
    """The words that cover a place, and where they begin: "executive produced", not "produced"."""
    for start in range(max(place - _LONGEST_CUE + 1, 0), place + 1):
        size, found = _at(words, start, end, cues)
        if size > place - start:
            return start, found
    return place, {}


def _at(
    words: list[Token], place: int, end: int, cues: Mapping[str, Sequence[Cue]]
) -> tuple[int, dict[str, bool]]:
    """How many words state a relation from a place on, and which; the longest win."""
    longest = 0
    found: dict[str, bool] = {}
    for name, several in cues.items():
        for cue in several:
            size = len(cue.stems)
            if place + size > end or size < longest or not cue.is_at(words, place):
                continue
            if size > longest:
                longest, found = size, {}
            # Words that are read both ways decide nothing: the first reading stays.
            found.setdefault(name, cue.forward)
    return longest, found
