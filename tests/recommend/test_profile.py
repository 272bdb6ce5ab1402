from __future__ import annotations

import pytest
from scipy.sparse import csr_matrix

from kgrec import Recommender
from kgrec.errors import ConfigError, UnknownIdError
from kgrec.features import Features
from kgrec.gnn.linear.pairs import PairModel
from kgrec.recommend.profile import Profile, profile_history


def parts(rec: Recommender) -> tuple[Features, PairModel]:
    return rec._state.features, rec._state.model


def test_liked_items_count_like_a_history_and_are_not_recommended(fitted: Recommender) -> None:
    features, model = parts(fitted)
    top = fitted.recommend_for(Profile(items=("1", "2")), k=5)
    assert set(top.to_polars()["user"]) == {"profile"}
    assert not {"1", "2"} & set(top.items)
    row = csr_matrix((1, len(features.items)), dtype=features.history.dtype).tolil()
    row[0, [features.item_index("1"), features.item_index("2")]] = 1
    scores = model.score(csr_matrix(row))[0]
    for item, score in zip(top.items, top.to_polars()["score"], strict=True):
        assert scores[features.item_index(item)].item() == pytest.approx(score, rel=1e-6)


def test_an_attribute_leads_to_items_that_have_it(fitted: Recommender) -> None:
    rows = fitted.graph.cypher(
        "MATCH (i:Item)-[:has_genre]->(g {label: 'Comedy'}) RETURN i.id"
    ).rows
    having = {item for (item,) in rows}
    top = fitted.recommend_for(Profile(attributes={"has_genre": "Comedy"}), k=8)
    assert len(set(top.items) & having) >= 5
    weights, liked = profile_history(
        Profile(attributes={"has_genre": "Comedy"}), fitted.graph, parts(fitted)[0]
    )
    assert weights.sum() == pytest.approx(1, rel=1e-5)
    assert weights.nnz == len(having)
    assert liked.nnz == 0


@pytest.mark.parametrize(
    ("profile", "words"),
    [
        (Profile(items=("nobody's",)), "no item 'nobody's'"),
        (Profile(entities=("nobody's",)), "no entity 'nobody's'"),
        (Profile(attributes={"likes": "Comedy"}), "no relation 'likes'"),
        (Profile(attributes={"has_genre": "Nothing"}), "no entity 'Nothing'"),
    ],
)
def test_what_is_not_in_the_graph_is_named(
    fitted: Recommender, profile: Profile, words: str
) -> None:
    with pytest.raises(UnknownIdError, match=words):
        fitted.recommend_for(profile)


def test_an_empty_profile_is_refused(fitted: Recommender) -> None:
    with pytest.raises(ConfigError, match="empty"):
        fitted.recommend_for(Profile())


def test_scores_of_a_stranger_are_explained(fitted: Recommender) -> None:
    profile = Profile(items=("1",), entities=("genre/Comedy",))
    top = fitted.recommend_for(profile, k=3).table
    for item, score in top.select("item", "score").iter_rows():
        why = fitted.explain_for(profile, item, paths=None)
        assert why.user == "profile"
        assert why.score == pytest.approx(score, abs=1e-5)
        total = sum(path.share for path in why.paths) + sum(why.rest.values())
        assert total == pytest.approx(score, abs=1e-5)
        starts = {path.nodes[1] for path in why.paths}
        assert all(node.id == "1" or "Comedy (such as" in node.label for node in starts)
        # The graph has no such user: queries begin at the item of the history.
        assert all("User" not in path.cypher for path in why.paths if not path.through_users)
