"""Which relations a text about an item may state, and the words by which it states them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from kgrec.errors import ConfigError
from kgrec.text.extract.tokens import Token, name_of
from kgrec.vocabulary import INTERACTED, Relation, Vocabulary

VAGUE = ("Node", "Entity", "Item", "User")
"""Types that say nothing of what a node is."""

MENTIONS = "mentions"
"""The relation of an item to whatever its text names."""

_ALIAS = re.compile(r"[a-z]+(?:[ _][a-z]+)*")
# English, as the ontology's labels and aliases are; they carry no relation by themselves.
_EMPTY_WORDS = """
    a an the of by in on to for from with at as is are was were be been has have had
    and or its this that who which item thing name names id about between into it
    film movie book work works also same other kind type
"""
_EMPTY = frozenset(_EMPTY_WORDS.split())
_ENDINGS = ("s", "es", "d", "ed", "ing", "er", "ers", "or", "ors", "en", "ten", "ion", "ions")
_LONGEST_FIRST = sorted(_ENDINGS, key=len, reverse=True)
_SHORTEST_STEM = 4


@dataclass(frozen=True)
class Cue:
    """Words that state a relation.

    :ivar stems: one a word, without endings
    :ivar forward: whether the item is the head in *item, words, tail*
    """

    stems: tuple[str, ...]
    forward: bool

    def is_at(self, words: list[Token], place: int) -> bool:
        """Whether the words stand in a text, from a place on."""
        part = words[place : place + len(self.stems)]
        return len(part) == len(self.stems) and all(
            _same(word.norm, stem) for word, stem in zip(part, self.stems, strict=True)
        )


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
        for words in (label, *(alias for alias in aliases if _ALIAS.fullmatch(alias))):
            stems = tuple(
                stem(word) for word in name_of(words.replace("_", " ")) if word not in _EMPTY
            )
            if stems:
                found.setdefault(stems, Cue(stems, forward))
    return tuple(sorted(found.values(), key=lambda cue: (-len(cue.stems), cue.stems)))


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
    return word == stemmed or stem(word) == stemmed
