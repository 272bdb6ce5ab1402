from __future__ import annotations

import dataclasses
import json

import pytest

from kgrec import Recommender
from kgrec.errors import ConfigError
from kgrec.evaluation.compare import Interval
from kgrec.evaluation.explanations import (
    ExplanationEvaluation,
    evaluate_explanations,
    stability_over_seeds,
)
from kgrec.evaluation.explanations.case import cases_of
from kgrec.evaluation.explanations.sample import sampled_users
from kgrec.evaluation.explanations.sanity import Randomisation, Randomised, rescoring_error
from kgrec.evaluation.explanations.truth import Lookup
from kgrec.explain.faithfulness import randomised

CONTROLS = ("random", "random_of_kind", "shortest", "attention", "popularity")


@pytest.fixture(scope="module")
def result(fitted: Recommender) -> ExplanationEvaluation:
    return evaluate_explanations(fitted, sample=4, k=2, deleted=2)


def test_all_that_is_measured_is_there(result: ExplanationEvaluation) -> None:
    table = result.per_recommendation
    assert (result.users, table.height, table["user"].n_unique()) == (4, 8, 4)
    assert tuple(result.against) == CONTROLS
    found = result.coverage()
    assert found["with_path"] == 1
    assert found["sum_error"] < 1e-5
    assert 0 < found["path_share"] <= 1
    assert result.rescoring_error is not None
    assert result.rescoring_error < 1e-5
    assert result.randomisation["all"].compared <= 4
    assert set(result.quality) == {"LIR", "SEP", "LID", "SED", "PTD", "PTC"}
    assert all(0 <= value <= 1 for value in result.quality.values())


def test_no_control_loses_more_of_the_score(result: ExplanationEvaluation) -> None:
    table = result.per_recommendation
    for name in CONTROLS:
        for what in ("rank_drop", "score_drop"):
            assert (table[f"strongest_{what}"] >= table[f"{name}_{what}"] - 1e-9).all()
        assert (table["strongest_deletion_area"] <= table[f"{name}_deletion_area"] + 1e-9).all()
        assert (table["strongest_insertion_area"] >= table[f"{name}_insertion_area"] - 1e-9).all()
    assert result.against["random"].difference.mean > 0


def test_all_that_is_named_exists(result: ExplanationEvaluation) -> None:
    truth = result.truth
    assert truth.sentences == result.per_recommendation["paths"].sum()
    assert (truth.unknown_entities, truth.unknown_facts, truth.foreign_names) == (0, 0, 0)


def test_the_same_seed_finds_the_same(fitted: Recommender, result: ExplanationEvaluation) -> None:
    again = evaluate_explanations(fitted, sample=4, k=2, deleted=2)
    assert again.to_json() == result.to_json()


def test_json_and_tables(result: ExplanationEvaluation) -> None:
    tree = json.loads(result.to_json())
    assert list(tree) == [
        *("users", "recommendations", "k", "deleted", "coverage", "rescoring_error", "rank_drop"),
        *(
            "against",
            "claims",
            "orders",
            "randomisation",
            "passes_randomisation",
            "quality",
            "truth",
        ),
    ]
    assert set(tree["rank_drop"]) == {"mean", "low", "high"}
    assert "Explanations, evaluated" in result._repr_html_()
    text = str(result)
    for word in (
        "too few to tell",
        "random of kind",
        "Randomised",
        "PTC",
        "sentences read",
        "Deleting 2 paths",
        "3 x what random does",
        "all of these",
    ):
        assert word in text


def test_what_is_invented_is_found(fitted: Recommender) -> None:
    item = fitted.recommend("1", k=1).items[0]
    path = fitted.explain("1", item).paths[0]
    forged = dataclasses.replace(path.nodes[1], key="item:forged")
    lookup = Lookup(fitted.graph)
    lookup.add([path, dataclasses.replace(path, nodes=(path.nodes[0], forged, *path.nodes[2:]))])
    lookup.add([dataclasses.replace(path, reason=f"{path.reason} by Stanley Kubrick in 1999")])
    truth = lookup.result()
    assert (truth.sentences, truth.unknown_entities, truth.unknown_facts) == (3, 1, 2)
    assert truth.foreign_names == 3  # Stanley, Kubrick, 1999


