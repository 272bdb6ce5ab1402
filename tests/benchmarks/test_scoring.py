from __future__ import annotations

import dataclasses

import polars as pl
import pytest

import kgrec
from benchmarks.scoring import score
from kgrec.testing import tiny_dataset


def ranked(events: pl.DataFrame) -> pl.DataFrame:
    return events.select("user", "item", rank=pl.int_range(1, pl.len() + 1).over("user"))


@pytest.fixture
def data() -> kgrec.Dataset:
    return tiny_dataset()


def test_perfect_lists_score_one_and_none_score_zero(data: kgrec.Dataset) -> None:
    perfect = score(ranked(data.test), data)
    assert perfect["NDCG@20"] == pytest.approx(1)
    assert score(ranked(data.test.clear()), data)["NDCG@20"] == 0


@pytest.mark.parametrize("part", ["train", "valid"])
def test_what_a_user_has_may_not_be_recommended(data: kgrec.Dataset, part: str) -> None:
    with pytest.raises(ValueError, match="already"):
        score(ranked(getattr(data, part)), data)


def test_on_valid_only_train_is_known(data: kgrec.Dataset) -> None:
    assert score(ranked(data.valid), data, part="valid")["NDCG@10"] == pytest.approx(1)
    with pytest.raises(ValueError, match="already"):
        score(ranked(data.train), data, part="valid")


def test_only_candidates_may_be_recommended(data: kgrec.Dataset) -> None:
    cold = dataclasses.replace(data, candidates=tuple(data.test["item"].unique().sort()[:1]))
    with pytest.raises(ValueError, match="candidates"):
        score(ranked(data.test), cold)
