"""The parts of a score in per cent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kgrec.explain.languages import ENGLISH, Language

if TYPE_CHECKING:
    from kgrec.explain.explanation import Explanation

OTHER_PATHS = "other_paths"


@dataclass(frozen=True)
class Part:
    """A named part of a score.

    :ivar name: in words
    :ivar share: its part of the score's size, 0–1; the parts of a score sum to 1
    :ivar kind: ``"paths"``, ``"other"`` (paths that are not listed) or ``"rest"``
    :ivar negative: whether it speaks against the item
    """

    name: str
    share: float
    kind: str
    negative: bool = False


def size(explanation: Explanation) -> float:
    """The sum of the sizes of all parts: the score itself, where no part is negative."""
    shares = [path.share for path in explanation.paths]
    return sum(map(abs, [*shares, *explanation.rest.values()]))


def percent(value: float, whole: float) -> float:
    """Divide; 0 where the whole is 0."""
    return value / whole if whole else 0.0


def parts(explanation: Explanation) -> list[Part]:
    """What a score is made of: the listed paths, the other paths, then the rest as it is named."""
    whole = size(explanation)
    listed = sum(abs(path.share) for path in explanation.paths)
    count = len(explanation.paths)
    said = explanation.language.say
    shown = "shown_one" if count == 1 else "shown_other"
    words = said(f"picture.{shown}", count=explanation.language.number(count))
    found = [Part(words, percent(listed, whole), "paths")]
    # The other paths come first, so that all paths stand together.
    for name, value in sorted(explanation.rest.items(), key=lambda each: each[0] != OTHER_PATHS):
        kind = "other" if name == OTHER_PATHS else "rest"
        share = percent(abs(value), whole)
        found.append(Part(rest_name(name, explanation.language), share, kind, negative=value < 0))
    return [part for part in found if part.share > 0]


def rest_name(name: str, language: Language = ENGLISH) -> str:
    """The name of a part that no listed path carries, in words.

    >>> rest_name("other_paths")
    'other paths'
    """
    return language.phrases.get(f"rest.{name}", name.replace("_", " "))


def in_words(share: float) -> str:
    """Write a share, 0–1, as a person reads it.

    >>> in_words(0.234), in_words(0.0234), in_words(-0.5), in_words(0.0001)
    ('23%', '2.3%', '−50%', '<0.1%')
    """
    size = abs(share)
    if 0 < size < 0.0005:
        return "<0.1%"
    return ("−" if share < 0 else "") + (f"{size:.0%}" if size >= 0.0995 else f"{size:.1%}")
