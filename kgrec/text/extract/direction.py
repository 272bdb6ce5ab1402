"""What the words around a name say of it: which relation, and which way it runs.

The words that govern a name are those before it in its sentence with nothing but names, commas and
small words between: in *directed by Ann Lee and starring Bob Ray* "starring" governs "Bob Ray",
and "directed" does not. Words behind a name (*Ann Lee directed the film*) govern it only where none
stand before it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kgrec.text.extract.relations import Cue
from kgrec.text.extract.tokens import Token

_FARTHEST = 40  # words between a cue and the last name of a list
_LONGEST_CUE = 3
_NEAREST = 3  # words between a name and a cue behind it
# English, as the words of the ontology are: what may stand among the names of a list.
_SMALL_WORDS = "a an and as also both by de del der di for of the to van von well is are"
_SMALL = frozenset(_SMALL_WORDS.split())


@dataclass(frozen=True)
class Governing:
    """The words that govern a name.

    :ivar relations: name of a relation → whether its words run from the item to the name; of
        several readings of the same words ("written by" of a film and of a book) all are here
    :ivar before: whether they stand before the name
    """

    relations: Mapping[str, bool]
    before: bool


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
        found = _over(listed, place, first, cues)
        if found:
            return Governing(found, before=True)
        if not _is_listed(listed[place]):
            break
    for place in range(last, min(last + _NEAREST, len(listed))):
        found = _at(listed, place, len(listed), cues)[1]
        if found:
            return Governing(found, before=False)
        if not _is_listed(listed[place]):
            break
    return None


def _is_listed(word: Token) -> bool:
    """Whether a word may stand between a cue and a name that it governs."""
    return word.norm in _SMALL or not word.text[0].islower()


def _over(
    words: list[Token], place: int, end: int, cues: Mapping[str, Sequence[Cue]]
) -> dict[str, bool]:
    """The relations whose words cover a place: "executive produced" rather than "produced"."""
    for start in range(max(place - _LONGEST_CUE + 1, 0), place + 1):
        size, found = _at(words, start, end, cues)
        if size > place - start:
            return found
    return {}


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
