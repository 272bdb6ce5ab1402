"""Losses against their definitions."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from kgrec.config import GnnConfig
from kgrec.gnn.training.encoder import Encoder
from kgrec.gnn.training.losses import full_softmax, make_loss
from kgrec.gnn.training.negatives import Draws, Sample, draw_rivals
from kgrec.gnn.training.pairwise import bce, bpr
from kgrec.gnn.training.sampled import sampled_softmax
from kgrec.gnn.training.task import Split, split_histories

Vectors = tuple[torch.Tensor, torch.Tensor, torch.Tensor]

seeds = st.integers(0, 10_000)


def random_split(seed: int, users: int = 6, items: int = 9) -> Split:
    """Histories of all kinds: with one hidden item, with all items, and in between."""
    rng = np.random.default_rng(seed)
    dense = (rng.random((users, items)) < rng.random((users, 1))).astype(np.float32)
    dense[0, :2] = 1
    dense[-1] = 1
    split = split_histories(csr_matrix(dense), 0.5, rng)
    if not split.hidden.nnz:
        one = np.zeros((1, items), dtype=np.float32)
        one[0, 0] = 1
        return Split(csr_matrix(one), csr_matrix(np.roll(one, 1)))
    return split


def random_vectors(seed: int, split: Split, size: int = 3) -> Vectors:
    """In float64, so that finite differences mean something."""
    generator = torch.Generator().manual_seed(seed)
    users, items = split.hidden.shape

    def normal(*shape: int) -> torch.Tensor:
        return torch.randn(*shape, generator=generator, dtype=torch.float64).requires_grad_()

    return normal(users, size), normal(items, size), normal(items)


def plain_softmax(users: torch.Tensor, items: torch.Tensor, bias: torch.Tensor, split: Split):
    scores = users @ items.T + bias
    scores = scores.masked_fill(torch.from_numpy(split.shown.toarray() > 0), -torch.inf)
    logs = scores.log_softmax(dim=1)
    hidden = torch.from_numpy(split.hidden.toarray()).double()
    weights = hidden / hidden.sum(dim=1, keepdim=True).sqrt()
    return -(logs.masked_fill(hidden == 0, 0) * weights).sum() / weights.sum()


def gradients(loss: torch.Tensor, vectors: Vectors) -> list[torch.Tensor]:
    return list(torch.autograd.grad(loss, vectors))


def same(left: list[torch.Tensor], right: list[torch.Tensor], tolerance: float = 1e-6) -> bool:
    return all(
        torch.allclose(a, b, atol=tolerance, rtol=tolerance)
        for a, b in zip(left, right, strict=True)
    )


@given(seeds, st.integers(1, 80))
def test_the_full_softmax_is_autograds_whatever_the_chunk(seed: int, most: int) -> None:
    split = random_split(seed)
    vectors = random_vectors(seed, split)
    loss, expected = full_softmax(*vectors, split, most), plain_softmax(*vectors, split)
    assert loss.item() == pytest.approx(expected.item(), rel=1e-6)
    assert same(gradients(3 * loss, vectors), gradients(3 * expected, vectors))


@given(seeds)
def test_the_softmax_with_every_item_in_the_sample_is_the_full_one(seed: int) -> None:
    split = random_split(seed)
    vectors = random_vectors(seed, split)
    full = full_softmax(*vectors, split)
    num_items = split.hidden.shape[1]
    every = Sample(torch.arange(num_items), torch.zeros(num_items))
    sampled = sampled_softmax(*vectors, split, every)
    assert sampled.item() == pytest.approx(full.item(), rel=1e-6)
    assert same(gradients(sampled, vectors), gradients(full, vectors))


@pytest.mark.parametrize("power", [0.0, 0.5, 1.0])
def test_the_gradient_of_the_sampled_softmax_comes_near_that_of_the_full_one(power: float) -> None:
    split = random_split(3, users=8, items=40)
    vectors = random_vectors(3, split)
    draws = Draws(split.known, power)
    expected = torch.cat(
        [part.ravel() for part in gradients(full_softmax(*vectors, split), vectors)]
    )

    def error(count: int) -> float:
        rng = np.random.default_rng(0)
        rounds = [
            gradients(sampled_softmax(*vectors, split, draws.sample(count, rng)), vectors)
            for _ in range(100)
        ]
        mean = sum(torch.cat([part.ravel() for part in each]) for each in rounds) / len(rounds)
        return float((mean - expected).norm() / expected.norm())

    # What is left is the bias of a logarithm, which falls with the size of the sample.
    assert error(2000) < 0.02
    assert error(2000) < error(10) < 0.6


def test_a_sample_weighs_so_that_its_sum_is_right_on_average() -> None:
    histories = csr_matrix((np.random.default_rng(0).random((50, 20)) < 0.3).astype(np.float32))
    draws = Draws(histories, 0.75)
    rng = np.random.default_rng(1)
    sums = np.zeros(20)
    for _ in range(3000):
        sample = draws.sample(15, rng)
        sums[sample.items.numpy()] += sample.log_weights.exp().numpy()
    assert np.allclose(sums / 3000, 1, atol=0.1)


def test_a_sample_that_misses_everything_new_still_gives_numbers() -> None:
    split = random_split(5)
    vectors = random_vectors(5, split)
    item = torch.from_numpy(split.shown[0].indices[:1].astype(np.int64))
    for sample in (Sample(item, torch.zeros(1)), Sample(item[:0], torch.zeros(0))):
        loss = sampled_softmax(*vectors, split, sample)
        assert all(torch.isfinite(part).all() for part in gradients(loss, vectors))


@given(seeds)
def test_a_rival_is_neither_shown_nor_hidden_and_any_other_item_can_be_one(seed: int) -> None:
    split = random_split(seed)
    rng = np.random.default_rng(seed)
    known = split.known.toarray() > 0
    drawn = np.zeros_like(known)
    for _ in range(60):
        rivals = draw_rivals(split.known, split.hidden, rng)
        drawn[rivals.hidden.users, rivals.others.items] = True
    assert not (drawn & known).any()
    pairs = int((split.hidden.toarray()[~known.all(axis=1)] > 0).sum())
    rows = rivals.hidden.users
    assert len(rows) == len(rivals.hidden.items) == len(rivals.others.items) == pairs
    assert (split.hidden.toarray()[rows, rivals.hidden.items] > 0).all()
    busy = np.bincount(rows, minlength=len(known)) >= 3
    assert (drawn | known)[busy].all()


@pytest.mark.parametrize("loss", [bpr, bce])
@given(seed=seeds)
def test_the_gradients_of_pairs_are_finite_differences(loss, seed: int) -> None:
    split = random_split(seed)
    vectors = random_vectors(seed, split)
    rivals = draw_rivals(split.known, split.hidden, np.random.default_rng(seed))
    assert torch.autograd.gradcheck(
        lambda *given: loss(*given, split, rivals), vectors, fast_mode=True
    )


@given(seeds)
def test_pairs_lose_what_their_formulas_say(seed: int) -> None:
    split = random_split(seed)
    vectors = random_vectors(seed, split)
    rivals = draw_rivals(split.known, split.hidden, np.random.default_rng(seed))
    scores = (vectors[0] @ vectors[1].T + vectors[2]).detach().numpy()
    weights = 1 / np.sqrt(np.diff(split.hidden.indptr))[rivals.hidden.users]
    if not len(weights):
        assert bpr(*vectors, split, rivals).item() == bce(*vectors, split, rivals).item() == 0
        return
    hidden, others = (scores[pairs.users, pairs.items] for pairs in (rivals.hidden, rivals.others))
    ranked = np.average(np.log1p(np.exp(others - hidden)), weights=weights)
    both = np.log1p(np.exp(-hidden)) + np.log1p(np.exp(others))
    assert bpr(*vectors, split, rivals).item() == pytest.approx(ranked, rel=1e-5)
    assert bce(*vectors, split, rivals).item() == pytest.approx(
        np.average(both, weights=weights) / 2, rel=1e-5
    )


class Given(Encoder):
    """Vectors that are what they are."""

    def __init__(self, users: torch.Tensor, items: torch.Tensor, bias: torch.Tensor) -> None:
        super().__init__()
        self.users, self.items, self.popularity = users, items, bias

    @property
    def bias(self) -> torch.Tensor:  # type: ignore[override]
        return self.popularity

    def vectors(self, *_: object) -> tuple[torch.Tensor, torch.Tensor]:
        return self.users, self.items

    def groups(self) -> tuple[()]:
        return ()


@pytest.mark.parametrize("name", ["softmax", "sampled_softmax", "bpr", "bce"])
@pytest.mark.parametrize("far", [1.0, 1e4])
def test_odd_users_and_far_vectors_give_finite_gradients(name: str, far: float) -> None:
    """One hidden item, everything taken, a single item left; scores that would overflow."""
    shown = csr_matrix(np.array([[1, 0, 0], [1, 1, 0], [0, 1, 0]], dtype=np.float32))
    hidden = csr_matrix(np.array([[0, 1, 0], [0, 0, 1], [1, 0, 0]], dtype=np.float32))
    split = Split(shown, hidden)
    vectors = tuple(
        (part.float() * far).detach().requires_grad_() for part in random_vectors(1, split)
    )
    loss = make_loss(GnnConfig(loss=name, negatives=4), split.known)
    value = loss(Given(*vectors), split, torch.ones(3, 1), np.random.default_rng(0))
    assert torch.isfinite(value)
    assert all(torch.isfinite(part).all() for part in gradients(value, vectors))


def test_the_sampled_softmax_never_makes_users_by_items() -> None:
    items, users = 200_000, 64
    rng = np.random.default_rng(0)
    rows = np.repeat(np.arange(users), 6)
    places = (rows, rng.integers(0, items, size=len(rows)))
    histories = csr_matrix((np.ones(len(rows), dtype=np.float32), places), (users, items))
    histories.data[:] = 1
    split = split_histories(histories, 0.5, rng)
    vectors = (torch.randn(split.hidden.shape[0], 4), torch.randn(items, 4), torch.zeros(items))
    for part in vectors:
        part.requires_grad_()
    loss = make_loss(GnnConfig(loss="sampled_softmax", negatives=256), histories)
    with torch.profiler.profile(profile_memory=True) as profile:
        loss(Given(*vectors), split, torch.ones(len(vectors[0]), 1), rng).backward()
    largest = max(abs(event.self_cpu_memory_usage) for event in profile.events())
    assert largest <= 8 * items * 4 * 4, "no more than a few copies of the items' vectors"
    assert largest < split.hidden.shape[0] * items * 4 / 4


def test_nothing_is_kept_for_a_gradient_that_nobody_wants() -> None:
    split = random_split(0)
    vectors = random_vectors(0, split)
    with torch.no_grad():
        assert not full_softmax(*vectors, split).requires_grad
    fixed = tuple(part.detach() for part in vectors)
    assert full_softmax(*fixed, split).item() == full_softmax(*vectors, split).item()
