from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kgrec.callbacks import Progress
from kgrec.config import Config
from kgrec.data import DatasetInfo, clean
from kgrec.errors import ConfigError, GraphError
from kgrec.features import Features
from kgrec.gnn.linear import choose
from kgrec.gnn.linear.transfer import Reach
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


def test_paths_over_its_facts_lead_to_a_new_item(updated: Recommender) -> None:
    why = updated.explain("fresh", "new", paths=None)
    assert why.paths
    assert {relation.name for path in why.paths for relation in path.relations[-1:]} == {
        "directed_by"
    }
    assert why.path_share > 0
    assert why.path_share + sum(why.rest.values()) == pytest.approx(why.score, abs=1e-5)
    for path in why.paths:
        ((found,),) = updated.graph.cypher(path.cypher).rows
        assert [node["key"] for node in found["nodes"]] == [node.key for node in path.nodes]
    assert why.score == pytest.approx(scores(updated, "fresh")["new"], rel=1e-5)


def test_a_new_item_in_a_history_speaks_as_those_it_is_like(
    fitted: Recommender, later: KnowledgeGraph
) -> None:
    liked = later.update(events=pl.DataFrame({"user": ["newest"], "item": ["new"]}))
    rec = fitted.update(liked)
    found = scores(rec, "newest")
    same = np.mean([found.get(item, 0.0) for item in FILMS])
    assert same > np.mean(list(found.values()))
    why = rec.explain("newest", FILMS[0])
    assert why.paths == ()
    assert why.rest["content"] == pytest.approx(why.score - why.rest["popularity"], abs=1e-6)


def test_one_update_after_another(
    fitted: Recommender, updated: Recommender, later: KnowledgeGraph
) -> None:
    much_later = later.update(events=pl.DataFrame({"user": ["last"], "item": [FILMS[0]]}))
    assert scores(updated.update(much_later), "last") == scores(fitted.update(much_later), "last")
    assert updated.update(later).graph.identity == later.identity
    assert scores(updated.update(later), "fresh") == scores(updated, "fresh")


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
    ("removed", "what"),
    [
        ("item:3", "no node 'item:3'"),
        ("user:7", "no user '7'"),
        (("item:1", "directed_by", "entity:5"), "no fact 'item:1 directed_by entity:5'"),
        (("user:1", "interacted", "item:{}"), "no interaction of '1' and '{}'"),
    ],
)
def test_what_was_learned_from_must_still_be_there(
    fitted: Recommender, tiny_graph: KnowledgeGraph, removed: object, what: str
) -> None:
    item = DATA.train.filter(pl.col("user") == "1")["item"][0]
    if isinstance(removed, tuple):
        removed = tuple(part.format(item) for part in removed)
    with pytest.raises(GraphError, match=rf"{what.format(item)}.*; fit again\.$"):
        fitted.update(tiny_graph.update(removed=[removed]))


def test_what_came_later_may_go_again(
    fitted: Recommender, updated: Recommender, later: KnowledgeGraph
) -> None:
    gone = later.update(removed=["item:new", "user:fresh"])
    for rec in (fitted, updated):
        assert scores(rec.update(gone), "1") == scores(fitted, "1")


def test_what_is_known_of_users_may_change(fitted: Recommender, tiny_graph: KnowledgeGraph) -> None:
    users = pl.DataFrame({"user": ["1"], "country": ["Elsewhere"]})
    moved = tiny_graph.update(users=users)
    assert moved.changes
    assert scores(fitted.update(moved), "1") == scores(fitted, "1")


def test_a_graph_that_is_no_later_version_is_refused(
    fitted: Recommender, updated: Recommender, tiny_graph: KnowledgeGraph
) -> None:
    for rec in (fitted, updated):
        with pytest.raises(GraphError, match=r"did not come of version 0 .*fit again"):
            rec.update(KnowledgeGraph.build(tiny_dataset(users=50)))
    changed = tiny_graph.update(events=pl.DataFrame({"user": ["1"], "item": ["2"]}))
    rec = Recommender(fitted.config).fit(changed)
    with pytest.raises(GraphError, match=r"did not come of version 1 .*fit again"):
        rec.update(tiny_graph)


def test_the_way_to_a_version_does_not_matter(fitted: Recommender, later: KnowledgeGraph) -> None:
    """An item whose facts come later; a newcomer in the history of one who gets another."""
    item = later.update(
        items=pl.DataFrame({"item": ["newer"], "title": ["The Newer Film"]}),
        events=pl.DataFrame({"user": ["fresh"], "item": ["new"]}),
    )
    fact = item.update(
        facts=pl.DataFrame({"head": ["newer"], "relation": ["directed_by"], "tail": [DIRECTOR]})
    )
    at_once = fitted.update(fact)
    by_steps = fitted.update(later).update(item).update(fact)
    assert "newer" in scores(at_once, "fresh")
    for user in ("fresh", "1", "2"):
        assert scores(at_once, user) == scores(by_steps, user)


