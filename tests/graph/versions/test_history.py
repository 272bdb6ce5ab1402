from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kgrec.config import Config
from kgrec.errors import GraphError
from kgrec.features import Features
from kgrec.graph import KnowledgeGraph
from kgrec.graph.content import Content
from kgrec.graph.versions.change import apply_change, combined
from kgrec.graph.versions.identity import identity_of
from kgrec.recommend import Recommender
from kgrec.testing import tiny_dataset

Update = dict[str, Any]


def frame(columns: str, *rows: tuple[Any, ...]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=columns.split(), orient="row")


def is_same(one: KnowledgeGraph, other: KnowledgeGraph) -> bool:
    """Whether two graphs agree to the row, and behave alike in updates to come."""
    assert one.labels is not None
    assert other.labels is not None
    return (
        one.nodes.equals(other.nodes)
        and one.edges.equals(other.edges)
        and one.labels.equals(other.labels)
        and (one.candidates, one.report, one.version, one.identity)
        == (other.candidates, other.report, other.version, other.identity)
    )


# A few updates of every kind; all of them always possible, in any order.
_IDS = st.sampled_from(["1", "2", "41", "new"])
_STEP = st.one_of(
    st.builds(
        lambda user, item: {"events": frame("user item timestamp", (user, item, 1_700_000_000))},
        _IDS,
        _IDS,
    ),
    st.builds(
        lambda item, who: {"facts": frame("head relation tail", (item, "starring", who))},
        _IDS,
        st.sampled_from(["1", "someone", "dbr:Some_One"]),
    ),
    st.builds(
        lambda item, genre: {"items": frame("item title genres", (item, "Title", genre))},
        _IDS,
        st.sampled_from(["Comedy", "Noir|Comedy", "Western"]),
    ),
    st.builds(
        lambda who, name: {"labels": frame("entity label", (who, name))},
        st.sampled_from(["1", "someone", "nobody yet"]),
        st.sampled_from(["Ann", "Bo"]),
    ),
    st.builds(lambda kind: {"removed": kind}, st.sampled_from(["item", "user", "entity"])),
)


def step(graph: KnowledgeGraph, update: Update, number: int) -> KnowledgeGraph:
    time = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=number)
    if "removed" in update:
        keys = graph.nodes.filter(kind=update["removed"])["key"]
        return graph.update(removed=[keys[number % len(keys)]], time=time)
    return graph.update(**update, time=time)


@given(steps=st.lists(_STEP, min_size=1, max_size=4))
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_earlier_state_comes_back_exactly(
    graph: KnowledgeGraph, steps: list[Update], tmp_path: Path
) -> None:
    states = [graph]
    for number, update in enumerate(steps):
        updated = step(states[-1], update, number)
        if updated.version > states[-1].version:
            states.append(updated)
    states[-1].save(tmp_path / "graph")
    for last in (states[-1], KnowledgeGraph.load(tmp_path / "graph")):
        assert last.version == len(states) - 1
        for state in states:
            assert is_same(last.at(state.version), state)
            assert Features.of(last.at(state.version)).items == Features.of(state).items
    one_by_one = graph.nodes, graph.edges
    for change in states[-1].changes:
        one_by_one = apply_change(*one_by_one, change)
    if len(states) > 1:
        at_once = apply_change(graph.nodes, graph.edges, combined(states[-1].changes))
        assert one_by_one[0].equals(at_once[0])
        assert one_by_one[1].equals(at_once[1])


@given(data=st.data())
@settings(max_examples=8)
def test_graphs_that_are_hard_to_keep_have_a_history_too(
    any_content: st.SearchStrategy[Content], data: st.DataObject, tmp_path_factory: Any
) -> None:
    content = data.draw(any_content)
    graph = KnowledgeGraph.from_content(content)
    folder = tmp_path_factory.mktemp("graphs") / "graph"
    keys = data.draw(
        st.lists(st.sampled_from(graph.nodes["key"].to_list() or ["item:"]), max_size=2)
    )
    removed = [key for key in keys if key in graph.nodes["key"]]
    events = frame("user item event", ("42", "back\\slash", "view"), ("a|b", "42", "view"))
    labels = frame("entity label", ("42", "Heat"))
    candidates = frame("item", ("42",))
    updated = graph.update(removed=removed, events=events, labels=labels, candidates=candidates)
    updated = updated.update(removed="user:42")
    updated.save(folder)
    loaded = KnowledgeGraph.load(folder)
    assert loaded.nodes.equals(updated.nodes)
    before = loaded.at(graph.version)
    assert before.nodes.equals(graph.nodes)
    assert before.edges.equals(graph.edges)
    ends = pl.concat([updated.edges["head"], updated.edges["tail"]])
    assert ends.is_in(updated.nodes["key"].implode()).all()
    assert updated.content().header["version"] == content.header["version"] + 2


