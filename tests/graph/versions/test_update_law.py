from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from kgrec.data.dataset import Dataset, DatasetInfo
from kgrec.data.extracted import no_extracted
from kgrec.graph import KnowledgeGraph
from kgrec.graph.literals import parse
from kgrec.testing import tiny_dataset

Make = Callable[..., Dataset]


def everything(graph: KnowledgeGraph) -> tuple[Any, ...]:
    """All that a graph says, whatever the order of its rows."""
    nodes = {
        node["key"]: {**node, "properties": parse(node["properties"])}
        for node in graph.nodes.to_dicts()
    }
    rows = graph.edges.sort("head", "relation", "tail", "timestamp", "event").to_dicts()
    return nodes, rows, graph.candidates


# The law: a dataset cut in two.

_ID = st.sampled_from(list("12345"))
_PERSON = st.sampled_from(["p1", "p2", "dbr:Tom_Hanks", "genre/Comedy"])
_CARRIED = st.tuples(
    st.none() | st.integers(0, 1),
    st.none() | st.just("won"),
    st.none() | st.sampled_from(['{"a": 1}', '{"b": [2]}']),
)
_FACT = st.tuples(
    _ID,
    st.sampled_from(["directed_by", "starring", "likes", "country", "city"]),
    _PERSON,
    st.booleans(),
    _CARRIED,
)
_EVENT = st.tuples(
    _ID,
    _ID,
    st.sampled_from([0.5, 1.0, 4.0]),
    st.none() | st.integers(0, 9),
    st.none() | st.sampled_from(["view", "buy"]),
)
_ITEM = st.fixed_dictionaries(
    {
        "title": st.sampled_from(["Heat", "Ronin", "Alien"]),
        "text": st.none() | st.just("A film."),
        "year": st.none() | st.integers(1990, 1999),
        "genres": st.none() | st.sampled_from(["Comedy", "Comedy|Noir", "Drama"]),
    }
)
_LABEL = st.fixed_dictionaries(
    {
        "label": st.sampled_from(["Tom", "Comedy", "Someone"]),
        "type": st.none() | st.sampled_from(["Person", "Country"]),
        "text": st.none() | st.just("Somebody."),
    }
)


