"""Whether a clause states a fact at all, and of what.

Words like "directed by" before a name state a fact of the item only if no word of their clause
denies it or leaves it open (*not*, *would*, *rumours*), and if they are said of the item: not of
several works (*films directed by*), of another one (*Unlike Heat, directed by*), or of one beside
it (*a sequel directed by*). Which words do so is written in ``clauses.toml`` for each language.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from kgrec.text.extract.direction import SMALL, Governing, governing, over
from kgrec.text.extract.relations import TITLED, Cue
from kgrec.text.extract.tokens import Token
from kgrec.text.verify.languages import language_of, languages, written
from kgrec.vocabulary import Vocabulary

_FILE = Path(__file__).with_name("clauses.toml")
_MARKS = ",;:()—–"
_IN_NAMES = SMALL - {"by", "is", "are", "both", "also", "well", "as"}
_YEAR = re.compile(r"1[89]\d\d|20\d\d")
_LONGEST_OWN = 12  # words of a title that are compared
_MOST_TURNS = 8  # predicates that share a subject


@dataclass(frozen=True)
class ClauseWords:
    """Words of a language; see ``clauses.toml`` for what each set is."""

    negations: frozenset[str] = frozenset()
    articles: frozenset[str] = frozenset()
    joins: frozenset[str] = frozenset()
    doubts: frozenset[str] = frozenset()
    pairs: frozenset[tuple[str, ...]] = frozenset()
    affirming: frozenset[str] = frozenset()
    breaks: frozenset[str] = frozenset()
    auxiliary: frozenset[str] = frozenset()
    relatives: frozenset[str] = frozenset()
    loose: frozenset[str] = frozenset()
    pronouns: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    oblique: frozenset[str] = frozenset()
    derived: frozenset[str] = frozenset()
    plurals: frozenset[str] = frozenset()
    members: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    """What works of another kind than the items are called."""
    own_kind: frozenset[str] = frozenset()
    """What the items are called."""


@lru_cache
def clause_words(code: str, item_label: str) -> ClauseWords:
    """The words of a language by its code.

    :param item_label: what an item is called, ``"film"``; of items that are called by no word of
        the table nobody knows which kinds are others
    """
    tree = tomllib.loads(_FILE.read_text(encoding="utf-8")).get(code, {})
    kinds = {name: frozenset(words.split()) for name, words in tree.pop("kinds", {}).items()}
    own = frozenset[str]().union(*(words for words in kinds.values() if item_label in words))
    others = frozenset[str]().union(*kinds.values()) - own if own else frozenset[str]()
    sets = {name: frozenset(words.split()) for name, words in tree.items() if name != "pairs"}
    pairs = frozenset(tuple(pair.split("_")) for pair in tree.get("pairs", "").split())
    for name in ("negations", "articles"):
        sets[name] = written(code, name)
    return ClauseWords(**sets, pairs=pairs, kinds=others, own_kind=own)


@dataclass(frozen=True, eq=False)
class Clauses:
    """Reads the clauses of a text about an item.

    :ivar own: the words of the names of the item
    :ivar cues: of every relation that could be meant
    :ivar to_works: relations whose tail is a work, of which the next words may speak
    :ivar opens_at: where the first word of the text begins; -1: nobody knows
    """

    words: ClauseWords
    own: frozenset[tuple[str, ...]]
    cues: Mapping[str, Sequence[Cue]]
    to_works: frozenset[str] = frozenset()
    opens_at: int = -1

    def doubt(self, words: Sequence[Token], said: Governing, first: int) -> str:
        """Why the words that govern a name may state nothing of the item; empty: they do.

        :param words: of the sentence
        :param first: place of the name
        """
        if said.doubt:
            return said.doubt
        listed = list(words)
        if said.before:
            doubt = self.open(listed, said.at, first)
            return doubt or self._subject(listed, said.at, _MOST_TURNS)
        return self.open(listed, first, said.end) or self._object(listed, said.end)

    def open(self, words: Sequence[Token], at: int, end: int) -> str:
        """What denies a clause, or leaves it open, before a place in it.

        :param at: where its words begin to say something; the clause begins before it
        """
        start = self._start(words, at)
        for place in range(start, end):
            word, behind = words[place], words[place + 1].norm if place + 1 < len(words) else ""
            if word.text[0].isupper() and (place or self._is_own_at(words, place)):
                continue  # of a name: The Man Without a Face
            is_not = word.norm in self.words.negations and behind not in self.words.affirming
            if is_not or word.norm.endswith("n't") or word.norm in self.words.doubts:
                return f"the clause says '{word.text}'"
            if (word.norm, behind) in self.words.pairs and words[place + 1].text[0].islower():
                return f"the clause says '{word.text} {behind}'"
        return ""

    def _is_own_at(self, words: Sequence[Token], place: int) -> bool:
        norms = tuple(word.norm for word in words[place : place + _LONGEST_OWN])
        return any(norms[: len(name)] == name for name in self.own)

    def _start(self, words: Sequence[Token], at: int) -> int:
        """Where the clause around a place begins, with its subject."""
        place = at
        while place > 0:
            gap = words[place].before
            if any(mark in gap for mark in ";:—–") or words[place - 1].norm in self.words.breaks:
                break
            if any(mark in gap for mark in ",()") and self._has_subject(words[place:at]):
                break
            place -= 1
        return place

    def _has_subject(self, words: Sequence[Token]) -> bool:
        empty = self.words.loose | self.words.auxiliary | self.words.relatives
        empty |= self.words.negations | self.words.doubts
        return any(
            word.norm not in empty
            and not word.norm.endswith("ly")
            and not over(list(words), place, len(words), self.cues)[1]
            for place, word in enumerate(words)
        )

    def _subject(self, words: list[Token], at: int, turns: int) -> str:
        """Of what else the words from a place on may speak."""
        place, finite = at - 1, False
        while place >= 0 and self._is_loose(words, place):
            finite = finite or words[place].norm in self.words.auxiliary
            place -= 1
        if place < 0:
            return ""
        # "and starring" goes on with what was said before, of whatever that was.
        joined = words[place + 1].norm in self.words.joins and place + 1 < at
        if words[place].norm in self.words.relatives:
            return self._noun(words, place - 1, at, turns, joined=False) if place else ""
        if finite and (joined or "," in words[place + 1].before):
            return self._main(words, place + 1, turns)
        doubt = self._noun(words, place, at, turns, joined=joined)
        return doubt or ("" if finite else self._main(words, place + 1, turns))

    def _is_loose(self, words: list[Token], place: int) -> bool:
        """Whether a word may stand between a subject and what is said of it."""
        norm = words[place].norm
        if norm in self.words.loose or norm in self.words.auxiliary or norm.endswith("ly"):
            return words[place].text[0].islower() or place == 0
        if norm in self._works or not words[place].text[0].islower():
            return False
        return norm.endswith("ed") or bool(over(words, place, place + 1, self.cues)[1])

    @cached_property
    def _works(self) -> frozenset[str]:
        return self.words.derived | self.words.plurals | self.words.kinds | self.words.own_kind

    def _main(self, words: list[Token], end: int, turns: int) -> str:
        """Of what else than the item the main clause before a place speaks."""
        start = max(self._start(words, end), 1)
        for place in range(start, end):
            if words[place].norm in self.words.auxiliary:
                opens = not any(w.norm in self.words.auxiliary for w in words[:place])
                if opens and words[0].start == self.opens_at:
                    return ""  # with its first subject a text begins to speak of the item
                return self._noun(words, place - 1, place, turns, joined=False)
        return ""

    def _noun(self, words: list[Token], place: int, at: int, turns: int, *, joined: bool) -> str:
        """What the noun that ends at a place names, if it is not the item."""
        while place >= 0 and ")" in words[place + 1].before:
            closing = place
            while place >= 0 and "(" not in words[place].before:
                place -= 1
            content = words[place : closing + 1] if place >= 0 else []
            place -= 1
            if len(content) == 1 and _YEAR.fullmatch(content[0].norm):
                break
        if place < 0:
            return ""
        word = words[place]
        if word.norm in self.words.pronouns:
            return ""
        if word.text[0].isupper() or word.text[0].isdigit():
            return self._named(words, place, at, turns, joined=joined)
        if word.norm in self.words.plurals and not self._is_member(words, place):
            return f"the words are said of '{word.text}'"
        other = word.norm in self.words.derived or word.norm in self.words.kinds
        if not other and word.norm not in self.words.own_kind:
            return ""
        first = self._phrase(words, place)
        if any(each.norm == "this" for each in words[first:place]):
            return ""
        before = words[first - 1].norm if first else ""
        short = place - first <= 1 and not other
        is_one = words[first].norm in self.words.articles or _YEAR.fullmatch(words[first].norm)
        if before in self.words.oblique and is_one and not short:
            return f"the words may speak of another {word.text}"
        if other and before not in self.words.auxiliary:
            return f"the words may speak of a {word.text}"
        return ""

    def _phrase(self, words: list[Token], place: int) -> int:
        """Where the phrase of a noun begins: no preposition, no verb that is known."""
        stops = self.words.oblique | self.words.places | self.words.auxiliary
        stops |= self.words.breaks | self.words.relatives
        first = place
        while first and words[first - 1].norm not in stops and words[first].before == " ":
            first -= 1
        return first

    def _is_member(self, words: list[Token], place: int) -> bool:
        first = self._phrase(words, place)
        return first > 1 and any(
            word.norm in self.words.members for word in words[max(first - 3, 0) : first]
        )

    def _named(self, words: list[Token], place: int, at: int, turns: int, *, joined: bool) -> str:
        """Which name ends at a place, if it is not the item's."""
        first, last = place, place + 1
        while first and _is_of_name(words, first):
            first -= 1
        while first < last and words[first].text[0].islower():
            first += 1
        if _is_own([word.norm for word in words[first:last]], self.own):
            return self._beside(words, first)
        if all(word.text[0].isdigit() for word in words[first:last]):
            return ""
        found = governing(words[:at], first, last, self.cues) if turns else None
        is_told = found is not None and found.before and not found.doubt
        if found is not None and is_told and self.to_works.isdisjoint(found.relations):
            return self._subject(words, found.at, turns - 1)
        if joined or self._before_list(words, first) in self.words.places:
            return ""
        return f"the words may speak of '{' '.join(word.text for word in words[first:last])}'"

    def _before_list(self, words: list[Token], first: int) -> str:
        """The word before a list of names: "from" in *from Fox, Gaumont and Toho*."""
        place = first - 1
        while place >= 0 and (words[place].text[0].isupper() or words[place].norm == "and"):
            place -= 1
        return words[place].norm if place >= 0 else ""

    def _beside(self, words: list[Token], first: int) -> str:
        """Whether the item's name is what something else is derived from: *a remake of Heat*."""
        if first > 1 and words[first - 1].norm in self.words.oblique:
            noun = words[first - 2].norm
            if noun in self.words.derived:
                return f"the words may speak of a {words[first - 2].text}"
        return ""

    def _object(self, words: list[Token], end: int) -> str:
        """What else than the item the words behind a verb name: *Ann Lee directed Heat*."""
        place = end
        while place < len(words) and words[place].norm in SMALL | {"in", "on"}:
            place += 1
        if place == len(words) or any(mark in words[place].before for mark in ",;:.()"):
            return ""
        last = place
        while last < len(words) and words[last].text[0].isupper():
            last += 1
        named = [word.norm for word in words[place:last]]
        if named and not _is_own(named, self.own):
            return f"the words may speak of '{' '.join(word.text for word in words[place:last])}'"
        norm = words[place].norm
        if norm in self._works - self.words.own_kind:
            return f"the words are said of '{words[place].text}'"
        return ""


