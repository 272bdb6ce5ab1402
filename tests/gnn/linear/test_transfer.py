from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from kgrec.callbacks import Progress
from kgrec.config import GnnConfig
from kgrec.gnn.linear import transfer as module
from kgrec.gnn.linear.content import Content
from kgrec.gnn.linear.facets import FacetTrainer, FacetVectors
from kgrec.gnn.linear.mixing import spread
from kgrec.gnn.linear.transfer import Reach, Transfer, choose_credit, choose_reach, fit_transfer
from kgrec.gnn.trial import Trial


def content_of(groups: np.ndarray) -> Content:
    """Items that are alike in content when they are of one group."""
    facts = np.eye(int(groups.max()) + 1, dtype=np.float32)[groups]
    empty = csr_matrix((len(groups), 0), dtype=np.float32)
    return Content(csr_matrix(facts), empty, None, np.zeros(len(groups), dtype=np.float32))


def tastes(seed: int, groups: np.ndarray, users: int = 120) -> csr_matrix:
    """Users who mostly take items of one group."""
    rng = np.random.default_rng(seed)
    taste = rng.integers(0, groups.max() + 1, users)
    chance = np.where(taste[:, None] == groups[None, :], 0.5, 0.03)
    return csr_matrix((rng.random(chance.shape) < chance).astype(np.float32))


GROUPS = np.arange(48) % 4


def test_a_new_item_goes_to_those_who_like_its_kind() -> None:
    histories = tastes(0, GROUPS).tolil()
    histories[:, [0, 1]] = 0
    transfer = fit_transfer(csr_matrix(histories), content_of(GROUPS), Reach())
    weights = transfer.credited(0.0).toarray()
    warm = np.arange(2, 48)
    same, other = warm[GROUPS[warm] == 0], warm[GROUPS[warm] != 0]
    assert weights[same, 0].mean() > 3 * weights[other, 0].mean()
    assert not weights[[0, 1]].any()


def test_credit_gives_items_with_few_users_more_of_it() -> None:
    users = np.array([0.0, 1.0, 9.0])
    transfer = Transfer(np.ones((3, 3), dtype=np.float32), np.zeros((3, 3), np.float32), users)
    assert transfer.credited(3.0).toarray()[0].tolist() == pytest.approx([1.0, 0.75, 0.25])
    assert transfer.credited(0.0).toarray()[0].tolist() == [1.0, 0.0, 0.0]


@given(st.integers(0, 2**31))
def test_no_item_vouches_for_itself(seed: int) -> None:
    """The weights of an item's column are those of a fit in which its own users are not known."""
    rng = np.random.default_rng(seed)
    groups = rng.integers(0, 3, 12)
    groups[:3] = [0, 1, 2]
    histories = csr_matrix((rng.random((20, 12)) < 0.4).astype(np.float32))
    warm = np.flatnonzero(np.asarray(histories.sum(axis=0)).ravel())
    content = content_of(groups)
    fitted = fit_transfer(histories, content, Reach(ridge=2.0))
    kernel = content.kernel(1.0).astype(np.float64)
    item = int(warm[0])
    others = warm[1:]
    alone = np.linalg.solve(
        kernel[np.ix_(others, others)] + 2 * np.eye(len(others)), kernel[others, item]
    )
    np.testing.assert_allclose(fitted.carry[others, item], alone, rtol=2e-3, atol=2e-4)
    assert fitted.carry[item, item] == 0


def test_the_popularity_of_new_items_is_predicted_and_of_others_kept() -> None:
    histories = tastes(1, GROUPS).tolil()
    histories[:, 0] = 0
    transfer = fit_transfer(csr_matrix(histories), content_of(GROUPS), Reach())
    bias = np.where(GROUPS == 0, 1.0, -1.0).astype(np.float32)
    bias[0] = -9.0
    found = transfer.popularity(bias)
    assert found[0] > 0
    assert (found[1:] == bias[1:]).all()


def test_held_out_items_choose_and_the_choice_is_repeatable() -> None:
    train = tastes(2, GROUPS)
    reach = choose_reach(train, content_of(GROUPS), 0, Progress())
    assert reach.cold > 0.5
    assert reach == choose_reach(train, content_of(GROUPS), 0, Progress())
    random = np.random.default_rng(0).permutation(GROUPS)
    assert choose_reach(train, content_of(random), 0, Progress()).cold < reach.cold


def test_the_smoothing_is_the_best_one_on_items_held_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RIDGES", (3.0,))
    train, content = tastes(2, GROUPS), content_of(GROUPS)

    def chosen(*smoothings: float) -> Reach:
        monkeypatch.setattr(module, "SMOOTHINGS", smoothings)
        return choose_reach(train, content, 0, Progress())

    smoothings = (0.01, 30.0, 1e6)
    alone = {smoothing: chosen(smoothing).cold for smoothing in smoothings}
    assert len(set(alone.values())) > 1
    for order in itertools.permutations(smoothings):
        reach = chosen(*order)
        assert reach.cold == alone[reach.smoothing] == max(alone.values())


