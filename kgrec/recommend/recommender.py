"""Train on a knowledge graph, recommend, and say why."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Self

import polars as pl
from scipy.sparse import csr_matrix

from kgrec.callbacks import Progress, TimedProgress
from kgrec.config import Config
from kgrec.errors import ConfigError, GraphError, RunError
from kgrec.explain.languages import Language
from kgrec.features import Features
from kgrec.gnn.fit import fit
from kgrec.gnn.influence import learned_from
from kgrec.gnn.inputs import NodeInputs
from kgrec.gnn.linear.recency import recent_histories
from kgrec.gnn.log import TrainingLog
from kgrec.gnn.model import Model
from kgrec.gnn.training.checkpoints import Checkpoints
from kgrec.graph import KnowledgeGraph
from kgrec.graph.extracted import without_extracted
from kgrec.graph.sensitive import check_sensitive
from kgrec.policies import Policy
from kgrec.recommend.adapting import adapted_to
from kgrec.recommend.checkpoint import open_checkpoints
from kgrec.recommend.inputs import node_inputs
from kgrec.recommend.lists import Lists
from kgrec.recommend.newcomers import with_new_items, with_new_users
from kgrec.recommend.notebook import recommender_html
from kgrec.recommend.profile import PROFILE, Profile, profile_history, reasons_of
from kgrec.recommend.reasons import Reasons
from kgrec.recommend.recommendations import Recommendations
from kgrec.recommend.run import Run, read_run, write_run
from kgrec.recommend.serving import Serving
from kgrec.recommend.side_by_side import explained_by
from kgrec.recommend.similar import with_similar
from kgrec.recommend.update import Fitted, check_later, updated_model
from kgrec.text import TextEncoder
from kgrec.text.adapting.adapter import Adapter
from kgrec.threads import limited_threads


@dataclass(frozen=True, eq=False)
class _State:
    """All that a fitted recommender holds.

    :ivar graph: what is served
    :ivar features: the same in numbers
    :ivar fitted: the version of the graph that the model was fitted on, in the same numbers
    :ivar encoder: the identity of an encoder of texts that was given; empty: the settings made it
    :ivar adapter: what the encoder was adapted by; ``None``: it is as it came
    """

    graph: KnowledgeGraph
    features: Features
    model: Model
    log: TrainingLog
    checkpoints: Checkpoints
    fitted: Fitted
    encoder: str
    adapter: Adapter | None = None


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
        self._fitted: _State | None = None

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
        progress = TimedProgress(self._progress)
        check_sensitive(graph, self.config.graph.sensitive)
        with limited_threads(self.config.threads):
            graph = with_similar(graph, self.config, self._encoder, progress)
        features = self._features(graph)
        if not features.history.nnz:
            raise ConfigError("The graph has no interaction to learn from: add events to the data.")
        config, encoder = self.config, self._encoder
        checkpoints = open_checkpoints(checkpoint, checkpoint_minutes, graph, config, encoder)
        with limited_threads(config.threads):
            learned = learned_from(features, config.gnn.trim)
            adapted = adapted_to(graph, learned, config, encoder, progress, checkpoints)
            adapter = adapted.adapter if adapted else None
            inputs = node_inputs(graph, learned, config, encoder, progress, checkpoints, adapter)
            model, log = fit(
                learned,
                inputs,
                config.gnn,
                seed=config.seed,
                progress=progress,
                checkpoints=checkpoints,
            )
        choices = {**log.choices, **(adapted.summary() if adapted else {})}
        log = dataclasses.replace(log, seconds=progress.seconds, choices=choices)
        fitted = Fitted.of(graph, features, graph.version, config.graph)
        identity = _identity(encoder)
        self._fitted = _State(graph, features, model, log, checkpoints, fitted, identity, adapter)
        for stale in ("_lists", "_reasons", "_histories", "_learned_graph"):
            self.__dict__.pop(stale, None)
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
        state = self._state
        check_later(state.graph, graph, state.fitted.version)
        features = self._features(graph)
        if self.config.text.similar and not {*features.items} <= {*state.features.items}:
            graph = self._with_similar(graph)
            features = self._features(graph)
        fitted = Fitted.of(graph, features, state.fitted.version, self.config.graph)
        with limited_threads(self.config.threads):
            model = updated_model(
                state.model,
                state.fitted,
                fitted,
                features,
                lambda: self._texts(graph, features),
                refit=self.config.gnn.refit,
                trim=self.config.gnn.trim,
            )
        rec = type(self)(self.config, encoder=self._encoder, progress=self._progress)
        rec.held_out = self.held_out
        rec._fitted = dataclasses.replace(
            state,
            graph=graph,
            features=features,
            model=model,
            fitted=fitted,
            checkpoints=Checkpoints(),
        )
        return rec

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
        gnn = self.config.gnn
        return self._state.fitted.interactions(refit=gnn.refit, trim=gnn.trim)

    def with_model(self, model: Model) -> Self:
        """The same recommender with another model of the same items, for instance a changed copy.

        :return: another recommender; this one stays as it is
        """
        rec = type(self)(self.config, encoder=self._encoder, progress=self._progress)
        rec.held_out = self.held_out
        rec._fitted = dataclasses.replace(self._state, model=model, checkpoints=Checkpoints())
        return rec

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
        features = self._state.features
        asked = [users] if isinstance(users, str) else users
        users = list(features.users if asked is None else asked)
        rows = features.user_indices(users)
        found = self._lists.of(users, csr_matrix(self._histories[rows]), k, policy)
        if not explain:
            return found
        if processes == 1 or len(users) == 1:
            explanations = self._reasons.of_lists(found.table, language, self._progress)
        else:
            write = partial(write_run, run=self._run(None))
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
        graph, sensitive = self._learned_graph, self.config.graph.sensitive
        features = reasons_of(self._state.features, self.config.graph)
        weights, liked = profile_history(profile, graph, features, sensitive)
        return self._lists.of([PROFILE], weights, k, policy, seen=liked)

    def save(self, folder: str | Path, *, held_out: pl.DataFrame | None = None) -> None:
        """Write a run folder, whole or not at all; an earlier run is replaced at the very end.

        :param held_out: test interactions (``user, item``) to keep with the run for evaluation
        :raises RunError: if the folder holds something that is not a run
        """
        write_run(Path(folder), self._run(self.held_out if held_out is None else held_out))
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
        features = rec._features(run.graph)
        try:
            fitted = Fitted.of(run.graph, features, run.fitted_version, run.config.graph)
        except GraphError as error:
            raise RunError(f"{folder}: {error}") from error
        rec._fitted = _State(
            run.graph,
            features,
            run.model,
            run.log,
            Checkpoints(),
            fitted,
            run.encoder,
            run.adapter,
        )
        return rec

    def _run(self, held_out: pl.DataFrame | None) -> Run:
        state = self._state
        return Run(
            graph=state.graph,
            model=state.model,
            log=state.log,
            config=self.config,
            held_out=held_out,
            fitted_version=state.fitted.version,
            encoder=state.encoder,
            adapter=state.adapter,
        )

    @property
    def _state(self) -> _State:
        if self._fitted is None:
            raise RunError("The recommender is not fitted yet: call fit(graph) or load(folder).")
        return self._fitted

    def _features(self, graph: KnowledgeGraph) -> Features:
        settings = self.config.graph
        return Features.of(graph, settings.sensitive, extracted=settings.learns_extracted)

    @cached_property
    def _histories(self) -> csr_matrix:
        """What the users have, weighed by how late it was."""
        return recent_histories(self._state.features, self._state.model.recency)

    @cached_property
    def _reasons(self) -> Reasons:
        state = self._state
        return Reasons(
            state.graph, state.features, state.model, self.fitted_on, state.fitted, self.config
        )

    def _texts(self, graph: KnowledgeGraph, features: Features) -> NodeInputs:
        """Texts of the core nodes, by the encoder with which the model was fitted."""
        if self.config.text.enabled:
            self._check_encoder()
        config = self.config.replace({"kge.enabled": False})
        return node_inputs(
            graph,
            features,
            config,
            self._encoder,
            self._progress,
            Checkpoints(),
            self._state.adapter,
            self._modalities,
        )

    def _with_similar(self, graph: KnowledgeGraph) -> KnowledgeGraph:
        """The graph in which new items have their neighbours in the space of descriptions."""
        if self.config.text.enabled:
            self._check_encoder()
        return with_similar(graph, self.config, self._encoder, self._progress)

    def _check_encoder(self) -> None:
        if _identity(self._encoder) != self._state.encoder:
            raise ConfigError(
                f"Texts were encoded by '{self._state.encoder}' when the model was fitted: give "
                "Recommender.load(…, encoder=…) the same one to serve new items."
            )

    @property
    def _modalities(self) -> tuple[str, ...]:
        """Those of the items that the model was fitted on."""
        newcomers = getattr(self._state.model, "newcomers", None)
        return tuple(newcomers.texts.modalities) if newcomers else ()

    @cached_property
    def _learned_graph(self) -> KnowledgeGraph:
        """The graph without facts that only texts state, where nothing is learned from them."""
        graph = self._state.graph
        return graph if self.config.graph.learns_extracted else without_extracted(graph)

    @cached_property
    def _lists(self) -> Lists:
        state = self._state
        return Lists(self._learned_graph, state.features, state.model, self.config, self._progress)


def _identity(encoder: TextEncoder | None) -> str:
    return encoder.identity if encoder else ""
