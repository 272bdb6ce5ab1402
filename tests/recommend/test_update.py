from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgrec.callbacks import Progress
from kgrec.config import Config
from kgrec.data import DatasetInfo, clean
from kgrec.errors import ConfigError, GraphError
from kgrec.features import Features
from kgrec.graph import KnowledgeGraph
from kgrec.recommend import Recommender
from kgrec.testing import tiny_dataset

DATA = tiny_dataset()
CREDITS = DATA.facts.filter(pl.col("relation") == "directed_by")
DIRECTOR = CREDITS["tail"].value_counts().sort("count", "tail", descending=True)["tail"][0]
FILMS = CREDITS.filter(pl.col("tail") == DIRECTOR)["head"].to_list()


@pytest.fixture(scope="module")
def later(tiny_graph: KnowledgeGraph) -> KnowledgeGraph:
    """A new film of a director, and somebody new who likes the director's films."""
    return tiny_graph.update(
        items=pl.DataFrame({"item": ["new"], "title": ["The New Film"]}),
        facts=pl.DataFrame({"head": ["new"], "relation": ["directed_by"], "tail": [DIRECTOR]}),
        events=pl.DataFrame({"user": ["fresh"] * 3, "item": FILMS[:3]}),
    )


@pytest.fixture(scope="module")
def updated(fitted: Recommender, later: KnowledgeGraph) -> Recommender:
    return fitted.update(later)


def scores(rec: Recommender, user: str) -> dict[str, float]:
    table = rec.recommend(users=[user], k=100).to_polars()
    return dict(table.select("item", "score").iter_rows())


def test_what_was_there_keeps_its_scores_to_the_last_bit(
    fitted: Recommender, updated: Recommender
) -> None:
    for user in DATA.train["user"].unique().sort()[:20]:
        before, after = scores(fitted, user), scores(updated, user)
        after.pop("new", None)
        assert before == after
        item = next(iter(before))
        was, now = fitted.explain(user, item), updated.explain(user, item)
        assert (was.paths, was.rest) == (now.paths, now.rest)


def test_a_new_item_is_found_by_those_who_like_its_kind(
    tiny_graph: KnowledgeGraph, updated: Recommender
) -> None:
    histories = DATA.train.group_by("user").agg(likes=pl.col("item").is_in(FILMS).mean())
    found = {user: scores(updated, user)["new"] for user in histories["user"]}
    ranked = histories.with_columns(score=pl.col("user").replace_strict(found))
    fans = ranked.filter(pl.col("likes") > 0.2)["score"].mean()
    others = ranked.filter(pl.col("likes") == 0)["score"].mean()
    assert fans > others  # type: ignore[operator]


def test_a_new_user_is_served_and_told_why(updated: Recommender, later: KnowledgeGraph) -> None:
    top = updated.recommend(users=["fresh"], k=5)
    assert len(top) == 5
    assert not set(top.items) & set(FILMS[:3])
    why = updated.explain("fresh", next(item for item in top.items if item != "new"), paths=None)
    total = sum(path.share for path in why.paths) + sum(why.rest.values())
    assert total == pytest.approx(why.score, rel=1e-5)
    for path in why.paths[:10]:
        assert later.cypher(path.cypher).iris()


def test_what_leads_to_a_new_item_is_content(updated: Recommender) -> None:
    why = updated.explain("fresh", "new", paths=None)
    assert why.paths == ()
    assert why.rest["popularity"] + why.rest["content"] == pytest.approx(why.score, abs=1e-5)
    assert why.score == pytest.approx(scores(updated, "fresh")["new"], rel=1e-5)


def test_a_new_item_in_a_history_speaks_as_those_it_is_like(
    fitted: Recommender, later: KnowledgeGraph
) -> None:
    liked = later.update(events=pl.DataFrame({"user": ["newest"], "item": ["new"]}))
    rec = fitted.update(liked)
    found = scores(rec, "newest")
    same = np.mean([found.get(item, 0.0) for item in FILMS])
    assert same > np.mean(list(found.values()))
    assert set(rec.explain("newest", FILMS[0]).rest) == {"popularity", "content", "latent"}


def test_one_update_after_another(
    fitted: Recommender, updated: Recommender, later: KnowledgeGraph
) -> None:
    much_later = later.update(events=pl.DataFrame({"user": ["last"], "item": [FILMS[0]]}))
    assert scores(updated.update(much_later), "last") == scores(fitted.update(much_later), "last")
    assert updated.update(later).graph.identity == later.identity


def test_an_updated_run_is_saved_and_comes_back(updated: Recommender, tmp_path: Path) -> None:
    updated.save(tmp_path / "run")
    again = Recommender.load(tmp_path / "run")
    for user in ("fresh", "1"):
        assert scores(again, user) == scores(updated, user)
    item = updated.recommend(users=["1"], k=1).items[0]
    assert again.explain("1", item) == updated.explain("1", item)
    newer = again.graph.update(events=pl.DataFrame({"user": ["x"], "item": ["1"]}))
    assert len(again.update(newer).recommend(users=["x"], k=3)) == 3


