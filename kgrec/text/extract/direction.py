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
        found = _at(listed, place, first, cues)
        if found:
            return Governing(found, before=True)
    for place in range(last, min(last + _FARTHEST, len(listed))):
        found = _at(listed, place, len(listed), cues)
        if found:
            return Governing(found, before=False)
    return None


def _at(
    words: list[Token], place: int, end: int, cues: Mapping[str, Sequence[Cue]]
) -> dict[str, bool]:
    """The relations whose words stand at a place; the longest words win."""
    longest, found = 0, {}
    for name, several in cues.items():
        for cue in several:
            size = len(cue.stems)
            if place + size > end or size < longest or not cue.is_at(words, place):
                continue
            if size > longest:
                longest, found = size, {}
            # Words that are read both ways decide nothing: the first reading stays.
            found.setdefault(name, cue.forward)
    return found
