"""Minimum exposure: reached wherever some list reaches it."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from kgrec.policies import BoundPolicy, Policy
from kgrec.policies.bound import Exposures
from kgrec.policies.exposure import attention, shares
from kgrec.policies.stages import Stages

SIZE, LENGTH = 6, 4


def listed(members: np.ndarray, minimum: list[float]) -> np.ndarray:
    names = tuple(map(str, range(len(minimum))))
    wanted = Exposures(names, csr_matrix(members.astype(np.float32)), np.array(minimum))
    bound = BoundPolicy(Policy(), {}, None, (), None, None, wanted)
    history = csr_matrix((1, len(members)))
    stages = Stages(bound, np.arange(len(members)), -np.arange(SIZE * 1.0), history, LENGTH)
    ((name, places),) = stages.run()
    assert name == "exposure"
    assert len(set(places.tolist())) == LENGTH
    return places


def reaches(members: np.ndarray, places: np.ndarray, minimum: list[float]) -> bool:
    return bool((shares(members[places]) >= np.array(minimum) - 1e-9).all())


def is_feasible(members: np.ndarray, minimum: list[float]) -> bool:
    return any(
        reaches(members, np.array(places), minimum) for places in permutations(range(SIZE), LENGTH)
    )


MASKS = st.lists(st.booleans(), min_size=SIZE, max_size=SIZE)
SHARE = st.floats(0.01, 1.0)


@given(MASKS, SHARE)
def test_one_group_has_its_share_wherever_it_can(mask: list[bool], share: float) -> None:
    members = np.array(mask)[:, None]
    places = listed(members, [share])
    assert reaches(members, places, [share]) == is_feasible(members, [share])


@given(MASKS, MASKS, st.floats(0.05, 0.7), st.floats(0.05, 0.7))
def test_so_have_two_groups_even_if_they_overlap(
    one: list[bool], other: list[bool], first: float, second: float
) -> None:
    members, minimum = np.array([one, other]).T, [first, second]
    places = listed(members, minimum)
    assert reaches(members, places, minimum) == is_feasible(members, minimum)


@given(MASKS)
def test_a_list_that_has_it_stays(mask: list[bool]) -> None:
    members = np.array(mask)[:, None]
    share = float(shares(members[:LENGTH])[0])
    if share > 0:
        assert listed(members, [share]).tolist() == list(range(LENGTH))


def test_what_must_come_comes_as_late_as_it_can() -> None:
    members = np.array([False] * 4 + [True] * 2)[:, None]
    assert listed(members, [0.15]).tolist() == [0, 1, 2, 4]
    assert listed(members, [0.30]).tolist() == [0, 1, 4, 5]


def test_attention_is_the_discount_of_ndcg() -> None:
    assert attention(3) == pytest.approx([1.0, 0.63093, 0.5])
    assert shares(np.zeros((0, 2), dtype=bool)).tolist() == [0.0, 0.0]
