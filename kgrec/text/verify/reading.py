"""A text as sentences of words, names and cues."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from kgrec.text.grounds import Grounds
from kgrec.text.tokens import WORD, words_of
from kgrec.text.verify.cues import Cue, Cues
from kgrec.text.verify.languages import Language, root

Kind = Literal["self", "name", "cue", "type", "small", "narrator", "word", "mark"]
Meaning = tuple[str, bool]
"""A relation of the node and whether the node is its head; ``("=year", True)`` for a literal."""

LITERAL = "="
_END = re.compile(r"[.!?。！？।]+[\"”’)」』]*(?:\s+|$)|[。！？।]")
_SHORT = re.compile(r"(?:\b[A-Z]|\b(?:Mr|Mrs|Ms|Dr|St|Jr|Sr|vs|No|Vol|Prof|etc))$")
_MARK = re.compile(r"[,;:()—–、，；：（）]|\s-\s")


@dataclass(frozen=True)
class Token:
    """A word, a name of several words, a cue of several words, or a mark.

    :ivar text: as it is written
    :ivar kind: ``self`` is the thing itself, ``type`` what it is, ``small`` a word of no content
    :ivar roots: of its words
    :ivar meanings: what the grounds say of a name
    :ivar cue: of a cue
    :ivar start: where it begins in the text
    :ivar first: whether a sentence begins with it
    """

    text: str
    kind: Kind
    roots: tuple[str, ...] = ()
    meanings: frozenset[Meaning] = frozenset()
    cue: Cue | None = None
    start: int = 0
    first: bool = False


@dataclass(frozen=True)
class Sentence:
    """A sentence and its tokens."""

    text: str
    tokens: tuple[Token, ...]


@dataclass
class _Names:
    """Names of the grounds by the roots of their words."""

    by_words: dict[tuple[str, ...], set[Meaning]] = field(default_factory=dict)
    own: set[tuple[str, ...]] = field(default_factory=set)
    capitals: dict[tuple[str, ...], set[tuple[bool, ...]]] = field(default_factory=dict)
    tails: dict[tuple[str, ...], int] = field(default_factory=dict)

    def add(self, name: str, meaning: Meaning | None, *, lower: bool = False) -> None:
        for variant in variants(name):
            words = words_of(variant)
            if not words:
                continue
            found = self.by_words.setdefault(words, set())
            if meaning is None:
                self.own.add(words)
            else:
                found.add(meaning)
            capital = tuple(not lower and is_capital(word) for word in WORD.findall(variant))
            self.capitals.setdefault(words, set()).add(capital)
            self.tails[words] = len(variant) - len(variant.rstrip(".!?…。！？"))

    def fits(self, words: tuple[str, ...], written: Iterable[str]) -> bool:
        """Whether a name is written with the capitals that it has: there is a film "Heat"."""
        said = tuple(map(is_capital, written))
        return any(
            all(one or not other for one, other in zip(said, wanted, strict=True))
            for wanted in self.capitals[words]
        )


def is_capital(word: str) -> bool:
    """Whether a word begins with a capital letter."""
    return word[:1] != word[:1].lower()


def variants(name: str) -> Iterator[str]:
    """A name, and the same without what stands in brackets at its end: "Richard III (play)"."""
    yield name
    short = re.sub(r"\s*[(（\[][^()（）\[\]]*[)）\]]\s*$", "", name)
    if short and short != name:
        yield short


class Reader:
    """Reads texts about one node.

    :param grounds: of the node
    :param cues: of the vocabulary
    :param types: words for what a node of its type is called, without case
    :param language: of the text
    """

    def __init__(
        self, grounds: Grounds, cues: Cues, types: Iterable[str], language: Language
    ) -> None:
        self._cues, self._language = cues, language
        self._types = {words for name in types if (words := tuple(map(root, words_of(name))))}
        self._names = _Names()
        self._names.add(grounds.label, None)
        for label, value in grounds.literals:
            self._names.add(value, (LITERAL + label, True), lower=True)
        for fact in grounds.facts:
            meaning = (fact.relation, fact.forward)
            for name in fact.names:
                self._names.add(name, meaning, lower=fact.relation in cues.concepts)
        self._lengths = sorted({len(words) for words in self._names.by_words}, reverse=True)

    def sentences(self, text: str) -> list[Sentence]:
        """Split a text on one line into sentences; a full stop within a name ends none."""
        tokens = list(self._settled(list(self._tokens(text))))
        names = [each for each in tokens if each.kind in ("self", "name")]
        inside = [(each.start, each.start + len(each.text) + self._tail(each)) for each in names]
        ends = [
            found.end()
            for found in _END.finditer(text)
            if not _SHORT.search(text[: found.start()])
            and not any(start <= found.start() < end for start, end in inside)
        ]
        return list(_cut(text, tokens, ends))

    def _tokens(self, text: str) -> Iterator[Token]:
        words = list(WORD.finditer(text))
        plain = [words_of(word[0])[0] for word in words]
        roots = [root(word[0]) for word in words]
        place, end = 0, 0
        while place < len(words):
            start = words[place].start()
            for mark in _MARK.finditer(text[end:start]):
                yield Token(mark[0].strip(), "mark", start=end + mark.start())
            token = self._token(text, words, plain, roots, place)
            size = len(token.roots)
            end = words[place + size - 1].end()
            yield token
            place += size
        for mark in _MARK.finditer(text[end:]):
            yield Token(mark[0].strip(), "mark", start=end + mark.start())

    def _tail(self, token: Token) -> int:
        """How many marks belong to the end of a name: "Shall We Dance?"."""
        return self._names.tails.get(words_of(token.text), 0)

    def _settled(self, tokens: list[Token]) -> Iterator[Token]:
        """Small words are a cue only where the name that comes next has the fact: "from France"."""
        for place, token in enumerate(tokens):
            if token.kind == "narrator" and not self._narrates(tokens[:place]):
                yield replace(token, kind="word")
                continue
            if token.cue is None or not token.cue.weak:
                yield token
                continue
            after = next((each for each in tokens[place + 1 :] if each.kind != "small"), None)
            if after is not None and after.meanings & token.cue.readings:
                yield token
                continue
            for match in WORD.finditer(token.text):
                kind = self._kind(root(match[0]))
                if kind == "narrator" and not self._narrates(tokens[:place]):
                    kind = "word"
                yield Token(match[0], kind, (root(match[0]),), start=token.start + match.start())

    def _narrates(self, before: list[Token]) -> bool:
        """Whether a verb that a work tells by has a work before it, and no word of the catalog."""
        for token in reversed(before):
            if token.kind == "small" and token.roots[0] in self._language.pronouns:
                return True
            if token.kind not in ("small", "mark"):
                return token.kind in ("self", "type", "narrator")
        return False

    def _kind(self, word: str) -> Kind:
        if word in self._language.small:
            return "small"
        return "narrator" if word in self._language.narrators else "word"

    def _token(
        self,
        text: str,
        words: list[re.Match[str]],
        plain: list[str],
        roots: list[str],
        place: int,
    ) -> Token:
        def token(kind: Kind, size: int, **more: object) -> Token:
            start, end = words[place].start(), words[place + size - 1].end()
            made = Token(text[start:end], kind, tuple(roots[place : place + size]), start=start)
            return replace(made, **more)  # type: ignore[arg-type]

        for size in self._lengths:
            name = tuple(plain[place : place + size])
            if name not in self._names.by_words or len(name) < size:
                continue
            if not self._names.fits(name, (word[0] for word in words[place : place + size])):
                continue
            own = name in self._names.own
            meanings = frozenset(self._names.by_words[name])
            return token("self" if own else "name", size, meanings=meanings)
        cue = self._cues.at(roots, place)
        types = next(
            (each for each in self._types if tuple(roots[place : place + len(each)]) == each), ()
        )
        if types and (cue is None or len(types) >= len(cue.words)):
            return token("type", len(types))
        if cue is not None:
            return token("cue", len(cue.words), cue=cue)
        return token(self._kind(roots[place]), 1)


def _cut(text: str, tokens: list[Token], ends: list[int]) -> Iterator[Sentence]:
    start = 0
    for end in [*ends, len(text)]:
        inside = [each for each in tokens if start <= each.start < end]
        if inside:
            inside[0] = replace(inside[0], first=True)
            yield Sentence(text[start:end].strip(), tuple(inside))
        start = end
