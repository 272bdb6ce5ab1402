"""From walks in numbers to explanations in names."""

from __future__ import annotations

import copy
from dataclasses import replace
from functools import cached_property
from typing import Self

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.sparse import csr_matrix

from kgrec.config import Config
from kgrec.errors import ConfigError
from kgrec.explain.explains import PLAINLY, Telling
from kgrec.explain.explanation import Explanation, Path, PathNode, PathRelation
from kgrec.explain.groups import Group, Groups, grouped, placed
from kgrec.explain.history import STRANGER, History
from kgrec.explain.names import Names
from kgrec.explain.only_text import OnlyText
from kgrec.explain.queries import cypher, sparql
from kgrec.explain.rest import rest_of_modality
from kgrec.explain.sentences import Sentences
from kgrec.explain.tastes import TasteFinder, Tastes
from kgrec.explain.walks import Floats, Indices, WalkFinder
from kgrec.features import Features
from kgrec.gnn.fitted import Fitted
from kgrec.gnn.linear.content import Content
from kgrec.gnn.linear.hubs import FactHubs
from kgrec.gnn.linear.pairs import PairModel
from kgrec.gnn.linear.taste import Taste
from kgrec.graph import KnowledgeGraph
from kgrec.graph.schema import key
from kgrec.vocabulary import INTERACTED


