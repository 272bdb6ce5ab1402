from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.counterfactuals import ask, fact_rank, relisted, report_facts, report_interactions
from kgrec import Recommender


def test_answers_hold_in_lists_that_are_made_anew(
    fitted: Recommender, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = ask(fitted, sample=6, k=3, seed=0)
    told = [each.found for each in answers if each.found.interactions]
    assert told
    assert relisted(fitted, told) == [None] * len(told)
    # Without the removal each is where it was, so the check can fail.
    unchanged = [replace(each, interactions=None) for each in told]
    assert relisted(fitted, unchanged) == [each.rank for each in told]
    for each in (each.found for each in answers if each.found.facts):
        assert fact_rank(fitted, each) > each.k
        assert fact_rank(fitted, replace(each, facts=None)) == each.rank
    report_interactions(answers, [None] * len(told))
    report_facts(fitted, [each.found for each in answers])
    assert f"out of the list      {len(told)} (100.0%)" in capsys.readouterr().out
