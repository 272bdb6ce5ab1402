"""What somebody may have meant who wrote a name that nobody knows."""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz import fuzz, process

LEAST = 60.0
"""A likeness from which a name is worth a question, of 100; *genres* and *has_genre* have 67."""


def alike(name: str, known: Iterable[str], most: int = 3) -> list[str]:
    """The known names that are spelled most like one, the nearest first.

    Case does not matter; of names that differ in nothing else the first is given. The likeness is
    the share of letters that both have in the same order.

    :param known: among equally near ones, their order stays
    :param most: at most so many, at least 1
    """
    by_case: dict[str, str] = {}
    for each in known:
        by_case.setdefault(each.casefold(), each)
    wanted = name.casefold()
    found = process.extract(
        wanted, by_case.keys(), scorer=fuzz.ratio, score_cutoff=LEAST, limit=most
    )
    return [by_case[folded] for folded, _, _ in found]
