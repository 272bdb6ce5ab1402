"""Does a text say only what its grounds say?"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import Any

from kgrec.text.asking import RefusedError
from kgrec.text.grounds import Grounds
from kgrec.text.verify.alignment import Word, align, words_of_catalog
from kgrec.text.verify.cues import Cues
from kgrec.text.verify.form import MOST_SENTENCES, check_form, tidy
from kgrec.text.verify.languages import Language, language_of
from kgrec.text.verify.reading import Reader, Sentence, Token
from kgrec.text.verify.roles import Told, read_roles
from kgrec.vocabulary import Vocabulary


@dataclass(frozen=True)
class Evidence:
    """What supports one sentence.

    :ivar sentence: as it stands in the text
    :ivar facts: relation, or label of a literal, and name
    :ivar spans: stretches of the catalog's text
    """

    sentence: str
    facts: tuple[tuple[str, str], ...] = ()
    spans: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The evidence as a JSON object."""
        return {
            "sentence": self.sentence,
            "facts": [list(each) for each in self.facts],
            "text": list(self.spans),
        }


@dataclass(frozen=True)
class Verified:
    """A text that stands the check.

    :ivar text: on one line, of the sentences that stand it
    :ivar evidence: one entry a sentence
    :ivar left_out: sentences that did not
    :ivar fault: of the first of these
    """

    text: str
    evidence: tuple[Evidence, ...]
    left_out: tuple[str, ...] = ()
    fault: RefusedError | None = None

    def evidence_json(self) -> str:
        """The evidence as a JSON array."""
        return json.dumps([each.to_dict() for each in self.evidence], ensure_ascii=False)


class Verifier:
    """Holds texts against their grounds, sentence by sentence.

    It is strict: what it cannot make out it refuses, for all that is lost by that is style.

    - The form is plain prose of a few sentences: no address, markup, list, small talk.
    - The own name occurs.
    - A name of the grounds stands in the relation, and the direction, that the facts have.
    - All other words of content are the catalog's, in runs of its text; see
      :func:`~kgrec.text.verify.alignment.align`. Numbers and dates are among them, or are literals
      behind what they are.

    :param vocabulary: types and relations, in the language of the texts
    :param language: code of that language; catalog texts may be in another
    :param relations: names of relations of the graph that no ontology declares
    """

    def __init__(
        self, vocabulary: Vocabulary, language: str = "en", relations: Iterable[str] = ()
    ) -> None:
        self._vocabulary, self._code = vocabulary, language
        self._relations = frozenset(relations)
        self._cues_in = lru_cache(maxsize=16)(self._make_cues)

    def check(self, text: str, grounds: Grounds) -> Verified:
        """Hold a text against its grounds; one sentence that does not stand, and it is refused.

        :raises RefusedError: see :meth:`keep`
        """
        found = self.keep(text, grounds)
        if found.fault:
            raise found.fault
        return found

    def keep(self, text: str, grounds: Grounds) -> Verified:
        """Hold a text against its grounds, and keep the sentences that stand.

        A sentence that does not is left out, and so is one behind it that tells the catalog's text,
        as it may speak of what was left out. The rest is a text if it has the first sentence, with
        the own name in it, and half of all.

        :param text: as a language model wrote it
        :raises RefusedError: with a reason: those of
            :func:`~kgrec.text.verify.form.check_form`; ``sentences`` (too many, or one that says
            nothing), ``repeated``, ``own name`` (it is missing), ``role``, ``subject`` (the
            catalog says it of something else), ``words``, ``name``, ``number``, ``order``
        """
        check_form(text, grounds)
        line = tidy(text)
        language = language_of(f"{grounds.text} {line}", self._code)
        cues = self._cues_in(language)
        reader = Reader(grounds, cues, self._type_words(grounds.type), language)
        sentences = reader.sentences(line)
        _check_sentences(sentences)
        catalog = words_of_catalog(grounds.text, language)
        evidence: list[Evidence] = []
        left_out: list[str] = []
        fault: RefusedError | None = None
        for sentence in sentences:
            try:
                found = _evidence(sentence, grounds.text, catalog, cues, language)
                _check_news(found, evidence)
            except RefusedError as error:
                fault = fault or error
                left_out.append(sentence.text)
                continue
            if fault and found.spans:
                left_out.append(sentence.text)
            else:
                evidence.append(found)
        if fault is None:
            return Verified(line, tuple(evidence))
        if 2 * len(left_out) > len(sentences) or not _begins(evidence, sentences[0]):
            raise fault
        kept = " ".join(each.sentence for each in evidence)
        return Verified(kept, tuple(evidence), tuple(left_out), fault)

    def _make_cues(self, language: Language) -> Cues:
        return Cues(self._vocabulary, language, self._relations)

    def _type_words(self, label: str) -> set[str]:
        if not label:
            return set()
        found = self._vocabulary.type(label)
        if found.label != label:
            return {label}
        names = (alias for alias in found.aliases if alias.isalpha())
        return {label, found.plural, *(name.lower() for name in names)}


