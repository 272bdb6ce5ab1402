from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from kgrec.callbacks import Progress
from kgrec.gnn.linear import transfer as module
from kgrec.gnn.linear.content import Content
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
    assert choose_credit(transfer, Reach(), trial, noise, 1.0).credit == max(module.CREDITS)
    wrong = content_of(np.random.default_rng(1).permutation(GROUPS))
    spoiled = fit_transfer(few, wrong, Reach())
    good = trial.sums(torch.from_numpy(transfer.weights)) * 1e3
    assert choose_credit(spoiled, Reach(), trial, good, 1e6).credit == 0
