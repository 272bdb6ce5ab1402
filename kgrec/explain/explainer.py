"""From walks in numbers to explanations in names."""

from __future__ import annotations

import copy
from functools import cached_property
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from kgrec.config import Config
from kgrec.errors import ConfigError
from kgrec.explain.explains import PLAINLY, Telling
from kgrec.explain.explanation import Explanation, Path
from kgrec.explain.groups import Group, Groups, grouped, placed
from kgrec.explain.history import History
from kgrec.explain.only_text import OnlyText
from kgrec.explain.rest import Parts
from kgrec.explain.sentences import Sentences
from kgrec.explain.tastes import TasteFinder, Tastes
from kgrec.explain.walk_teller import WalkTeller
from kgrec.explain.walks import Floats, Indices, WalkFinder
from kgrec.features import Features
from kgrec.gnn.fitted import Fitted
from kgrec.gnn.linear.content import Content
from kgrec.gnn.linear.hubs import FactHubs
from kgrec.gnn.linear.pairs import PairModel
from kgrec.gnn.linear.taste import Taste
from kgrec.graph import KnowledgeGraph
from kgrec.graph.schema import key


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
        self._teller = WalkTeller(graph, features)
        self._tells_texts = config.graph.extracted == "explain"
        self._num_fitted = len(fitted.items)
        self._came_later = frozenset(np.setdiff1d(np.arange(len(features.items)), fitted.items))

    def in_words(self, graph: KnowledgeGraph, sentences: Sentences) -> Self:
        """The same explainer with other names and words.

        :param graph: the same graph, with these names
        """
        other = copy.copy(self)
        other.graph, other._teller = graph, WalkTeller(graph, self.features, sentences)
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
        score = how.score
        if score is None:
            score = self.model.score_from(taken.items, taken.counts, target)
        walks = self.finder.find(taken.items, target, user=taken.row, counts=taken.counts)
        carried = self.model.carried_from(taken.items, taken.counts, target)
        tastes = self._tastes(taken, carried, target)
        groups = grouped(walks, tastes, target, self._hubs_to(target))
        groups, untold = self._told_apart(groups, target)
        shown = self._shown(groups, how, target)
        popularity = float(self.model.bias[target])
        parts = Parts.of(popularity, walks, carried, tastes, self.model.modalities)
        rest, told = parts.rest(score), parts.paths
        if untold is not None:
            rest["extracted"] = untold
            told -= untold
        if len(shown) < len(groups):
            rest["other_paths"] = told - sum(group.share for group in shown)
        shown = placed(shown, tastes, self.finder, target, taken.row)
        return Explanation(
            user=taken.user,
            item=item,
            label=self._teller.names.node(key("item", item)).label,
            score=score,
            paths=tuple(self._path(taken, target, group) for group in shown),
            rest=rest,
            path_share=told,
            content_reason=self._content_reason(taken, carried) if parts.off_facts > 0 else "",
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
        self, taken: History, carried: npt.NDArray[np.float32], target: int
    ) -> Tastes | None:
        """The walks of what content carries."""
        if not carried.any() or self.model.newcomers is None:
            return None
        finder = self._finder(came_later=target in self._came_later)
        return finder.find(taken.items, carried, target, taken.row)

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

    def _content_reason(self, taken: History, carried: npt.NDArray[np.float32]) -> str:
        """Name the item of the history from which most is carried over."""
        start = int(taken.items[np.where(carried == 0, -np.inf, carried).argmax()])
        return self._teller.sentences.through_content(self._teller.start(taken, start).label)

    def _shown(self, groups: Groups, how: Telling, target: int) -> list[Group]:
        """The groups that are listed."""
        shown = groups.at(self._strongest(groups, how.paths, target))
        return _told(shown) if how.brief else shown

    def _strongest(self, groups: Groups, most: int | None, target: int) -> list[int]:
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
            if self._teller.names.readable(self.features.node_key(int(nodes[groups.hub[place]])))
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
        hubs, by_text = self._hubs_to(target), self._rests_on_text(group, target)
        return self._teller.path(taken, target, group, hubs, by_text=by_text)

    def _rests_on_text(self, group: Group, target: int) -> bool:
        """Whether only a text states a fact of a path as it is shown."""
        sources = self._sources(target)
        if group.is_user or not sources:
            return False
        ends = (group.start if group.witness < 0 else group.witness, target)
        return any(sources.has(item, group.hub) for item in ends)


def _told(shown: list[Group]) -> list[Group]:
    """The groups of which :attr:`Explanation.told` tells."""
    fact = next((group for group in shown if not group.is_user and group.share > 0), None)
    return shown[:1] if fact is None or fact is shown[0] else [shown[0], fact]
