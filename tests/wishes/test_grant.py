"""Lists for wishes: nothing that is not wanted, what was named first, scores that are explained."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from kgrec.errors import ConfigError, UnknownIdError
from kgrec.recommend import Recommender
from kgrec.recommend.profile import Profile
from kgrec.wishes import Granter, Intent, WishParser


class Letters:
    """An encoder of texts by the letters that they have."""

    identity, embedding_size = "letters", 26

    def encode(self, texts: list[str], _progress: object = None) -> np.ndarray:
        rows = np.array(
            [[text.lower().count(chr(97 + at)) for at in range(26)] for text in texts], float
        )
        sizes = np.linalg.norm(rows, axis=1, keepdims=True)
        return (rows / np.where(sizes, sizes, 1)).astype(np.float32)


@pytest.fixture(scope="module")
def parse(fitted: Recommender) -> WishParser:
    return WishParser.of(fitted)


@pytest.fixture(scope="module")
def granter(fitted: Recommender) -> Granter:
    return Granter(fitted)


def genres(rec: Recommender) -> dict[str, set[str]]:
    edges = rec.graph.edges.filter(pl.col("relation") == "has_genre")
    found: dict[str, set[str]] = {}
    for head, tail in edges.select("head", "tail").iter_rows():
        found.setdefault(head.removeprefix("item:"), set()).add(tail.rpartition("/")[2])
    return found


def test_nothing_that_is_not_wanted(
    fitted: Recommender, parse: WishParser, granter: Granter
) -> None:
    top = granter.grant(parse.parse("no mystery, no romance"), 40, explain=False)
    known = genres(fitted)
    assert top.items
    assert not any(known[item] & {"Mystery", "Romance"} for item in top.items)
    assert any("left by what is not wanted" in each for each in top.notes)


def test_what_was_named_comes_first(
    fitted: Recommender, parse: WishParser, granter: Granter
) -> None:
    known = genres(fitted)
    few = granter.grant(parse.parse("an adventure"), 5, explain=False)
    assert all("Adventure" in known[item] for item in few.items)
    assert few.notes == ()
    every = granter.grant(parse.parse("an adventure"), 40, explain=False)
    has = ["Adventure" in known[item] for item in every.items]
    assert has == sorted(has, reverse=True)
    assert any("what they lack" in each for each in every.notes)
    assert every.table["moved"][-1] == "lacks Adventure"


def test_years_are_a_filter(fitted: Recommender, parse: WishParser, granter: Granter) -> None:
    nodes = fitted.graph.nodes.filter(pl.col("kind") == "item")
    years = dict(
        zip(nodes["id"], nodes["properties"].str.json_path_match("$.year").cast(int), strict=True)
    )
    top = granter.grant(parse.parse("from before 1990"), 4, explain=False)
    assert all(years[item] < 1990 for item in top.items)
    no = granter.grant(parse.parse("nothing from before 1990"), 4, explain=False)
    assert all(years[item] >= 1990 for item in no.items)


def test_scores_are_those_of_the_profile_and_their_explanations_sum_to_them(
    fitted: Recommender, parse: WishParser, granter: Granter
) -> None:
    intent = parse.parse('"The Silent Lantern", a comedy')
    top = granter.grant(intent, 3)
    assert [link.id for link in intent.like] == ["1"]
    same = fitted.recommend_for(Profile(items=("1",), entities=("genre/Comedy",)), k=40).table
    scores = dict(same.select("item", "score").iter_rows())
    for (item, score), why in zip(
        top.table.select("item", "score").iter_rows(), top.explanations, strict=True
    ):
        assert score == pytest.approx(scores[item], abs=1e-6)
        total = sum(path.share for path in why.paths) + sum(why.rest.values())
        assert total == pytest.approx(score, abs=1e-5)
        assert why.user == "wish"
    assert "1" not in top.items


def test_a_user_counts_too(fitted: Recommender, granter: Granter) -> None:
    edges = fitted.graph.edges.filter(relation="interacted", head="user:1")
    own = set(edges["tail"].str.strip_prefix("item:"))
    top = granter.grant(Intent(), 5, user="1")
    assert top.items == fitted.recommend("1", k=5).items
    assert not own & set(top.items)
    assert top.explanations[0].sentence == fitted.explain("1", top.items[0]).sentence


def test_a_brief_explanation_says_the_same(parse: WishParser, granter: Granter) -> None:
    intent = parse.parse("an adventure")
    full, brief = (granter.grant(intent, 5, user="1", brief=each) for each in (False, True))
    assert brief.table.equals(full.table)
    assert [why.sentence for why in brief.explanations] == [w.sentence for w in full.explanations]
    assert any(len(why.paths) > 2 for why in full.explanations)
    assert all(len(why.paths) <= 2 for why in brief.explanations)


def test_free_text_is_compared_with_descriptions(fitted: Recommender, granter: Granter) -> None:
    intent = Intent(free_text="port sorrow")
    plain = granter.grant(intent, 5, explain=False)
    assert any("text.enabled" in each for each in plain.notes)
    told = Granter(fitted, Letters()).grant(intent, 40, explain=False)
    assert not any("text.enabled" in each for each in told.notes)
    assert told.items != granter.grant(Intent(), 40, explain=False).items
    assert all("text 0." in each for each in told.table["moved"])


def test_a_wish_that_nobody_understands(granter: Granter) -> None:
    top = granter.grant(Intent(), k=3)
    assert len(top) == 3
    assert any("Nothing in the wish" in each for each in top.notes)


def test_bad_requests(granter: Granter, parse: WishParser) -> None:
    with pytest.raises(ConfigError, match="at least 1"):
        granter.grant(Intent(), 0)
    with pytest.raises(UnknownIdError):
        granter.grant(Intent(), user="nobody")
    intent = parse.parse("a comedy")
    broken = intent.model_copy(update={"want": (intent.want[0].model_copy(update={"id": "x"}),)})
    with pytest.raises(UnknownIdError):
        granter.grant(broken)
