"""Names that a word of a wish is a slip of the pen away from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property

from rapidfuzz import fuzz, process

from kgrec.text.extract.linking import only_spelling
from kgrec.wishes.gazetteer import Called, Gazetteer

_LEAST = 86.0  # of 100
_SHORTEST = 5  # letters of a single word
_SHORTEST_NAME = 6  # the same for surnames and titles
_MOST = 3  # words


class Spelling:
    """Finds names by likeness.

    Only names of as many words that begin with the same letter are looked at.

    :param gazetteer: whose names
    """

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer

    def near(self, words: Sequence[str], *, titles: bool) -> list[tuple[Called, float]]:
        """The nodes whose name is nearest, and how near it is, 0 to 1.

        :param words: folded, at most three
        :param titles: whether a single word may be a title
        """
        text = " ".join(words)
        if not 0 < len(words) <= _MOST or len(text) < _SHORTEST:
            return []
        names, called = self._pools.get((len(words), text[0]), ([], []))
        found = process.extract(text, names, scorer=fuzz.ratio, score_cutoff=_LEAST, limit=8)
        fits = [
            (each, score / 100)
            for name, score, place in found
            for each in called[place]
            if only_spelling(text, name) and self._may(each, words, titles)
        ]
        best = max((score for _, score in fits), default=0.0)
        return [(each, score) for each, score in fits if score == best]

    def _may(self, called: Called, words: Sequence[str], titles: bool) -> bool:
        if len(words) > 1 or called.idea:
            return True
        long = len(words[0]) >= _SHORTEST_NAME and len(called.name[0]) >= _SHORTEST_NAME
        return long and (titles or called.node.kind != "item")

    @cached_property
    def _pools(self) -> dict[tuple[int, str], tuple[list[str], list[list[Called]]]]:
        named: dict[tuple[str, ...], list[Called]] = defaultdict(list)
        for called in self._all():
            if 0 < len(called.name) <= _MOST:
                named[called.name].append(called)
        pools: dict[tuple[int, str], tuple[list[str], list[list[Called]]]] = {}
        for name, several in named.items():
            text = " ".join(name)
            names, each = pools.setdefault((len(name), text[0]), ([], []))
            names.append(text)
            each.append(several)
        return pools

    def _all(self) -> Iterable[Called]:
        for index in (self._gazetteer.whole, self._gazetteer.parts):
            for several in index.values():
                yield from several