def test_a_share_that_is_wrong_is_found(fitted: Recommender) -> None:
    case = next(cases_of(fitted, "2", 1))
    assert rescoring_error(fitted, [case], 2) < 1e-5
    assert case.sum_error < 1e-5
    (first, *others) = case.explanation.paths
    forged = dataclasses.replace(first, share=2 * first.share)
    paths = (forged, *others)
    why = dataclasses.replace(case.explanation, paths=paths)
    assert dataclasses.replace(case, explanation=why).sum_error > 0.01


def test_an_explanation_that_ignores_the_model_fails_the_randomisation_check(
    fitted: Recommender, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of the control: what explains any model alike must not pass."""
    check = Randomised(fitted, 2, 0)
    monkeypatch.setattr(check, "_recs", dict.fromkeys(check._recs, fitted))
    for user in ("1", "2", "3"):
        check.add(next(cases_of(fitted, user, 1)))
    for found in check.results().values():
        assert found.correlation.mean == pytest.approx(1)
        assert found.overlap.mean == 1
        assert not found.passes


@pytest.mark.parametrize(
    ("compared", "low", "high", "verdict"),
    [
        (50, 0.1, 0.4, "differ"),
        (50, 0.6, 0.8, "alike"),
        (50, 0.4, 0.6, "too few to tell (50)"),
        (3, 0.1, 0.2, "too few to tell (3)"),
        (3, 0.9, 1.0, "too few to tell (3)"),
    ],
)
def test_a_small_sample_has_no_verdict(
    compared: int, low: float, high: float, verdict: str
) -> None:
    near = Interval((low + high) / 2, low, high)
    found = Randomisation(compared, near, Interval(0.1, 0.0, 0.2), 0.1)
    assert found.verdict == found.to_dict()["verdict"] == verdict


def test_a_model_without_paths_has_nothing_to_delete(build, quick) -> None:
    graph = build([("1", "a"), ("1", "b"), ("2", "b"), ("2", "c"), ("3", "c"), ("3", "a")])
    rec = Recommender(quick(gnn__model="rgcn", gnn__epochs=1)).fit(graph)
    result = evaluate_explanations(rec, sample=3, k=1)
    tree = json.loads(result.to_json())
    if tree["coverage"]["with_path"] == 0:
        assert (tree["against"], tree["orders"], tree["rank_drop"]) == ({}, {}, None)
        assert set(tree["quality"].values()) == {None}
    assert (tree["randomisation"], tree["passes_randomisation"]) == ({}, None)
    assert tree["rescoring_error"] is None
    assert "recommendations with a path" in str(result)


def test_what_cannot_be_is_one_sentence(fitted: Recommender) -> None:
    for wrong in ({"sample": 0}, {"k": 0}, {"deleted": 0}):
        with pytest.raises(ConfigError, match="at least 1"):
            evaluate_explanations(fitted, **wrong)
    with pytest.raises(ConfigError, match="at least 1 user"):
        stability_over_seeds([fitted, fitted], sample=0)
    with pytest.raises(ConfigError, match="at least two"):
        stability_over_seeds([fitted])


def test_seeds_are_compared_on_what_the_first_recommends(fitted: Recommender) -> None:
    same = stability_over_seeds([fitted, fitted, fitted], sample=4, k=2)
    assert (same.recommendations, same.same_type, same.all_same_path) == (8, 1, 1)
    blind = fitted.with_model(randomised(fitted.model, fitted.fitted_on))
    assert stability_over_seeds([fitted, blind], sample=8, k=2).same_path < 1


def test_without_a_history_there_is_nothing(fitted: Recommender) -> None:
    class Empty:
        features = dataclasses.replace(
            fitted.features, train=0 * fitted.features.train, valid=0 * fitted.features.valid
        )
        graph = fitted.graph

    Empty.features.train.eliminate_zeros()
    Empty.features.valid.eliminate_zeros()
    with pytest.raises(ConfigError, match="Nobody has a history"):
        evaluate_explanations(Empty())  # type: ignore[arg-type]


def test_where_nothing_is_left_to_recommend_it_is_one_sentence(build, quick) -> None:
    rec = Recommender(quick(gnn__epochs=1)).fit(build([("1", "a"), ("1", "b")]))
    with pytest.raises(ConfigError, match="nothing left to recommend"):
        evaluate_explanations(rec)


def test_a_sample_is_of_those_with_a_history(fitted: Recommender) -> None:
    known = fitted.features.history.getnnz(axis=1).astype(bool).sum()
    assert len(sampled_users(fitted, 10**6, 0)) == known
    some = sampled_users(fitted, 4, 0)
    assert len(set(some)) == 4
    assert some == sampled_users(fitted, 4, 0) != sampled_users(fitted, 4, 1)
