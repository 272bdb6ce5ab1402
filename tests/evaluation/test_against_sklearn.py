"""The metrics are those of scikit-learn, which runs in a process apart from kgrec's."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import polars as pl
import pytest

from kgrec.evaluation.metrics import ranking_metrics

ITEMS = 15
KS = (1, 3, 10, ITEMS)
SCRIPT = """
import json, sys
import numpy as np
from sklearn.metrics import average_precision_score, label_ranking_average_precision_score
from sklearn.metrics import ndcg_score, recall_score

answers = []
for case in json.load(sys.stdin):
    truth, scores = np.array(case["truth"]), np.array(case["scores"])
    answer = {"MAP@15": average_precision_score(truth, scores)}
    if truth.sum() == 1:  # then the one precision is the reciprocal rank
        answer["MRR@15"] = label_ranking_average_precision_score([truth], [scores])
    for k in (1, 3, 10, 15):
        shown = np.zeros(15, dtype=int)
        shown[np.argsort(-scores)[:k]] = 1
        answer[f"NDCG@{k}"] = ndcg_score([truth], [scores], k=k)
        answer[f"Recall@{k}"] = recall_score(truth, shown)
        answer[f"Hit@{k}"] = float(recall_score(truth, shown) > 0)
    answers.append(answer)
json.dump(answers, sys.stdout)
"""


@pytest.fixture(scope="module")
def cases() -> list[dict[str, list[float]]]:
    rng = np.random.default_rng(0)
    made = []
    for number in range(120):
        truth = np.zeros(ITEMS, dtype=int)
        count = 1 if number % 4 == 0 else rng.integers(1, ITEMS)
        truth[rng.choice(ITEMS, count, replace=False)] = 1
        made.append({"truth": truth.tolist(), "scores": rng.permutation(ITEMS).tolist()})
    return made


@pytest.fixture(scope="module")
def theirs(cases: list[dict[str, list[float]]]) -> list[dict[str, float]]:
    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        input=json.dumps(cases),
        capture_output=True,
        text=True,
        check=True,
    )
    answers: list[dict[str, float]] = json.loads(ran.stdout)
    return answers


def test_every_metric_is_theirs(
    cases: list[dict[str, list[float]]], theirs: list[dict[str, float]]
) -> None:
    lists, test = [], []
    for number, case in enumerate(cases):
        order = np.argsort(-np.array(case["scores"]))
        lists += [(f"{number:03}", str(item), rank) for rank, item in enumerate(order, 1)]
        test += [(f"{number:03}", str(item)) for item in np.flatnonzero(case["truth"])]
    table = ranking_metrics(
        pl.DataFrame(lists, schema=["user", "item", "rank"], orient="row"),
        pl.DataFrame(test, schema=["user", "item"], orient="row"),
        KS,
    )
    for ours, answer in zip(table.iter_rows(named=True), theirs, strict=True):
        for name, value in answer.items():
            assert ours[name] == pytest.approx(value, abs=1e-12), name
