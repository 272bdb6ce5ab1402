"""Explanations of a model that has no paths, with a model made for the test."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt
import pytest
import torch
from scipy.sparse import csr_matrix

from kgrec.config import Config, GraphConfig
from kgrec.errors import ConfigError, UnknownIdError
from kgrec.explain import make_explainer
from kgrec.explain.checks import SentenceCheck
from kgrec.explain.explains import Telling
from kgrec.explain.history import History
from kgrec.explain.latent import LatentExplainer
from kgrec.features import Features
from kgrec.gnn.fitted import Fitted
from kgrec.graph import KnowledgeGraph


@dataclasses.dataclass(frozen=True)
class Fixed:
    """Scores are the popularity, and what the vectors say to anybody with a history."""

    popularity: npt.NDArray[np.float32]
    latent: npt.NDArray[np.float32]
    kind: str = "fixed"
    recency: float = 0.0

    @property
    def num_items(self) -> int:
        return len(self.popularity)

    def score(self, histories: csr_matrix) -> torch.Tensor:
        known = (np.diff(histories.indptr) > 0)[:, None]
        return torch.from_numpy(self.popularity + known * self.latent)

    def ranking(
        self,
        histories: csr_matrix,
        candidates: npt.NDArray[np.int64] | None = None,  # noqa: ARG002
    ) -> torch.Tensor:
        return self.score(histories)

    def parts(
        self, histories: csr_matrix, items: npt.NDArray[np.int64]
    ) -> Mapping[str, npt.NDArray[np.float64]]:
        zero = np.zeros(len(items))
        latent = self.latent[items].astype(float) * (np.diff(histories.indptr) > 0)
        popularity = self.popularity[items].astype(float)
        return {"paths": zero, "content": zero, "latent": latent, "popularity": popularity}

    def tensors(self) -> dict[str, npt.NDArray[np.float32]]:
        return {}


def taken(graph: KnowledgeGraph, user: str) -> History:
    features = Features.of(graph)
    return History.of_user(user, features, features.history)


@pytest.fixture
def graph(build: Callable[..., KnowledgeGraph]) -> KnowledgeGraph:
    train = [("1", "1"), ("2", "2"), ("2", "3"), ("2", "4")]
    return build(train, [("3", "1")], titles={"1": "Heat", "2": "Ronin", "3": "Alien", "4": "Up"})


@pytest.mark.parametrize(
    ("item", "sentence"),
    [
        ("1", "Heat, because the network places it close to all that you liked, taken together."),
        ("2", "Ronin, because it is popular with everyone."),
        ("3", "Alien, because it is popular with everyone."),
        ("4", "Up, although the network places it far from all that you liked, taken together."),
    ],
)
def test_the_reason_is_the_part_that_speaks_loudest(
    graph: KnowledgeGraph, item: str, sentence: str
) -> None:
    # Popularity is relative: the same for all items would change no ranking.
    popularity = np.array([1, 4, 4, 1], dtype=np.float32)
    model = Fixed(popularity, np.array([2, 1, -1, -1], dtype=np.float32))
    features = Features.of(graph)
    fitted = Fitted.of(graph, features, graph.version, GraphConfig())
    explainer = make_explainer(graph, features, model, fitted, Config())
    assert isinstance(explainer, LatentExplainer)
    why = explainer.explain(taken(graph, "2"), item)
    assert why.sentence == sentence
    assert why.paths == ()
    assert why.path_share == 0
    assert sum(why.rest.values()) == pytest.approx(why.score)


def test_what_is_rather_disliked_is_not_called_popular(graph: KnowledgeGraph) -> None:
    popularity = np.array([-9, -6, -6, -9], dtype=np.float32)
    model = Fixed(popularity, np.array([2, 1, -1, -1], dtype=np.float32))
    explainer = LatentExplainer(graph, Features.of(graph), model)
    check = SentenceCheck(graph)
    for item, word in (("2", "because the network places it close"), ("3", "although")):
        why = explainer.explain(taken(graph, "2"), item)
        assert why.because.startswith(word)
        assert check.faults(why) == []


def test_a_score_that_is_given_is_kept(graph: KnowledgeGraph) -> None:
    model = Fixed(np.zeros(4, dtype=np.float32), np.ones(4, dtype=np.float32))
    explainer = LatentExplainer(graph, Features.of(graph), model)
    why = explainer.explain(taken(graph, "1"), "2", Telling(score=1.0000001))
    assert why.score == 1.0000001
    assert sum(why.rest.values()) == why.score


def test_bad_questions_are_refused(graph: KnowledgeGraph) -> None:
    model = Fixed(np.zeros(4, dtype=np.float32), np.ones(4, dtype=np.float32))
    explainer = LatentExplainer(graph, Features.of(graph), model)
    with pytest.raises(UnknownIdError):
        explainer.explain(taken(graph, "1"), "7")
    with pytest.raises(ConfigError, match="knows no method"):
        explainer.explain(taken(graph, "1"), "1", Telling(method="paths"))
    with pytest.raises(ConfigError, match="at least 0, not -1"):
        Telling(paths=-1)
