"""What a counterfactual says, in names and in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from kgrec.explain.counterfactual.facts import Fact
from kgrec.explain.explanation import Path
from kgrec.explain.languages import ENGLISH, Language


@dataclass(frozen=True)
class ItemSet:
    """Items whose removal, or addition, changes a list; the model itself was asked.

    :ivar items: item ids
    :ivar labels: their names
    :ivar rank: of the item in question, from 1, once that is done; ``None``: it is not ranked
    :ivar instead: names of what the list holds then and did not hold before
    :ivar at_least: no set of fewer items does it
    """

    items: tuple[str, ...]
    labels: tuple[str, ...]
    rank: int | None
    instead: tuple[str, ...]
    at_least: int
    language: Language = field(default=ENGLISH, repr=False, compare=False, kw_only=True)
    """Of the sentences."""

    @property
    def proved(self) -> bool:
        """Whether no smaller set does it; else the search ended before it knew."""
        return len(self.items) <= self.at_least

    @property
    def proof(self) -> str:
        """How sure it is that this is the smallest set, as a sentence."""
        if self.proved and len(self.items) == 1:
            return ""
        if self.proved:
            return self.language.say("what_if.smallest")
        low, high = map(self.language.number, (self.at_least, len(self.items) - 1))
        return self.language.say("what_if.smallest_found", low=low, high=high)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return {
            "items": list(self.items),
            "labels": list(self.labels),
            "rank": self.rank,
            "instead": list(self.instead),
            "at_least": self.at_least,
            "proved": self.proved,
        }


@dataclass(frozen=True)
class FactChange:
    """The fewest facts about an item without whose walks it leaves a list.

    The weights stay; the walks through these facts, and their exact shares, are gone.

    :ivar facts: head, relation, tail of each, as keys in the graph
    :ivar words: each in words
    :ivar shares: what the walks through each add to the score
    :ivar rank: of the item without them, from 1; ``None``: it is not ranked
    """

    facts: tuple[Fact, ...]
    words: tuple[str, ...]
    shares: tuple[float, ...]
    rank: int | None

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return {
            "facts": [list(fact) for fact in self.facts],
            "words": list(self.words),
            "shares": list(self.shares),
            "rank": self.rank,
        }


@dataclass(frozen=True)
class Counterfactual:
    """What would have to be different for a recommended item not to be recommended.

    :ivar user: user id
    :ivar item: item id
    :ivar label: the item's name
    :ivar k: length of the list
    :ivar rank: of the item now, from 1
    :ivar verb: what users do with items, ``"liked"``
    :ivar interactions: the smallest part of the history; ``None``: none was found
    :ivar at_least: no part of the history of fewer items does it
    :ivar facts: the fewest facts about the item; ``None``: it stays without any of them
    """

    user: str
    item: str
    label: str
    k: int
    rank: int
    verb: str
    interactions: ItemSet | None
    at_least: int
    facts: FactChange | None
    language: Language = field(default=ENGLISH, repr=False, compare=False, kw_only=True)
    """Of the sentences."""

    @property
    def sentence(self) -> str:
        """Which interactions it takes, in words."""
        found, say, number = self.interactions, self.language.say, self.language.number
        words = {"label": self.label, "liked": self.verb}
        if found is None:
            count = number(self.at_least)
            return say("what_if.stays", k=number(self.k), count=count, **words)
        words["items"] = _named(found.labels, self.language)
        told = say("what_if.without", **words)
        if found.instead:
            instead = _named(found.instead, self.language)
            told = say("what_if.without_instead", instead=instead, **words)
        return _joined([told, found.proof], self.language)

    @property
    def fact_sentence(self) -> str:
        """Which facts it takes, in words."""
        if self.facts is None:
            return self.language.say("what_if.no_facts")
        return self.language.say("what_if.facts", facts=_all(self.facts.words, self.language))

    def __str__(self) -> str:
        return f"{self.sentence}\n{self.fact_sentence}"

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return {
            "user": self.user,
            "item": self.item,
            "label": self.label,
            "k": self.k,
            "rank": self.rank,
            "interactions": self.interactions.to_dict() if self.interactions else None,
            "at_least": self.at_least,
            "facts": self.facts.to_dict() if self.facts else None,
            "sentence": self.sentence,
            "fact_sentence": self.fact_sentence,
        }


@dataclass(frozen=True)
class WhyNot:
    """Why an item is not recommended, and what would bring it in.

    :ivar user: user id
    :ivar item: item id
    :ivar label: the item's name
    :ivar k: length of the list
    :ivar rank: of the item now, from 1; ``None``: no path leads to it
    :ivar gap: what its score lacks to that of the last item of the list; ``None``: there is no path
    :ivar verb: what users do with items, ``"liked"``
    :ivar items: the smallest set of items that would bring it in, taken in one moment after all
        else; ``None``: none was found
    :ivar at_least: no set of fewer items does it
    :ivar against: the paths that speak against it, strongest first
    :ivar reachable: whether any item at all leads to it; else nothing brings it in
    """

    user: str
    item: str
    label: str
    k: int
    rank: int | None
    gap: float | None
    verb: str
    items: ItemSet | None
    at_least: int
    against: tuple[Path, ...]
    reachable: bool = True
    language: Language = field(default=ENGLISH, repr=False, compare=False, kw_only=True)
    """Of the sentences."""

    @property
    def sentence(self) -> str:
        """Where the item is, and what would bring it in, in words."""
        say, number = self.language.say, self.language.number
        best = {"label": self.label, "k": number(self.k)}
        if not self.reachable:
            return say("what_if.missing_unreachable", liked=self.verb, **best)
        if self.rank is None:
            start = say("what_if.missing_unranked", **best)
        else:
            start = say("what_if.missing", rank=number(self.rank), **best)
        if self.items is None:
            nothing = say("what_if.nothing_added", count=number(self.at_least))
            return _joined([start, nothing], self.language)
        items = _named(self.items.labels, self.language)
        change = say("what_if.added", liked=self.verb, items=items)
        return _joined([start, change, self.items.proof], self.language)

    def __str__(self) -> str:
        lines = [self.sentence]
        lines += [f"  {path.share:+.4f}  {path.sentence}" for path in self.against]
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return {
            "user": self.user,
            "item": self.item,
            "label": self.label,
            "k": self.k,
            "rank": self.rank,
            "gap": self.gap,
            "items": self.items.to_dict() if self.items else None,
            "at_least": self.at_least,
            "reachable": self.reachable,
            "against": [path.to_dict() for path in self.against],
            "sentence": self.sentence,
        }


def _joined(sentences: Sequence[str], language: Language) -> str:
    return language.phrases["what_if.gap"].join(filter(None, sentences))


def _named(labels: Sequence[str], language: Language) -> str:
    return _all([language.say("names.item", label=label) for label in labels], language)


def _all(words: Sequence[str], language: Language) -> str:
    """``a``, ``a and b``, ``a, b and c``; ``Sting, The; Heat and Ronin`` if a name has a comma."""
    *first, last = words
    comma = language.phrases["what_if.comma"]
    apart = any(comma.strip() in word for word in words)
    between = language.phrases["what_if.semicolon"] if apart else comma
    return f"{between.join(first)}{language.phrases['names.and']}{last}" if first else last