def clauses_of(
    text: str,
    first: Sequence[Token],
    own: Collection[tuple[str, ...]],
    cues: Mapping[str, Sequence[Cue]],
    vocabulary: Vocabulary,
    item_type: str,
) -> Clauses:
    """The clauses of a text about an item.

    :param first: words of the first sentence; its subject is the item, however it is called there
    """
    items = vocabulary.type(item_type)
    small = clause_words(language_of(text, "en").code, items.label)
    subject: list[Token] = []
    for word in first:
        if word.norm in small.auxiliary or any(mark in word.before for mark in ",(;:"):
            break
        subject.append(word)
    is_name = all(word.text[0].isupper() or word.norm in SMALL for word in subject)
    opens = len(subject) < len(first) and not any(
        mark in first[len(subject)].before for mark in ",;:"
    )
    no_name = small.oblique | small.places | small.doubts
    if is_name and opens and subject and subject[0].norm not in no_name:
        known = [*own, tuple(word.norm for word in subject)]
    else:
        known = [*own]
    opens_at = first[0].start if first else -1
    to_works = frozenset(
        name
        for name in cues
        if (range_ := vocabulary.relation(name).range) in TITLED or items.is_a(range_)
    )
    return Clauses(small, frozenset(name for name in known if name), cues, to_works, opens_at)


@lru_cache
def is_small(word: str) -> bool:
    """Whether a word is an article, a preposition or the like in some language."""
    return any(
        word in written(code, name)
        for code in languages()
        for name in ("functions", "relations", "negations")
    ) or any(word in each.doubts | each.breaks for each in (clause_words("en", ""),))


def _is_of_name(words: Sequence[Token], place: int) -> bool:
    """Whether the word before a place is part of the name that the place is in."""
    while place and not any(mark in words[place].before for mark in _MARKS):
        place -= 1
        if words[place].text[0].isupper() or words[place].text[0].isdigit():
            return True
        if words[place].norm not in _IN_NAMES:
            return False
    return False


def _is_own(named: Sequence[str], own: Collection[tuple[str, ...]]) -> bool:
    """Whether a name is the item's, or its end: "Demon Knight" of a longer title."""
    said = tuple(named)
    bare = said[1:] if said and said[0] in ("the", "a", "an") else said
    return any(name[-len(each) :] == each for name in own for each in (said, bare) if each)
