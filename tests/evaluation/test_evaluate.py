from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from kgrec.errors import ConfigError, DataError
from kgrec.evaluation import Evaluation, Interactions, evaluate
from kgrec.evaluation.baselines import Popularity
from kgrec.evaluation.evaluate import to_lists
from kgrec.evaluation.metrics import mean_metrics, ranking_metrics
from kgrec.recommend import Recommender
from kgrec.testing import GENRES, tiny_dataset

DATA = tiny_dataset()
KNOWN = Interactions.from_dataset(DATA)


class Answer:
    def __init__(self, table: pl.DataFrame) -> None:
        self.table = table

    def to_polars(self) -> pl.DataFrame:
        return self.table


class ByPopularity:
    """A recommender as far as an evaluation can see."""

    def recommend(self, *, users: list[str], k: int) -> Answer:
        self.asked = (users, k)
        model = Popularity().fit(KNOWN.history)
        rows = KNOWN.rows(users)
        return Answer(to_lists(model.recommend(rows, k), users, KNOWN.items))


class Oracle:
    def recommend(self, *, users: list[str], k: int) -> Answer:
        rank = pl.int_range(1, pl.len() + 1).over("user").alias("rank")
        table = DATA.test.filter(pl.col("user").is_in(users)).select("user", "item", rank)
        return Answer(table.filter(pl.col("rank") <= k).with_columns(score=pl.lit(1.0)))


@pytest.fixture(scope="module")
def full() -> Evaluation:
    return evaluate(ByPopularity(), DATA.test, interactions=KNOWN, baselines=True)


def test_every_user_of_the_test_is_asked_for_once() -> None:
    rec = ByPopularity()
    result = evaluate(rec, DATA.test, k=(5, 3))
    users = DATA.test["user"].unique().sort().to_list()
    assert rec.asked == (users, 5)
    assert result.users == len(users) == result.per_user.height
    assert result.k == (3, 5)


def test_metrics_are_the_means_over_the_users() -> None:
    result = evaluate(ByPopularity(), DATA.test, k=7)
    assert list(result.metrics) == ["Recall@7", "NDCG@7", "MRR@7", "Hit@7", "MAP@7"]
    assert result.metrics == mean_metrics(result.per_user)


def test_who_knows_the_test_scores_one() -> None:
    assert evaluate(Oracle(), DATA.test, k=40).metrics["NDCG@40"] == pytest.approx(1)


def test_the_same_system_as_a_baseline_gets_the_same_numbers(full: Evaluation) -> None:
    assert full.baselines["Popularity"] == full.metrics
    assert full.versus("Popularity").mean == 0
    assert full.p_value("Popularity") == 1
    assert full.beyond == full.baselines_beyond["Popularity"]
    assert list(full.baselines) == ["Popularity", "ItemKNN", "RP3beta", "EASE", "iALS"]
    assert full.parameters["EASE"]["regularisation"] > 0


def test_slices_of_users_and_items_add_up_to_the_whole(full: Evaluation) -> None:
    parts = [values for name, values in full.slices.items() if name.startswith("users")]
    assert sum(part["users"] for part in parts) == full.users
    for metric, mean in full.metrics.items():
        total = sum(part["users"] * part[metric] for part in parts)
        assert total / full.users == pytest.approx(mean)
    assert any(name.startswith("items") for name in full.slices)


def test_json_has_the_fixed_keys(full: Evaluation) -> None:
    document = json.loads(full.to_json())
    assert list(document)[:5] == ["users", "k", "metrics", "baselines", "slices"]
    assert list(document)[5:] == ["beyond", "baselines_beyond", "exposure"]
    assert document["k"] == [10, 20]
    assert document["metrics"]["Recall@20"] == full.metrics["Recall@20"]


def test_it_prints_every_system_and_every_slice(full: Evaluation) -> None:
    text = str(full)
    for name in (*full.baselines, "kgrec", *full.beyond, *full.slices):
        assert name in text
    assert f"{full.metrics['NDCG@20']:.4f}" in text
    assert max(map(len, text.splitlines())) <= 80


def test_a_star_marks_the_best_of_each_column(full: Evaluation) -> None:
    header, rows = full.table()
    for column in range(1, len(header)):
        best = max(row[column].rstrip("*") for row in rows)
        for row in rows:
            assert row[column].endswith("*") <= (row[column] == f"{best}*")
        assert any(row[column].endswith("*") for row in rows)
    assert "*" not in str(evaluate(ByPopularity(), DATA.test))


