"""What of a model's answer may be believed: every claim is held against the text itself."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from kgrec.text.asking import RefusedError
from kgrec.text.extract.claim import Claim
from kgrec.text.extract.clauses import Clauses, clauses_of, is_small
from kgrec.text.extract.direction import governing
from kgrec.text.extract.names import is_within_name, own_names
from kgrec.text.extract.question import MOST_FACTS
from kgrec.text.extract.relations import Cue, cues, may_be_turned, stem
from kgrec.text.extract.tokens import Token, find_all, find_owner, name_of, statements, tokens
from kgrec.text.writers import Prompt
from kgrec.vocabulary import Relation, Vocabulary

Raw = dict[str, str]
"""A claim as a model wrote it: ``relation, tail, quote``."""

NO_WORDS = "no words say this relation"
"""The reason for which a claim waits that nothing but the model states."""

OWNS = "the words are said of what is the tail's"
"""The reason for which a claim waits whose tail is a possessive: *by Ann Lee's brother*."""

_KEYS = ("relation", "tail", "quote")


def read_answer(prompt: Prompt, answer: str) -> list[Raw]:
    """The claims of an answer, as they were written.

    :raises RefusedError: if it is not of the form that was asked for
    """
    try:
        found = json.loads(answer)
    except ValueError:
        raise RefusedError("no JSON") from None
    facts = found.get("facts") if isinstance(found, dict) else found
    if not isinstance(facts, list) or not all(map(_is_raw, facts)):
        raise RefusedError("not of the form", f"{prompt.key} wants a list of {', '.join(_KEYS)}")
    unique = {tuple(fact[key] for key in _KEYS): fact for fact in facts[:MOST_FACTS]}
    return list(unique.values())


def _is_raw(fact: Any) -> bool:
    return isinstance(fact, dict) and all(isinstance(fact.get(key), str) for key in _KEYS)


