from __future__ import annotations

import dataclasses
from collections import Counter

import numpy as np
import pytest

from benchmarks.content import content_baselines, pretended, tf_idf
from kgrec.evaluation import Interactions
from kgrec.testing import tiny_dataset


def test_rows_have_length_one_and_rare_words_weigh_more() -> None:
    matrix = tf_idf([Counter("ab"), Counter("ac"), Counter("a"), Counter()]).toarray()
    assert np.linalg.norm(matrix, axis=1) == pytest.approx([1, 1, 1, 0])
    assert matrix[0, 1] > matrix[0, 0] > 0


def test_a_new_item_is_found_by_what_it_shares() -> None:
    data = tiny_dataset()
    models = content_baselines(data)
    assert [model.name for model in models] == ["Facts", "Text", "Facts + text"]
    train = Interactions.from_dataset(data).train
    for model in models:
        scores = model().fit(train).score(train[:3])
        assert scores.shape == (3, data.items.height)
        assert (scores >= 0).all()
        assert (scores > 0).any()


def test_without_facts_and_texts_there_is_none() -> None:
    data = tiny_dataset()
    bare = dataclasses.replace(data, facts=data.facts.clear(), items=data.items.drop("text"))
    assert content_baselines(bare) == []


def test_pretended_items_are_new() -> None:
    interactions = Interactions.from_dataset(tiny_dataset())
    trial = pretended(interactions)
    assert trial.candidates is not None
    assert trial.train[:, trial.candidates].nnz == 0
    assert set(trial.valid.nonzero()[1]) == set(trial.candidates)
    assert (trial.train + trial.valid != interactions.history).nnz == 0
