from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable

import numpy as np
import pytest
import torch
from scipy.sparse import csr_matrix

from kgrec.callbacks import Progress
from kgrec.config import Config
from kgrec.features import Features
from kgrec.gnn.inputs import NodeInputs
from kgrec.gnn.linear import fit as module
from kgrec.gnn.linear.choose import Choices
from kgrec.gnn.linear.factors import fit_factors
from kgrec.gnn.linear.hubs import FactHubs
from kgrec.gnn.linear.least_squares import LeastSquares
from kgrec.gnn.linear.mixing import Mix
from kgrec.gnn.linear.pairs import PairModel, masked_affinity, shared_pairs
from kgrec.gnn.linear.regression import Setting, fit_regression
from kgrec.gnn.linear.transfer import Reach
from kgrec.gnn.log import TrainingLog
from kgrec.gnn.training.loop import Course

Quick = Callable[..., Config]


def train(features: Features, config: Config, seed: int = 0) -> tuple[PairModel, TrainingLog]:
    return module.fit_linear(features, NodeInputs(), config.gnn, seed=seed, progress=Progress())


def arrays(model: PairModel) -> list[bytes]:
    weights = model.weights
    whole = (weights.data, weights.indices, weights.indptr, model.bias, model.vectors, model.gates)
    return [array.tobytes() for array in whole]


def parts_of(model: PairModel, features: Features, setting: Setting) -> list[csr_matrix]:
    """What the network, the factors and the closed form bring to the weights."""
    shared = shared_pairs(features.history)
    vectors = torch.from_numpy(model.vectors)
    network, factors = vectors[:, :8], vectors[:, 8:]
    regression = fit_regression(features.history, FactHubs.of(features), setting)
    learned = [masked_affinity(part.contiguous(), shared) for part in (network, factors)]
    return [*learned, regression.weights * np.float32(model.mix)]


def test_same_seed_same_bits_and_the_global_generators_are_left_alone(
    tiny_features: Features, quick: Quick
) -> None:
    before = (torch.get_rng_state(), random.getstate(), np.random.get_state()[1].tolist())
    short = quick(gnn__epochs=2)
    first, log = train(tiny_features, short)
    torch.rand(3)
    second, again = train(tiny_features, short)
    assert arrays(first) == arrays(second)
    assert log == again
    assert first.mix == second.mix
    assert arrays(train(tiny_features, short, seed=1)[0]) != arrays(first)
    torch.set_rng_state(before[0])
    train(tiny_features, short)
    assert torch.equal(torch.get_rng_state(), before[0])
    assert random.getstate() == before[1]
    assert np.random.get_state()[1].tolist() == before[2]


def test_no_pair_has_a_weight_without_a_walk(
    random_features: Callable[..., Features], quick: Quick
) -> None:
    for seed in range(4):
        features = random_features(seed)
        model, _ = train(features, quick(gnn__epochs=2))
        hubs = FactHubs.of(features).members
        walks = ((features.history.T @ features.history) + hubs @ hubs.T).toarray() > 0
        np.fill_diagonal(walks, False)
        assert not (model.weights.toarray() != 0)[~walks].any()


def test_without_valid_there_is_a_model_all_the_same(tiny_features: Features, quick: Quick) -> None:
    nothing = csr_matrix(tiny_features.valid.shape, dtype=np.float32)
    features = dataclasses.replace(tiny_features, valid=nothing)
    model, log = train(features, quick())
    assert log.epochs == ()
    assert log.best_epoch == 0
    assert np.isfinite(model.weights.data).all()
    # All parts weigh alike.
    network, factors, closed = parts_of(model, features, Setting())
    size = float(abs(network).sum())
    assert size > 0
    assert float(abs(factors).sum()) == pytest.approx(size, rel=1e-4)
    assert float(abs(closed).sum()) == pytest.approx(size, rel=1e-4)


