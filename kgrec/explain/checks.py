"""Do sentences say only what is in the graph? A check, not a claim.

It trusts nothing that the explainer says: nodes and edges are looked up in the tables of the graph,
people are counted anew, and each sentence is written once more from what was found there.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import numpy as np
from scipy.sparse import csc_matrix, csr_matrix

from kgrec.explain.explanation import Explanation, Path, PathNode
from kgrec.explain.languages import ENGLISH, Language
from kgrec.explain.rest import is_content
from kgrec.explain.sentences import Sentences
from kgrec.explain.telling import in_words_of, translate
from kgrec.graph import KnowledgeGraph
from kgrec.vocabulary import INTERACTED


class SentenceCheck:
    """Finds what explanations say and the graph does not.

    Of people a sentence counts those on whom the model was fitted, which may be fewer than the
    graph has: validation was kept apart, or the graph was updated since. If it is said what that
    was, the number must be right; else the graph must have as many people, or more.

    :param graph: which they are of
    :param language: which they are in
    :param fitted_on: the interactions that the model was fitted on, above 0, shape ``(U, I)``, in
        the order in which the graph lists users and items
        (:attr:`Recommender.fitted_on <kgrec.Recommender.fitted_on>`); ``None``: nobody knows
    """

    def __init__(
        self,
        graph: KnowledgeGraph,
        language: Language = ENGLISH,
        fitted_on: csr_matrix | None = None,
    ) -> None:
        self._fitted_on = fitted_on
        words = translate(graph, language)
        self.graph, self.language = in_words_of(graph, language, words), language
        self.sentences = Sentences(words.vocabulary, language, item_type=graph.item_type)

    def faults(self, explanation: Explanation) -> list[str]:
        """Everything that is wrong with the words of an explanation; empty if nothing is."""
        exact = explanation.method == "exact"
        found = [fault for path in explanation.paths for fault in self._path(path, exact)]
        item = f"item:{explanation.item}"
        if item not in self._rows or explanation.label != self._rows[item][1]:
            found.append(f"'{explanation.label}' is not the name of {item}")
        if explanation.paths:
            said = [path.reason for path in explanation.told]
            against = [path.share < 0 for path in explanation.told]
            if self.language.because(said, against=against) != explanation.because:
                found.append(f"'{explanation.because}' is not what its paths say")
        elif explanation.because not in self._pathless(explanation):
            found.append(f"'{explanation.because}' is said of no path")
        return found

    def _path(self, path: Path, exact: bool) -> Iterator[str]:
        lost = [node for node in path.nodes if not self._is_there(node)]
        yield from (f"{node.key} '{node.label}' is no node of the graph" for node in lost)
        for left, edge, right in zip(path.nodes, path.relations, path.nodes[1:], strict=False):
            head, tail = (left, right) if edge.forward else (right, left)
            if (head.key, edge.name, tail.key) not in self._edges:
                yield f"{head.key} {edge.name} {tail.key} is no fact of the graph"
        if path.through_users and not self._is_count(path):
            yield f"there are no {path.walks:,} people who have both items of '{path.reason}'"
        if lost:
            return  # and so nothing to tell
        told = self._retold(path, exact)
        if told is None:
            yield f"nobody knows how to tell a path of the form of '{path}'"
        elif told != path.reason:
            yield f"'{path.reason}' should be '{told}'"

    def _retold(self, path: Path, exact: bool) -> str | None:
        """The reason as it must be, from the names and relations in the graph."""
        nodes, against = path.nodes, path.share < 0
        start = self._label(nodes[1])
        if path.through_users:
            count = path.walks
            return self.sentences.through_users(start, count, against=against, counted=exact)
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
        """What may be said without a path: what the parts of the score bear out."""
        say, rest = self.sentences, explanation.rest
        if explanation.path_share:
            against = explanation.path_share < 0
            name = "reasons.unlisted_against" if against else "reasons.unlisted"
            return {self.language.because([self.language.say(name)], against=against)}
        history = self._items_of.get(f"user:{explanation.user}", set())
        found: set[str] = set()
        if sum(value for name, value in rest.items() if is_content(name)) > 0:
            contents = (say.through_content(self._rows[key][1]) for key in history)
            found |= {self.language.because([each]) for each in contents}
        if latent := rest.get("latent", 0.0):
            vectors = say.through_vectors(against=latent < 0)
            found.add(self.language.because([vectors], against=latent < 0))
        popular = rest.get("popularity", 0.0) > 0
        last = self.language.say("reasons.popular" if popular else "reasons.no_path")
        return found | {self.language.because([last], against=not popular)}

    def _is_there(self, node: PathNode) -> bool:
        return self._rows.get(node.key) == (node.id, node.label, node.type)

    def _label(self, node: PathNode) -> str:
        return self._rows[node.key][1] if node.key in self._rows else node.label

    def _is_count(self, path: Path) -> bool:
        """Whether as many people have both items as a path says."""
        user, one, other = (path.nodes[place].key for place in (0, 1, -1))
        taken = self._users_of if self._fitted_on is None else self._fitted_users_of
        most = len((taken.get(one, set()) & taken.get(other, set())) - {user})
        return path.walks <= most if self._fitted_on is None else path.walks == most

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
    def _fitted_users_of(self) -> dict[str, set[str]]:
        assert self._fitted_on is not None
        kinds = self.graph.nodes.group_by("kind").agg("key")
        named = dict(kinds.iter_rows())
        by_item = csc_matrix(self._fitted_on)
        rows = np.split(by_item.indices, by_item.indptr[1:-1])
        return {
            item: {named["user"][row] for row in taken}
            for item, taken in zip(named["item"], rows, strict=True)
        }

    @cached_property
    def _items_of(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for item, users in self._users_of.items():
            for user in users:
                found.setdefault(user, set()).add(item)
        return found
