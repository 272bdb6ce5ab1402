"""Does a text say what the paths say, all of it, and nothing else?"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from kgrec.explain.explanation import Explanation
from kgrec.explain.languages import ENGLISH, Language
from kgrec.explain.rewrite.claims import (
    ITEM,
    Claims,
    Fact,
    Phrase,
    Reader,
    begins,
    contains,
    places,
)
from kgrec.explain.rewrite.gazetteer import Gazetteer
from kgrec.explain.telling import translate
from kgrec.graph import KnowledgeGraph
from kgrec.text.tokens import Token, stem
from kgrec.vocabulary import INTERACTED

_PUNCTUATION = frozenset(" ,.;:'\"“”‘’—–-()…，。；：、（）《》「」")
_NUMBER = re.compile(r"\d[\d,.]*\d|\d")
_LONGER = 3


class Verifier:
    """Holds texts against explanations.

    It is strict: a text that says the right thing in words that it does not know is refused, too,
    for what is lost by that is only style.

    :param graph: which the explanations are of; its names are what a text must not bring in
    :param language: of the texts
    """

    def __init__(self, graph: KnowledgeGraph, language: Language = ENGLISH) -> None:
        self.language = language
        vocabulary = translate(graph, language).vocabulary
        self.reader = Reader(graph, vocabulary, language)
        named = graph.nodes.filter((pl.col("kind") != "user") | (pl.col("label") != pl.col("id")))
        self.gazetteer = Gazetteer(named["label"])
        self.verb = vocabulary.relation(INTERACTED).label
        self.links = frozenset(
            link
            for relation in vocabulary.relations.values()
            if relation.name != INTERACTED
            for link in self.reader.links(relation)
        )
        self.relation_words = frozenset(
            word
            for relation in vocabulary.relations.values()
            for word in self.reader.content_words(relation)
        )

    def fault(self, text: str, explanation: Explanation) -> str:
        """Why a text cannot stand for the sentence of an explanation.

        :param explanation: with at least one path
        :return: one of ``ambiguous`` (two nodes of one name), ``empty``, ``length``, ``entity`` (of
            the graph, not of the path), ``missing`` and ``repeated`` (a name), ``markup``,
            ``number``, ``polarity``, ``name`` (of nobody known), ``relation`` (another one, or
            not at its entity), ``words`` (any other word), ``role``; empty if it can
        """
        claims = self.reader.claims(explanation)
        if claims is None:
            return "ambiguous"
        if not text.strip():
            return "empty"
        if len(text) > _LONGER * len(claims.template):
            return "length"
        tokens, others = self.gazetteer.read(text, claims.names, claims.words)
        return next(self._faults(text, tokens, others, claims), "")

    def _faults(
        self, text: str, tokens: Sequence[Token], others: Sequence[str], claims: Claims
    ) -> Iterator[str]:
        template, _ = self.gazetteer.read(claims.template, claims.names, claims.words)
        rest = _without_names(text, tokens, claims.names).strip()
        if others:
            yield "entity"
        yield from _counts(tokens, template, claims)
        if any(_is_markup(character) for character in rest):
            yield "markup"
        if sorted(_NUMBER.findall(rest)) != sorted(claims.numbers):
            yield "number"
        yield from self._polarity(tokens, claims)
        yield from self._words(tokens, template, claims)
        yield from self._roles(tokens, claims)

    def _polarity(self, tokens: Sequence[Token], claims: Claims) -> Iterator[str]:
        """What speaks against the item stands after "although", as the template says it, whole."""
        words = self._said(tokens)
        contrast = self._list("contrast")
        covered = {place for phrase in contrast for place in places(words, phrase)}
        if len([at for at in covered if at - 1 not in covered]) != len(claims.against):
            yield "polarity"
        for reasons in claims.against:
            if not any(at - 1 in covered for each in reasons for at in begins(words, each)):
                yield "polarity"
        every = {token.stem for token in tokens}
        if not claims.for_it and any(every.issuperset(each) for each in self._list("because")):
            yield "polarity"

    def _words(
        self, tokens: Sequence[Token], template: Sequence[Token], claims: Claims
    ) -> Iterator[str]:
        """Words that are not in the template, by what they would add."""
        said = {token.stem for token in template}
        written = {token.text for token in template}
        numerals, few = map(self._stems, ("numerals", "few"))
        contrast = {word for phrase in self._list("contrast") for word in phrase}
        for token in (each for each in tokens if not each.tag):
            if token.stem in said or (claims.against and token.stem in contrast):
                continue
            if _NUMBER.fullmatch(token.text):
                continue
            if token.stem in numerals:
                yield "number"
            if token.text[0].isupper() and not token.first and token.text not in written:
                yield "name"
            if token.stem in few or (token.stem in contrast and not claims.against):
                yield "polarity"
            if token.stem not in claims.words:
                yield "relation" if token.stem in self.relation_words else "words"

    def _roles(self, tokens: Sequence[Token], claims: Claims) -> Iterator[str]:
        """Who liked what, and what is related to whom."""
        words = self._said(tokens)
        for start in claims.starts:
            if not self._has(words, "history", start):
                yield "role"
            if self._has(words, "never", start):
                yield "role"
        for start, people in claims.through_users:
            counted = self._has(words, "people", start, people)
            if not counted or not self._has(words, "people_item", start):
                yield "role"
        for witness, start in claims.witnesses:
            told = (at + 1 for at in begins(words, (witness,)))
            if not all(_is_of(words, at, start, claims) for at in told):
                yield "role"
        for fact in claims.facts:
            if any(contains(words, phrase) for phrase in fact.wrong):
                yield "role"
            if not any(contains(words, phrase) for phrase in fact.right):
                yield "relation"
            if not all(_is_of(words, at, fact.start, claims) for at in _ends(words, fact)):
                yield "role"
        yield from self._links(words, claims)

    def _links(self, words: Sequence[str], claims: Claims) -> Iterator[str]:
        """Small words that are relations, too: "about X", where nobody said that of X."""
        names = set(claims.names.values())
        stated = {phrase for fact in claims.facts for phrase in fact.right}
        told = {place for phrase in stated for place in places(words, phrase)}
        for place, word in enumerate(words):
            if word in names and place not in told:
                before = tuple(words[:place])
                if any(before[-len(link) :] == link for link in self.links):
                    yield "relation"

    def _said(self, tokens: Sequence[Token]) -> list[str]:
        return [token.stem for token in tokens if token.stem not in self.reader.fillers]

    def _has(self, words: Sequence[str], name: str, start: str, people: str = "") -> bool:
        return any(contains(words, phrase) for phrase in self._phrases(name, start, people))

    def _phrases(self, name: str, start: str, people: str) -> list[Phrase]:
        given = self.language.rewrite.get(name, ())
        said = {"{liked}": f" {self.verb} ", "{people}": f" {people} "}
        for mark, text in said.items():
            given = tuple(each.replace(mark, text) for each in given)
        return [self.reader.phrase(text, start=start, item=ITEM) for text in given]

    def _list(self, name: str) -> list[Phrase]:
        phrases = map(self.reader.phrase, self.language.rewrite.get(name, ()))
        return [phrase for phrase in phrases if phrase]

    def _stems(self, name: str) -> frozenset[str]:
        return frozenset(map(stem, self.language.rewrite.get(name, ())))


def _counts(tokens: Sequence[Token], template: Sequence[Token], claims: Claims) -> Iterator[str]:
    """Every name is there, and as often at most: a second mention could say a second thing."""
    found = Counter(token.tag for token in tokens if token.tag)
    known = Counter(token.tag for token in template if token.tag)
    if set(claims.names.values()) - set(found):
        yield "missing"
    if any(found[tag] > known[tag] for tag in found):
        yield "repeated"


def _ends(words: Sequence[str], fact: Fact) -> list[int]:
    """Where phrases of a fact end."""
    return [at + len(phrase) for phrase in fact.right for at in begins(words, phrase)]


def _is_of(words: Sequence[str], end: int, start: str, claims: Claims) -> bool:
    """Whether the last item of the history before a place is the one that is meant there."""
    if len(claims.starts) < 2:
        return True
    before = [word for word in words[:end] if word in claims.starts]
    return before[-1:] == [start]


def _without_names(text: str, tokens: Sequence[Token], names: Mapping[str, str]) -> str:
    """The text without names, and without what belongs to them: "Airplane!"."""
    labels = {tag: label for label, tag in names.items()}
    for token in reversed([each for each in tokens if each.tag]):
        label = labels[token.tag]
        ahead = label.find(token.text)
        start = token.start - ahead
        whole = ahead >= 0 and start >= 0 and text.startswith(label, start)
        start, end = (start, start + len(label)) if whole else (token.start, token.end)
        text = f"{text[:start]} {text[end:]}"
    return text


def _is_markup(character: str) -> bool:
    """Whether a character, outside of names, is neither of a word nor plain punctuation."""
    letter = unicodedata.category(character)[0] in "LMN"
    return not letter and character not in _PUNCTUATION
