"""Names of a graph as people write them in wishes.

Beside the labels and aliases of :class:`kgrec.text.extract.names.Names` a node is called by

- its label without what stands in brackets, without an article in front, without ``Category:``;
- each half of an idea that joins two: *robots and artificial intelligence*;
- everyday words (``words.toml``): *funny* for *Comedy*;
- the surname, if it is a person;
- the part of a title before a colon, and a word that no other title has: *Shawshank*.

The last two are *parts*: they count only where nothing longer does.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import polars as pl

from kgrec.graph import KnowledgeGraph
from kgrec.graph.years import item_years
from kgrec.text.extract.names import Named, Names
from kgrec.text.extract.tokens import has_ideographs, tokens
from kgrec.vocabulary import INTERACTED
from kgrec.wishes.lexicon import Key, lexicon
from kgrec.wishes.words import folded, key_of, rooted

_BRACKETS = re.compile(r"\s*\(([^()]*)\)")
_LEAST_PART = 5  # letters of a word that stands for a whole title
LONGEST = 10
"""Words of a name."""


@dataclass(frozen=True)
class Called:
    """A node by one of its names.

    :ivar node: the node
    :ivar name: the words
    :ivar how: whose name it is: the graph's, or another
    :ivar score: how sure it means the node
    :ivar weight: how well known the node is: facts and interactions, at least 0
    :ivar idea: whether words may be written in any case and with any ending
    """

    node: Named
    name: Key
    how: Literal["label", "alias"]
    score: float
    weight: int
    idea: bool


class Gazetteer:
    """All names of a graph.

    :param graph: what is served; nodes that no item has a fact about are left out
    :param words: a file of words beside those that kgrec brings; see ``words.toml``
    """

    def __init__(self, graph: KnowledgeGraph, words: str | None = None) -> None:
        self.graph, self.lexicon = graph, lexicon(words)
        self._names = Names(graph)
        self._weights = _weights(graph)
        self.people = self._types_below("Person")
        self.series = self._types_below("Series")
        self.works = self._types_below("Work")
        self.languages = self._types_below("Language")
        known = self._weights.keys()
        self.nodes = {
            key: node
            for key, node in self._names.nodes.items()
            if node.kind == "item" or key in known
        }
        self.common = self._common_words()
        self.whole: dict[Key, list[Called]] = defaultdict(list)
        self.parts: dict[Key, list[Called]] = defaultdict(list)
        self._exact: dict[Key, list[Named]] = defaultdict(list)
        for node in self.nodes.values():
            self._add_names(node)
        self._add_everyday()
        self._add_parts()

    def weight(self, node: Named) -> int:
        """How well known a node is: its facts and interactions."""
        return self._weights.get(node.key, 0)

    def year(self, node: Named) -> int | None:
        """The year of an item, if it has one."""
        return self._years.get(node.id)

    @cached_property
    def _years(self) -> dict[str, int]:
        return item_years(self.graph.nodes)

    def is_idea(self, node: Named) -> bool:
        """Whether a node is an idea (a genre, a theme) and no thing."""
        return node.kind == "entity" and self.graph.vocabulary.type(node.type).is_concept

    def called(self, words: Key) -> list[Called]:
        """The nodes with a whole name; an ending counts for ideas and everyday words only."""
        found = self.whole.get(rooted(words), ())
        same = [each for each in found if each.name == words]
        titles = {each.node.key for each in same if not each.idea}
        loose = [each for each in found if each.idea and each.node.key not in titles]
        best: dict[str, Called] = {}
        for each in sorted([*same, *loose], key=lambda each: -each.score):
            best.setdefault(each.node.key, each)
        return list(best.values())

    def _add(
        self, to: dict[Key, list[Called]], node: Named, name: Key, how: Literal["label", "alias"],
        score: float, *, idea: bool | None = None,
    ) -> None:  # fmt: skip
        if name and len(name) <= LONGEST:
            loose = self.is_idea(node) if idea is None else idea
            called = Called(node, name, how, score, self.weight(node), loose)
            if all(other.node is not node or other.name != name for other in to[rooted(name)]):
                to[rooted(name)].append(called)

    def _add_names(self, node: Named) -> None:
        written = self._names.written[node.key]
        for name in written:
            is_label = (
                key_of(name) == key_of(node.label) or name == written[min(1, len(written) - 1)]
            )
            self._exact[key_of(name)].append(node)
            self._add(self.whole, node, key_of(name), "label" if is_label else "alias", 1.0)
            for other in self._others(node, name):
                self._exact[key_of(other)].append(node)
                self._add(self.whole, node, key_of(other), "alias", 0.9)

    def _others(self, node: Named, name: str) -> Iterator[str]:
        """Other ways to write a name."""
        plain = name.removeprefix("Category:")
        short = _BRACKETS.sub("", plain).strip()
        several = [plain, short]
        if node.kind == "item":
            several += [part for part in _BRACKETS.findall(plain) if not part.isdigit()]
        if self.is_idea(node):
            several += self._halves(short)
        for each in several:
            if each and each != name:
                yield each
            first, _, rest = each.partition(" ")
            if first.lower() in self.lexicon.articles and len(each) > 6:
                yield rest

    def _halves(self, name: str) -> list[str]:
        """The two ideas that one joins: *robots and artificial intelligence*."""
        for word in sorted(self.lexicon.joins_halves):
            halves = [half.strip() for half in name.split(f" {word} ")]
            if len(halves) == 2 and name.islower():
                return halves
        return []

    def _add_everyday(self) -> None:
        for words, labels in self.lexicon.labels.items():
            for each in labels:
                kind, typed, rest = each.partition("/")
                label = rest if typed else each
                meant = [
                    node
                    for node in self._exact.get(key_of(label), ())
                    if node.kind == "entity"
                    and (not typed or node.type == kind)
                    and key_of(node.label.removeprefix("Category:")) == key_of(label)
                ]
                if meant:
                    for node in meant:
                        called = Called(node, words, "alias", 0.8, self.weight(node), True)
                        self.whole[words].append(called)
                    break

    def _add_parts(self) -> None:
        titles: Counter[Key] = Counter()
        rare: Counter[str] = Counter()
        split: list[tuple[Named, set[Key], set[str]]] = []
        for node in self.nodes.values():
            if node.type in self.people:
                self._add(self.parts, node, self._surname(node.label), "alias", 0.7, idea=False)
            elif node.kind == "item" or not self.is_idea(node):
                heads = {key_of(part) for part in _heads(node.label)} - {()}
                words = {word for word in key_of(node.label) if self._tells(word)}
                titles.update(heads)
                rare.update(words)
                split.append((node, heads, words))
        for node, heads, words in split:
            for head in heads:
                if titles[head] == 1:
                    self._add(self.parts, node, head, "alias", 0.75, idea=False)
            if node.type in self.series:
                words = words | set(key_of(node.label)[-1:])  # "a Bond film"
            for word in words:
                self._add(self.parts, node, (word,), "alias", 0.6, idea=False)

    def _surname(self, label: str) -> Key:
        """Of a person's name; nothing where there is one word only, or no spaces between words."""
        words = list(key_of(_BRACKETS.sub("", label)))
        while words and words[-1] in self.lexicon.suffixes:
            words.pop()
        if len(words) < 2 or has_ideographs(label):
            return ()
        first = len(words) - 1
        while first > 1 and words[first - 1] in self.lexicon.particles:
            first -= 1
        return tuple(words[first:])

    def _tells(self, word: str) -> bool:
        """Whether a word is rare enough to stand for a title."""
        return len(word) >= _LEAST_PART and not self.common[word] and word not in self.lexicon.small

    def _types_below(self, name: str) -> frozenset[str]:
        """Types of entities that are a ``name``, by the ontology."""
        types = self.graph.nodes.filter(pl.col("kind") == "entity")["type"].drop_nulls().unique()
        return frozenset(each for each in types if self.graph.vocabulary.type(each).is_a(name))

    def _common_words(self) -> Counter[str]:
        """Words that texts and ideas of the graph have in lower case."""
        nodes = self.graph.nodes.filter(pl.col("kind") != "user")
        texts = [*nodes["text"].drop_nulls(), *nodes["label"]]
        found: Counter[str] = Counter()
        for text in texts:
            found.update(folded(t.text) for t in tokens(text) if t.text[0].islower())
        return found


def _weights(graph: KnowledgeGraph) -> dict[str, int]:
    """Facts and interactions of each node, of those that have one with an item."""
    edges = graph.edges.select("head", "tail", "relation")
    is_item = {side: pl.col(side).str.starts_with("item:") for side in ("head", "tail")}
    ends = pl.concat(
        [
            edges.filter(is_item["head"]).select(key="tail"),
            edges.filter(is_item["tail"]).select(key="head"),
            edges.filter(is_item["head"]).select(key="head"),
            edges.filter(is_item["tail"] & (pl.col("relation") == INTERACTED)).select(key="tail"),
        ]
    ).filter(~pl.col("key").str.starts_with("user:"))
    return dict(ends.group_by("key").len().iter_rows())


def _heads(label: str) -> Iterator[str]:
    """What stands for a longer title: before a colon, a dash or an *or*, behind an *'s*."""
    plain = _BRACKETS.sub("", label)
    for mark in (":", " - ", " or: ", "'s "):
        first, found, rest = plain.partition(mark)
        if found:
            yield rest if mark == "'s " else first
