"""The laws of building a list, against the plainest way to compute the same."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from kgrec.policies.calibration import ALPHA, Calibrated, Mixture
from kgrec.policies.caps import Capped
from kgrec.policies.diversity import Determinant, MarginalRelevance
from kgrec.policies.greedy import greedy, scaled
from kgrec.sparse import equal_parts, unit_rows

SEEDS = st.integers(0, 10_000)
STRENGTHS = st.floats(0.0, 1.0)


def world(seed: int, size: int = 7) -> tuple[np.ndarray, csr_matrix]:
    """Falling relevance, and vectors, some of them empty or the same."""
    rng = np.random.default_rng(seed)
    vectors = rng.random((size, 4)) * (rng.random((size, 4)) < 0.6)
    vectors[size - 1] = vectors[0]
    return scaled(-np.sort(-rng.random(size))), unit_rows(csr_matrix(vectors))


def cosines(vectors: csr_matrix) -> np.ndarray:
    dense = vectors.toarray().astype(np.float64)
    square = dense @ dense.T
    np.fill_diagonal(square, 1.0)
    return square


@given(SEEDS, STRENGTHS)
def test_mmr_is_its_definition(seed: int, strength: float) -> None:
    relevance, vectors = world(seed)
    alike, chosen = cosines(vectors), list[int]()
    for _ in range(5):
        values = [
            -np.inf
            if item in chosen
            else (1 - strength) * relevance[item]
            - strength * max((alike[item, other] for other in chosen), default=0.0)
            for item in range(len(relevance))
        ]
        found = greedy(relevance, len(chosen) + 1, [MarginalRelevance(vectors, strength)], [])
        # Rounding may decide between equals.
        assert values[found[-1]] == pytest.approx(max(values), abs=1e-6)
        chosen.append(int(found[-1]))


@given(SEEDS, STRENGTHS)
def test_a_determinant_grows_as_its_definition_says(seed: int, strength: float) -> None:
    relevance, vectors = world(seed)
    square, chosen = cosines(vectors), list[int]()
    term = Determinant(vectors, strength)
    for _ in range(4):
        volumes = np.array([ratio(square, chosen, item) for item in range(len(relevance))])
        rest = [item for item in range(len(relevance)) if item not in chosen]
        wanted = np.log(np.maximum(volumes, 1e-6))
        assert term.gains()[rest] == pytest.approx(wanted[rest], abs=1e-3)
        values = (1 - strength) * relevance + strength * wanted
        found = greedy(relevance, len(chosen) + 1, [Determinant(vectors, strength)], [])
        assert values[found[-1]] == pytest.approx(values[rest].max(), abs=1e-3)
        chosen.append(int(found[-1]))
        term.add(chosen[-1])


def ratio(square: np.ndarray, chosen: list[int], item: int) -> float:
    """How an item multiplies the determinant of those that span something; 0 for a copy."""
    kept: list[int] = []
    for each in chosen:
        if np.linalg.det(square[np.ix_([*kept, each], [*kept, each])]) > 1e-6 * det(square, kept):
            kept.append(each)
    return max(det(square, [*kept, item]) / det(square, kept), 0.0)


def det(square: np.ndarray, rows: list[int]) -> float:
    return float(np.linalg.det(square[np.ix_(rows, rows)])) if rows else 1.0


@given(SEEDS, st.integers(1, 9))
def test_strength_0_is_the_ranking_and_no_list_repeats(seed: int, k: int) -> None:
    relevance, vectors = world(seed)
    terms = [MarginalRelevance(vectors, 0.0), Determinant(vectors, 0.0)]
    assert greedy(relevance, k, terms, []).tolist() == list(range(min(k, 7)))
    terms = [MarginalRelevance(vectors, 1.0), Determinant(vectors, 0.5)]
    found = greedy(relevance, k, terms, [])
    assert len(found) == len(set(found.tolist())) == min(k, 7)


def test_copies_come_last_where_only_diversity_counts() -> None:
    vectors = unit_rows(csr_matrix(np.array([[1, 0], [1, 0], [0, 1], [1, 1]], dtype=float)))
    relevance = np.array([1.0, 0.9, 0.1, 0.0])
    for kind in (MarginalRelevance, Determinant):
        assert greedy(relevance, 4, [kind(vectors, 0.9)], [])[:2].tolist() == [0, 2]
    assert greedy(relevance, 4, [Determinant(vectors, 0.9)], []).tolist() == [0, 2, 1, 3]


@given(SEEDS, st.integers(1, 3))
def test_caps_hold_and_are_all_that_shortens_a_list(seed: int, most: int) -> None:
    rng = np.random.default_rng(seed)
    members = rng.random((8, 3)) < 0.4
    relevance = scaled(-np.arange(8.0))
    found = greedy(relevance, 8, [], [Capped(members, most)])
    assert (members[found].sum(axis=0) <= most).all()
    full = members[found].sum(axis=0) == most
    left_out = np.setdiff1d(np.arange(8), found)
    assert (members[left_out] & full).any(axis=1).all()
    assert (np.diff(found) > 0).all()


@given(SEEDS)
def test_a_divergence_is_its_definition(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = csr_matrix((rng.random((8, 3)) < 0.5).astype(np.float32))
    parts, history = equal_parts(values), (rng.random(8) < 0.6).astype(np.float64)
    mixture = Mixture(csr_matrix(history[None]), parts, np.arange(8))
    dense = parts.toarray()
    wanted = history @ dense
    if not wanted.any():
        assert not len(mixture.wanted)
        return
    p = wanted / wanted.sum()
    places = rng.permutation(8)[:3]
    q = dense[places].sum(axis=0) / max(dense[places].sum(), 1)
    there = p > 0
    kl = (p[there] * np.log(p[there] / ((1 - ALPHA) * q + ALPHA * p)[there])).sum()
    assert mixture.of(places) == pytest.approx(max(kl, 0.0), abs=1e-9)
    term = Calibrated(mixture, 0.5)
    for place in places[:2]:
        term.add(int(place))
    assert -term.gains()[places[2]] == pytest.approx(mixture.of(places))


def test_a_calibrated_list_mixes() -> None:
    values = csr_matrix(np.array([[1, 0]] * 5 + [[0, 1]] * 5, dtype=float))
    history = csr_matrix(np.array([[1, 1, 0, 0, 0, 1, 1, 0, 0, 0]], dtype=float))
    mixture = Mixture(history, equal_parts(values), np.arange(10))
    found = greedy(scaled(-np.arange(10.0)), 4, [Calibrated(mixture, 0.9)], [])
    assert (found < 5).sum() == 2
    assert mixture.of(found) == pytest.approx(0)
    assert mixture.of(np.arange(4)) > 1
