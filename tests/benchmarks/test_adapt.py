from __future__ import annotations

import sys

import numpy as np
import polars as pl
import pytest

from benchmarks import encoder
from benchmarks.adapt import cold_set, hit, shared_by
from kgrec.testing import tiny_dataset, write_tiny_folder

DATA = tiny_dataset()


def test_a_hit_is_a_partner_among_the_nearest() -> None:
    angles = np.concatenate([[0.0, 0.01], np.linspace(0.02, 0.2, 12), [3.0]])
    vectors = np.column_stack([np.cos(angles), np.sin(angles)])
    shared = np.zeros((15, 15), dtype=bool)
    shared[0, 1] = shared[1, 0] = True  # side by side
    shared[2, 14] = shared[14, 2] = True  # far apart
    assert hit(vectors, shared, np.array([0, 1])) == 1.0
    assert hit(vectors, shared, np.array([0, 2])) == 0.5


def test_films_of_a_director_share_it() -> None:
    items = DATA.items["item"].to_list()
    shared = shared_by(DATA, "directed_by", items)
    maker = dict(
        DATA.facts.filter(pl.col("relation") == "directed_by").select("head", "tail").iter_rows()
    )
    for row, column in ((0, 1), (3, 7), (5, 5), (10, 30)):
        same = row != column and maker[items[row]] == maker[items[column]]
        assert shared[row, column] == same


def test_cold_items_are_nobodys_in_train_or_valid_and_test_is_not_read() -> None:
    found = cold_set(DATA, 0.2, seed=0)
    assert found.candidates is not None
    assert len(found.candidates) == 8
    for part in (found.train, found.valid):
        assert not part["item"].is_in(found.candidates).any()
    assert found.test["item"].is_in(found.candidates).all()
    known = pl.concat([part.select("user", "item") for part in (DATA.train, DATA.valid)])
    assert found.test.join(known, on=["user", "item"], how="anti").is_empty()
    assert cold_set(DATA, 0.2, seed=1).candidates != found.candidates


def test_without_the_peer_it_says_so(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tiny_folder(tmp_path / "tiny")
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(SystemExit, match="sentence-transformers is needed"):
        encoder.main([str(tmp_path / "tiny")])


def test_texts_are_different_and_drawn_by_a_seed(tmp_path) -> None:
    write_tiny_folder(tmp_path / "tiny")
    texts = encoder.texts_of(tmp_path / "tiny", 20)
    assert len(set(texts)) == len(texts) == 20
    assert texts == encoder.texts_of(tmp_path / "tiny", 20)


def test_the_fastest_round_counts() -> None:
    seconds, found = encoder.fastest({"one": lambda: np.ones(1)}, rounds=2)
    assert seconds["one"] >= 0
    assert found["one"] == [1]
