from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest
import torch
from scipy.sparse import csr_matrix, vstack

from kgrec.callbacks import Progress
from kgrec.config import Config
from kgrec.features import Features
from kgrec.gnn.deep.histories import Histories
from kgrec.gnn.deep.model import VectorModel
from kgrec.gnn.fit import fit
from kgrec.gnn.inputs import NodeInputs
from kgrec.gnn.log import TrainingLog
from kgrec.gnn.saved import model_of
from kgrec.index import mean_ndcg, top_k

Make = Callable[..., Features]
Quick = Callable[..., Config]
KINDS = ("rgcn", "kgat")


def trained(features: Features, config: Config, seed: int = 0) -> tuple[VectorModel, TrainingLog]:
    model, log = fit(features, NodeInputs(), config.gnn, seed=seed, progress=Progress())
    assert isinstance(model, VectorModel)
    return model, log


@pytest.fixture(scope="module", params=KINDS)
def model(request: pytest.FixtureRequest, tiny_features: Features, quick: Quick) -> VectorModel:
    return trained(tiny_features, quick(gnn__model=request.param, gnn__layers=2))[0]


@pytest.mark.parametrize("kind", KINDS)
def test_learns_what_users_like(kind: str, tiny_features: Features, quick: Quick) -> None:
    # The model that was chosen on valid, before the refit: popularity is what chance can do.
    config = quick(gnn__model=kind, gnn__epochs=25, gnn__refit=False)
    model, log = trained(tiny_features, config)
    assert log.epochs[-1]["loss"] < log.epochs[0]["loss"]

    def reached(scores: torch.Tensor) -> float:
        top = top_k(
            lambda start, stop: scores[start:stop], *scores.shape, 10, seen=tiny_features.train
        )
        return mean_ndcg(top.items, tiny_features.valid)

    popularity = torch.from_numpy(np.asarray(tiny_features.train.sum(axis=0)))
    chance = reached(popularity.expand(tiny_features.train.shape))
    assert reached(model.score(tiny_features.train)) > 1.2 * chance


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_gives_the_same_model(kind: str, random_features: Make, quick: Quick) -> None:
    features = random_features(3)
    config = quick(gnn__model=kind, gnn__epochs=3, gnn__id_dropout=0.3)
    first, second, other = (trained(features, config, seed)[0].tensors() for seed in (1, 1, 2))
    assert all(first[name].tobytes() == second[name].tobytes() for name in first)
    assert not np.array_equal(first["vectors"], other["vectors"])


def test_neither_the_batch_nor_other_users_change_a_score(
    model: VectorModel, tiny_features: Features
) -> None:
    many = csr_matrix(vstack([tiny_features.history] * 7))
    whole = model.score(many)
    for size in (1, 3, 64, 100):
        parts = [model.score(csr_matrix(many[at : at + size])) for at in range(0, 150, size)]
        assert torch.equal(torch.cat(parts)[:150], whole[:150])
    backwards = model.score(csr_matrix(many[::-1]))
    assert torch.equal(backwards.flip(0), whole)


def test_comes_back_from_its_tensors(model: VectorModel, tiny_features: Features) -> None:
    again = model_of(model.kind, model.tensors())
    assert torch.equal(again.score(tiny_features.history), model.score(tiny_features.history))


def test_somebody_without_history_is_given_what_is_popular(model: VectorModel) -> None:
    stranger = csr_matrix((1, model.num_items), dtype=np.float32)
    assert np.array_equal(model.score(stranger)[0].numpy(), model.bias)
    assert model.score(stranger[:0]).shape == (0, model.num_items)


def test_parts_sum_to_the_score(model: VectorModel, tiny_features: Features) -> None:
    items = np.arange(tiny_features.history.shape[0]) % model.num_items
    scores = model.score(tiny_features.history).numpy()[np.arange(len(items)), items]
    parts = model.parts(tiny_features.history, items)
    assert not parts["paths"].any()
    assert not parts["content"].any()
    assert sum(parts.values()) == pytest.approx(scores, rel=1e-4, abs=1e-5)


def test_weights_of_a_history_count(model: VectorModel, tiny_features: Features) -> None:
    history = csr_matrix(tiny_features.history[[0]])
    faint = history.copy()
    faint.data[0] = 1e-6
    gone = history.copy()
    gone.data[0] = 0
    gone.eliminate_zeros()
    scale = (faint.nnz / gone.nnz) ** model.history_power
    without = (model.score(gone) - torch.from_numpy(model.bias)) / scale
    almost = model.score(faint) - torch.from_numpy(model.bias)
    torch.testing.assert_close(almost, without, rtol=1e-3, atol=1e-4)