class Explainer:
    """Explains the scores of one trained model on one graph.

    :param graph: the graph it was trained on, or a later version of it
    :param features: the same in numbers
    :param model: the trained model
    :param fitted: what it was trained on
    :param config: the settings it was trained with
    """

    def __init__(
        self,
        graph: KnowledgeGraph,
        features: Features,
        model: PairModel,
        fitted: Fitted,
        config: Config,
    ) -> None:
        self.graph, self.features, self.model = graph, features, model
        # What came later carries no weight: walks lead through what was there.
        self._fitted = fitted.features
        self._fitted_on = fitted.interactions(refit=config.gnn.refit, trim=config.gnn.trim)
        self.hubs = FactHubs.of(self._fitted)
        self.finder = WalkFinder(model, self._fitted_on, self.hubs)
        self.names = Names(graph)
        self.sentences = Sentences(graph.vocabulary, item_type=graph.item_type)
        self._tells_texts = config.graph.extracted == "explain"
        self._num_fitted = len(fitted.items)
        self._came_later = frozenset(np.setdiff1d(np.arange(len(features.items)), fitted.items))

    def in_words(self, graph: KnowledgeGraph, sentences: Sentences) -> Self:
        """The same explainer with other names and words.

        :param graph: the same graph, with these names
        """
        other = copy.copy(self)
        other.graph, other.names, other.sentences = graph, Names(graph), sentences
        return other

    def of_model(self, model: PairModel) -> Self:
        """The same explainer of another mixture of the model, see :meth:`PairModel.mixed`.

        What is worked out for all mixtures is shared.
        """
        other = copy.copy(self)
        other.model, other.finder = model, self.finder.of_model(model)
        return other

    def explain(self, taken: History, item: str, how: Telling = PLAINLY) -> Explanation:
        """Explain one score.

        Where only the strongest paths are asked for, the last place goes to the strongest fact if
        no fact is among them: people are many, and would crowd out what the catalog knows.

        :param taken: what somebody took, in the graph or not
        :param item: item id
        :param how: without a method, for shares are exact
        :raises UnknownIdError: if the item is not in the graph
        :raises ConfigError: if a method is given
        """
        if how.method is not None:
            raise ConfigError("The shares of gnn.model = linear are exact: give no method.")
        target = self.features.item_index(item)
        history, counts, row = taken.items, taken.counts, taken.row
        score = how.score
        if score is None:
            score = self.model.score_from(history, counts, target)
        walks = self.finder.find(history, target, user=row, counts=counts)
        carried = self.model.carried_from(history, counts, target)
        tastes = self._tastes(history, carried, target, row)
        groups = grouped(walks, tastes, target, self._hubs_to(target))
        groups, untold = self._told_apart(groups, target)
        shown = groups.at(self._shown(groups, how.paths, target))
        if how.brief:
            shown = _told(shown)
        on_facts = float(tastes.shares.sum()) if tastes else 0.0
        text = tastes.text if tastes else 0.0
        modalities = tastes.modalities if tastes else dict.fromkeys(self._modalities, 0.0)
        total = float(walks.shares.sum()) + on_facts
        by_vectors = sum(modalities.values())
        content = float(carried.sum()) - text - by_vectors - on_facts
        carries = text + by_vectors + content > 0
        popularity = float(self.model.bias[target])
        rest = {
            "popularity": popularity,
            "text": text,
            **{rest_of_modality(name): part for name, part in modalities.items()},
            "content": content,
            "latent": score - popularity - text - by_vectors - content - total - walks.oneself,
        }
        if walks.oneself:
            rest["oneself"] = walks.oneself
        if untold is not None:
            rest["extracted"] = untold
            total -= untold
        if len(shown) < len(groups):
            rest["other_paths"] = total - sum(group.share for group in shown)
        told = placed(shown, tastes, self.finder, target, row)
        return Explanation(
            user=taken.user,
            item=item,
            label=self.names.node(key("item", item)).label,
            score=score,
            paths=tuple(self._path(taken, target, group) for group in told),
            rest=rest,
            path_share=total,
            content_reason=self._content_reason(taken, carried) if carries else "",
        )

    def parts(self, histories: csr_matrix, items: Indices) -> dict[str, Floats]:
        """The parts of scores; see :meth:`Explains.parts`."""
        parts = self.model.parts(histories, items)
        if self.model.newcomers is None or not self.model.content.nnz:
            return parts
        carried = self.model.carried(histories, items).tocoo()
        ends = items[carried.row]
        later = np.isin(ends, sorted(self._came_later))
        on_facts = np.zeros(carried.nnz)
        for some, came_later in ((~later, False), (later, True)):
            if some.any():
                part = self._finder(came_later=came_later).taste.fact_part
                on_facts[some] = carried.data[some] * part[carried.col[some], ends[some]]
        moved = np.bincount(carried.row, weights=on_facts, minlength=len(items))
        return parts | {"paths": parts["paths"] + moved, "content": parts["content"] - moved}

    def _tastes(
        self, history: Indices, carried: npt.NDArray[np.float32], target: int, row: int | None
    ) -> Tastes | None:
        """The walks of what content carries."""
        if not carried.any() or self.model.newcomers is None:
            return None
        finder = self._finder(came_later=target in self._came_later)
        return finder.find(history, carried, target, row)

    def _finder(self, *, came_later: bool) -> TasteFinder:
        return self._later_tastes if came_later else self._known_tastes

    @cached_property
    def _known_tastes(self) -> TasteFinder:
        settings = self.model.newcomers
        assert settings is not None
        content = Content.with_texts(self.hubs, settings.texts, self._num_fitted)
        return TasteFinder(Taste(content, self._fitted_on, settings))

    @cached_property
    def _later_tastes(self) -> TasteFinder:
        settings = self.model.newcomers
        assert settings is not None
        assert settings.later is not None
        content = Content.with_texts(self._later_hubs, settings.later)
        return TasteFinder(Taste(content, self._fitted_on, settings, came_later=True))

    @cached_property
    def _later_hubs(self) -> FactHubs:
        return FactHubs.of(self.features)

    @property
    def _modalities(self) -> tuple[str, ...]:
        newcomers = self.model.newcomers
        return tuple(newcomers.texts.modalities) if newcomers else ()

    def _content_reason(self, taken: History, carried: npt.NDArray[np.float32]) -> str:
        """Name the item of the history from which most is carried over."""
        start = int(taken.items[np.where(carried == 0, -np.inf, carried).argmax()])
        return self.sentences.through_content(self._start(taken, start).label)

    def _shown(self, groups: Groups, most: int | None, target: int) -> list[int]:
        """Places of the strongest groups; the last one is kept for a fact."""
        shown = list(range(len(groups) if most is None else min(most, len(groups))))
        facts = np.flatnonzero(~groups.is_user & (groups.share > 0))
        if most is None or most < 2 or not len(facts) or facts[0] < most:
            return shown
        if not groups.is_user[:most].all():
            return shown
        nodes = self._hubs_to(target).nodes
        named = (
            place
            for place in facts.tolist()
            if self.names.readable(self.features.node_key(int(nodes[groups.hub[place]])))
        )
        return [*shown[:-1], next(named, int(facts[0]))]

    def _hubs_to(self, target: int) -> FactHubs:
        """The hubs of facts that lead to an item: if it came later, those of the later graph."""
        return self._later_hubs if target in self._came_later else self.hubs

    def _told_apart(self, groups: Groups, target: int) -> tuple[Groups, float | None]:
        """The groups that are told, and the sum of those that rest on a text where none may."""
        sources = self._sources(target)
        if self._tells_texts or not sources:
            return groups, None
        rests = sources.of(groups, target)
        return groups.take(~rests), float(groups.share[rests].sum())

    def _sources(self, target: int) -> OnlyText:
        return self._later_sources if target in self._came_later else self._known_sources

    @cached_property
    def _known_sources(self) -> OnlyText:
        return OnlyText(self.hubs, self._fitted)

    @cached_property
    def _later_sources(self) -> OnlyText:
        return OnlyText(self._later_hubs, self.features)

    def _path(self, taken: History, target: int, group: Group) -> Path:
        start = self._start(taken, group.start)
        nodes = [self._user(taken), start]
        relations = [self._relation(INTERACTED, True)]
        if group.is_user:
            self._over_people(nodes, relations, group.user, target)
            reason = self.sentences.through_users(start.label, group.count, against=group.share < 0)
        elif group.witness >= 0:
            self._over_people(nodes, relations, group.user, group.witness)
            reason = self._over_fact(nodes, relations, group, group.witness, target)
        else:
            reason = self._over_fact(nodes, relations, group, group.start, target)
        if self._rests_on_text(group, target):
            reason = self.sentences.according_to_text(reason)
        known = 0 if taken.in_graph else 1  # the graph cannot be asked for what it does not have
        return Path(
            nodes=tuple(nodes),
            relations=tuple(relations),
            share=group.share,
            learned=group.learned,
            walks=group.count,
            reason=reason,
            cypher=cypher(nodes[known:], relations[known:], name_kinds=self._labels_overlap),
            sparql=sparql(nodes[known:], relations[known:], self.graph.vocabulary),
        )

    def _rests_on_text(self, group: Group, target: int) -> bool:
        """Whether only a text states a fact of a path as it is shown."""
        sources = self._sources(target)
        if group.is_user or not sources:
            return False
        ends = (group.start if group.witness < 0 else group.witness, target)
        return any(sources.has(item, group.hub) for item in ends)

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
    ) -> str:
        """Go on over a fact from an item to the target; returns the reason of the whole path."""
        hubs = self._hubs_to(target)
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

    @cached_property
    def _labels_overlap(self) -> bool:
        """Whether a node's type is the label of another kind: an entity of the type ``Item``."""
        label = pl.col("kind").str.to_titlecase()
        mixed = pl.col("type").is_in(["User", "Item", "Entity"]) & (pl.col("type") != label)
        return not self.graph.nodes.filter(mixed).is_empty()

    def _node(self, index: int) -> PathNode:
        return self.names.node(self.features.node_key(index))

    def _user(self, taken: History) -> PathNode:
        if taken.row == STRANGER:
            return PathNode(key("user", taken.user), taken.user, taken.user, "User")
        return self.names.node(key("user", taken.user))

    def _start(self, taken: History, item: int) -> PathNode:
        """An item of the history, with the name that it is told as."""
        node, name = self._node(item), taken.names.get(item)
        return replace(node, label=name) if name else node

    def _relation(self, name: str, forward: bool) -> PathRelation:
        relation = self.graph.vocabulary.relation(name)
        return PathRelation(name, relation.label if forward else relation.inverse_label, forward)


def _told(shown: list[Group]) -> list[Group]:
    """The groups of which :attr:`Explanation.told` tells."""
    fact = next((group for group in shown if not group.is_user and group.share > 0), None)
    return shown[:1] if fact is None or fact is shown[0] else [shown[0], fact]