def _evidence(
    sentence: Sentence, text: str, catalog: Sequence[Word], cues: Cues, language: Language
) -> Evidence:
    """What supports a sentence.

    :raises RefusedError: if something does not
    """
    told = read_roles(sentence, cues, language)
    runs = align(_words(sentence, told, language), catalog, language)
    _check_stutter(sentence, told)
    if not told.facts and not runs:
        _check_plain(sentence, language)
    spans = tuple(_span(text, catalog[first], catalog[last]) for first, last in runs)
    return Evidence(sentence.text, tuple(dict.fromkeys(told.facts)), spans)


def _span(text: str, first: Word, last: Word) -> str:
    return text[first.start : last.start + len(last.text)]


def _check_stutter(sentence: Sentence, told: Told) -> None:
    """ "The Red Kite, The Red Kite", "a film film": nothing is said twice in a sentence."""
    own = [
        token
        for place, token in enumerate(sentence.tokens)
        if token.kind == "self" and place not in told.used
    ]
    if len(own) > 1:
        raise RefusedError("repeated", own[1].text)
    for one, other in pairwise(sentence.tokens):
        if one.kind == other.kind == "type":
            raise RefusedError("repeated", other.text)


def _check_news(found: Evidence, told: Sequence[Evidence]) -> None:
    """ "It stars Ada Marlow. Released in 1995, it stars Ada Marlow." """
    known = {fact for each in told for fact in each.facts}
    for relation, name in found.facts:
        if (relation, name) in known:
            raise RefusedError("repeated", name)


def _check_plain(sentence: Sentence, language: Language) -> None:
    """What rests on nothing may only say what a thing is: "The Red Kite is a film"."""
    plain = language.articles | language.copulas | language.pronouns
    for token in sentence.tokens:
        is_plain = token.kind == "small" and {*token.roots} <= plain
        if token.kind not in ("self", "type", "mark") and not is_plain:
            raise RefusedError("subject", sentence.text)


def _begins(evidence: Sequence[Evidence], first: Sentence) -> bool:
    """Whether the first sentence is among those that stand, and names what is described."""
    return bool(evidence) and evidence[0].sentence == first.text and _is_named(first)


def _is_named(sentence: Sentence) -> bool:
    return any(token.kind == "self" for token in sentence.tokens)


def _check_sentences(sentences: Sequence[Sentence]) -> None:
    if not sentences or len(sentences) > MOST_SENTENCES:
        raise RefusedError("sentences", f"there are {len(sentences)}")
    for sentence in sentences:
        if all(token.kind in ("small", "mark", "narrator") for token in sentence.tokens):
            raise RefusedError("sentences", sentence.text)
    texts = [sentence.text.casefold() for sentence in sentences]
    if len(set(texts)) < len(texts):
        raise RefusedError("repeated")
    if not any(map(_is_named, sentences)):
        raise RefusedError("own name")


def _words(sentence: Sentence, told: Told, language: Language) -> list[Word]:
    """Words of a sentence that the catalog has to have."""
    found: list[Word] = []
    before: set[str] = set()
    anchors: list[Token] = []
    boundary, marked = True, False
    for place, token in enumerate(sentence.tokens):
        if place not in told.left:
            if token.kind == "small":
                before |= {*token.roots} & language.binding
                anchors.append(token)
            elif token.kind == "mark":
                marked, boundary, before = not boundary or marked, True, set()
            else:
                anchors, marked, boundary, before = [token], False, True, set()
            continue
        if boundary:
            _check_anchor(anchors, sentence.tokens[place], language, bool(found))
        for word in _split(token):
            if word.root in language.small:
                before |= {word.root} & language.binding
                continue
            found.append(
                replace(
                    word,
                    before=frozenset() if boundary else frozenset(before),
                    boundary=boundary,
                    after_mark=boundary and marked,
                    first=token.first and not found,
                )
            )
            before, boundary, marked = set(), False, False
        anchors = []
    return found


def _split(token: Token) -> list[Word]:
    texts = token.text.split() if len(token.roots) > 1 else [token.text]
    if len(texts) != len(token.roots):
        texts = list(token.roots)
    return [Word(each, text) for each, text in zip(token.roots, texts, strict=True)]


def _check_anchor(
    anchors: Sequence[Token], token: Token, language: Language, goes_on: bool
) -> None:
    """The catalog's words may not be said of something else than in the catalog.

    They may follow "the film tells of" or "a film about", but neither a name ("starring Ada Marlow,
    a lonely nun") nor the thing itself ("The Red Kite flies").
    """
    head = next((each for each in anchors if each.kind != "small"), None)
    smalls = [each.roots[0] for each in anchors if each.kind == "small"]
    if head is None:
        if not goes_on and smalls and smalls[0] in language.pronouns:
            raise RefusedError("subject", token.text)
        return
    relative = {"that", "which", "who"} & set(smalls)
    if head.kind in ("self", "name", "cue") or (head.kind == "type" and relative):
        raise RefusedError("subject", f"{head.text} … {token.text}")
