"""From a wish in words to an :class:`~kgrec.wishes.intent.Intent`, by rules alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from kgrec.graph import KnowledgeGraph
from kgrec.graph.extracted import without_extracted
from kgrec.graph.sensitive import without_sensitive
from kgrec.recommend import Recommender
from kgrec.wishes.gazetteer import Called, Gazetteer
from kgrec.wishes.intent import Ambiguity, Intent, Link
from kgrec.wishes.marks import Mark, Marked, marked
from kgrec.wishes.meaning import Meaning, meaning_of
from kgrec.wishes.scope import Part, negated, parts_of
from kgrec.wishes.spelling import Spelling

_MOST_CHOICES = 5


class WishParser:
    """Reads wishes about the items of one graph; made once, it reads many.

    :param graph: what is served
    :param words: a file of cues and everyday words beside those that kgrec brings; see
        ``kgrec/wishes/words.toml``
    :raises ConfigError: if the file cannot be used
    """

    def __init__(self, graph: KnowledgeGraph, words: str | None = None) -> None:
        self.gazetteer = Gazetteer(graph, words)
        self._spelling = Spelling(self.gazetteer)

    @classmethod
    def of(cls, rec: Recommender, words: str | None = None) -> WishParser:
        """Reads wishes about what a recommender serves.

        What is sensitive has no name, nor what only texts speak of where that is no reason.
        """
        settings = rec.config.graph
        graph = without_sensitive(rec.graph, settings.sensitive)
        told = graph if settings.extracted == "explain" else without_extracted(graph)
        return cls(told, words)

    def parse(self, text: str) -> Intent:
        """Read a wish: what is liked, what is wanted, what is not, and what is left in words.

        Names of the graph are found by label, alias, everyday word and likeness; the longest wins.
        Cues say what is not wanted (:mod:`kgrec.wishes.scope`). An item that is named and not
        negated is liked. What a name may mean besides is in ``ambiguous``; where nothing speaks for
        one of several nodes, none is taken, unless the wish excludes them: then all are.

        :param text: a wish; what stands behind 2,000 characters is not read
        """
        wish = marked(text, self.gazetteer, self._spelling)
        return _Reading(wish).intent()


class _Reading:
    def __init__(self, wish: Marked) -> None:
        self.wish, self.negated = wish, negated(wish)
        self.like: dict[str, Link] = {}
        self.want: dict[str, Link] = {}
        self.avoid: dict[str, Link] = {}
        self.ambiguous: list[Ambiguity] = []

    def intent(self) -> Intent:
        parts = parts_of(self.wish)
        skip: set[int] = set()
        for part, behind in pairwise([*parts, None]):
            assert part is not None
            if part.mark is not None and part.first not in skip:
                skip |= self._take(part.mark, behind)
        doubted = self._settle()
        return Intent(
            text=self.wish.text,
            like=tuple(self.like.values()),
            want=tuple(self.want.values()),
            avoid=tuple(self.avoid.values()),
            free_text=" ".join(self._left(parts, never=False)),
            ambiguous=tuple(self.ambiguous),
            not_excluded=(*doubted, *self._left(parts, never=True)),
        )

    def _settle(self) -> list[str]:
        """What is wanted and not wanted is what was said more clearly; else it is not wanted.

        :return: words that were not wanted after all: *slashers* where *horror* is wanted
        """
        doubted = []
        for key, avoided in list(self.avoid.items()):
            for slot in (self.like, self.want):
                if key in slot and slot[key].score > avoided.score:
                    del self.avoid[key]
                    doubted.append(self.wish.text[slice(*avoided.span)])
                else:
                    slot.pop(key, None)
        return doubted

    def _take(self, mark: Mark, behind: Part | None) -> set[int]:
        """Link a mark; returns places of marks that are used up by it."""
        never = mark.first in self.negated
        if mark.years is not None:
            self._put(self._years_link(mark), never)
        if not mark.names:
            return set()
        year = _year_behind(self.wish, mark, behind)
        meaning = meaning_of(self.wish, mark, never=never, year=year)
        links = [self._link(mark, called, meaning) for called in meaning.choices]
        if len(links) > 1:
            shown = tuple(links[:_MOST_CHOICES])
            self.ambiguous.append(Ambiguity(span=self._span(mark), choices=shown))
        for link in links[: meaning.taken]:
            self._put(link, never)
        return {behind.first} if behind is not None and meaning.by_year else set()

    def _put(self, link: Link, never: bool) -> None:
        key = f"{link.kind}:{link.id}"
        slot = self.avoid if never else self.like if link.kind == "item" else self.want
        slot.setdefault(key, link)

    def _link(self, mark: Mark, called: Called, meaning: Meaning) -> Link:
        node = called.node
        everyday = called.how == "alias" and called.idea and called.score < 0.9
        return Link(
            id=node.id,
            label=node.label,
            type=node.type,
            kind="item" if node.kind == "item" else "entity",
            span=self._span(mark),
            how="fuzzy" if mark.how == "fuzzy" else called.how,
            score=round(called.score * mark.score * meaning.certainty, 3),
            firm=node.kind != "item" and not everyday and not meaning.compared,
        )

    def _years_link(self, mark: Mark) -> Link:
        years = mark.years
        assert years is not None
        return Link(
            id=years.id,
            label=years.label,
            type="Year",
            kind="years",
            span=self._span(mark),
            firm=True,
        )

    def _span(self, mark: Mark) -> tuple[int, int]:
        return self.wish.words[mark.first].start, self.wish.words[mark.last - 1].end

    def _left(self, parts: Sequence[Part], *, never: bool) -> Iterator[str]:
        """Unknown words that say something."""
        for part in parts:
            unknown = part.mark is None and not self.wish.is_small(part.first)
            if unknown and (part.first in self.negated) == never:
                yield self.wish.words[part.first].text


def _year_behind(wish: Marked, mark: Mark, behind: Part | None) -> int | None:
    """The single year that stands right behind a name: "Psycho (1960)"."""
    if behind is None or behind.mark is None or behind.mark.years is None:
        return None
    years = behind.mark.years
    close = wish.gap(behind.first).strip(" (,'’") == "" and behind.mark.first == mark.last
    return years.first if close and years.first == years.last else None