@pytest.mark.parametrize(("refit", "facets"), [(True, 0.0), (False, 0.0), (True, 1.0)])
def test_a_newcomer_is_as_good_as_its_double_that_nobody_took(
    refit: bool, facets: float, quick: Callable[..., Config], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An item without users, and the same facts under another name, that come after training."""
    rng = np.random.default_rng(1)
    kinds = np.arange(40) % 4
    chance = np.where(np.arange(90)[:, None] % 4 == kinds, 0.5, 0.03)
    taken = rng.random(chance.shape) < chance
    taken[:, 0] = False
    users, items = taken.nonzero()
    events = pl.DataFrame({"user": users, "item": items}).cast(pl.String)
    valid = rng.random(len(users)) < 0.2
    facts = {"head": range(40), "relation": ["kind"] * 40, "tail": [f"k{kind}" for kind in kinds]}
    more = {
        "head": range(40),
        "relation": ["era"] * 40,
        "tail": [f"era {n % 3}" for n in range(40)],
    }
    tables = {
        "train": events.filter(~valid),
        "valid": events.filter(valid),
        "items": pl.DataFrame({"item": range(40)}).cast(pl.String),
        "facts": pl.concat([pl.DataFrame(facts), pl.DataFrame(more)]).cast(pl.String),
    }
    graph = KnowledgeGraph.build(clean(tables, DatasetInfo("made")))
    reach = Reach(ridge=3.0, smoothing=30.0, facets=facets, epochs=4)
    monkeypatch.setattr(choose, "choose_reach", lambda *_: reach)
    rec = Recommender(quick(gnn__refit=refit)).fit(graph)
    double = tables["facts"].filter(pl.col("head") == "0").with_columns(head=pl.lit("double"))
    later = rec.update(graph.update(items=pl.DataFrame({"item": ["double"]}), facts=double))
    pairs = np.array(
        [[scores(later, str(user))[item] for item in ("0", "double")] for user in range(90)]
    )
    # Not equal: the facts of one more item change how rare the others are.
    assert np.corrcoef(pairs.T)[0, 1] > 0.98
    assert pairs[:, 1].std() == pytest.approx(pairs[:, 0].std(), rel=0.15)
    assert pairs[:, 1].mean() == pytest.approx(pairs[:, 0].mean(), abs=0.15 * pairs[:, 0].std())


def test_without_content_new_items_need_a_fit_and_new_users_do_not(
    tiny_graph: KnowledgeGraph, later: KnowledgeGraph, quick: Callable[..., Config]
) -> None:
    event = pl.DataFrame({"user": ["fresh"], "item": ["1"]})
    for changes in ({"gnn__content": False}, {"gnn__model": "rgcn", "gnn__epochs": 1}):
        rec = Recommender(quick(**changes)).fit(tiny_graph)
        with pytest.raises(ConfigError, match=r"1 items are new.*fit it again"):
            rec.update(later)
        assert len(rec.update(tiny_graph.update(events=event)).recommend(users=["fresh"], k=3)) == 3


def test_texts_lead_to_new_items_too(quick: Callable[..., Config], tmp_path: Path) -> None:
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
    later = graph.update(items=new)
    found = scores(rec.update(later), "0")
    assert found["sea"] > found["war"]
    rec.save(tmp_path / "run")
    with pytest.raises(ConfigError, match=r"by 'letters' .* encoder=…"):
        Recommender.load(tmp_path / "run").update(later)
    again = Recommender.load(tmp_path / "run", encoder=Letters())
    assert scores(again.update(later), "0") == found


class Letters:
    """Encodes a text as the counts of its letters."""

    identity = "letters"
    embedding_size = 26

    def encode(self, texts: Sequence[str], _: Progress | None = None) -> np.ndarray:
        rows = np.array([[text.count(chr(97 + n)) for n in range(26)] for text in texts])
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        return (rows / np.maximum(lengths, 1)).astype(np.float32)


@settings(max_examples=8)
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


@pytest.mark.parametrize(
    ("settings", "most", "reason"),
    [
        ({"gnn__model": "rgcn"}, 12_000, "a model with gnn.model = rgcn cannot"),
        ({"gnn__content": False}, 12_000, "gnn.content off cannot"),
        ({"gnn__content": False}, 10, "fitted on more than 12,000 items cannot"),
    ],
)
def test_who_cannot_serve_new_items_says_which_model_can(
    quick: Callable[..., Config],
    tiny_graph: KnowledgeGraph,
    monkeypatch: pytest.MonkeyPatch,
    settings: dict[str, object],
    most: int,
    reason: str,
) -> None:
    rec = Recommender(quick(**settings)).fit(tiny_graph)
    monkeypatch.setattr("kgrec.gnn.linear.pairs.MOST_ITEMS", most)
    with pytest.raises(ConfigError, match=reason):
        rec.add_items(pl.DataFrame({"item": ["101"]}))
