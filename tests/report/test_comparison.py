from __future__ import annotations

from dataclasses import replace

from kgrec.evaluation import Evaluation
from kgrec.report.comparison import lead, lead_in_per_cent, table_of


def test_systems_go_from_weak_to_strong(evaluation: Evaluation) -> None:
    table = table_of(evaluation)
    assert table["columns"] == ["Recall@10", "NDCG@10", "Recall@20", "NDCG@20"]
    assert [row["name"] for row in table["rows"]] == ["Popularity", "EASE", "kgrec"]
    assert [row["ours"] for row in table["rows"]] == [False, False, True]
    assert all(is_best for _, is_best in table["rows"][-1]["cells"])
    assert table["rows"][-1]["length"] == 1


def test_the_lead_names_the_best_baseline_and_an_interval(evaluation: Evaluation) -> None:
    assert lead(evaluation).startswith("Against EASE, the best baseline: NDCG@20 +0.1500 [+0.1000")


def test_a_loss_is_not_hidden(evaluation: Evaluation) -> None:
    worse = replace(evaluation, metrics=dict.fromkeys(evaluation.metrics, 0.2))
    assert lead_in_per_cent(worse, "NDCG@20").startswith("−")
    assert table_of(worse)["rows"][-1]["name"] == "EASE"


def test_without_baselines_there_is_no_lead(evaluation: Evaluation) -> None:
    alone = replace(evaluation, baselines={}, baselines_per_user={})
    assert lead(alone) == ""
    assert lead_in_per_cent(alone, "NDCG@20") == "on the held-out test"
