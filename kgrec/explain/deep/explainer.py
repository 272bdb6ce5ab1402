"""From a deep network to explanations in names."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy.sparse import csc_matrix, csr_matrix

from kgrec.config import Config
from kgrec.errors import ConfigError
from kgrec.explain.deep.asked import Asked
from kgrec.explain.deep.gradients import STEPS, integrated_gradients
from kgrec.explain.deep.groups import Group, grouped, strongest
from kgrec.explain.deep.local import Local
from kgrec.explain.deep.masks import learn_mask
from kgrec.explain.deep.removed import edges_of
from kgrec.explain.deep.routes import Floats, Routes
from kgrec.explain.deep.telling import RouteTeller, Step
from kgrec.explain.deep.whole import Whole
from kgrec.explain.explains import PLAINLY, Telling
from kgrec.explain.explanation import Explanation, Path
from kgrec.explain.history import STRANGER, History
from kgrec.explain.latent import LatentExplainer
from kgrec.explain.sentences import Sentences
from kgrec.explain.walks import Indices
from kgrec.features import Features
from kgrec.gnn.deep.model import VectorModel
from kgrec.gnn.fitted import Fitted, features_of
from kgrec.graph import KnowledgeGraph

METHODS = ("gradients", "paths")


class DeepExplainer:
    """Explains the scores of R-GCN and KGAT by paths, each with an attribution.

    The popularity is exact. All else is attributed to edges by integrated gradients
    (:mod:`kgrec.explain.deep.gradients`); an edge's attribution is divided among the paths that use
    it. ``latent`` is what stays when all edges that were looked at are gone, and the error of the
    quadrature. Only edges on which the score depends are parts of paths: a network of one layer
    hears nothing of what an item of the history has in common with another.

    Of somebody who is not in the graph only the exact parts are told.

    :param graph: the graph it was trained on, or a later version of it
    :param features: the same in numbers
    :param model: the trained network
    :param fitted: what it was trained on
    :param config: the settings it was trained with
    """

    def __init__(
        self,
        graph: KnowledgeGraph,
        features: Features,
        model: VectorModel,
        fitted: Fitted,
        config: Config,
    ) -> None:
        self.graph, self.features, self.model, self.seed = graph, features, model, config.seed
        self._tells_texts = config.graph.extracted == "explain"
        self.fitted = features
        if fitted.version != graph.version:
            # The network knows nodes and edges by the numbers that they had then.
            self.fitted = features_of(graph.at(fitted.version), config.graph)
        fitted_on = fitted.interactions(refit=config.gnn.refit, trim=config.gnn.trim)
        self._fitted_on = csr_matrix(fitted_on[features.user_indices(self.fitted.users)])
        self._latent = LatentExplainer(graph, features, model)
        self._teller = RouteTeller(graph, self.fitted)

    def explain(self, taken: History, item: str, how: Telling = PLAINLY) -> Explanation:
        """Explain one score.

        :param how: its method may be ``gradients``, which is the first: the strongest paths are
            those with the largest attributions; or ``paths``: those of a learned mask
            (:mod:`kgrec.explain.deep.masks`)
        :raises UnknownIdError: if the item is not in the graph
        :raises ConfigError: if there is no such method
        """
        method = METHODS[0] if how.method is None else how.method
        if method not in METHODS:
            raise ConfigError(f"There is no method '{method}'; the methods are gradients, paths.")
        bare = self._latent.explain(taken, item, replace(how, method=None))
        if how.exact or taken.row == STRANGER:
            return bare
        asked, target = self._asked(taken), self.features.item_index(item)
        if not len(asked.items) or not self.model.side.layers:
            return bare  # without layers, nothing is heard along an edge of the graph
        local = Local.around(asked, target)
        attributions = self._attributions(local)
        routes = self._routes(local, attributions)
        if not len(routes):
            return replace(bare, method=method, left_out=local.left_out)
        shares = routes.divided(attributions)
        by_text = self._rests_on_text(local, routes)
        strengths = shares if method == "gradients" else self._kept(local, routes)
        users = np.array([self._teller.is_user(int(node)) for node in local.nodes])
        hidden = by_text & (not self._tells_texts)
        told = np.where(hidden, 0.0, shares), np.where(hidden, 0.0, strengths)
        groups = [each for each in grouped(routes, *told, users) if not hidden[each.route]]
        shown = groups if how.paths is None else strongest(groups, how.paths)
        total = float(told[0].sum())
        rest = self._rest(bare, attributions, float(shares.sum()))
        if hidden.any():
            rest["extracted"] = float(shares[hidden].sum())
        if len(shown) < len(groups):
            rest["other_paths"] = total - sum(group.share for group in shown)
        return replace(
            bare,
            paths=tuple(
                self._path(taken.user, local, routes, group, by_text=bool(by_text[group.route]))
                for group in shown
            ),
            rest=rest,
            path_share=total,
            latent_reason="",
            method=method,
            left_out=local.left_out,
        )

    def parts(self, histories: csr_matrix, items: Indices) -> dict[str, Floats]:
        """The exact parts of scores, without attributions; see :class:`LatentExplainer`."""
        return self._latent.parts(histories, items)

    def in_words(self, graph: KnowledgeGraph, sentences: Sentences) -> Self:
        """The same explainer with other names and words."""
        other = copy.copy(self)
        other.graph = graph
        other._latent = self._latent.in_words(graph, sentences)
        other._teller = RouteTeller(graph, self.fitted, sentences)
        return other

    def without(self, taken: History, item: str, paths: Iterable[Path]) -> float:
        """The score of the whole network without the edges of some paths.

        :raises UnknownIdError: if the item is not in the graph
        """
        asked, target = self._asked(taken), self.features.item_index(item)
        removed = edges_of(self.whole, self.fitted, asked, paths)
        return asked.score(target, removed) + float(self.model.bias[target])

    @cached_property
    def whole(self) -> Whole:
        """The network on its graph."""
        return Whole.of(self.model, self.fitted, self._fitted_on)

    def _asked(self, taken: History) -> Asked:
        history = taken.weights(self.model.num_items)
        # Who came after the training has no place there.
        return Asked.of(self.whole, history, self.fitted.user_row(taken.user))

    def _attributions(self, local: Local) -> Floats:
        return integrated_gradients(local.score, len(local.ids), STEPS[self.model.kind])

    def _routes(self, local: Local, attributions: Floats) -> Routes:
        """All routes along edges that matter; nobody vouches for oneself."""
        oneself = np.flatnonzero(local.nodes == local.asked.node) if local.asked.node >= 0 else ()
        used = (attributions != 0) & ~np.isin(local.ends, oneself).any(axis=1)
        return Routes.of(local.ends, len(local.nodes), used)

    def _kept(self, local: Local, routes: Routes) -> Floats:
        """What routes have of the edges that a mask keeps."""
        logits = learn_mask(local.score, routes, len(local.ids), self.seed)
        return routes.divided(np.maximum(logits, 0.0))

    @staticmethod
    def _rest(bare: Explanation, attributions: Floats, total: float) -> dict[str, float]:
        popularity, attributed = bare.rest["popularity"], float(attributions.sum())
        return {
            "popularity": popularity,
            "content": 0.0,
            "latent": bare.score - popularity - attributed,
            "other_edges": attributed - total,
        }

    def _path(
        self, user: str, local: Local, routes: Routes, group: Group, *, by_text: bool
    ) -> Path:
        nodes, edges = routes.nodes[group.route], routes.edges[group.route]
        steps = [
            self._step(local, int(nodes[place]), int(edge), int(nodes[place + 1]))
            for place, edge in enumerate(edges[edges >= 0].tolist())
        ]
        count = group.count
        if group.through_users:
            # Attributions are of at most some users; the sentence counts all.
            count = self._common(user, steps[0].node, steps[-1].node)
        return self._teller.path(user, steps, group.share, count, by_text=by_text)

    def _rests_on_text(self, local: Local, routes: Routes) -> npt.NDArray[np.bool_]:
        """Whether only a text states a fact on each route, shape ``(w,)``."""
        edges = np.append(np.isin(local.ids, self._text_ids), False)
        return np.asarray(edges[routes.edges].any(axis=1))

    @cached_property
    def _text_ids(self) -> Indices:
        """Ids of the edges that only texts state; facts are numbered in their sorted order."""
        flags = self.fitted.only_text
        if flags is None:
            return np.zeros(0, dtype=np.int64)
        core, facts = self.fitted.core, self.fitted.facts
        inside = np.isin(facts[:, [0, 2]], core).all(axis=1)
        places = facts[inside].copy()
        places[:, 0] = np.searchsorted(core, places[:, 0])
        places[:, 2] = np.searchsorted(core, places[:, 2])
        ids = np.unique(places, axis=0, return_inverse=True)[1]
        return np.asarray(ids.reshape(-1)[flags[inside]], dtype=np.int64)

    def _common(self, user: str, one: int, other: int) -> int:
        """How many people, but for one, had both items when the network was fitted."""
        ours, theirs = (self._takers(item) for item in (one, other))
        both = np.intersect1d(ours, theirs, assume_unique=True)
        return int(sum(self.fitted.users[row] != user for row in both.tolist()))

    def _takers(self, item: int) -> Indices:
        start, stop = self._by_item.indptr[item : item + 2]
        return np.asarray(self._by_item.indices[start:stop], dtype=np.int64)

    @cached_property
    def _by_item(self) -> csc_matrix:
        return csc_matrix(self._fitted_on)

    def _step(self, local: Local, start: int, edge: int, end: int) -> Step:
        kind, node = int(local.kinds[edge]), int(local.nodes[end])
        relations = len(self.fitted.relations)
        if kind >= 2 * relations:
            return Step(None, not self._teller.is_user(node), node)
        head = local.ends[edge, 0 if kind < relations else 1]
        return Step(kind % relations, bool(head == start), node)