def renamed(features: Features, items: np.ndarray, users: np.ndarray) -> Features:
    """The same world with its items and users in another order."""
    places = np.arange(features.num_nodes)
    places[items] = np.arange(len(items))
    facts = features.facts.copy()
    facts[:, 0], facts[:, 2] = places[facts[:, 0]], places[facts[:, 2]]
    return dataclasses.replace(
        features,
        train=csr_matrix(features.train[users][:, items]),
        valid=csr_matrix(features.valid[users][:, items]),
        facts=facts,
    )


@torch.no_grad()
@pytest.mark.parametrize("kind", KINDS)
def test_names_mean_nothing(kind: str, random_features: Make, quick: Quick) -> None:
    from kgrec.gnn.deep.kgat import KgatEncoder
    from kgrec.gnn.deep.rgcn import RgcnEncoder

    features, config = random_features(6), quick(gnn__layers=2).gnn
    rng = np.random.default_rng(0)
    items, users = rng.permutation(len(features.items)), rng.permutation(len(features.users))
    other = renamed(features, items, users)
    assert len(other.core) == len(features.core)
    moved = np.concatenate([items, np.arange(len(items), len(features.core))])
    scores = []
    for each in (features, other):
        torch.manual_seed(0)
        inputs = NodeInputs()
        make = RgcnEncoder if kind == "rgcn" else KgatEncoder
        encoder = make(each, inputs, config, each.train)
        if each is other:
            encoder.nodes.own.free.copy_(encoder.nodes.own.free[torch.from_numpy(moved)])
        scores.append(VectorModel.of(encoder, each.train, 0.5).score(each.train).numpy())
    assert scores[1] == pytest.approx(scores[0][users][:, items], rel=1e-3, abs=1e-5)


@pytest.mark.parametrize(
    "change",
    [
        lambda tensors: tensors.pop("vectors"),
        lambda tensors: tensors.pop("layers.1"),
        lambda tensors: [tensors.pop(name) for name in list(tensors) if name.startswith("side.0.")],
        lambda tensors: tensors.pop(next(name for name in tensors if name.startswith("side.1."))),
        lambda tensors: tensors.update(bias=tensors["bias"][1:]),
        lambda tensors: tensors.update({"layers.0": tensors["layers.0"][1:]}),
        lambda tensors: tensors.update({"layers.0": tensors["layers.0"][:, 1:]}),
        lambda tensors: tensors.update({"side.0.surplus": tensors["bias"]}),
        lambda tensors: tensors.update(vectors=tensors["vectors"][:, 1:]),
    ],
)
def test_tensors_that_do_not_fit_are_refused(
    model: VectorModel, change: Callable[[dict[str, np.ndarray]], object]
) -> None:
    tensors = model.tensors()
    change(tensors)
    with pytest.raises((KeyError, ValueError)):
        model_of(model.kind, tensors)


def test_another_kind_is_refused(model: VectorModel) -> None:
    other = "kgat" if model.kind == "rgcn" else "rgcn"
    with pytest.raises((KeyError, ValueError)):
        model_of(other, model.tensors())
    with pytest.raises(ValueError, match="no model of the kind 'gcn'"):
        model_of("gcn", model.tensors())


@pytest.mark.parametrize("kind", KINDS)
def test_items_without_users_are_not_taught_to_be_wrong(
    kind: str, random_features: Make, quick: Quick
) -> None:
    features = random_features(8)
    taken = np.isin(np.arange(7), [2, 5], invert=True)
    train, valid = (csr_matrix(each.multiply(taken)) for each in (features.train, features.valid))
    train.eliminate_zeros()
    valid.eliminate_zeros()
    features = dataclasses.replace(features, train=train, valid=valid)
    model, _ = trained(features, quick(gnn__model=kind, gnn__id_dropout=0.5))
    assert model.bias[[2, 5]].tolist() == [model.bias.min()] * 2
    assert len(set(model.bias)) > 2
    # They are told apart by their facts all the same.
    scores = model.score(features.history)
    assert not torch.allclose(scores[:, 2], scores[:, 5])


def test_what_is_new_hears_from_nobody() -> None:
    known = Histories(csr_matrix(np.array([[1, 1, 0], [0, 1, 2]], dtype=np.float32)))
    new = known.without(torch.tensor([False, True, False]))
    items = torch.eye(3)
    assert torch.equal(new.mean(items), known.mean(items))
    heard = new.edges.transposed.product(new.shares_of_users, torch.eye(2))
    assert heard.tolist() == [[1, 0], [0, 0], [0, 1]]
    heard = known.edges.transposed.product(known.shares_of_users, torch.eye(2))
    assert heard.tolist() == [[1, 0], [0.5, 0.5], [0, 1]]