def three(graph: KnowledgeGraph) -> KnowledgeGraph:
    for number, item in enumerate(["a", "b", "c"], start=1):
        events = frame("user item", ("1", item))
        graph = graph.update(events=events, time=f"2026-01-0{number}T12:00:00+01:00")
    return graph


def test_versions_and_times(graph: KnowledgeGraph) -> None:
    last = three(graph)
    assert [change.version for change in last.changes] == [1, 2, 3]
    assert last.changes[0].time == "2026-01-01T11:00:00Z"
    assert last.at(2).version == 2
    assert last.at(2).changes == last.changes[:2]
    assert last.at(3) is last
    assert last.at(time="2026-01-02T11:00:00Z").version == 2
    assert last.at(time="2026-01-02T10:59:59").version == 1
    assert last.at(time=datetime(2026, 1, 3, tzinfo=timezone(timedelta(hours=-12)))).version == 3
    assert last.at(time="2000-01-01").version == 0
    assert (graph.version, graph.changes) == (0, ())


def test_the_time_of_an_update_is_now_and_never_before_the_last(graph: KnowledgeGraph) -> None:
    before = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert before <= graph.update(removed="item:1").changes[0].time
    future = graph.update(removed="item:1", time="2999-01-01")
    assert future.update(removed="item:2").changes[1].time == "2999-01-01T00:00:00Z"
    with pytest.raises(GraphError, match="before the last one \\(2999-01-01T00:00:00Z\\)"):
        future.update(removed="item:2", time="2998-01-01")


@pytest.mark.parametrize("time", ["yesterday", 3, ""])
def test_a_time_that_cannot_be_read(graph: KnowledgeGraph, time: Any) -> None:
    with pytest.raises(GraphError, match="cannot be read; write it like 2026-01-31"):
        graph.update(removed="item:1", time=time)


@pytest.mark.parametrize("version", [-1, 4, 99])
def test_a_version_that_nobody_knows(graph: KnowledgeGraph, version: int) -> None:
    with pytest.raises(GraphError, match=f"no version {version} of the graph here; it has 0 to 3"):
        three(graph).at(version)
    with pytest.raises(GraphError, match="it has only 0"):
        graph.at(version)


def test_either_a_version_or_a_time(graph: KnowledgeGraph) -> None:
    for arguments in ({}, {"version": 0, "time": "2026-01-01"}):
        with pytest.raises(GraphError, match="either a version or a time"):
            graph.at(**arguments)  # type: ignore[arg-type]


def test_an_earlier_state_may_take_another_way(graph: KnowledgeGraph, tmp_path: Path) -> None:
    other = three(graph).at(1).update(removed="item:1")
    assert other.version == 2
    other.save(tmp_path / "graph")
    loaded = KnowledgeGraph.load(tmp_path / "graph")
    assert is_same(loaded, other)
    assert is_same(loaded.at(0), graph)
    loaded.at(0).save(tmp_path / "graph")
    assert sorted(path.name for path in (tmp_path / "graph").iterdir()) == [
        "edges.parquet",
        "graph.json",
        "labels.parquet",
        "nodes.parquet",
    ]


# Stores.


def test_a_store_holds_a_version_and_not_those_before(graph: KnowledgeGraph) -> None:
    last = three(graph)
    content = last.content()
    shuffled = Content(content.nodes.reverse(), content.edges.reverse(), content.header)
    stored = KnowledgeGraph.from_content(shuffled)
    assert (stored.version, stored.identity, stored.changes) == (3, last.identity, ())
    assert stored.content().header == content.header
    assert set(stored.nodes.rows()) == set(last.nodes.rows())
    assert stored.nodes["kind"].rle().struct.field("value").to_list() == ["user", "item", "entity"]
    with pytest.raises(GraphError, match=r"no version 2 of the graph here; it has only 3.*stores"):
        stored.at(2)
    more = stored.update(removed="item:1")
    assert (more.version, more.changes[0].previous) == (4, last.identity)
    assert more.at(3).nodes.equals(stored.nodes)
    with pytest.raises(GraphError, match="it has 3 to 4"):
        more.at(2)


