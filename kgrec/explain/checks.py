"""Do sentences say only what is in the graph? A check, not a claim.

It trusts nothing that the explainer says: nodes and edges are looked up in the tables of the graph,
people are counted anew, and each sentence is written once more from what was found there.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from kgrec.explain.explanation import Explanation, Path, PathNode
from kgrec.explain.languages import ENGLISH, Language
from kgrec.explain.sentences import Sentences
from kgrec.explain.telling import in_words_of, translate
from kgrec.graph import KnowledgeGraph
from kgrec.vocabulary import INTERACTED


class SentenceCheck:
    """Finds what explanations say and the graph does not.

    :param graph: which they are of
    :param language: which they are in
    """

    def __init__(self, graph: KnowledgeGraph, language: Language = ENGLISH) -> None:
        words = translate(graph, language)
        self.graph, self.language = in_words_of(graph, language, words), language
        self.sentences = Sentences(words.vocabulary, language, item_type=graph.item_type)

    def faults(self, explanation: Explanation) -> list[str]:
        """Everything that is wrong with the words of an explanation; empty if nothing is."""
        found = [fault for path in explanation.paths for fault in self._path(path)]
        item = f"item:{explanation.item}"
        if item not in self._rows or explanation.label != self._rows[item][1]:
            found.append(f"'{explanation.label}' is not the name of {item}")
        if explanation.paths:
            said = [path.reason for path in explanation.told]
            because = self.language.because(said, against=explanation.paths[0].share < 0)
            if because != explanation.because:
                found.append(f"'{explanation.because}' is not what its paths say")
        elif not set(explanation.reasons) <= self._pathless(explanation):
            found.append(f"'{explanation.because}' is said of no path")
        return found

    def _path(self, path: Path) -> Iterator[str]:
        lost = [node for node in path.nodes if not self._is_there(node)]
        yield from (f"{node.key} '{node.label}' is no node of the graph" for node in lost)
        for left, edge, right in zip(path.nodes, path.relations, path.nodes[1:], strict=False):
            head, tail = (left, right) if edge.forward else (right, left)
            if (head.key, edge.name, tail.key) not in self._edges:
                yield f"{head.key} {edge.name} {tail.key} is no fact of the graph"
        if path.through_users and path.walks > self._common(path.nodes[1], path.nodes[-1], path):
            yield f"there are no {path.walks:,} people who have both items of '{path.reason}'"
        if lost:
            return  # and so nothing to tell
        told = self._retold(path)
        if told is None:
            yield f"nobody knows how to tell a path of the form of '{path}'"
        elif told != path.reason:
            yield f"'{path.reason}' should be '{told}'"

    def _retold(self, path: Path) -> str | None:
        """The reason as it must be, from the names and relations in the graph."""
        nodes, against = path.nodes, path.share < 0
        start = self._label(nodes[1])
        if path.through_users:
            return self.sentences.through_users(start, path.walks, against=against)
        if len(nodes) == 3:
            edge = path.relations[1]
            relation = self.graph.vocabulary.relation(edge.name)
            return self.sentences.direct(start, relation, edge.forward)
        if len(nodes) == 5:
            edge = path.relations[3]
            relation = self.graph.vocabulary.relation(edge.name)
            witness = self._label(nodes[3])
            return self.sentences.taste_of_direct(start, relation, edge.forward, witness, against)
        if len(nodes) not in (4, 6):
            return None
        shared, edge = nodes[-2], path.relations[-2]
        named = self._label(shared) if self.graph.has_name(shared.key) else None
        kind = self.graph.vocabulary.type(self._rows[shared.key][2]).label
        relation = self.graph.vocabulary.relation(edge.name)
        if len(nodes) == 4:
            return self.sentences.through_entity(start, relation, edge.forward, named, kind)
        if not nodes[2].key.startswith("user:") or not nodes[3].key.startswith("item:"):
            return None
        witness = self._label(nodes[3])
        return self.sentences.through_taste(
            start, relation, edge.forward, named, kind, witness, against
        )

    def _pathless(self, explanation: Explanation) -> set[str]:
        """What may be said without a path."""
        history = self._items_of.get(f"user:{explanation.user}", set())
        contents = {self.sentences.through_content(self._rows[key][1]) for key in history}
        vectors = {self.sentences.through_vectors(against=each) for each in (False, True)}
        return contents | vectors | {self.language.say("reasons.popular")}

    def _is_there(self, node: PathNode) -> bool:
        return self._rows.get(node.key) == (node.id, node.label, node.type)

    def _label(self, node: PathNode) -> str:
        return self._rows[node.key][1] if node.key in self._rows else node.label

    def _common(self, one: PathNode, other: PathNode, path: Path) -> int:
        both = self._users_of.get(one.key, set()) & self._users_of.get(other.key, set())
        return len(both - {path.nodes[0].key})

    @cached_property
    def _rows(self) -> dict[str, tuple[str, str, str]]:
        rows = self.graph.nodes.select("key", "id", "label", "type").iter_rows()
        return {key: (id, label, type) for key, id, label, type in rows}

    @cached_property
    def _edges(self) -> set[tuple[str, str, str]]:
        return set(self.graph.edges.select("head", "relation", "tail").iter_rows())

    @cached_property
    def _users_of(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for head, relation, tail in self._edges:
            if relation == INTERACTED:
                found.setdefault(tail, set()).add(head)
        return found

    @cached_property
    def _items_of(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for item, users in self._users_of.items():
            for user in users:
                found.setdefault(user, set()).add(item)
        return found
