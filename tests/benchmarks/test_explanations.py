from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.explanations import check_queries, check_sentences
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