@pytest.mark.parametrize(
    "broken", [{"report": 3}, {"ontologies": None}, {"candidates": 5}, {"version": "two"}]
)
def test_a_broken_header_is_refused(graph: KnowledgeGraph, broken: dict[str, Any]) -> None:
    content = graph.content()
    header = {**content.header, **broken}
    with pytest.raises(GraphError, match="header of the graph is broken"):
        KnowledgeGraph.from_content(Content(content.nodes, content.edges, header))


def test_a_store_with_a_broken_graph_is_refused(graph: KnowledgeGraph) -> None:
    content = graph.content()
    nodes = content.nodes.filter(pl.col("key") != "item:1")
    with pytest.raises(GraphError, match="does not lead to an item"):
        KnowledgeGraph.from_content(Content(nodes, content.edges, content.header))


# Identity.


def test_the_identity_is_that_of_the_content_and_of_its_history(
    graph: KnowledgeGraph, tmp_path: Path
) -> None:
    again = KnowledgeGraph.build(tiny_dataset())
    assert again.identity == graph.identity
    assert KnowledgeGraph.build(tiny_dataset(seed=1)).identity != graph.identity
    updated = again.update(removed="item:1", time="2026-01-31")
    other = again.update(removed="item:2", time="2026-01-31")
    assert len({graph.identity, updated.identity, other.identity}) == 3
    assert graph.update(removed="item:1").identity == updated.identity
    assert updated.at(0).identity == graph.identity
    updated.save(tmp_path / "g")
    loaded = KnowledgeGraph.load(tmp_path / "g")
    assert loaded.identity == updated.identity
    assert loaded.at(0).identity == graph.identity
    assert len(graph.identity) == 16


def test_an_identity_depends_on_content_alone() -> None:
    """Not on how polars lays it out: chunks, slices, what lies under a null."""
    table = pl.DataFrame(
        {"a": ["x", None, "", "é"], "b": [1.5, None, 0.0, 2.0], "c": [1, 2, None, 4]}
    )
    first = identity_of("name", table)
    chunks = pl.concat([table.head(1), table.tail(3)])
    hidden = pl.DataFrame({"a": ["x", "y", "", "é"]}).select(
        pl.when(pl.col("a") != "y").then("a").alias("a")
    )
    assert identity_of("name", chunks) == first
    assert identity_of("name", pl.concat([table, table])[4:]) == first
    assert identity_of("name", table.with_columns(hidden)) == first
    others = [
        identity_of("other", table),
        identity_of("name", table.reverse()),
        identity_of("name", table.with_columns(a=pl.Series(["x", "", None, "é"]))),
        identity_of("name", table.with_columns(a=pl.Series(["xé", None, "", ""]))),
        identity_of("name", table.with_columns(b=pl.Series([1.5, 0.0, None, 2.0]))),
        identity_of("name", table.rename({"c": "d"})),
    ]
    assert len({first, *others}) == len(others) + 1
    # Fixed for ever: stores remember it.
    assert first == "1d7e1c340b4ccbe6"


# Training.


def test_an_updated_graph_trains(
    graph: KnowledgeGraph, quick: Callable[..., Config], tmp_path: Path
) -> None:
    items = frame("item title genres", ("new", "The New Film", "Comedy"))
    updated = graph.update(events=frame("user item", ("1", "new")), items=items, removed="item:7")
    rec = Recommender(quick()).fit(updated)
    top = rec.recommend(k=5)
    assert "7" not in top.items
    rec.save(tmp_path / "run")
    loaded = Recommender.load(tmp_path / "run")
    assert loaded.recommend(k=5).to_polars().equals(top.to_polars())
    assert loaded.graph.at(0).nodes.equals(graph.nodes)
    features = Features.of(updated)
    replayed = Features.of(updated.update(removed="item:9").at(1))
    assert (features.users, features.items, features.entities) == (
        replayed.users,
        replayed.items,
        replayed.entities,
    )
    assert (features.train != replayed.train).nnz == 0