def test_it_draws_itself_in_a_notebook(full: Evaluation) -> None:
    page = full._repr_html_()
    assert page.count("<table ") == page.count("</table>") == 3
    assert page.count("<tr") == 2 * 7 + 1 + len(full.slices)


def test_histories_facts_and_candidates_come_from_the_graph_of_the_recommender(
    fitted: Recommender,
) -> None:
    result = evaluate(fitted, DATA.test, groups=("country", "genres"), baselines=True)
    assert list(result.baselines)[-1] == "Content"
    assert "users: no history" not in result.slices
    names = "Coverage@20, Novelty@20, ARP@20, Gini@20, Diversity@20, NDCG gap@20 by country, "
    names += "Miscalibration@20 by genres, Exposure gap@20 by genres"
    assert list(result.beyond) == names.split(", ")
    assert all(list(values) == names.split(", ") for values in result.baselines_beyond.values())
    json.loads(result.to_json())
    text = str(result)
    for word in ("By country", "By genres", "kgrec, shares of genres", "users: country Estara"):
        assert word in text
    assert max(map(len, text.splitlines())) <= 80
    assert "<td>Mystery</td>" in result._repr_html_()


def test_the_gap_between_groups_is_that_of_the_slices(fitted: Recommender) -> None:
    result = evaluate(fitted, DATA.test, groups="country")
    parts = [part for name, part in result.slices.items() if name.startswith("users: country")]
    assert sum(part["users"] for part in parts) == result.users
    means = [part["NDCG@20"] for part in parts]
    assert result.beyond["NDCG gap@20 by country"] == pytest.approx(max(means) - min(means))
    assert result.exposure == {}


def test_shares_of_the_exposure_sum_to_one(fitted: Recommender) -> None:
    shares = evaluate(fitted, DATA.test, groups="genres").exposure["genres"]
    assert set(shares) == set(GENRES)
    for name in ("exposure", "history", "catalog"):
        assert sum(group[name] for group in shares.values()) == pytest.approx(1)


def test_without_histories_there_is_accuracy_alone() -> None:
    result = evaluate(ByPopularity(), DATA.test)
    assert result.beyond == result.slices == result.exposure == {}
    assert "Beyond" not in str(result)


def test_a_list_with_something_seen_is_refused() -> None:
    class Repeats:
        def recommend(self, *, users: list[str], k: int) -> Answer:
            known = DATA.train.filter(pl.col("user").is_in(users)).group_by("user").head(min(k, 1))
            return Answer(known.select("user", "item", rank=pl.lit(1)))

    with pytest.raises(DataError, match="who has it in train or valid"):
        evaluate(Repeats(), DATA.test, interactions=KNOWN)


def test_a_list_with_what_may_not_be_recommended_is_refused() -> None:
    few = replace(KNOWN, candidates=np.array([0]))
    with pytest.raises(DataError, match="not among the items that may be; recommend candidates"):
        evaluate(ByPopularity(), DATA.test, interactions=few)


def test_what_cannot_be_evaluated_is_refused(full: Evaluation) -> None:
    rec = ByPopularity()
    with pytest.raises(DataError, match="no held-out interaction"):
        evaluate(rec, DATA.test.clear())
    with pytest.raises(ConfigError, match="interactions"):
        evaluate(rec, DATA.test, baselines=True)
    with pytest.raises(ConfigError, match="graph"):
        evaluate(rec, DATA.test, interactions=KNOWN, groups="genres")
    with pytest.raises(ConfigError, match="at least 1"):
        evaluate(rec, DATA.test, k=0)
    with pytest.raises(ConfigError, match="no baseline 'SVD'; there are: Popularity"):
        full.versus("SVD")
    with pytest.raises(ConfigError, match="no metric 'AUC'"):
        full.versus("EASE", "AUC")


def test_per_user_numbers_do_not_depend_on_the_other_users() -> None:
    whole = evaluate(ByPopularity(), DATA.test).per_user
    half = DATA.test.filter(pl.col("user").is_in(whole["user"].head(8).implode()))
    part = evaluate(ByPopularity(), half).per_user
    assert part.equals(whole.head(8))
    assert ranking_metrics(ByPopularity().recommend(users=[], k=3).to_polars(), half).height == 8
