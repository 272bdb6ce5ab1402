"""What a fitted recommender holds, and what is worked out from it when it is first asked for."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property, partial

from scipy.sparse import csr_matrix

from kgrec.callbacks import Progress
from kgrec.config import Config
from kgrec.explain import make_explainer
from kgrec.features import Features
from kgrec.gnn.fitted import Fitted
from kgrec.gnn.linear.pairs import PairModel
from kgrec.gnn.linear.recency import recent_histories
from kgrec.gnn.log import TrainingLog
from kgrec.gnn.model import Model
from kgrec.gnn.training.checkpoints import Checkpoints
from kgrec.graph import KnowledgeGraph
from kgrec.graph.extracted import without_extracted
from kgrec.recommend.lists import Lists
from kgrec.recommend.reasons import Reasons
from kgrec.text.adapter import Adapter


@dataclass(frozen=True, eq=False)
class Ready:
    """All that a fitted recommender holds; another graph or model makes another one.

    :ivar config: the settings it was fitted with
    :ivar graph: what is served
    :ivar features: the same in numbers
    :ivar fitted: what the model was fitted on, in the same numbers
    :ivar encoder: the identity of an encoder of texts that was given; empty: the settings made it
    :ivar progress: receives the stages of searches
    :ivar adapter: what the encoder was adapted by; ``None``: it is as it came
    :ivar checkpoints: of the training, until the run is saved
    """

    config: Config
    graph: KnowledgeGraph
    features: Features
    model: Model
    log: TrainingLog
    fitted: Fitted
    encoder: str
    progress: Progress
    adapter: Adapter | None = None
    checkpoints: Checkpoints = field(default_factory=Checkpoints)

    def with_model(self, model: Model) -> Ready:
        """The same with another model of the same items."""
        return replace(self, model=model, checkpoints=Checkpoints())

    def of_mixture(self, model: PairModel) -> Ready:
        """The same with another mixture of the model; what does not depend on it is shared."""
        other = self.with_model(model)
        other.__dict__["told_graph"], other.__dict__["histories"] = self.told_graph, self.histories
        other.__dict__["reasons"] = self.reasons.of_model(model)
        other.__dict__["lists"] = self.lists.of_model(model)
        return other

    @cached_property
    def histories(self) -> csr_matrix:
        """What the users have, weighed by how late it was, shape ``(U, I)``."""
        return recent_histories(self.features, self.model.recency)

    @cached_property
    def fitted_on(self) -> csr_matrix:
        """The interactions that the model was fitted to, binary, shape ``(U, I)``."""
        return self.fitted.interactions(refit=self.config.gnn.refit, trim=self.config.gnn.trim)

    @cached_property
    def told_graph(self) -> KnowledgeGraph:
        """The graph without facts that only texts state, where nothing is learned from them."""
        return self.graph if self.config.graph.learns_extracted else without_extracted(self.graph)

    @cached_property
    def reasons(self) -> Reasons:
        """Why a score is what it is."""
        graph, features, model = self.graph, self.features, self.model
        make = partial(make_explainer, graph, features, model, self.fitted, self.config)
        return Reasons(graph, features, model, self.histories, make)

    @cached_property
    def lists(self) -> Lists:
        """The best items."""
        return Lists(self.told_graph, self.features, self.model, self.config, self.progress)
