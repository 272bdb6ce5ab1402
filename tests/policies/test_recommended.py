"""Policies on a recommender."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from kgrec import Recommender
from kgrec.errors import ConfigError, UnknownIdError
from kgrec.evaluation.calibration import miscalibration
from kgrec.policies import Calibration, Cap, Diversity, Exposure, Policy
from kgrec.policies.groups import relation_groups
from kgrec.recommend import Profile

USERS = ["3", "17", "8"]
SHARES = st.floats(0, 1)
POLICIES = st.builds(
    Policy,
    never=st.sampled_from([(), ("genre/Mystery",), ("Ada Marlow", "Romance")]),
    only=st.sampled_from([(), ("Genre",), ("genre/comedy", "genre/Adventure")]),
    cap=st.sampled_from([(), (Cap(relation="directed_by", most=2),)]),
    diversity=st.none()
    | st.builds(Diversity, strength=SHARES, method=st.sampled_from(["mmr", "dpp"])),
    calibration=st.none() | st.builds(Calibration, relation=st.just("genres"), strength=SHARES),
    exposure=st.sampled_from([(), (Exposure(minimum={"tail": 0.4}, head=0.5),)]),
    pool=st.integers(3, 50),
)


def fact_table(rec: Recommender, relation: str) -> pl.DataFrame:
    """``item, end`` of a relation."""
    edges = rec.graph.edges.filter(pl.col("relation") == relation)
    labels = rec.graph.nodes.select(pl.col("key").alias("tail"), pl.col("label").alias("end"))
    named = edges.join(labels, on="tail")
    return named.select(pl.col("head").str.strip_prefix("item:").alias("item"), "end")


@settings(max_examples=8)
@given(POLICIES, st.integers(1, 9))
def test_the_laws_hold_together(fitted: Recommender, policy: Policy, k: int) -> None:
    whole = fitted.recommend(USERS, 1000).to_polars()
    found = fitted.recommend(USERS, k, policy=policy)
    table = found.to_polars()
    assert table.select("user", "item").is_unique().all()
    genres = fact_table(fitted, "has_genre")
    shown = set(table.join(genres, on="item")["end"])
    for rule in policy.never:
        assert str(rule).rpartition("/")[2] not in shown
    allowed = whole
    if policy.never:
        barred = {str(rule).rpartition("/")[2] for rule in policy.never}
        makers = pl.concat([genres, *(fact_table(fitted, r) for r in ("directed_by", "starring"))])
        gone = makers.filter(pl.col("end").is_in(list(barred)))
        allowed = allowed.join(gone, on="item", how="anti")
    if len(policy.only) == 2:
        kept = genres.filter(pl.col("end").is_in(["Comedy", "Adventure"]))
        allowed = allowed.join(kept, on="item", how="semi")
        assert table.join(kept, on="item", how="anti").is_empty()
    makers = fact_table(fitted, "directed_by")
    if policy.cap:
        counts = table.join(makers, on="item").group_by("user", "end").len()
        assert counts["len"].max() <= 2  # type: ignore[operator]
    available = dict(allowed.group_by("user").len().iter_rows())
    for user in USERS:
        own = table.filter(pl.col("user") == user)
        assert own["rank"].to_list() == list(range(1, own.height + 1))
        if not policy.cap:
            assert own.height == min(k, available.get(user, 0))
    unchanged = whole.select("user", "item", "score", place="rank")
    told = table.join(unchanged, on=["user", "item"], suffix="_plain")
    assert told.height == table.height
    assert (told["score"] == told["score_plain"]).all()
    seen = told.filter(pl.col("place").is_not_null())
    assert (seen["place"] == seen["place_plain"]).all()
    still = told["place_plain"] == told["rank"]
    assert (still | (told["moved"] != "")).all()
    assert found.policy_report is not None
    assert found.policy_report.moved == (~still).sum()


def test_nothing_asked_nothing_changed(fitted: Recommender) -> None:
    plain = fitted.recommend(k=7).to_polars()
    idle = Policy(
        diversity=Diversity(strength=0),
        calibration=Calibration(relation="has_genre", strength=0),
        cap=Cap(relation="directed_by", most=50),
    )
    for policy in (Policy(), idle):
        table = fitted.recommend(k=7, policy=policy).to_polars()
        assert table.drop("place", "moved").equals(plain)
        assert (table["moved"] == "").all()


def test_calibration_never_leads_away_from_the_history(fitted: Recommender) -> None:
    features = fitted._state.features
    genres = relation_groups(fitted.graph, "has_genre").members
    history = fitted._state.histories

    def kl(user: str, policy: Policy | None) -> float:
        row = features.user_indices([user])
        items = [
            features.item_index(item) for item in fitted.recommend(user, 6, policy=policy).items
        ]
        weights = csr_matrix(history[row])
        return miscalibration(np.array([items]), weights, genres)

    for user in USERS:
        plain = kl(user, None)
        for strength in (0.05, 0.3, 1.0):
            calibration = Calibration(relation="genres", strength=strength)
            assert kl(user, Policy(calibration=calibration)) <= plain + 1e-9


def test_caps_look_further_down_than_the_pool(fitted: Recommender) -> None:
    cap = Cap(relation="directed_by", most=1)
    wide = fitted.recommend(USERS, 8, policy=Policy(cap=cap))
    narrow = fitted.recommend(USERS, 8, policy=Policy(cap=cap, pool=1))
    assert narrow.to_polars().drop("place", "moved").equals(wide.to_polars().drop("place", "moved"))
    assert len(wide) > 3 * 5
    assert wide.policy_report is not None
    assert wide.policy_report.capped > 0
    assert any(moved.startswith("cap: from ") for moved in wide.to_polars()["moved"])


def test_what_is_kept_out_is_counted(fitted: Recommender) -> None:
    plain = fitted.recommend(USERS, 6).to_polars()
    mystery = fact_table(fitted, "has_genre").filter(pl.col("end") == "Mystery")
    found = fitted.recommend(USERS, 6, policy=Policy(never="genre/Mystery"), explain=True)
    report = found.policy_report
    assert report is not None
    removed = plain.join(mystery, on="item", how="semi").height
    assert removed > 0
    assert report.kept_out == {"never genre/Mystery": removed}
    assert report.barred == {"never genre/Mystery": mystery.height}
    assert "recommendations kept out" in str(report)
    assert len(found.explanations) == len(found)
    assert "[filter: from " in str(found)
    assert "filter: from " in found._repr_html_()


def test_rules_that_leave_nothing_leave_empty_lists(fitted: Recommender) -> None:
    policy = Policy(require=("genre/Mystery",), never=("genre/Mystery",))
    found = fitted.recommend(USERS, 4, policy=policy)
    assert len(found) == 0
    assert found.policy_report is not None
    assert found.policy_report.short == 3
    assert found.to_polars().schema["moved"] == pl.String
    assert len(fitted.recommend([], 4, policy=Policy(diversity=Diversity()))) == 0


def test_exposure_that_cannot_be_is_said(fitted: Recommender) -> None:
    # All of the exposure for either of two genres: no list has that.
    policy = Policy(exposure=Exposure(by="genres", minimum={"Comedy": 1.0, "Romance": 1.0}))
    report = fitted.recommend(USERS, 6, policy=policy).policy_report
    assert report is not None
    assert set(report.unmet["user"]) == set(USERS)
    assert (report.unmet["share"] < report.unmet["minimum"]).all()
    assert "3 users' lists below the minimum exposure of genres: " in str(report)
    wrong = Policy(exposure=Exposure(by="genres", minimum={"Comdy": 0.2}))
    with pytest.raises(UnknownIdError, match="has no group 'Comdy'; did you mean 'Comedy'"):
        fitted.recommend(USERS, 6, policy=wrong)


def test_a_profile_has_policies_too(fitted: Recommender) -> None:
    profile = Profile(attributes={"has_genre": "Comedy"})
    policy = Policy(only="genre/Romance", diversity=Diversity(strength=0.5))
    romance = fact_table(fitted, "has_genre").filter(pl.col("end") == "Romance")["item"]
    found = fitted.recommend_for(profile, 4, policy=policy)
    assert len(found) == 4
    assert set(found.items) <= set(romance)


def test_wrong_numbers_and_names_are_refused(fitted: Recommender) -> None:
    with pytest.raises(ConfigError, match="k must be at least 1"):
        fitted.recommend(USERS, 0, policy=Policy())
    for policy in (
        Policy(cap=Cap(relation="director_of_photography")),
        Policy(calibration=Calibration(relation="gender", strength=0)),
    ):
        with pytest.raises(UnknownIdError, match="There is no relation"):
            fitted.recommend(USERS, 3, policy=policy)