def test_the_weights_are_the_sum_of_three_parts(tiny_features: Features, quick: Quick) -> None:
    model, log = train(tiny_features, quick(gnn__content=False, gnn__factors=5))
    assert model.vectors.shape == (40, 8 + 5)
    setting = Setting(log.choices["regularisation"], log.choices["facts"])
    parts = parts_of(model, tiny_features, setting)
    expected = sum(part.toarray() for part in parts)
    np.testing.assert_allclose(model.weights.toarray(), expected, rtol=1e-3, atol=1e-5)


def test_factors_are_as_loud_as_was_chosen(tiny_features: Features, quick: Quick) -> None:
    model, log = train(tiny_features, quick(gnn__factors=5))
    setting = LeastSquares(
        log.choices["unobserved"], log.choices["regularisation of factors"], embedding_size=5
    )
    found = fit_factors(tiny_features.history, setting)
    expected = log.choices["mix of factors"] * (found @ found.T)
    own = model.vectors[:, 8:]
    np.testing.assert_allclose(own @ own.T, expected, rtol=1e-3, atol=1e-5)


def test_without_refit_valid_chooses_and_teaches_nothing(
    tiny_features: Features, quick: Quick, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = Course(({"epoch": 1.0, "loss": 1.0, "NDCG@20": 0.5},), 1)
    choices = Choices(course=course, mix=Mix((0.5, 0.5), 0.4))
    monkeypatch.setattr(module, "choose", lambda _: choices)
    other = csr_matrix(tiny_features.valid[::-1])
    changed = dataclasses.replace(tiny_features, valid=other)
    alone = quick(gnn__refit=False)
    assert arrays(train(tiny_features, alone)[0]) == arrays(train(changed, alone)[0])
    assert arrays(train(tiny_features, quick())[0]) != arrays(train(changed, quick())[0])


def test_what_nobody_took_is_less_popular_by_the_caution(
    tiny_features: Features, quick: Quick, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = csr_matrix(tiny_features.train.multiply(np.arange(40) > 2), dtype=np.float32)
    taken.eliminate_zeros()
    nothing = csr_matrix(taken.shape, dtype=np.float32)
    features = dataclasses.replace(tiny_features, train=taken, valid=nothing)
    biases = []
    for caution in (0.0, 0.5):
        choices = Choices(reach=Reach(caution=caution))
        monkeypatch.setattr(module, "choose", lambda _, choices=choices: choices)
        biases.append(train(features, quick(gnn__epochs=3))[0].bias)
    cold = np.asarray(taken.sum(axis=0)).ravel() == 0
    assert cold[:3].all()
    np.testing.assert_allclose(biases[0] - biases[1], np.where(cold, 0.5, 0.0), atol=1e-6)


def test_the_log_says_what_was_chosen(tiny_features: Features, quick: Quick) -> None:
    model, log = train(tiny_features, quick())
    assert log.choices["mix"] == model.mix
    assert log.choices["NDCG@20 of the graph network"] == pytest.approx(
        max(epoch["NDCG@20"] for epoch in log.epochs)
    )
    for part in ("the factors", "the closed form", "these three", "all"):
        assert 0 < log.choices[f"NDCG@20 of {part}"] <= 1
    assert log.choices["mix of factors"] > 0
    assert list(log.gates.values()) == pytest.approx(model.gates.tolist())
    assert {name.removesuffix(" (inverse)") for name in log.gates} <= set(tiny_features.relations)
    assert TrainingLog.from_dict(log.to_dict()) == log
    with pytest.raises(TypeError):
        TrainingLog.from_dict({**log.to_dict(), "more": 1})


def test_where_nobody_took_two_items_facts_still_speak(
    random_features: Callable[..., Features], quick: Quick
) -> None:
    single = csr_matrix(np.eye(8, 7, dtype=np.float32))
    nothing = csr_matrix(single.shape, dtype=np.float32)
    features = dataclasses.replace(random_features(1), train=single, valid=nothing)
    model, _ = train(features, quick(gnn__epochs=2))
    assert model.mix > 0
    assert model.weights.nnz
    assert abs(model.path_scores(single)).max() > 0
