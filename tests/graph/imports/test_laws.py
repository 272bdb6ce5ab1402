from __future__ import annotations

import json

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from kgrec.errors import DataError
from kgrec.graph import KnowledgeGraph
from kgrec.graph.imports import ForeignGraph, Mapping, suggest_mapping, to_dataset
from kgrec.graph.imports.foreign import EDGES, NODES
from kgrec.graph.imports.literals import to_json

CLASSES = ("User", "Item", "Maker", "Place")
NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=4)
VALUES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=4)
    | st.lists(st.text(max_size=3) | st.integers(), max_size=3)
    | st.just({"@value": "Rom", "@language": "de"})
)


@st.composite
def graphs(draw: st.DrawFn) -> ForeignGraph:
    """Nodes of four classes, with ids that repeat between them, and edges of any two of them."""
    count = draw(st.integers(4, 14))
    labels = [CLASSES[number % 4] for number in range(count)]
    ids = [f"{label} {draw(NAMES)} {number}" for number, label in enumerate(labels)]
    properties = [
        to_json(draw(st.dictionaries(NAMES, VALUES, max_size=3)) | {"code": str(number // 4)})
        for number in range(count)
    ]
    node, kind = st.sampled_from(ids), st.sampled_from(["bought", "r", "s"])
    carried = st.dictionaries(NAMES, VALUES, max_size=2).map(to_json)
    ends = st.tuples(node, kind, node, carried)
    rows = [(ids[0], "bought", ids[1], "{}"), *draw(st.lists(ends, max_size=20))]
    return ForeignGraph(
        nodes=pl.DataFrame(
            {"id": ids, "labels": [[label] for label in labels], "properties": properties},
            schema=NODES,
        ),
        edges=pl.DataFrame(rows, schema=EDGES, orient="row"),
        public_ids=draw(st.booleans()),
    )


MAPPING = Mapping(users=("User",), items=("Item",), interactions=("bought",))


@settings(max_examples=20)
@given(graphs())
def test_every_interaction_and_every_fact_survives(foreign: ForeignGraph) -> None:
    data = to_dataset(foreign, MAPPING)
    kinds = dict(zip(foreign.nodes["id"], foreign.nodes["labels"].list.first(), strict=True))
    interactions, facts = set(), set()
    for head, type_, tail in foreign.edges.select("head", "type", "tail").iter_rows():
        ends = {kinds[head]: head, kinds[tail]: tail}
        if type_ == "bought" and ends.keys() == {"User", "Item"}:
            interactions.add((ends["User"], ends["Item"]))
        else:
            facts.add((head, type_, tail))
    kept = data.train.height + data.valid.height
    assert kept == len(interactions)
    # Facts between a user and an item that valid holds are kept out of the graph, and reported.
    leaks = data.quality.count("set aside", table="edges")
    assert data.facts.height + leaks == len(facts)
    if foreign.public_ids:
        pairs = pl.concat([data.train, data.valid]).select("user", "item")
        assert set(pairs.iter_rows()) == interactions
        assert set(data.facts.select("head", "relation", "tail").iter_rows()) <= facts


@settings(max_examples=20)
@given(graphs())
def test_what_edges_carry_survives(foreign: ForeignGraph) -> None:
    data = to_dataset(foreign, MAPPING)
    if not foreign.public_ids:
        return
    said: dict[tuple[str, ...], list[object]] = {}
    for head, type_, tail, text in foreign.edges.iter_rows():
        said.setdefault((head, type_, tail), []).append(json.loads(text))
    for row in data.facts.iter_rows(named=True):
        # Of several equal edges the first one that carries anything counts.
        several = said[row["head"], row["relation"], row["tail"]]
        found = json.loads(row.get("properties") or "{}")
        assert found == next((one for one in several if one), {})


@settings(max_examples=20)
@given(graphs())
def test_nodes_stay_apart_whatever_their_ids(foreign: ForeignGraph) -> None:
    data = to_dataset(foreign, MAPPING)
    sizes = foreign.nodes["labels"].list.first().value_counts()
    counts = dict(sizes.iter_rows())
    assert (data.users.height, data.items.height) == (counts["User"], counts["Item"])
    assert data.labels["entity"].is_unique().all()


@settings(max_examples=15)
@given(graphs())
def test_a_graph_can_be_built(foreign: ForeignGraph) -> None:
    graph = KnowledgeGraph.build(to_dataset(foreign, MAPPING))
    assert graph.nodes["key"].is_unique().all()


@settings(max_examples=20)
@given(graphs())
def test_what_is_suggested_fits(foreign: ForeignGraph) -> None:
    try:
        mapping = suggest_mapping(foreign)
    except DataError:
        return  # that is an answer, too
    for one in (mapping, *mapping.alternatives):
        assert to_dataset(foreign, one).train.height
