"""Walks of the default model in numbers as paths in names."""

from __future__ import annotations

from dataclasses import replace

from kgrec.explain.explanation import Path, PathNode, PathRelation
from kgrec.explain.groups import Group
from kgrec.explain.history import STRANGER, History
from kgrec.explain.names import PathNames
from kgrec.explain.queries import cypher, sparql
from kgrec.explain.sentences import Sentences
from kgrec.features import Features
from kgrec.gnn.linear.hubs import FactHubs
from kgrec.graph import KnowledgeGraph
from kgrec.graph.schema import key
from kgrec.vocabulary import INTERACTED


class WalkTeller:
    """Names what the model has in numbers.

    :param graph: what is served
    :param features: the same in numbers
    :param sentences: ``None``: in English
    """

    def __init__(
        self, graph: KnowledgeGraph, features: Features, sentences: Sentences | None = None
    ) -> None:
        self.graph, self.features, self.names = graph, features, PathNames(graph)
        self.sentences = sentences or Sentences(graph.vocabulary, item_type=graph.item_type)

    def path(
        self, taken: History, target: int, group: Group, hubs: FactHubs, *, by_text: bool
    ) -> Path:
        """Tell walks that read alike.

        :param taken: where they begin
        :param target: the item that they lead to
        :param group: placed, see :func:`kgrec.explain.groups.placed`
        :param hubs: of the facts that lead to the item
        :param by_text: whether only a text states a fact on it
        """
        start = self.start(taken, group.start)
        nodes = [self._user(taken), start]
        relations = [self._relation(INTERACTED, True)]
        if group.is_user:
            self._over_people(nodes, relations, group.user, target)
            reason = self.sentences.through_users(start.label, group.count, against=group.share < 0)
        elif group.witness >= 0:
            self._over_people(nodes, relations, group.user, group.witness)
            reason = self._over_fact(nodes, relations, group, group.witness, target, hubs)
        else:
            reason = self._over_fact(nodes, relations, group, group.start, target, hubs)
        if by_text:
            reason = self.sentences.according_to_text(reason)
        known = 0 if taken.in_graph else 1  # the graph cannot be asked for what it does not have
        return Path(
            nodes=tuple(nodes),
            relations=tuple(relations),
            share=group.share,
            learned=group.learned,
            walks=group.count,
            reason=reason,
            cypher=cypher(nodes[known:], relations[known:], name_kinds=self.names.overlap),
            sparql=sparql(nodes[known:], relations[known:], self.graph.vocabulary),
        )

    def start(self, taken: History, item: int) -> PathNode:
        """An item of the history, with the name that it is told as."""
        node, name = self._node(item), taken.names.get(item)
        return replace(node, label=name) if name else node

    def _over_people(
        self, nodes: list[PathNode], relations: list[PathRelation], other: int, item: int
    ) -> None:
        """Go on over another user to an item that this one took, too."""
        nodes += [self.names.node(key("user", self.features.users[other])), self._node(item)]
        relations += [self._relation(INTERACTED, False), self._relation(INTERACTED, True)]

    def _over_fact(
        self,
        nodes: list[PathNode],
        relations: list[PathRelation],
        group: Group,
        origin: int,
        target: int,
        hubs: FactHubs,
    ) -> str:
        """Go on over a fact from an item to the target; returns the reason of the whole path."""
        number, forward = hubs.relations[hubs.roles[group.hub]]
        name, hub = self.features.relations[number], int(hubs.nodes[group.hub])
        relation, say = self.graph.vocabulary.relation(name), self.sentences
        start, through = nodes[1].label, nodes[-1].label
        by_people, against = group.witness >= 0, group.share < 0
        if hub in (origin, target):
            # A fact joins the two items directly: from the origin if the target is the hub.
            along = forward == (hub == target)
            nodes.append(self._node(target))
            relations.append(self._relation(name, along))
            if by_people:
                return say.taste_of_direct(start, relation, along, through, against)
            return say.direct(through, relation, along)
        node = self._node(hub)
        nodes += [node, self._node(target)]
        relations += [self._relation(name, forward), self._relation(name, not forward)]
        named = node.label if self.names.readable(node.key) else None
        shared = (relation, forward, named, self.graph.vocabulary.type(node.type).label)
        if by_people:
            return say.through_taste(start, *shared, through, against)
        return say.through_entity(through, *shared)

    def _node(self, index: int) -> PathNode:
        return self.names.node(self.features.node_key(index))

    def _user(self, taken: History) -> PathNode:
        if taken.row == STRANGER:
            return PathNode(key("user", taken.user), taken.user, taken.user, "User")
        return self.names.node(key("user", taken.user))

    def _relation(self, name: str, forward: bool) -> PathRelation:
        relation = self.graph.vocabulary.relation(name)
        return PathRelation(name, relation.label if forward else relation.inverse_label, forward)
