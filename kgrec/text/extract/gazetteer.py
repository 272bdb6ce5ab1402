"""Facts from names alone: nodes of the graph whose names stand in the texts of items.

No language model is needed. A name counts if it means one node only and is written as the graph
writes it; the longest one wins (*Toy Story 2* is not *Toy Story*). Words that the texts use in
lower case are no names (*Air*, *Live*), and a name within a longer one (*Paris* in *Paris Hilton*)
is none either.

What the name is to the item is said by the words before it ("directed by"), or by its type where
one relation alone leads to such a node; else the item ``mentions`` it. How far that can be trusted
is measured on the items of which the catalog itself states facts of the relation
(:mod:`kgrec.text.extract.agreement`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from kgrec.text.extract.claim import Claim
from kgrec.text.extract.clauses import Clauses, clauses_of
from kgrec.text.extract.direction import governing
from kgrec.text.extract.judge import OWNS, words_of
from kgrec.text.extract.linking import linked
from kgrec.text.extract.names import Named, Names, own_names
from kgrec.text.extract.relations import MENTIONS, VAGUE, may_be_turned
from kgrec.text.extract.tokens import Token, has_ideographs, is_joined, statements, tokens
from kgrec.text.plain import plain_text
from kgrec.vocabulary import Relation, Vocabulary

VERSION = "gazetteer/3"
"""Changes with the rules of this module."""

_SHORTEST = 3  # characters of a name
_LONGEST = 10  # words


@dataclass(frozen=True)
class Found:
    """A name in a text.

    :ivar nodes: that have it; more than one: it is ambiguous
    :ivar first: place of its first word
    :ivar last: place behind its last word
    :ivar owns: whether it is a possessive: "Ann Lee's"
    """

    nodes: tuple[Named, ...]
    first: int
    last: int
    owns: bool = False


@dataclass(frozen=True)
class _Text:
    """A text, and the names of the item that it is about."""

    item: str
    text: str
    words: list[Token]
    own: frozenset[tuple[str, ...]]
    clauses: Clauses


class Gazetteer:
    """Finds the names of a graph in texts.

    :param names: of the graph
    :param texts: of all items, which show what is a common word
    :param relations: that a text may state
    :param item_type: type of the items
    """

    def __init__(
        self,
        names: Names,
        texts: Iterable[str],
        relations: Sequence[Relation],
        vocabulary: Vocabulary,
        item_type: str,
    ) -> None:
        self._names, self._vocabulary = names, vocabulary
        self._common = Counter(
            token.norm
            for text in texts
            for token in tokens(plain_text(text))
            if token.text[0].islower()
        )
        self._longest: dict[str, int] = {}
        for words in names.by_words:
            known = self._longest.get(words[0], 0)
            self._longest[words[0]] = min(max(known, len(words)), _LONGEST)
        # Which relation a name stands in is only read off words that cannot be turned round.
        self._relations = [
            relation
            for relation in relations
            if relation.range not in VAGUE and not may_be_turned(relation, vocabulary, item_type)
        ]
        self._cues = words_of(self._relations)
        self._item_type = item_type

    def claims(self, item: str, title: str, text: str) -> Iterator[Claim]:
        """All facts that names in a text state; of several places of a node the first.

        :param item: id of the item
        :param title: its name, which is not looked for
        """
        own = own_names(title, *self._names.written.get(f"item:{item}", ()))
        words = tokens(text)
        places = list(_places(text, words))
        first = words[slice(*places[0])] if places else []
        clauses = clauses_of(text, first, own, self._cues, self._vocabulary, self._item_type)
        about = _Text(item, text, words, own, clauses)
        told: set[tuple[str, str]] = set()
        for sentence in places:
            for found in self._in(about, *sentence):
                for claim in self._told(about, sentence, found):
                    name = (claim.relation, claim.tail or claim.tail_label)
                    if name not in told:
                        # What is doubtful at one place may be certain at another.
                        if claim.state == "accepted":
                            told.add(name)
                        yield claim

    def _in(self, about: _Text, start: int, end: int) -> Iterator[Found]:
        """Names in a sentence, from left to right, none within another."""
        at = start
        while at < end:
            found = self._longest_at(about, at, start, end)
            if found is None:
                at += 1
                continue
            named = about.words[at : found.last]
            last = (found.owns and named[-1].owner) or named[-1]
            is_own = tuple(word.norm for word in (*named[:-1], last)) in about.own
            at = found.last
            if not is_own:
                yield found

    def _longest_at(self, about: _Text, at: int, start: int, end: int) -> Found | None:
        words = about.words
        owner = words[at].owner
        longest = max(self._longest.get(one.norm, 0) for one in (words[at], owner or words[at]))
        longest = min(longest, end - at)
        for size in range(longest, 0, -1):
            part = words[at : at + size]
            nodes = self._names.by_words.get(tuple(word.norm for word in part))
            owner = None if nodes else part[-1].owner
            if owner is not None:
                part = [*part[:-1], owner]
                nodes = self._names.by_words.get(tuple(word.norm for word in part))
            if not nodes:
                continue
            meant = tuple(node for node in nodes if self._is_name(node, part, at == start))
            if owner is not None and size == 1:
                # People own; "Emma's father" does not speak of the film "Emma".
                meant = tuple(node for node in meant if node.kind != "item")
            if meant and not self._is_within_name(about, (at, at + size), (start, end), meant):
                return Found(meant, at, at + size, owns=owner is not None)
            return None  # a shorter name within it would be another's
        return None

    def _is_name(self, node: Named, part: list[Token], opens: bool) -> bool:
        """Whether words that are the name of a node are meant as a name."""
        written = "".join(word.text for word in part)
        if len(written) < _SHORTEST or written.isdigit():
            return False
        if has_ideographs(written) or self._is_concept(node):
            return True
        spelled = {
            tuple(token.text for token in tokens(name)) for name in self._names.written[node.key]
        }
        if tuple(word.text for word in part) not in spelled or written == written.lower():
            return False
        if len(part) > 1:
            # "The Others" at the start of a sentence may be others.
            return not opens or any(not self._common[word.norm] for word in part)
        return not self._common[part[0].norm]

    def _is_within_name(
        self,
        about: _Text,
        place: tuple[int, int],
        sentence: tuple[int, int],
        nodes: Sequence[Named],
    ) -> bool:
        """Whether a capital letter before or behind shows that the words are part of a name."""
        (first, last), (start, end), words = place, sentence, about.words
        if all(map(self._is_concept, nodes)) or has_ideographs(words[first].text):
            return False
        if first > start and is_joined(words[first - 1], words[first]):
            before = words[first - 1]
            if _is_capital(before) and (first - 1 > start or not self._common[before.norm]):
                return True
        behind = words[last] if last < end else None
        return bool(behind and is_joined(words[last - 1], behind) and _is_capital(behind))

    def _is_concept(self, node: Named) -> bool:
        return self._vocabulary.type(node.type).is_concept

    def _told(self, about: _Text, sentence: tuple[int, int], found: Found) -> Iterator[Claim]:
        words = about.words
        last = words[found.last - 1]
        start, end = words[found.first].start, ((found.owns and last.owner) or last).end
        quote = about.text[words[sentence[0]].start : words[sentence[1] - 1].end]
        node = found.nodes[0]
        bare = Claim(
            head=about.item,
            relation=MENTIONS,
            tail_label=node.label,
            start=start,
            end=end,
            quote=" ".join(quote.split()),
            asserted_by="gazetteer",
            prompt=VERSION,
        )
        if len(found.nodes) > 1:
            keys = (each.key for each in found.nodes)
            yield bare.held_back("quarantined", "several nodes have this name", *keys)
            return
        claim = linked(bare, node)
        relation = self._relation(node, about, sentence, found)
        if relation:
            name, sure, doubt = relation
            stated = replace(claim, relation=name, sure=sure)
            yield stated.held_back("quarantined", doubt) if doubt else stated
        if MENTIONS in self._vocabulary.relations and not self._is_concept(node):
            yield claim

    def _relation(
        self, node: Named, about: _Text, sentence: tuple[int, int], found: Found
    ) -> tuple[str, bool, str] | None:
        """What the node is to the item, if words or its type say so.

        :return: name of the relation, whether words say it, and why it is in doubt
        """
        kind = self._vocabulary.type(node.type)
        able = [relation.name for relation in self._relations if kind.is_a(relation.range)]
        if not able:
            return None
        start, end = sentence
        words = about.words[start:end]
        first, last = found.first - start, found.last - start
        said = governing(words, first, last, self._cues)
        if said is not None and said.before:
            meant = [name for name in able if name in said.relations]
            if len(meant) == 1:
                owns = OWNS if found.owns else ""
                return meant[0], True, about.clauses.doubt(words, said, first) or owns
            if not said.doubt:
                return None
        if len(able) > 1 or found.owns:
            return None
        return able[0], False, about.clauses.open(words, first, last)


def without_stated(
    claims: Iterable[Claim], stated: Mapping[tuple[str, str], frozenset[str]]
) -> Iterator[Claim]:
    """Claims that say more than the catalog, or than another claim.

    That an item mentions a node says nothing more where another fact joins the two.

    :param stated: keys of two nodes → the relations of facts between them, in either direction
    """
    several = list(claims)
    said = {(each.head, each.tail) for each in several if _is_more(each)}
    for claim in several:
        between = stated.get((f"item:{claim.head}", f"{claim.tail_kind}:{claim.tail}"), frozenset())
        if claim.relation in between or (claim.relation == MENTIONS and between):
            continue
        if claim.relation == MENTIONS and (claim.head, claim.tail) in said and claim.tail:
            continue
        yield claim


def _is_more(claim: Claim) -> bool:
    return claim.relation != MENTIONS and claim.state == "accepted"


def _places(text: str, words: list[Token]) -> Iterator[tuple[int, int]]:
    """Each sentence as places of its first word and behind its last."""
    at = 0
    for _, end in statements(text):
        start = at
        while at < len(words) and words[at].start < end:
            at += 1
        if at > start:
            yield start, at


def _is_capital(word: Token) -> bool:
    return word.text[0].isupper()
