"""Words that state a relation: its labels, its patterns and the names that data have for it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from kgrec.text.tokens import words_of
from kgrec.text.verify.languages import Language, root
from kgrec.vocabulary import INTERACTED, Relation, Vocabulary

Roots = tuple[str, ...]
Reading = tuple[str, bool]
"""A relation, and whether what stands before the cue is its head."""

_ODD = re.compile(r"[:/.\d]")


@dataclass(frozen=True)
class Cue:
    """A phrase, and what it can mean.

    :ivar words: roots
    :ivar readings: with a name on either side of it: ``X directed by Y``
    :ivar stubs: relations of which it is the beginning: "written" and directed by
    :ivar noun: whether it is what the thing at its end is called: "the director", "the genre"
    :ivar weak: whether it is nothing but small words: "about"; it states a relation only where a
        name comes next
    """

    words: Roots
    readings: frozenset[Reading] = frozenset()
    stubs: frozenset[str] = frozenset()
    noun: bool = False
    weak: bool = False


@dataclass
class _Found:
    readings: set[Reading] = field(default_factory=set)
    stubs: set[str] = field(default_factory=set)
    labels: int = 0


class Cues:
    """All phrases that state a relation of a vocabulary, in its language.

    :param vocabulary: of the graph
    :param small: small words of the language
    :param relations: further relations that a graph has, which no ontology declares
    """

    def __init__(
        self, vocabulary: Vocabulary, small: Language, relations: Iterable[str] = ()
    ) -> None:
        names = {*vocabulary.relations, *relations} - {INTERACTED}
        found: dict[Roots, _Found] = {}
        for name in sorted(names):
            relation = vocabulary.relation(name)
            if vocabulary.type(relation.domain).kind != "user":
                _collect(relation, small, found)
        self._vocabulary = vocabulary
        self._by_first: dict[str, list[Cue]] = {}
        for words, each in found.items():
            cue = Cue(
                words,
                frozenset(each.readings),
                frozenset(each.stubs),
                noun=not each.labels and len(words) == 1,
                weak=small.small.union(small.narrators).issuperset(words),
            )
            self._by_first.setdefault(words[0], []).append(cue)
        for cues in self._by_first.values():
            cues.sort(key=lambda cue: len(cue.words), reverse=True)
        self.concepts = frozenset(
            name for name in names if vocabulary.type(vocabulary.relation(name).range).is_concept
        )

    def at(self, roots: list[str], place: int) -> Cue | None:
        """The longest cue that begins at a place."""
        for cue in self._by_first.get(roots[place], ()):
            if tuple(roots[place : place + len(cue.words)]) == cue.words:
                return cue
        return None

    def may_be(self, meaning: Reading, reading: Reading) -> bool:
        """Whether a name with a meaning could also be what a cue with a reading is said of.

        After "followed by The Blue Kite", "directed by …" could be said of either film.
        """
        name, forward = meaning
        if name not in self._vocabulary.relations:
            return reading[0] not in self._vocabulary.relations
        one, other = self._vocabulary.relation(name), self._vocabulary.relation(reading[0])
        end = self._vocabulary.type(one.range if forward else one.domain)
        subject = self._vocabulary.type(other.domain if reading[1] else other.range)
        return end.is_a(subject.name) or subject.is_a(end.name)


def _collect(relation: Relation, small: Language, found: dict[Roots, _Found]) -> None:
    back = relation.symmetric
    texts = [(relation.label, True, True), (relation.inverse_label, back, True)]
    texts += [(text, True, True) for text in _around(relation.pattern)]
    texts += [(text, back, True) for text in _around(relation.inverse_pattern)]
    texts += [(text, True, False) for text in _plain((*relation.aliases, *relation.columns))]
    texts += [(text, back, False) for text in _plain(relation.inverse_aliases)]
    for text, forward, is_label in texts:
        words = tuple(map(root, words_of(text)))
        if not words:
            continue
        entry = found.setdefault(words, _Found())
        entry.readings.add((relation.name, forward))
        entry.labels += is_label and len(words) > 1
        head = words
        while len(head) > 1 and head[-1] in small.small:
            head = head[:-1]
        if head != words and not small.small.issuperset(head):
            found.setdefault(head, _Found()).stubs.add(relation.name)


def _around(pattern: str) -> Iterator[str]:
    """What stands before the entity of a pattern, and what behind it."""
    before, _, after = pattern.partition("{entity}")
    yield before.strip().removeprefix("also ").strip()
    yield after.strip()


def _plain(aliases: Iterable[str]) -> Iterator[str]:
    """Aliases that a person might write: ``"director"``."""
    return (alias.replace("_", " ") for alias in aliases if not _ODD.search(alias))