@dataclass(frozen=True, eq=False)
class ClaimVerifier:
    """Holds claims against the text of one item.

    :ivar item: its id
    :ivar title: what the text is about
    :ivar text: all of it, without markup
    :ivar item_type: type of the item
    :ivar relations: those that were asked for, by name
    :ivar words_of: the words by which each of them is stated
    """

    item: str
    title: str
    text: str
    item_type: str
    relations: Mapping[str, Relation]
    words_of: Mapping[str, Sequence[Cue]]
    vocabulary: Vocabulary

    def claim(self, raw: Raw, *, model: str, prompt: str) -> Claim:
        """What becomes of one claim; not linked yet.

        :param model: who said so
        :param prompt: version of what was asked
        """
        quote = self._found(raw["quote"])
        tail = name_of(raw["tail"])
        places = find_all(self._words, tail) + find_owner(self._words, tail)
        inside = [place for place in places if _within(place, quote)]
        claim = Claim(
            head=self.item,
            relation=raw["relation"],
            tail_label=raw["tail"].strip(),
            start=-1,
            end=-1,
            quote=raw["quote"].strip(),
            asserted_by="model",
            model=model,
            prompt=prompt,
        )
        refusal = self._refusal(raw["relation"], tail, places)
        if refusal:
            return claim.held_back("rejected", refusal)
        relation = self.relations[raw["relation"]]
        if inside:
            doubt = self._doubt(relation, inside[0], tail)
            found = self._at(claim, inside[0], tail)
            return found.held_back("quarantined", doubt) if doubt else self._in_its_words(found)
        reason = "the quote is not in the text" if quote is None else "the tail is not in the quote"
        return self._elsewhere(claim, relation, places, tail, reason)

    def _refusal(
        self, relation: str, tail: tuple[str, ...], places: Sequence[tuple[int, int]]
    ) -> str:
        if relation not in self.relations:
            return "the relation is not one of those asked for"
        if not places:
            return "the tail is not in the text"
        return "the tail is the item itself" if tail in self._own else ""

    def _elsewhere(
        self,
        claim: Claim,
        relation: Relation,
        places: Sequence[tuple[int, int]],
        tail: tuple[str, ...],
        reason: str,
    ) -> Claim:
        """A claim with a quote that proves nothing.

        Small models often copy the wrong words: it stands if the text states it anyway.
        """
        for place in places:
            if not self._doubt(relation, place, tail):
                found = replace(self._at(claim, place, tail), quote=self._statement(place))
                return self._in_its_words(found)
        return self._at(claim, places[0], tail).held_back("rejected", reason)

    def _at(self, claim: Claim, place: tuple[int, int], tail: tuple[str, ...]) -> Claim:
        return replace(claim, start=self._words[place[0]].start, end=self._end(place, tail))

    def _statement(self, at: tuple[int, int]) -> str:
        """The sentence around a name, on one line."""
        first, last = self._sentence(at)
        return " ".join(self.text[self._words[first].start : self._words[last - 1].end].split())

    def _in_its_words(self, claim: Claim) -> Claim:
        """With the tail as the text writes it."""
        return replace(claim, tail_label=" ".join(self.text[claim.start : claim.end].split()))

    def _doubt(self, relation: Relation, at: tuple[int, int], tail: tuple[str, ...]) -> str:
        """Why a text does not state a relation at a place of a tail; empty: it does."""
        return self._doubt_of_name(at, tail) or self._doubt_of_words(relation, at)

    def _doubt_of_words(self, relation: Relation, at: tuple[int, int]) -> str:
        """Why the words around a tail do not state a relation."""
        start, end = self._sentence(at)
        words, first, last = self._words[start:end], at[0] - start, at[1] - start
        found = governing(words, first, last, self.words_of)
        if found is None or relation.name not in found.relations:
            if found is not None and found.before and not found.doubt:
                return f"the words say '{min(found.relations)}'"
            # A clause that denies the tail says nothing of it by its type either.
            return self._clauses.open(words, first, last) or NO_WORDS
        doubt = self._clauses.doubt(words, found, first)
        if doubt or not may_be_turned(relation, self.vocabulary, self.item_type):
            return doubt
        if not found.before:
            return "the direction is in doubt"
        forward = found.relations[relation.name]
        return "" if forward else "the words say it the other way round"

    def _doubt_of_name(self, at: tuple[int, int], tail: tuple[str, ...]) -> str:
        """Why a tail may be no name of its own: *Ann Lee* in *Ann Lee Smith*, or *Ann Lee's*."""
        start, end = self._sentence(at)
        if is_within_name(self._words[start:end], at[0] - start, at[1] - start, self._is_common):
            return "the tail may be part of a longer name"
        return OWNS if self._words[at[1] - 1].norm != tail[-1] else ""

    def _end(self, at: tuple[int, int], tail: tuple[str, ...]) -> int:
        """Where the tail ends in the text, without the ending of a possessive."""
        last = self._words[at[1] - 1]
        return ((last.norm != tail[-1] and last.owner) or last).end

    def _is_common(self, word: Token) -> bool:
        """Whether a word with a capital letter is no name: "Starring" where a sentence begins."""
        if any(other.norm == word.norm and other.text[0].islower() for other in self._words):
            return True
        if len(word.norm) == 1:
            return False  # an initial
        stems = (cue.stems for several in self.words_of.values() for cue in several)
        return is_small(word.norm) or stem(word.norm) in {each for cue in stems for each in cue}

    def _sentence(self, at: tuple[int, int]) -> tuple[int, int]:
        """Places of the first word of the sentence around a name, and behind the last."""
        where = self._words[at[0]].start
        start, end = next(span for span in statements(self.text) if span[0] <= where < span[1])
        inside = [n for n, word in enumerate(self._words) if start <= word.start < end]
        return inside[0], max(inside[-1] + 1, at[1])

    def _found(self, quote: str) -> tuple[int, int] | None:
        found = find_all(self._words, name_of(quote))
        return found[0] if found else None

    @cached_property
    def _clauses(self) -> Clauses:
        first = self._words[slice(*self._sentence((0, 1)))] if self._words else []
        of_type = self.vocabulary, self.item_type
        return clauses_of(self.text, first, self._own, self.words_of, *of_type)

    @cached_property
    def _own(self) -> frozenset[tuple[str, ...]]:
        return own_names(self.title)

    @cached_property
    def _words(self) -> list[Token]:
        return tokens(self.text)


def words_of(relations: Sequence[Relation]) -> dict[str, tuple[Cue, ...]]:
    """The words by which each relation is stated, by its name."""
    return {relation.name: cues(relation) for relation in relations}


def _within(place: tuple[int, int], quote: tuple[int, int] | None) -> bool:
    return quote is not None and quote[0] <= place[0] and place[1] <= quote[1]
