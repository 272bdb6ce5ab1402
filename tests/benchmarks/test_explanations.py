from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.explanations import check_queries, check_sentences, time_lists, time_pairs, told
from kgrec.explain.checks import SentenceCheck
from kgrec.recommend import Recommender


def test_true_explanations_pass_and_false_ones_are_counted(
    fitted: Recommender, capsys: pytest.CaptureFixture[str]
) -> None:
    explanations = fitted.recommend(["1"], k=2, explain=True).explanations
    check = SentenceCheck(fitted.graph)
    assert check_sentences(explanations, check) == 0
    assert check_sentences([replace(explanations[0], label="X"), explanations[1]], check) == 1
    path = explanations[0].paths[0]
    assert check_queries(fitted.graph, [path]) == 0
    nothing = replace(path, cypher="MATCH p=(:Nope)-[:x]->() RETURN p", sparql=path.sparql)
    assert check_queries(fitted.graph, [nothing]) == 1
    assert "not of the graph: 1" in capsys.readouterr().out


def test_times_are_told_one_by_one_and_for_all(
    fitted: Recommender, capsys: pytest.CaptureFixture[str]
) -> None:
    time_pairs(fitted, 3)
    time_lists(fitted, 1)
    lines = capsys.readouterr().out.splitlines()
    assert [line[:10] for line in lines] == ["the first ", "3 pairs   ", "lists of a"]
    assert told([(0.001, 0.0005)] * 9 + [(1.0, 0.0005)]).startswith("median 1.0 ms, p99 9")
    assert "processor median 0.5 ms, p99 0.5 ms" in told([(1.0, 0.0005)])
