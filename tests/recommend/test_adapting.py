from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from kgrec.callbacks import Progress
from kgrec.config import Config
from kgrec.data.extracted import no_extracted
from kgrec.errors import ConfigError, RunError
from kgrec.features import Features
from kgrec.gnn.training.checkpoints import Checkpoints
from kgrec.gnn.training.snapshot import Snapshot
from kgrec.graph import KnowledgeGraph
from kgrec.recommend import Recommender
from kgrec.recommend.adapting import adapted_to
from kgrec.recommend.inputs import node_inputs
from kgrec.recommend.similar import with_similar_texts
from kgrec.testing import tiny_dataset
from kgrec.text import MiniLMEncoder
from kgrec.text.adapter import Adapter
from kgrec.text.adapting.adapt import Adapted

DATA = tiny_dataset()


@pytest.fixture(scope="module")
def config(quick: Callable[..., Config]) -> Config:
    return quick(
        text__enabled=True,
        text__adapt__enabled=True,
        text__adapt__pairs=12,
        text__adapt__epochs=1,
        text__adapt__held_out=0,
        text__adapt__max_tokens=16,
        text__adapt__frozen_layers=5,
        gnn__epochs=1,
    )


@pytest.fixture(scope="module", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KGREC_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def rec(tiny_graph: KnowledgeGraph, config: Config) -> Recommender:
    return Recommender(config).fit(tiny_graph)


@pytest.fixture(scope="module")
def later(tiny_graph: KnowledgeGraph) -> KnowledgeGraph:
    return tiny_graph.update(
        items=pl.DataFrame({"item": ["new"], "title": ["A new comedy"], "text": ["Of clocks."]})
    )


def scores(rec: Recommender) -> list[tuple[str, float]]:
    return rec.recommend(users=["1"], k=100).to_polars().select("item", "score").rows()


def test_a_saved_run_serves_new_items_with_the_same_encoder(
    tmp_path: Path, rec: Recommender, later: KnowledgeGraph
) -> None:
    rec.save(tmp_path / "run")
    assert (tmp_path / "run/adapter.safetensors").is_file()
    loaded = Recommender.load(tmp_path / "run")
    state, kept = rec._state.adapter, loaded._state.adapter
    assert state is not None
    assert kept is not None
    assert kept.identity == state.identity
    assert scores(loaded.update(later)) == scores(rec.update(later))
    assert loaded.update(later)._state.adapter is kept
    loaded.save(tmp_path / "run")  # an adapter is part of a run and may be replaced
    (tmp_path / "run/adapter.safetensors").unlink()
    with pytest.raises(RunError, match=r"adapter\.safetensors.*missing"):
        Recommender.load(tmp_path / "run")


def test_the_log_says_that_it_was_done(rec: Recommender) -> None:
    assert rec.log.choices["epochs of the text encoder"] == 1


def test_the_vectors_are_those_of_the_adapted_encoder(
    rec: Recommender, tiny_graph: KnowledgeGraph, config: Config
) -> None:
    def text(adapter: object) -> np.ndarray:
        found = node_inputs(
            tiny_graph, rec.features, config, None, Progress(), Checkpoints(), adapter
        ).text
        assert found is not None
        return found

    assert np.abs(text(rec._state.adapter) - text(None)).max() > 1e-4


def test_a_training_that_is_killed_does_not_adapt_again(
    tmp_path: Path,
    rec: Recommender,
    tiny_graph: KnowledgeGraph,
    config: Config,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("kgrec.recommend.fitting.node_inputs", killed)
        with pytest.raises(KeyboardInterrupt):
            Recommender(config).fit(tiny_graph, checkpoint=tmp_path / "state")

    monkeypatch.setattr("kgrec.recommend.adapting.adapt", killed)
    again = Recommender(config).fit(tiny_graph, checkpoint=tmp_path / "state")
    one, other = rec._state.adapter, again._state.adapter
    assert one is not None
    assert other is not None
    assert one.identity == other.identity
    assert rec.log.choices == again.log.choices
    assert scores(rec) == scores(again)


def test_a_state_of_other_weights_is_not_used(
    tiny_graph: KnowledgeGraph, tiny_features: Features, config: Config
) -> None:
    class Foreign(Checkpoints):
        def restore(self, stage: str) -> Snapshot:  # noqa: ARG002
            return Snapshot({"base": "other weights"}, {})

        def save(self, snapshot: Snapshot) -> None:
            assert snapshot.numbers["base"] != "other weights"

    adapted = adapted_to(tiny_graph, tiny_features, config, checkpoints=Foreign())
    assert adapted is not None
    assert adapted.adapter.tensors


def test_valid_teaches_the_encoder_nothing(tiny_graph: KnowledgeGraph, config: Config) -> None:
    def identity(graph: KnowledgeGraph) -> str:
        found = adapted_to(graph, Features.of(graph), config)
        assert found is not None
        return found.adapter.identity

    assert DATA.valid.height
    without = KnowledgeGraph.build(dataclasses.replace(DATA, valid=DATA.valid.head(0)))
    assert identity(tiny_graph) == identity(without)


@pytest.fixture
def learned(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[list[str], list[list[int]]]]:
    """The texts and the pairs that an encoder would be adapted to."""

    seen = []

    def record(base, texts, pairs, settings, **options):
        seen.append((texts, pairs.tolist()))
        return Adapted(Adapter({}, 1.0, base.identity), (), 0)

    def of(graph: KnowledgeGraph, config: Config):
        features = Features.of(graph, extracted=config.graph.learns_extracted)
        adapted_to(graph, features, config)
        return seen[-1]

    monkeypatch.setattr("kgrec.recommend.adapting.adapt", record)
    return of


def test_what_only_texts_state_teaches_the_encoder_nothing(
    tiny_graph: KnowledgeGraph, config: Config, learned
) -> None:
    config = config.replace({"text.adapt.pairs": 200, "text.adapt.behaviour": 0})
    claim = {
        "relation": "has_tag",
        "tail": "text:Tag/noir",
        "tail_kind": "entity",
        "tail_label": "noir",
        "tail_type": "Tag",
        "asserted_by": "model",
        "state": "accepted",
    }
    table = pl.DataFrame([{**claim, "head": item} for item in DATA.items["item"].head(6)])
    claims = pl.concat([no_extracted(), table], how="diagonal_relaxed")
    graph = KnowledgeGraph.build(dataclasses.replace(DATA, extracted=claims))
    assert graph.edges.height > tiny_graph.edges.height
    assert learned(graph, config) == learned(tiny_graph, config)
    texts, pairs = learned(graph, config.replace({"graph.extracted": "train"}))
    assert any("noir" in text for text in texts)
    assert pairs != learned(tiny_graph, config)[1]


def test_neighbours_by_text_are_no_pairs(
    tiny_graph: KnowledgeGraph, config: Config, learned
) -> None:
    items = DATA.items["item"].to_list()
    vectors = np.random.default_rng(0).normal(size=(len(items), 4)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    joined = with_similar_texts(tiny_graph, items, vectors, 3)
    assert joined is not tiny_graph
    assert learned(joined, config) == learned(tiny_graph, config)


def test_it_is_off_by_default(tiny_graph: KnowledgeGraph, tiny_features: Features) -> None:
    assert adapted_to(tiny_graph, tiny_features, Config()) is None


def test_an_encoder_that_was_given_cannot_be_adapted(
    tiny_graph: KnowledgeGraph, config: Config
) -> None:
    with pytest.raises(ConfigError, match=r"text\.model"):
        Recommender(config, encoder=MiniLMEncoder()).fit(tiny_graph)