def test_too_few_items_choose_nothing() -> None:
    assert choose_reach(tastes(0, GROUPS[:8]), content_of(GROUPS[:8]), 0, Progress()) == Reach()


def test_credit_is_given_where_it_helps() -> None:
    train = tastes(3, GROUPS)
    few = csr_matrix(train.multiply(np.random.default_rng(0).random(train.shape) < 0.1))
    valid = csr_matrix(train - few)
    valid.eliminate_zeros()
    few.eliminate_zeros()
    trial = Trial(few, valid, 0.5)
    transfer = fit_transfer(few, content_of(GROUPS), Reach())
    noise = torch.randn(trial.relevant.shape, generator=torch.Generator().manual_seed(0)) * 1e-3
    bias = np.zeros(48, dtype=np.float32)
    assert choose_credit(transfer, Reach(), trial, noise, bias, 1.0).credit == max(module.CREDITS)
    wrong = content_of(np.random.default_rng(1).permutation(GROUPS))
    spoiled = fit_transfer(few, wrong, Reach())
    good = trial.sums(torch.from_numpy(transfer.weights)) * 1e3
    assert choose_credit(spoiled, Reach(), trial, good, bias, 1e6).credit == 0


def test_caution_keeps_items_without_users_back_where_nobody_takes_them() -> None:
    """Half of the items have no users; they are alike in content to those that have."""
    train = csr_matrix(tastes(6, GROUPS).multiply((np.arange(48) < 24)[None, :]))
    train.eliminate_zeros()
    some = csr_matrix(train.multiply(np.random.default_rng(0).random(train.shape) < 0.5))
    some.eliminate_zeros()
    rest = csr_matrix(train - some)
    rest.eliminate_zeros()
    transfer = fit_transfer(some, content_of(GROUPS), Reach())
    bias = np.where(transfer.users > 0, 0.0, -5.0).astype(np.float32)

    def caution(valid: csr_matrix) -> float:
        trial = Trial(some, valid, 0.5)
        beside = trial.sums(torch.from_numpy(transfer.weights))
        return choose_credit(transfer, Reach(), trial, beside, bias, 1.0).caution

    assert caution(rest) > 0
    # Where new items are what valid is about, there is none, …
    rng = np.random.default_rng(7)
    kind = GROUPS[None, :] == GROUPS[some.toarray().argmax(axis=1)][:, None]
    news = csr_matrix((kind & (np.arange(48) >= 24) & (rng.random(kind.shape) < 0.5)) * 1.0)
    assert caution(news) == 0
    # … and where all items that may be recommended are new, it changes no list.
    new = np.flatnonzero(transfer.users == 0)
    shifted = transfer.popularity(bias, 3.0)[new] - transfer.popularity(bias)[new]
    np.testing.assert_allclose(shifted, -3.0, rtol=1e-5)
    assert (transfer.popularity(bias, 3.0)[:24] == transfer.popularity(bias)[:24]).all()


@dataclass
class Known:
    """In place of a training of facets: weights that are known, and a count of the calls."""

    weights: np.ndarray
    epochs: int = 7
    calls: list[Any] = field(default_factory=list)

    def search(self, histories: csr_matrix, measure: Any) -> tuple[np.ndarray, int]:
        assert 0 <= measure(self.weights)["NDCG@20"] <= 1
        self.calls.append(histories)
        return self.weights, self.epochs

    def fit(self, histories: csr_matrix, epochs: int) -> FacetVectors:
        self.calls.append((histories, epochs))
        nothing = np.zeros((0, len(self.weights)), dtype=np.float32)
        return FacetVectors(self.weights, np.eye(len(self.weights), dtype=np.float32), nothing)


def truth(groups: np.ndarray) -> np.ndarray:
    """Items are for those who took others of their group."""
    weights = (groups[:, None] == groups[None, :]).astype(np.float32)
    np.fill_diagonal(weights, 0.0)
    return weights


def no_kinds(items: int = 48) -> Content:
    """Nothing is known of any item."""
    nothing = csr_matrix((items, 0), dtype=np.float32)
    return Content(nothing, nothing, None, np.zeros(items, dtype=np.float32))


def test_facets_are_added_as_loud_as_was_chosen_and_trained_as_long() -> None:
    histories, content, known = tastes(0, GROUPS), content_of(GROUPS), Known(truth(GROUPS))
    plain = fit_transfer(histories, content, Reach())
    reach = Reach(facets=0.25, epochs=4)
    both = fit_transfer(histories, content, reach, known)  # type: ignore[arg-type]
    np.testing.assert_allclose(both.weights, plain.weights + 0.25 * known.weights, rtol=1e-6)
    assert (both.carry == plain.carry).all()
    assert known.calls == [(histories, 4)]