@st.composite
def halves(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Two halves of a dataset; an interaction may come back, an id is described once."""
    described = draw(st.dictionaries(_ID, _ITEM)), draw(st.dictionaries(_PERSON, _LABEL))
    parts = []
    for _ in range(2):
        events = draw(st.dictionaries(st.tuples(_ID, _ID), st.tuples(_EVENT, st.booleans())))
        parts.append(
            {
                "train": [
                    (*pair, *event[2:]) for pair, (event, valid) in events.items() if not valid
                ],
                "valid": [(*pair, *event[2:]) for pair, (event, valid) in events.items() if valid],
                "facts": draw(st.lists(_FACT, max_size=6)),
                "items": {},
                "labels": {},
            }
        )
    for name, rows in zip(("items", "labels"), described, strict=True):
        for id, row in rows.items():
            parts[draw(st.integers(0, 1))][name][id] = row
    return parts


_EVENTS = {"user": str, "item": str, "weight": float, "timestamp": int, "event": str}
_KINDS = dict.fromkeys(["head", "relation", "tail", "head_kind", "tail_kind"], str)
_FACTS = {**_KINDS, "timestamp": int, "event": str, "properties": str}
_ITEMS = {"item": str, "title": str, "text": str, "year": int, "genres": str}
_LABELS = dict.fromkeys(["entity", "label", "type", "text"], str)


def _frame(schema: dict[str, type], rows: list[tuple[Any, ...]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=schema, orient="row")


def _rows(described: dict[str, dict[str, Any]], schema: dict[str, type]) -> list[tuple[Any, ...]]:
    return [(id, *(row[name] for name in list(schema)[1:])) for id, row in described.items()]


def _facts(part: dict[str, Any]) -> pl.DataFrame:
    turned = [
        (tail, f"{relation}", head, "entity", "item", *carried)
        if back and relation == "likes"
        else (head, relation, tail, "item", "entity", *carried)
        for head, relation, tail, back, carried in part["facts"]
    ]
    return _frame(_FACTS, turned).unique(maintain_order=True)


def _catalog(part: dict[str, Any]) -> pl.DataFrame:
    return _frame(_ITEMS, _rows(part["items"], _ITEMS))


def _labels(part: dict[str, Any]) -> pl.DataFrame:
    return _frame(_LABELS, _rows(part["labels"], _LABELS))


def _dataset(parts: list[dict[str, Any]]) -> Dataset:
    train, valid = (
        _frame(_EVENTS, [row for part in parts for row in part[name]])
        for name in ("train", "valid")
    )
    facts = pl.concat(map(_facts, parts)).unique(maintain_order=True)
    used = {*train["item"], *valid["item"], *facts.filter(head_kind="item")["head"]}
    used |= {*facts.filter(tail_kind="item")["tail"]}
    items = pl.concat(map(_catalog, parts))
    missing = sorted(used - set(items["item"]))
    more = pl.DataFrame({"item": missing, "title": missing}, schema={"item": str, "title": str})
    return Dataset(
        info=DatasetInfo("law", item_type="Film"),
        train=train,
        valid=valid,
        test=train.clear(),
        items=pl.concat([items, more], how="diagonal"),
        users=pl.DataFrame(
            {"user": sorted({*train["user"], *valid["user"]})}, schema={"user": str}
        ),
        facts=facts,
        labels=pl.concat(map(_labels, parts)),
    )


def _added(part: dict[str, Any]) -> dict[str, pl.DataFrame]:
    events = pl.concat(
        _frame(_EVENTS, part[name]).with_columns(split=pl.lit(name)) for name in ("train", "valid")
    )
    tables = {"events": events, "facts": _facts(part), "items": _catalog(part)}
    return {**tables, "labels": _labels(part)}


@settings(max_examples=15)
@given(halves())
def test_a_dataset_may_come_in_two_parts(parts: list[dict[str, Any]]) -> None:
    whole = KnowledgeGraph.build(_dataset(parts))
    updated = KnowledgeGraph.build(_dataset(parts[:1])).update(**_added(parts[1]))
    assert everything(updated) == everything(whole)
    for name in ("interactions", "facts", "unlabelled", "undeclared", "unused_labels"):
        assert getattr(updated.report, name) == getattr(whole.report, name), name
    assert set(updated.nodes["kind"].rle().struct.field("value")) == set(updated.nodes["kind"])
    assert updated.nodes["kind"].rle().len() == updated.nodes["kind"].n_unique()


def test_the_tiny_world_in_two_parts() -> None:
    data = tiny_dataset()
    first = {name: getattr(data, name)[::2] for name in ("train", "facts", "labels", "items")}
    half = Dataset(
        **{**{name: getattr(data, name) for name in ("info", "valid", "test", "users")}, **first}
    )
    rest = {name: getattr(data, name)[1::2] for name in ("facts", "labels", "items")}
    # Items of events come with the items, so that the first half is a dataset.
    half = Dataset(**{**vars(half), "items": data.items})
    updated = KnowledgeGraph.build(half).update(events=data.train[1::2], **rest)
    assert everything(updated) == everything(KnowledgeGraph.build(data))


def test_facts_of_texts_in_two_parts() -> None:
    """Some of them come first, some later, and some the catalog states only later."""
    data = tiny_dataset()
    tags = [(str(n), "has_tag", f"text:Tag/{n % 3}", f"tag {n % 3}", "Tag") for n in range(1, 31)]
    # What the catalog says, too; its names and types are not the text's to change.
    rows = data.facts.select("head", "relation", "tail").rows()
    stated = [(*row, "Another Name", "Place") for row in rows[::5]]
    columns = ["head", "relation", "tail", "tail_label", "tail_type"]
    claims = pl.DataFrame(tags + stated, schema=columns, orient="row").with_columns(
        tail_kind=pl.lit("entity"), asserted_by=pl.lit("model"), state=pl.lit("accepted")
    )
    claims = pl.concat([no_extracted(), claims], how="diagonal_relaxed")
    whole = KnowledgeGraph.build(replace(data, extracted=claims))
    early, late = claims[::2], claims[1::2]
    part = replace(data, extracted=early, facts=data.facts[::2])
    updated = KnowledgeGraph.build(part).update(extracted=late, facts=data.facts[1::2])
    assert everything(updated) == everything(whole)
    assert updated.report.extracted == whole.report.extracted == 30
    assert updated.report.facts == whole.report.facts
