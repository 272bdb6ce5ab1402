"""From walks in numbers to explanations in names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from scipy.sparse import csr_matrix

from kgrec.errors import ConfigError
from kgrec.explain.explanation import Explanation, Path, PathNode, PathRelation
from kgrec.explain.queries import cypher, sparql
from kgrec.explain.sentences import Sentences
from kgrec.explain.walks import WalkFinder, Walks
from kgrec.features import Features
from kgrec.gnn.linear.hubs import FactHubs
from kgrec.gnn.linear.pairs import PairModel
from kgrec.gnn.linear.recency import recent_histories
from kgrec.graph import KnowledgeGraph
from kgrec.graph.schema import key
from kgrec.vocabulary import INTERACTED


@dataclass(frozen=True)
class _Group:
    """Walks that are told as one path: all other users between two items, or one shared fact.

    :ivar start: the item of the history
    :ivar hub: its strongest hub
    """

    start: int
    hub: int
    is_user: bool
    share: float
    learned: float
    count: int


class Explainer:
    """Explains the scores of one trained model on one graph.

    :param graph: the graph it was trained on, or a later version of it
    :param features: the same in numbers
    :param model: the trained model
    :param fitted_on: the interactions it was fitted on, binary, shape ``(U, I)``
    :param fitted: the graph it was trained on, in the numbers of ``features``; ``None``: that is
        ``features``
    """

    def __init__(
        self,
        graph: KnowledgeGraph,
        features: Features,
        model: PairModel,
        fitted_on: csr_matrix,
        fitted: Features | None = None,
    ) -> None:
        self.graph, self.features, self.model = graph, features, model
        self.histories = recent_histories(features, model.recency)
        # What came later carries no weight: walks lead through what was there.
        self.hubs = FactHubs.of(fitted or features)
        self.finder = WalkFinder(model, fitted_on, self.hubs)
        self.sentences = Sentences(graph.vocabulary)

    def explain(
        self, user: str, item: str, *, paths: int | None = 5, score: float | None = None
    ) -> Explanation:
        """Explain one score.

        Where only the strongest paths are asked for, the last place goes to the strongest fact if
        no fact is among them: people are many, and would crowd out what the catalog knows.

        :param user: user id
        :param item: item id
        :param paths: at most so many; ``None``: all
        :param score: the score, if it is known
        :raises UnknownIdError: if the user or the item is not in the graph
        :raises ConfigError: if ``paths`` is below 0
        """
        if paths is not None and paths < 0:
            raise ConfigError(f"The number of paths must be at least 0, not {paths}.")
        row = int(self.features.user_indices([user])[0])
        target = self.features.item_index(item)
        if score is None:
            score = float(self.model.score(self.histories[[row]])[0, target])
        history = self.histories[[row]]
        walks = self.finder.find(
            history.indices.astype(np.int64), target, user=row, counts=history.data
        )
        carried = self.model.carried(history, np.array([target]))
        content = float(carried.sum())
        groups = sorted(
            self._groups(walks, target), key=lambda group: (-group.share, group.start, group.hub)
        )
        shown = groups if paths is None else self._strongest(groups, paths)
        total = float(walks.shares.sum())
        popularity = float(self.model.bias[target])
        latent = score - popularity - content - total
        rest = {"popularity": popularity, "content": content, "latent": latent}
        if len(shown) < len(groups):
            rest["other_paths"] = total - sum(group.share for group in shown)
        return Explanation(
            user=user,
            item=item,
            label=self.graph.label(key("item", item)),
            score=score,
            paths=tuple(self._path(user, target, group) for group in shown),
            rest=rest,
            path_share=total,
            content_reason=self._content_reason(carried) if content > 0 else "",
        )

    def _content_reason(self, carried: csr_matrix) -> str:
        """Name the item of the history from which most is carried over."""
        start = int(carried.indices[carried.data.argmax()])
        return self.sentences.through_content(self._node(start).label)

    def _groups(self, walks: Walks, target: int) -> Iterable[_Group]:
        """One group for all users between two items; every fact stands for itself."""
        rows: dict[tuple[int, ...], list[int]] = {}
        for row, (start, hub, is_user) in enumerate(
            zip(walks.starts, walks.hubs, walks.is_user, strict=True)
        ):
            name = (0,) if is_user else self._fact_name(int(start), int(hub), target)
            rows.setdefault((int(start), *name), []).append(row)
        for group in rows.values():
            strongest = max(group, key=lambda row: abs(walks.shares[row]))
            yield _Group(
                start=int(walks.starts[strongest]),
                hub=int(walks.hubs[strongest]),
                is_user=bool(walks.is_user[strongest]),
                share=float(walks.shares[group].sum()),
                learned=float(walks.learned[group].sum()),
                count=len(group) if walks.is_user[strongest] else 1,
            )

    def _strongest(self, groups: list[_Group], count: int) -> list[_Group]:
        shown = groups[:count]
        facts = [group for group in groups[count:] if not group.is_user and group.share > 0]
        if count < 2 or not facts or not all(group.is_user for group in shown):
            return shown
        named = [group for group in facts if self.graph.has_name(self._hub_key(group))]
        return [*shown[:-1], (named or facts)[0]]

    def _hub_key(self, group: _Group) -> str:
        return self.features.node_key(int(self.hubs.nodes[group.hub]))

    def _fact_name(self, start: int, hub: int, target: int) -> tuple[int, ...]:
        """What tells a path through a fact from others: a direct fact has a hub at either end."""
        number, forward = self.hubs.relations[self.hubs.roles[hub]]
        node = int(self.hubs.nodes[hub])
        if node in (start, target):
            return (1, number, int(forward == (node == target)))
        return (2, hub)

    def _path(self, user: str, target: int, group: _Group) -> Path:
        start, end = self._node(group.start), self._node(target)
        nodes = [self._named(key("user", user)), start]
        relations = [self._relation(INTERACTED, True)]
        if group.is_user:
            nodes += [self._named(key("user", self.features.users[group.hub])), end]
            relations += [self._relation(INTERACTED, False), self._relation(INTERACTED, True)]
            reason = self.sentences.through_users(start.label, group.count, against=group.share < 0)
        else:
            more, steps, reason = self._fact(group, start.label, target)
            nodes += more
            relations += steps
        return Path(
            nodes=tuple(nodes),
            relations=tuple(relations),
            share=group.share,
            learned=group.learned,
            walks=group.count,
            reason=reason,
            cypher=cypher(nodes, relations, name_kinds=self._labels_overlap),
            sparql=sparql(nodes, relations, self.graph.vocabulary),
        )

    def _fact(
        self, group: _Group, start: str, target: int
    ) -> tuple[list[PathNode], list[PathRelation], str]:
        """The end of a path through a fact: nodes after the history item, relations, reason."""
        number, forward = self.hubs.relations[self.hubs.roles[group.hub]]
        name = self.features.relations[number]
        relation = self.graph.vocabulary.relation(name)
        hub, end = int(self.hubs.nodes[group.hub]), self._node(target)
        if hub in (group.start, target):
            # A fact joins the two items directly: from the start if the target is the hub.
            along = forward == (hub == target)
            reason = self.sentences.direct(start, relation, along)
            return [end], [self._relation(name, along)], reason
        node = self._node(hub)
        named = node.label if self.graph.has_name(node.key) else None
        kind = self.graph.vocabulary.type(node.type).label
        reason = self.sentences.through_entity(start, relation, forward, named, kind)
        steps = [self._relation(name, forward), self._relation(name, not forward)]
        return [node, end], steps, reason

    @cached_property
    def _labels_overlap(self) -> bool:
        """Whether a node's type is the label of another kind: an entity of the type ``Item``."""
        label = pl.col("kind").str.to_titlecase()
        mixed = pl.col("type").is_in(["User", "Item", "Entity"]) & (pl.col("type") != label)
        return not self.graph.nodes.filter(mixed).is_empty()

    def _node(self, index: int) -> PathNode:
        return self._named(self.features.node_key(index))

    def _named(self, node: str) -> PathNode:
        row = self.graph.node(node)
        return PathNode(node, row["id"], row["label"], row["type"])

    def _relation(self, name: str, forward: bool) -> PathRelation:
        relation = self.graph.vocabulary.relation(name)
        return PathRelation(name, relation.label if forward else relation.inverse_label, forward)
