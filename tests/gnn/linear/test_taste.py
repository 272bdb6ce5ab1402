from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from kgrec.gnn.linear.content import Content
from kgrec.gnn.linear.facets import FacetVectors
from kgrec.gnn.linear.newcomers import Newcomers
from kgrec.gnn.linear.taste import Taken, Taste
from kgrec.gnn.linear.transfer import Reach, fit_transfer
from kgrec.sparse import unit_rows

USERS, ITEMS = 15, 9
REACH = Reach(text=0.7, ridge=2.0, smoothing=5.0, modalities=0.4)


def world(seed: int) -> tuple[csr_matrix, Content, FacetVectors]:
    """Random histories, in which the last two items have no users, facts, words, descriptions."""
    rng = np.random.default_rng(seed)
    taken = (rng.random((USERS, ITEMS)) < 0.4).astype(np.float32)
    taken[:, -2:] = 0
    taken[0, 0] = 1
    facts, words = ((rng.random((ITEMS, size)) < 0.4).astype(np.float32) for size in (6, 5))
    vectors = rng.normal(size=(ITEMS, 4)).astype(np.float32)
    content = Content(
        unit_rows(csr_matrix(facts)),
        unit_rows(csr_matrix(words)),
        vectors / np.linalg.norm(vectors, axis=1, keepdims=True),
        rng.normal(size=ITEMS).astype(np.float32),
        {"image": rng.normal(size=(ITEMS, 3)).astype(np.float32)},
    )
    of_facts, of_words = (rng.normal(size=(size, 3)).astype(np.float32) for size in (6, 5))
    of_image = content.modalities["image"] @ rng.normal(size=(3, 3)).astype(np.float32)
    items = content.facts @ of_facts + content.words @ of_words + of_image
    known = rng.normal(size=(ITEMS, 3)).astype(np.float32)
    return csr_matrix(taken), content, FacetVectors(known, items, of_facts, {"image": of_image})


def by_fact(taken: Taken) -> np.ndarray:
    """What each fact carries from each item: as if it stood alone."""
    alone = np.eye(len(taken.starts))
    return np.array([taken.weighed(one).by_fact for one in alone])


def taste_of(seed: int, *, facets: bool, later: bool = False) -> tuple[Taste, np.ndarray]:
    """A taste, and the weights that it takes apart."""
    histories, content, learned = world(seed)
    if not facets:
        learned = FacetVectors(
            learned.known[:, :0],
            learned.items[:, :0],
            learned.facts[:, :0],
            {name: each[:, :0] for name, each in learned.modalities.items()},
        )
    transfer = fit_transfer(histories, content, REACH)
    if later:
        weights = transfer.weights + learned.known @ (transfer.carry.T @ learned.items).T
    else:
        weights = transfer.weights + learned.known @ learned.items.T
    kept = Newcomers.of(replace(transfer, facets=learned), REACH, 1.0, content)
    return Taste(content, histories, kept, came_later=later), weights


@given(st.integers(0, 2**32 - 1), st.booleans())
def test_the_parts_of_a_weight_sum_to_it(seed: int, facets: bool) -> None:
    taste, weights = taste_of(seed, facets=facets)
    starts = taste.warm
    for item in range(ITEMS):
        others = starts[starts != item]
        taken = taste.of(others, item)
        np.testing.assert_allclose(taken.total, weights[others, item], atol=2e-4)
        part = by_fact(taken).sum(axis=1)
        expected = taste.fact_part[others, item] * taken.total
        np.testing.assert_allclose(part, expected, rtol=1e-2, atol=1e-3)


