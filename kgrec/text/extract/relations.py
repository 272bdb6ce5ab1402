"""Which relations a text about an item may state, and the words by which it states them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from kgrec.errors import ConfigError
from kgrec.text.extract.tokens import Token, name_of
from kgrec.vocabulary import INTERACTED, Relation, Vocabulary

VAGUE = ("Node", "Entity", "Item", "User")
"""Types that say nothing of what a node is."""

MENTIONS = "mentions"
"""The relation of an item to whatever its text names."""

TITLED = ("Work", "Series")
"""Types whose names are titles: *Pride and Prejudice*."""

_ALIAS = re.compile(r"[a-z]+(?:[ _][a-z]+)*")
# English, as the ontology's labels and aliases are; they carry no relation by themselves.
_EMPTY_WORDS = """
    a an the of by in on to for from with at as is are was were be been has have had
    and or its this that who which item thing name names id about between into it
    film movie book work works also same other kind type
"""
_EMPTY = frozenset(_EMPTY_WORDS.split())
_LINKS = frozenset(["of", "by", "in", "on", "to", "for", "from", "with", "at", "as"])
_COPULAS = frozenset(["is", "are", "was", "were"])
_KINDS = frozenset(["films", "movies", "books", "works"])
_ENDINGS = ("s", "es", "d", "ed", "ing", "er", "ers", "or", "ors", "en", "ten", "ion", "ions")
_LONGEST_FIRST = sorted(_ENDINGS, key=len, reverse=True)
_SHORTEST_STEM = 4


@dataclass(frozen=True)
class Cue:
    """Words that state a relation.

    :ivar stems: one a word, without endings
    :ivar forward: whether the item is the head in *item, words, tail*
    :ivar links: prepositions that go with them: "by" of "directed by"
    :ivar forms: the last words as labels without a preposition write them: "starring"
    """

    stems: tuple[str, ...]
    forward: bool
    links: frozenset[str] = frozenset()
    forms: frozenset[str] = frozenset()

    def is_at(self, words: list[Token], place: int) -> bool:
        """Whether the words stand in a text, from a place on."""
        part = words[place : place + len(self.stems)]
        return len(part) == len(self.stems) and all(
            _same(word.norm, stem) for word, stem in zip(part, self.stems, strict=True)
        )

    def leads_to(self, words: list[Token], end: int, name: int) -> bool:
        """Whether the words, as they stand, say what the name behind them is.

        "directed by Ann Lee" and "Director: Ann Lee" do; "director Ann Lee" says what she is, not
        of what, and "made for Ann Lee" is not "made by".

        :param end: place behind the last of the words
        :param name: place of the name, or of the first of a list of names
        """
        behind = words[end] if end < len(words) else None
        if behind is not None and (":" in behind.before or behind.norm in _COPULAS):
            return True
        if behind is not None and end < name and behind.norm in self.links:
            return True
        written = words[end - 1].norm
        if self.forms:
            return written in self.forms or written != self.stems[-1]
        is_verb = not self.links and written.endswith(("ed", "en"))
        return is_verb and end < name and words[end].norm == "by"


def candidate_relations(
    vocabulary: Vocabulary, item_type: str, names: Iterable[str] = ()
) -> tuple[Relation, ...]:
    """Declared relations of which an item can be the head, and a node of a known type the tail.

    Of a relation whose range is any node the words cannot say what the tail is.

    :param item_type: type of the items
    :param names: only these, and those whose range is vague, too; empty: all
    :raises ConfigError: if no ontology declares a name
    """
    if wanted := list(names):
        found = [vocabulary.canonical(name)[0] for name in wanted]
        for name, canonical in zip(wanted, found, strict=True):
            if canonical not in vocabulary.relations or canonical == INTERACTED:
                raise ConfigError(
                    f"There is no relation '{name}' in the ontology: declare it in a Turtle file "
                    "and name that in dataset.toml."
                )
        return tuple(vocabulary.relations[name] for name in dict.fromkeys(found))
    return tuple(
        relation
        for name, relation in sorted(vocabulary.relations.items())
        if name != INTERACTED
        and relation.range not in VAGUE
        and vocabulary.type(relation.range).kind != "user"
        and _may_have(vocabulary, item_type, relation.domain)
    )


def _may_have(vocabulary: Vocabulary, item_type: str, domain: str) -> bool:
    if domain in ("Node", "Item"):
        return True
    return vocabulary.type(item_type).is_a(domain)


def may_be_turned(relation: Relation, vocabulary: Vocabulary, item_type: str) -> bool:
    """Whether head and tail of a fact could change places without breaking a rule of types."""
    if relation.symmetric:
        return False  # there is nothing to mistake
    head, tail = vocabulary.type(item_type), vocabulary.type(relation.range)
    fits_tail = relation.range in VAGUE or head.is_a(relation.range)
    fits_head = relation.domain in VAGUE or tail.is_a(relation.domain)
    return fits_tail and fits_head


def cues(relation: Relation) -> tuple[Cue, ...]:
    """Words that state a relation, from its labels and aliases; the longest first."""
    found: dict[tuple[str, ...], Cue] = {}
    for forward, label, aliases in (
        (True, relation.label, relation.aliases),
        (False, relation.inverse_label, relation.inverse_aliases),
    ):
        for text in (label, *(alias for alias in aliases if _ALIAS.fullmatch(alias))):
            words = name_of(text.replace("_", " "))
            stems = tuple(stem(word) for word in words if word not in _EMPTY)
            if not stems:
                continue
            cue = found.setdefault(stems, Cue(stems, forward))
            if cue.forward == forward:
                found[stems] = _with(cue, words, is_label=text == label)
    return tuple(sorted(found.values(), key=lambda cue: (-len(cue.stems), cue.stems)))


def _with(cue: Cue, words: tuple[str, ...], *, is_label: bool) -> Cue:
    """A cue that is written in these words, too."""
    last = max(place for place, word in enumerate(words) if word not in _EMPTY)
    links = [word for word in words[last + 1 :] if word in _LINKS]
    if links:
        return replace(cue, links=cue.links | {links[-1]})
    return replace(cue, forms=cue.forms | {words[last]}) if is_label else cue


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """A word without its last ending, if enough is left: "directed" is "direct"."""
    for ending in _LONGEST_FIRST:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return _undoubled(word[: -len(ending)])
    return word


def _undoubled(word: str) -> str:
    """ "starr" of "starring" is "star"; a stem has no silent e at its end either."""
    doubled = len(word) > _SHORTEST_STEM and word[-1] == word[-2]
    return word[:-1] if doubled else word.removesuffix("e")


def _same(word: str, stemmed: str) -> bool:
    if word in _EMPTY or word in _KINDS:
        return False  # "a film by" is no "filmed"
    return word == stemmed or stem(word) == stemmed
