"""What the template says of the paths, in a form that another text can be held against."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from kgrec.explain.explanation import Explanation, Path, PathNode
from kgrec.explain.languages import Language
from kgrec.graph import KnowledgeGraph
from kgrec.text.tokens import stem, words_of
from kgrec.vocabulary import INTERACTED, Relation, Vocabulary

Phrase = tuple[str, ...]
"""Stems and tags that must stand side by side; what a language lists as filler may be between."""

ITEM = "{item}"


@dataclass(frozen=True)
class Fact:
    """A relation that a text must express.

    :ivar name: of the relation
    :ivar start: tag of the history item that it is told of
    :ivar right: phrases, one of which must occur
    :ivar wrong: phrases that turn the roles round; none may occur
    """

    name: str
    start: str
    right: frozenset[Phrase]
    wrong: frozenset[Phrase]


@dataclass(frozen=True)
class Claims:
    """What a text may say, and must.

    :ivar template: the sentence that stands where no other is accepted
    :ivar names: label → tag of the nodes that the template names
    :ivar facts: relations, each at its entity
    :ivar starts: tags of the history items
    :ivar through_users: tags of those that other people join with the item, and "4 people"
    :ivar witnesses: tag of what people took, and that of the start of its path
    :ivar numbers: digits that the template writes
    :ivar against: whole reasons, one of each set must occur, after a contrasting word
    :ivar for_it: whether any reason speaks for the item
    :ivar words: stems that may be used
    """

    template: str
    names: dict[str, str]
    facts: tuple[Fact, ...]
    starts: tuple[str, ...]
    through_users: tuple[tuple[str, str], ...]
    witnesses: tuple[tuple[str, str], ...]
    numbers: frozenset[str]
    against: tuple[frozenset[Phrase], ...]
    for_it: bool
    words: frozenset[str]


class Reader:
    """Reads the claims of explanations.

    :param graph: which the explanations are of
    :param vocabulary: the words of its relations, in the language
    :param language: of the explanations
    """

    def __init__(self, graph: KnowledgeGraph, vocabulary: Vocabulary, language: Language) -> None:
        self.graph, self.vocabulary, self.language = graph, vocabulary, language
        self.fillers = frozenset(map(stem, language.rewrite.get("fillers", ())))
        self.functions = frozenset(map(stem, language.rewrite.get("function_words", ())))

    def claims(self, explanation: Explanation) -> Claims | None:
        """What the sentence of an explanation says; ``None`` if two of its nodes share a name."""
        paths = explanation.told
        tags: dict[str, str] = {explanation.label: ITEM}
        keys = {ITEM: paths[0].nodes[-1].key}
        for node in (node for path in paths for node in self._named(path)):
            tag = tags.setdefault(node.label, f"{{n{len(tags)}}}")
            if keys.setdefault(tag, node.key) != node.key:
                return None
        template = explanation.sentence
        rest = _without(template, tags)
        words = {stem(word) for word in words_of(rest)} | self.functions
        facts = tuple(fact for path in paths for fact in self._facts(path, tags))
        for path in paths:
            words |= self._words(path)
        return Claims(
            template=template,
            names=tags,
            facts=facts,
            starts=tuple(dict.fromkeys(tags[path.nodes[1].label] for path in paths)),
            through_users=tuple(
                (tags[path.nodes[1].label], self.language.people(path.walks))
                for path in paths
                if path.through_users
            ),
            witnesses=tuple(
                (tags[node.label], tags[path.nodes[1].label])
                for path in paths
                for node in path.nodes[2:-1]
                if node.key.startswith("item:")
            ),
            numbers=frozenset(re.findall(r"\d[\d,.]*\d|\d", rest)),
            against=tuple(self._whole(path, tags) for path in paths if path.share < 0),
            for_it=any(path.share >= 0 for path in paths),
            words=frozenset(words),
        )

    def phrase(self, text: str, **tags: str) -> Phrase:
        """Stems of a text without fillers, with tags where it has names in braces."""
        parts = re.split(r"\{(\w+)\}", text)
        found: list[str] = []
        for number, part in enumerate(parts):
            found += [tags[part]] if number % 2 else self._stems(part)
        return tuple(found)

    def content_words(self, relation: Relation) -> frozenset[str]:
        """Stems of the words of a relation that are more than function words."""
        found = {stem(word) for text in self._texts(relation) for word in words_of(text)}
        return frozenset(found - self.functions)

    def links(self, relation: Relation) -> set[Phrase]:
        """Phrases before an entity that are nothing but function words: ``about``, ``by``."""
        patterns = (relation.pattern, relation.inverse_pattern)
        before = [text.partition("{entity}")[0] for text in patterns]
        found = {self.phrase(text) for text in (relation.label, relation.inverse_label, *before)}
        return {phrase for phrase in found if phrase and self.functions.issuperset(phrase)}

    def _stems(self, text: str) -> list[str]:
        return [each for each in map(stem, words_of(text)) if each not in self.fillers]

    def _whole(self, path: Path, tags: dict[str, str]) -> frozenset[Phrase]:
        """A reason as the template says it; "it" may be the name of the item."""
        own = sorted((label for label in tags if label), key=len, reverse=True)
        names = re.compile("|".join(map(re.escape, own)))
        found: list[str] = []
        end = 0
        for match in names.finditer(path.reason):
            found += [*self._stems(path.reason[end : match.start()]), tags[match[0]]]
            end = match.end()
        found += self._stems(path.reason[end:])
        its = set(map(stem, self.language.rewrite.get("it", ())))
        places = [place for place, word in enumerate(found) if word in its]
        named = ((*found[:place], ITEM, *found[place + 1 :]) for place in places)
        return frozenset({tuple(found), *named})

    def _named(self, path: Path) -> Iterator[PathNode]:
        """The nodes that the sentence names: other users are counted, and ids say nothing."""
        for node in path.nodes[1:]:
            is_user = node.key.startswith("user:")
            if not is_user and (node.key.startswith("item:") or self.graph.has_name(node.key)):
                yield node

    def _words(self, path: Path) -> set[str]:
        relations = [self.vocabulary.relation(each.name) for each in path.relations]
        types = [self.vocabulary.type(node.type) for node in path.nodes[1:]]
        texts = [text for relation in relations for text in self._texts(relation)]
        texts += [text for one in types for text in (one.label, one.plural)]
        return {stem(word) for text in texts for word in words_of(text)}

    def _texts(self, relation: Relation) -> list[str]:
        patterns = (relation.pattern, relation.inverse_pattern)
        texts = [relation.label, relation.inverse_label, relation.anonymous]
        return texts + [text.replace("{entity}", " ") for text in patterns] + self._nouns(relation)

    def _nouns(self, relation: Relation) -> list[str]:
        """Other names of a relation that a person might write: ``"director"``."""
        if not self.language.is_english:
            return []
        return [a.replace("_", " ") for a in relation.aliases if not re.search(r"[:/.\d]", a)]

    def _facts(self, path: Path, tags: dict[str, str]) -> Iterator[Fact]:
        nodes, last = path.nodes, len(path.nodes) - 1
        for place, edge in enumerate(path.relations):
            if edge.name == INTERACTED:
                continue
            relation = self.vocabulary.relation(edge.name)
            one, other = nodes[place], nodes[place + 1]
            if one.key.startswith("entity:") and place + 1 == last and place > 1:
                continue  # the way back from a shared entity says the same again
            if place + 1 == last:
                right, wrong = self._direct(relation, edge.forward, tags[one.label])
            else:
                right, wrong = self._shared(relation, edge.forward, other, tags)
            start = tags[nodes[1].label]
            yield Fact(relation.name, start, frozenset(right), frozenset(wrong - right))

    def _direct(
        self, relation: Relation, forward: bool, start: str
    ) -> tuple[set[Phrase], set[Phrase]]:
        """Right and wrong phrases: start and item are head and tail; ``forward``: in this order."""
        ahead, back = relation.label, relation.inverse_label
        if not forward:
            ahead, back = back, ahead
        onto_start, onto_item = self.phrase(back), self.phrase(ahead)
        right = {(*onto_start, start), (*onto_item, ITEM), (*onto_item, stem("it"))}
        wrong = {(*onto_item, start), (*onto_start, ITEM), (*onto_start, stem("it"))}
        return right, wrong

    def _shared(
        self, relation: Relation, forward: bool, entity: PathNode, tags: dict[str, str]
    ) -> tuple[set[Phrase], set[Phrase]]:
        """The same: two items lead to an entity; ``forward``: they are the heads."""
        items = [tag for label, tag in tags.items() if label != entity.label]
        tag = tags.get(entity.label, "")
        if not self.graph.has_name(entity.key) or not tag:
            pattern = relation.inverse_pattern
            same = pattern.replace("{entity}", self.language.phrases["names.same"])
            kind = self.vocabulary.type(entity.type).label
            text = relation.anonymous if forward else same.replace("{kind}", kind)
            return {self.phrase(text)}, set()
        ahead, back = relation.label, relation.inverse_label
        pattern = relation.pattern
        if not forward:
            ahead, back, pattern = back, ahead, relation.inverse_pattern
        nouns = self._nouns(relation) if forward else []
        before = {phrase for text in (ahead, *nouns) if (phrase := self.phrase(text))}
        after = self.phrase(back)
        right = {self.phrase(pattern, entity=tag)} | {(*phrase, tag) for phrase in before}
        right |= {(tag, *after, item) for item in [*items, stem("it")] if after}
        wrong = {(*phrase, item) for phrase in before for item in items}
        wrong |= {(*after, tag)} if after else set()
        return right, wrong


def _without(text: str, labels: Iterable[str]) -> str:
    for label in sorted(labels, key=len, reverse=True):
        text = text.replace(label, " ") if label else text
    return text


def contains(words: Sequence[str], phrase: Phrase) -> bool:
    """Whether a phrase stands somewhere in a text."""
    return bool(begins(words, phrase))


def begins(words: Sequence[str], phrase: Phrase) -> list[int]:
    """Where a phrase begins, wherever it occurs."""
    size = len(phrase)
    every = range(len(words) - size + 1)
    return [at for at in every if tuple(words[at : at + size]) == phrase]


def places(words: Sequence[str], phrase: Phrase) -> set[int]:
    """Where the words of a phrase stand, wherever it occurs."""
    found = begins(words, phrase)
    return {place for at in found for place in range(at, at + len(phrase))}