def test_facets_that_were_not_chosen_are_not_trained() -> None:
    histories, content, known = tastes(0, GROUPS), content_of(GROUPS), Known(truth(GROUPS))
    plain = fit_transfer(histories, content, Reach()).weights
    without = fit_transfer(histories, content, Reach(), known)  # type: ignore[arg-type]
    assert (without.weights == plain).all()
    assert not known.calls
    assert (fit_transfer(histories, content, Reach(facets=0.5, epochs=2)).weights == plain).all()


def test_facets_are_chosen_where_they_help_and_as_loud_as_is_best() -> None:
    train, shuffled = tastes(4, GROUPS), np.random.default_rng(0).permutation(GROUPS)
    content, known = content_of(shuffled), Known(truth(GROUPS))
    without = choose_reach(train, content, 0, Progress())
    reach = choose_reach(train, content, 0, Progress(), known)  # type: ignore[arg-type]
    assert reach.cold > without.cold
    assert reach == replace(without, cold=reach.cold, facets=reach.facets, epochs=7)
    hidden = np.flatnonzero(np.diff((train - known.calls[0]).tocsc().indptr))
    trial = Trial(known.calls[0], csr_matrix(train - known.calls[0]), 0.0, candidates=hidden)
    kernel = fit_transfer(known.calls[0], content, without).weights
    plain, learned = (trial.sums(torch.from_numpy(each)) for each in (kernel, known.weights))
    unit = spread(plain) / spread(learned)
    reached = {
        ratio: trial.measure(plain + ratio * unit * learned)["NDCG@20"] for ratio in module.FACETS
    }
    best = max(reached, key=lambda ratio: reached[ratio])
    assert reach.facets == pytest.approx(best * unit, rel=1e-3)
    assert reach.cold == pytest.approx(reached[best])


@pytest.mark.parametrize("of_facets", [np.zeros((48, 48), np.float32), -truth(GROUPS)])
def test_facets_that_do_not_help_are_left_out(of_facets: np.ndarray) -> None:
    train, content, known = tastes(4, GROUPS), content_of(GROUPS), Known(of_facets)
    reach = choose_reach(train, content, 0, Progress(), known)  # type: ignore[arg-type]
    assert len(known.calls) == 1
    assert reach == choose_reach(train, content, 0, Progress())
    assert (reach.facets, reach.epochs) == (0, 0)


def test_items_held_out_are_not_known_to_the_training_of_facets() -> None:
    train, known = tastes(5, GROUPS), Known(truth(GROUPS))
    choose_reach(train, content_of(GROUPS), 0, Progress(), known)  # type: ignore[arg-type]
    users = np.asarray(known.calls[0].sum(axis=0)).ravel()
    before = np.asarray(train.sum(axis=0)).ravel()
    assert (users[users > 0] == before[users > 0]).all()
    assert ((users == 0) & (before > 0)).sum() == 4


def test_too_few_items_train_no_facets() -> None:
    few, known = GROUPS[:8], Known(truth(GROUPS[:8]))
    reach = choose_reach(tastes(0, few), content_of(few), 0, Progress(), known)  # type: ignore[arg-type]
    assert reach == Reach()
    assert not known.calls


@pytest.mark.parametrize("content", [content_of(GROUPS), no_kinds()])
def test_trained_facets_choose_and_the_choice_is_repeatable(content: Content) -> None:
    train = tastes(2, GROUPS)
    trainer = FacetTrainer(content, GnnConfig(embedding_size=8), 0)
    reach = choose_reach(train, content, 0, Progress(), trainer)
    assert reach == choose_reach(train, content, 0, Progress(), trainer)
    assert reach.cold >= choose_reach(train, content, 0, Progress()).cold
    assert (reach.facets > 0) == (reach.epochs > 0)
    assert content.facts.shape[1] or reach.facets == 0
    assert np.isfinite(fit_transfer(train, content, reach, trainer).weights).all()


def test_one_item_and_nobody_at_all() -> None:
    one = content_of(np.zeros(1, dtype=np.int64))
    nobody = csr_matrix((3, 1), dtype=np.float32)
    for histories in (nobody, csr_matrix(np.ones((1, 1), dtype=np.float32))):
        trainer = FacetTrainer(one, GnnConfig(embedding_size=8), 0)
        assert choose_reach(histories, one, 0, Progress(), trainer) == Reach()
        found = fit_transfer(histories, one, Reach(facets=0.5, epochs=2), trainer)
        assert found.credited(3.0).toarray().tolist() == [[0.0]]
