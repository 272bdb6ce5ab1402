"""Train on a knowledge graph, recommend, and say why."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Self

import polars as pl
from scipy.sparse import csr_matrix

from kgrec.callbacks import Progress
from kgrec.config import Config
from kgrec.errors import ConfigError, GraphError, RunError
from kgrec.explain.languages import Language
from kgrec.features import Features
from kgrec.gnn.log import TrainingLog
from kgrec.gnn.model import Model
from kgrec.graph import KnowledgeGraph
from kgrec.policies import Policy
from kgrec.recommend.fitting import fitted_to
from kgrec.recommend.newcomers import with_new_items, with_new_users
from kgrec.recommend.notebook import recommender_html
from kgrec.recommend.profile import Profile
from kgrec.recommend.ready import Ready
from kgrec.recommend.recommendations import Recommendations
from kgrec.recommend.run import read_run, ready_from, run_of, write_run
from kgrec.recommend.serving import Serving
from kgrec.recommend.side_by_side import explained_by
from kgrec.recommend.update import updated
from kgrec.text import TextEncoder


class Recommender(Serving):
    """Recommends items whose scores are sums of paths.

    :param config: all settings; ``None``: the defaults
    :param seed: overrules ``config.seed``
    :param encoder: turns descriptions into vectors; ``None``: what ``config.text`` says
    :param progress: receives stages and epochs; silent by default
    """

    def __init__(
        self,
        config: Config | None = None,
        *,
        seed: int | None = None,
        encoder: TextEncoder | None = None,
        progress: Progress | None = None,
    ) -> None:
        config = config or Config()
        self.config = config if seed is None else config.replace({"seed": seed})
        self.held_out: pl.DataFrame | None = None
        self._encoder = encoder
        self._progress = progress or Progress()
        self._fitted: Ready | None = None

    def __repr__(self) -> str:
        if self._fitted is None:
            return f"Recommender(seed={self.config.seed}, not fitted)"
        return f"Recommender(seed={self.config.seed}, for {self.graph!r})"

    def _repr_html_(self) -> str:
        return recommender_html(self)

    @property
    def is_fitted(self) -> bool:
        """Whether it can recommend."""
        return self._fitted is not None

    def fit(
        self,
        graph: KnowledgeGraph,
        *,
        checkpoint: str | Path | None = None,
        checkpoint_minutes: float = 5.0,
    ) -> Self:
        """Describe and encode the nodes, pretrain embeddings, train, and choose on valid.

        With ``text.similar`` the graph that is served, :attr:`graph`, is a next version of this
        one, with the edges between items that are described alike.

        :param graph: a typed graph with training (and, for the choices, validation) interactions
        :param checkpoint: a folder that keeps the state of the training; when the same training is
            begun again there, it goes on and ends with the same model, and :meth:`save` deletes
            what is in it. ``None``: nothing is kept
        :param checkpoint_minutes: wall minutes between two states; 0: one after every epoch
        :raises KgrecError: if the training diverges
        :raises MissingExtraError: if ``text.adapt.enabled`` and ``peft`` is not installed
        :raises ConfigError: if the graph has no interaction to learn from, or nothing that a name
            in ``graph.sensitive`` or ``graph.modalities`` means
        """
        self._fitted = fitted_to(
            graph, self.config, self._encoder, self._progress, checkpoint, checkpoint_minutes
        )
        return self

    def update(self, graph: KnowledgeGraph) -> Self:
        """A recommender of a later version of the graph; nothing is trained.

        New users and new behaviour count at once, since users are what they did. New items are
        found by their facts and texts. All weights among what was there at :meth:`fit` stay as
        they are.

        :param graph: of :meth:`KnowledgeGraph.update <kgrec.KnowledgeGraph.update>`, once or more
        :return: another recommender; this one stays as it is
        :raises GraphError: if the graph is no later version of the one that the model was fitted
            on, or lacks a node, a fact or an interaction of it
        :raises ConfigError: if there are new items and the model, or the encoder of texts, cannot
            serve them; see :meth:`add_items`
        """
        return self._with(updated(self._state, graph, self._encoder))

    def add_items(
        self,
        table: object,
        facts: object = None,
        labels: object = None,
        extracted: object = None,
        descriptions: object = None,
    ) -> Self:
        """A recommender that also serves new items, found by their facts, texts and vectors.

        Nothing is trained. They are recommended and explained as all others are, and may be
        recommended to everybody, whatever ``candidates`` the graph has. The rest of the catalog may
        be described anew only by :meth:`KnowledgeGraph.update` and :meth:`update`.

        :param table: ``item``, and what the catalog has: ``title, text``, attributes, vectors; a
            data frame of polars, pandas or Arrow
        :param facts: of the new items: ``head, relation, tail``
        :param labels: of entities that come with them: ``entity, label``, optional ``type, text``
        :param extracted: what ``kgrec extract`` found in their texts: ``head, relation, tail,
            state`` and more; used as ``graph.extracted`` says
        :param descriptions: what ``kgrec describe`` wrote of them: ``id, text`` and more
        :return: another recommender; this one stays as it is. What became of bad rows says
            ``graph.update_report``
        :raises DataError: if an item is there already, or a table cannot be used
        :raises ConfigError: if the model, or the encoder of texts, cannot serve new items: only
            ``gnn.model = linear`` with ``gnn.content`` does, fitted on at most 12,000 items
        """
        graph = with_new_items(self.graph, table, facts, labels, extracted, descriptions)
        return self.update(graph)

    def add_users(self, table: object = None, events: object = None) -> Self:
        """A recommender that also serves new users, from what they did; nothing is trained.

        :param table: ``user`` and attributes; ``None``: the users of ``events``
        :param events: what they took: ``user, item``, optional ``timestamp, weight``; ``None``:
            nothing yet, so that they are given what is popular
        :return: another recommender; this one stays as it is
        :raises DataError: if a user is there already, an item of the events is not, or a table
            cannot be used
        """
        return self.update(with_new_users(self.graph, table, events))

    @property
    def graph(self) -> KnowledgeGraph:
        """The graph that is served: the one it was fitted on, or the one of the last update."""
        return self._state.graph

    @property
    def model(self) -> Model:
        """What was trained."""
        return self._state.model

    @property
    def features(self) -> Features:
        """The graph that is served, in numbers."""
        return self._state.features

    @property
    def fitted_on(self) -> csr_matrix:
        """The interactions that the model was fitted to, binary, shape ``(U, I)``."""
        return self._state.fitted_on

    def with_model(self, model: Model) -> Self:
        """The same recommender with another model of the same items, for instance a changed copy.

        :return: another recommender; this one stays as it is
        """
        return self._with(self._state.with_model(model))

    @property
    def log(self) -> TrainingLog:
        """How the training went."""
        return self._state.log

    def recommend(
        self,
        users: Sequence[str] | str | None = None,
        k: int = 10,
        *,
        explain: bool = False,
        policy: Policy | None = None,
        language: str | Path | Language = "en",
        processes: int = 1,
    ) -> Recommendations:
        """Return the best items that each user does not have yet.

        With ``gnn.model = linear`` only items that some path of the graph leads to are
        recommended, so a list may be shorter than ``k``. A user from whom no path leads to
        anything new, a stranger say, is given what is popular.

        :param users: user ids, or a single one; ``None``: all
        :param k: items for each user, at least 1
        :param explain: also explain every recommendation
        :param policy: filters and re-ranking; the table then says where each item was and what
            moved it. Scores and explanations stay those of the model
        :param language: of the explanations; see :meth:`explain`
        :param processes: so many explain side by side, at least 1. More than one is worth it for
            thousands of explanations: each reads the recommender first
        :raises UnknownIdError: if a user, or what a policy names, is not in the graph
        :raises ConfigError: if ``k`` or ``processes`` is below 1, the policy names a sensitive
            relation, or there is no such language
        """
        if processes < 1:
            raise ConfigError(f"The number of processes must be at least 1, not {processes}.")
        state, features = self._state, self.features
        asked = [users] if isinstance(users, str) else users
        users = list(features.users if asked is None else asked)
        rows = features.user_indices(users)
        found = state.lists.of(users, csr_matrix(state.histories[rows]), k, policy)
        if not explain:
            return found
        if processes == 1 or len(users) == 1:
            explanations = state.reasons.of_lists(found.table, language, self._progress)
        else:
            write = partial(write_run, run=run_of(state, None))
            told = (found.table, language, self._progress)
            explanations = explained_by(processes, write, *told)
        return dataclasses.replace(found, explanations=explanations)

    def recommend_for(
        self, profile: Profile, k: int = 10, *, policy: Policy | None = None
    ) -> Recommendations:
        """Return the best items for somebody who is not in the graph; nothing is trained.

        The user of the result is called ``"profile"``.

        :param profile: liked items, entities and attributes
        :param k: how many items, at least 1
        :param policy: as for :meth:`recommend`
        :raises UnknownIdError: if the graph does not have what is liked, or what a policy names
        :raises ConfigError: if nothing is liked, ``k`` is below 1, or something liked, or named by
            the policy, is sensitive
        """
        return self.recommend_history(self.profile(profile), k, policy=policy)

    def save(self, folder: str | Path, *, held_out: pl.DataFrame | None = None) -> None:
        """Write a run folder, whole or not at all; an earlier run is replaced at the very end.

        :param held_out: test interactions (``user, item``) to keep with the run for evaluation
        :raises RunError: if the folder holds something that is not a run
        """
        write_run(
            Path(folder), run_of(self._state, self.held_out if held_out is None else held_out)
        )
        self._state.checkpoints.clear()

    @classmethod
    def load(
        cls,
        folder: str | Path,
        *,
        encoder: TextEncoder | None = None,
        progress: Progress | None = None,
    ) -> Self:
        """Read what :meth:`save` wrote; scores are the same to the last bit.

        :param encoder: the one that was given when it was fitted; :meth:`update` needs it
        :param progress: as for :class:`Recommender`
        :raises RunError: if the folder is missing, half-written, broken or of another version
        """
        run = read_run(Path(folder))
        rec = cls(run.config, encoder=encoder, progress=progress)
        rec.held_out = run.held_out
        try:
            rec._fitted = ready_from(run, rec._progress)
        except GraphError as error:
            raise RunError(f"{folder}: {error}") from error
        return rec

    @property
    def _state(self) -> Ready:
        if self._fitted is None:
            raise RunError("The recommender is not fitted yet: call fit(graph) or load(folder).")
        return self._fitted

    def _with(self, state: Ready) -> Self:
        rec = type(self)(self.config, encoder=self._encoder, progress=self._progress)
        rec.held_out, rec._fitted = self.held_out, state
        return rec