@given(st.integers(0, 2**32 - 1), st.booleans(), st.booleans())
def test_what_several_items_carry_is_the_sum_of_what_each_does(
    seed: int, facets: bool, later: bool
) -> None:
    taste, _ = taste_of(seed, facets=facets, later=later)
    scale = np.random.default_rng(seed).normal(size=len(taste.warm))
    for item in range(ITEMS):
        taken = taste.of(taste.warm, item)
        each = [taken.weighed(one) for one in np.eye(len(taste.warm))]
        whole = taken.weighed(scale)
        np.testing.assert_allclose(whole.by_fact, scale @ by_fact(taken), atol=2e-4)
        np.testing.assert_allclose(whole.text, scale @ [one.text for one in each], atol=2e-4)
        images = [one.modalities["image"] for one in each]
        np.testing.assert_allclose(whole.modalities["image"], scale @ images, atol=2e-4)
        expected = scale @ taste.duals(taste.warm, item, taste.warm)
        np.testing.assert_allclose(whole.by_item, expected, atol=2e-4)


@given(st.integers(0, 2**32 - 1), st.booleans())
def test_items_that_came_later_are_taken_apart_as_they_were_made(seed: int, facets: bool) -> None:
    taste, weights = taste_of(seed, facets=facets, later=True)
    for item in (ITEMS - 2, ITEMS - 1):
        taken = taste.of(taste.warm, item)
        np.testing.assert_allclose(taken.total, weights[taste.warm, item], atol=2e-4)


@given(st.integers(0, 2**32 - 1))
def test_a_fact_carries_what_behaviour_taught_about_those_who_have_it(seed: int) -> None:
    taste, _ = taste_of(seed, facets=False)
    item = ITEMS - 1
    taken = taste.of(taste.warm, item)
    facts = taste.content.facts.toarray()
    for place, fact in enumerate(taken.facts):
        duals = taste.duals(taste.warm, item, taste.warm)
        expected = duals @ facts[taste.warm, fact] * facts[item, fact]
        np.testing.assert_allclose(by_fact(taken)[:, place], expected, atol=1e-5)


def test_a_weight_without_texts_has_no_part_of_texts() -> None:
    histories, content, _ = world(0)
    bare = replace(content, words=csr_matrix((ITEMS, 0), dtype=np.float32), vectors=None)
    transfer = fit_transfer(histories, bare, REACH)
    taste = Taste(bare, histories, Newcomers.of(transfer, REACH, 1.0, bare))
    for one in np.eye(len(taste.warm)):
        assert taste.of(taste.warm, ITEMS - 1).weighed(one).text == 0


def test_an_item_of_a_history_that_nobody_took_in_training_says_nothing() -> None:
    taste, _ = taste_of(1, facets=False)
    taken = taste.of(np.array([ITEMS - 2]), ITEMS - 1)
    assert taken.total == pytest.approx(0)


@given(st.integers(0, 2**32 - 1), st.booleans(), st.booleans())
def test_a_modality_carries_what_is_missing_without_it(
    seed: int, facets: bool, later: bool
) -> None:
    """An item without the vector owes nothing to it; text and facts stay what they were."""
    taste, _ = taste_of(seed, facets=facets, later=later)
    item = ITEMS - 1
    image = taste.content.modalities["image"].copy()
    image[item] = 0
    facets_of = taste.settings.facets
    bare_facets = replace(
        facets_of,
        items=facets_of.items
        - np.eye(ITEMS, dtype=np.float32)[:, [item]] @ facets_of.modalities["image"][[item]],
        modalities={"image": facets_of.modalities["image"] * (np.arange(ITEMS) != item)[:, None]},
    )
    bare = Taste(
        replace(taste.content, modalities={"image": image}),
        taste.histories,
        replace(taste.settings, facets=taste.settings.facets if later else bare_facets),
        came_later=later,
    )
    taken, without = taste.of(taste.warm, item), bare.of(taste.warm, item)
    for place, one in enumerate(np.eye(len(taste.warm))):
        whole, rest = taken.weighed(one), without.weighed(one)
        assert abs(rest.modalities["image"]) <= 1e-5
        assert whole.text == pytest.approx(rest.text, abs=2e-4)
        np.testing.assert_allclose(whole.by_fact, rest.by_fact, atol=2e-4)
        left = taken.total[place] - whole.modalities["image"]
        assert left == pytest.approx(without.total[place], abs=2e-4)
