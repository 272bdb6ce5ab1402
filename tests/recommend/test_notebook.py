from __future__ import annotations

from kgrec import Recommender
from kgrec.config import Config
from kgrec.recommend.notebook import changed_settings


def test_a_recommender_says_whether_it_is_fitted(fitted: Recommender) -> None:
    fresh = Recommender(Config().replace({"gnn.epochs": 7}))
    assert not fresh.is_fitted
    page = fresh._repr_html_()
    assert "Recommender, not fitted" in page
    assert "gnn.epochs" in page
    assert "All settings are the defaults." in Recommender()._repr_html_()
    page = fitted._repr_html_()
    assert fitted.is_fitted
    assert f"NDCG@20 {fitted.log.valid:.4f}" in page
    assert all(f"<td>{stage}</td>" in page for stage in fitted.log.seconds)
    strongest = max(fitted.log.gates, key=lambda name: fitted.log.gates[name])
    assert f"<td>{strongest}</td>" in page


def test_settings_that_are_not_the_default() -> None:
    config = Config().replace({"gnn.epochs": 7, "text.enabled": False})
    default = Config().gnn.epochs
    assert set(changed_settings(config)) == {
        ("gnn.epochs", "7", str(default)),
        ("text.enabled", "False", "True"),
    }
    assert changed_settings(Config()) == []


def test_a_list_shows_its_reasons(fitted: Recommender) -> None:
    top = fitted.recommend(["1", "2"], k=2, explain=True)
    page = top._repr_html_()
    assert "4 recommendations for 2 users" in page
    assert page.index("user 1<") < page.index("user 2<")
    assert page.count("<td>because ") == 4
