"""Routes in numbers as paths in names."""

from __future__ import annotations

from dataclasses import dataclass

from kgrec.explain.explanation import Path, PathNode, PathRelation
from kgrec.explain.names import PathNames
from kgrec.explain.queries import cypher, sparql
from kgrec.explain.sentences import Sentences
from kgrec.features import Features
from kgrec.graph import KnowledgeGraph
from kgrec.graph.schema import key
from kgrec.vocabulary import INTERACTED


@dataclass(frozen=True)
class Step:
    """One edge of a route.

    :ivar relation: its index; ``None``: an interaction
    :ivar forward: whether it leads from head to tail
    :ivar node: that it leads to: a core node, or a user after all core nodes
    """

    relation: int | None
    forward: bool
    node: int


class RouteTeller:
    """Names what a network has in numbers.

    :param graph: what is served
    :param fitted: the graph that the network was fitted on, in its own numbers
    :param sentences: ``None``: in English
    """

    def __init__(
        self, graph: KnowledgeGraph, fitted: Features, sentences: Sentences | None = None
    ) -> None:
        self.graph, self.fitted, self.names = graph, fitted, PathNames(graph)
        self.sentences = sentences or Sentences(graph.vocabulary, item_type=graph.item_type)

    def path(
        self, user: str, steps: list[Step], share: float, walks: int, *, by_text: bool = False
    ) -> Path:
        """Tell a route.

        :param user: user id
        :param steps: from the user to the item
        :param walks: how many routes are told as this one; of people, how many they are
        :param by_text: whether only a text states a fact on it
        """
        nodes = [self.names.node(key("user", user)), *(self._node(step.node) for step in steps)]
        relations = [self._relation(step) for step in steps]
        reason = self._reason(nodes, steps, walks, against=share < 0)
        return Path(
            nodes=tuple(nodes),
            relations=tuple(relations),
            share=share,
            learned=share,
            walks=walks,
            reason=self.sentences.according_to_text(reason) if by_text else reason,
            cypher=cypher(nodes, relations, name_kinds=self.names.overlap),
            sparql=sparql(nodes, relations, self.graph.vocabulary),
        )

    def is_user(self, node: int) -> bool:
        """Whether a node is a user, and not a core node."""
        return node >= len(self.fitted.core)

    def key(self, node: int) -> str:
        """The key of a node in the graph."""
        if self.is_user(node):
            return key("user", self.fitted.users[node - len(self.fitted.core)])
        return self.fitted.node_key(int(self.fitted.core[node]))

    def _reason(
        self, nodes: list[PathNode], steps: list[Step], walks: int, *, against: bool
    ) -> str:
        start, middle = nodes[1].label, nodes[2:-1]
        after = steps[1:]
        if not middle and after[0].relation is not None:
            relation = self.graph.vocabulary.relation(self.fitted.relations[after[0].relation])
            return self.sentences.direct(start, relation, after[0].forward)
        if len(middle) == 1 and self.is_user(after[0].node):
            return self.sentences.through_users(start, walks, against=against, counted=False)
        there, back = after[0], after[-1]
        shared = there.relation == back.relation and there.forward != back.forward
        if len(middle) == 1 and there.relation is not None and shared:
            relation = self.graph.vocabulary.relation(self.fitted.relations[there.relation])
            named = middle[0].label if self.names.readable(middle[0].key) else None
            kind = self.graph.vocabulary.type(middle[0].type).label
            return self.sentences.through_entity(start, relation, there.forward, named, kind)
        return self.sentences.through_nodes(start, [node.name for node in middle])

    def _node(self, node: int) -> PathNode:
        return self.names.node(self.key(node))

    def _relation(self, step: Step) -> PathRelation:
        name = INTERACTED if step.relation is None else self.fitted.relations[step.relation]
        relation = self.graph.vocabulary.relation(name)
        label = relation.label if step.forward else relation.inverse_label
        return PathRelation(name, label, step.forward)