def test_the_recommender_of_before_stays_as_it_was(
    fitted: Recommender, updated: Recommender, tiny_graph: KnowledgeGraph
) -> None:
    assert fitted.graph is tiny_graph
    assert "new" not in scores(fitted, "1")


@pytest.mark.parametrize(
    ("removed", "named"),
    [("item:3", "item:3"), ("user:7", "user:7"), (("item:1", "directed_by", "entity:5"), "item:1")],
)
def test_what_was_learned_from_must_still_be_there(
    fitted: Recommender, tiny_graph: KnowledgeGraph, removed: object, named: str
) -> None:
    with pytest.raises(GraphError, match=rf"lacks '{named}.*fit again"):
        fitted.update(tiny_graph.update(removed=[removed]))


def test_a_graph_that_is_no_later_version_is_refused(
    fitted: Recommender, updated: Recommender, tiny_graph: KnowledgeGraph
) -> None:
    event = pl.DataFrame({"user": ["1"], "item": ["2"]})
    others = [
        (updated, tiny_graph),
        (updated, tiny_graph.update(events=event)),
        (fitted, KnowledgeGraph.build(tiny_dataset(users=50))),
    ]
    for rec, graph in others:
        with pytest.raises(GraphError, match=r"did not come of version .* which is served"):
            rec.update(graph)


def test_without_content_new_items_need_a_fit_and_new_users_do_not(
    tiny_graph: KnowledgeGraph, later: KnowledgeGraph, quick: Callable[..., Config]
) -> None:
    event = pl.DataFrame({"user": ["fresh"], "item": ["1"]})
    for settings in ({"gnn__content": False}, {"gnn__model": "rgcn", "gnn__epochs": 1}):
        rec = Recommender(quick(**settings)).fit(tiny_graph)
        with pytest.raises(ConfigError, match=r"1 items are new.*fit it again"):
            rec.update(later)
        assert len(rec.update(tiny_graph.update(events=event)).recommend(users=["fresh"], k=3)) == 3


def test_texts_lead_to_new_items_too(quick: Callable[..., Config]) -> None:
    """No facts at all; half of the films are about ships, and some people like these."""
    rng = np.random.default_rng(0)
    chance = np.where(np.arange(80)[:, None] % 2 == np.arange(40) % 2, 0.5, 0.02)
    users, items = (rng.random((80, 40)) < chance).nonzero()
    words = ["ships and the sea" if item % 2 == 0 else "war and soldiers" for item in range(40)]
    tables = {
        "events": pl.DataFrame({"user": users, "item": items}).cast(pl.String),
        "items": pl.DataFrame({"item": range(40), "text": words}).cast(pl.String),
    }
    graph = KnowledgeGraph.build(clean(tables, DatasetInfo("made")))
    rec = Recommender(quick(text__enabled=True), encoder=Letters()).fit(graph)
    new = pl.DataFrame({"item": ["sea", "war"], "text": ["of ships at sea", "soldiers in a war"]})
    found = scores(rec.update(graph.update(items=new)), "0")
    assert found["sea"] > found["war"]


class Letters:
    """Encodes a text as the counts of its letters."""

    identity = "letters"
    embedding_size = 26

    def encode(self, texts: Sequence[str], _: Progress | None = None) -> np.ndarray:
        rows = np.array([[text.count(chr(97 + n)) for n in range(26)] for text in texts])
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        return (rows / np.maximum(lengths, 1)).astype(np.float32)


@given(st.integers(0, 2**31))
def test_numbers_change_and_the_graph_does_not(seed: int) -> None:
    rng = np.random.default_rng(seed)
    items = [f"i{n}" for n in range(6)]
    pairs = sorted({(f"u{rng.integers(5)}", rng.choice(items)) for _ in range(12)})
    facts = [(rng.choice(items), rng.choice(["r", "s"]), f"e{rng.integers(4)}") for _ in range(8)]
    tables = {
        "events": pl.DataFrame(pairs, schema=["user", "item"], orient="row"),
        "facts": pl.DataFrame(facts, schema=["head", "relation", "tail"], orient="row"),
    }
    graph = KnowledgeGraph.build(clean(tables, DatasetInfo("made")))
    newer = graph.update(
        events=pl.DataFrame({"user": ["a", "v"], "item": [pairs[0][1], "aa"]}),
        facts=pl.DataFrame({"head": ["aa"], "relation": ["a"], "tail": ["d"]}),
        items=pl.DataFrame({"item": ["aa"]}),
    )
    before, after = Features.of(graph), Features.of(newer)
    moved = before.in_numbers_of(after)
    assert named(moved) == named(before) < named(after)
    assert moved.train.shape == after.train.shape


def named(features: Features) -> set[tuple[str, ...]]:
    rows, columns = features.history.nonzero()
    taken = zip(rows, columns, strict=True)
    return {(features.users[user], features.items[item]) for user, item in taken} | {
        (features.node_key(head), features.relations[relation], features.node_key(tail))
        for head, relation, tail in features.facts.tolist()
    }
