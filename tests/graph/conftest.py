from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import polars as pl
import pytest
from hypothesis import strategies as st

from kgrec.data.dataset import Dataset, DatasetInfo
from kgrec.graph import KnowledgeGraph
from kgrec.graph.content import Content
from kgrec.graph.schema import EDGES, IDENTITY, NODES
from kgrec.testing import tiny_dataset

Make = Callable[..., Dataset]


def _table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> pl.DataFrame:
    schema = {name: pl.Float64 if name == "weight" else pl.String for name in columns}
    full = [[*row, *[None] * (len(columns) - len(row))] for row in rows]
    return pl.DataFrame(full, schema=schema, orient="row")


def make_dataset(
    train: Sequence[tuple[str, str]] = (("1", "1"), ("1", "2"), ("2", "2")),
    valid: Sequence[tuple[str, str]] = (("2", "1"),),
    test: Sequence[tuple[str, str]] = (("1", "3"),),
    facts: Sequence[tuple[str, ...]] = (),
    labels: Sequence[tuple[str | None, ...]] = (),
    items: pl.DataFrame | None = None,
    users: pl.DataFrame | None = None,
    item_type: str = "Film",
    ontologies: tuple[str, ...] = (),
) -> Dataset:
    """Two users, three films, and what the test adds; a fact is (head, relation, tail[, kinds])."""

    def interactions(pairs: Sequence[tuple[str, str]]) -> pl.DataFrame:
        return _table(["user", "item", "weight"], [(*pair, 1.0) for pair in pairs])

    full = [fact if len(fact) == 5 else (*fact, "item", "entity") for fact in facts]
    if items is None:
        items = pl.DataFrame({"item": ["1", "2", "3"], "title": ["Heat", "Ronin", "Alien"]})
    if users is None:
        users = pl.DataFrame({"user": ["1", "2"]})
    return Dataset(
        info=DatasetInfo("made", item_type=item_type, ontologies=ontologies),
        train=interactions(train),
        valid=interactions(valid),
        test=interactions(test),
        items=items,
        users=users,
        facts=_table(["head", "relation", "tail", "head_kind", "tail_kind"], full),
        labels=_table(["entity", "label", "type", "text"], labels),
    )


@pytest.fixture
def make() -> Make:
    return make_dataset


@pytest.fixture(scope="session")
def graph() -> KnowledgeGraph:
    return KnowledgeGraph.build(tiny_dataset())


# Generated graphs: what every store must give back as it got it.

_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
_EXOTIC = st.sampled_from(
    [
        "42",
        "http://dbpedia.org/resource/Heat_(film)",
        "urn:kgrec:item:42",
        "urn:isbn:978-3",
        "a/b c#d?e=%20",
        "'}) DETACH DELETE n //",
        "`}) DETACH DELETE n //",
        '"> . <urn:x',
        "back\\slash \\u0041",
        "line\nbreak\ttab\r",
        "\u202eעברית",
        "👩\u200d🚀",
        "a|b",
        "",
    ]
)
_ANY_TEXT = _EXOTIC | _TEXT
# Names cannot hold control characters: Neo4j refuses them.
_PLAIN = st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"])
_NAME = st.text(_PLAIN, min_size=1, max_size=8).filter(lambda name: name.strip() == name != "")
_TYPES = st.sampled_from(["Film", "Person", "ex:Odd Type", "} DETACH DELETE n //", "типы"]) | _NAME
_RELATIONS = st.sampled_from(["directed_by", "wdt:P57", "http://x.org/r", "we`ird", "SET"]) | _NAME
_PROPERTIES = (
    st.sampled_from(["year", "key", "id", "weight", "label_", "literals_json", "a`b", "c d"])
    | _NAME
)

_SCALAR = (
    st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | _ANY_TEXT
)
_TYPED = st.sampled_from(
    [
        ("1999-03-31", "xsd:date"),
        ("-0044-03-15", "xsd:date"),
        ("1999-03-31+02:00", "xsd:date"),
        ("one day", "xsd:date"),
        ("1999-03-31T12:30:00", "xsd:dateTime"),
        ("1999-03-31T12:30:00Z", "xsd:dateTime"),
        ("1999-03-31T12:30:00.123456789+02:00", "xsd:dateTime"),
        ("12:30:00", "xsd:time"),
        ("1999", "xsd:gYear"),
        ("P1Y2M", "xsd:duration"),
        ("12.50", "xsd:decimal"),
        ("123456789012345678901234567890", "xsd:integer"),
        ("007", "xsd:integer"),
        ("NaN", "xsd:double"),
        ("INF", "xsd:double"),
        ("-INF", "xsd:double"),
        ("1.0E2", "xsd:double"),
        ("AQID", "xsd:base64Binary"),
        ("http://x.org/a b", "xsd:anyURI"),
        ("POINT(1 2)", "http://www.opengis.net/ont/geosparql#wktLiteral"),
    ]
).map(lambda pair: {"@value": pair[0], "@type": pair[1]})
_TAGGED = st.builds(
    lambda text, language: {"@value": text, "@language": language},
    _ANY_TEXT,
    st.sampled_from(["fr", "de", "he", "zh-hant"]),
)
_VALUE = _SCALAR | _TYPED | _TAGGED
_LISTS = (
    st.lists(st.integers(-(2**63), 2**63 - 1), max_size=3)
    | st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=3)
    | st.lists(_ANY_TEXT, max_size=3)
    | st.lists(_VALUE, max_size=3)
)
_LITERALS = st.dictionaries(_PROPERTIES, _VALUE | _LISTS, max_size=3)


@st.composite
def _contents(draw: st.DrawFn) -> Content:
    nodes = _draw_nodes(draw)
    users, items, everyone = (
        [node["key"] for node in nodes if node["kind"] in kinds]
        for kinds in (("user",), ("item",), ("user", "item", "entity"))
    )
    edges = []
    if users and items:
        edges += _draw_edges(draw, users, st.just("interacted"), items)
    if everyone:
        relations = _RELATIONS.filter(lambda name: name != "interacted")
        edges += _draw_edges(draw, everyone, relations, everyone)
    header = draw(_HEADER)
    header["candidates"] = draw(st.none() | st.just([key[5:] for key in items]))
    return Content(
        pl.DataFrame(nodes, schema=NODES),
        pl.DataFrame(edges, schema=EDGES).unique(IDENTITY, maintain_order=True),
        header,
    )


_HEADER = st.fixed_dictionaries(
    {
        "name": _ANY_TEXT,
        "licence": _ANY_TEXT,
        "item_type": _TYPES,
        "report": st.just({"facts": 3, "inverses": [], "attributes": [["genre", "has_genre"]]}),
        "ontologies": st.sampled_from([[], [["mine.ttl", "@prefix x: <urn:x#> .\n# ü\n"]]]),
        "identity": st.uuids().map(str),
        "version": st.integers(0, 3),
    }
)


def _draw_nodes(draw: st.DrawFn) -> list[dict[str, Any]]:
    nodes = []
    for kind in ("user", "item", "entity"):
        for id in draw(st.lists(_ANY_TEXT, max_size=3, unique=True)):
            properties = json.dumps(draw(_LITERALS), ensure_ascii=draw(st.booleans()))
            node_type = draw(st.just(kind.capitalize()) | _TYPES)
            other_kind = node_type in {"User", "Item", "Entity"} - {kind.capitalize()}
            node = {
                "key": f"{kind}:{id}",
                "kind": kind,
                "id": id,
                "type": "Thing" if other_kind else node_type,
                "label": draw(_ANY_TEXT.filter(lambda text: text.strip() != "")),
                "text": draw(st.none() | _ANY_TEXT),
                "properties": properties,
            }
            nodes.append(node)
    return nodes


def _draw_edges(
    draw: st.DrawFn, heads: list[str], relations: st.SearchStrategy[str], tails: list[str]
) -> list[dict[str, Any]]:
    edge = st.fixed_dictionaries(
        {
            "head": st.sampled_from(heads),
            "relation": relations,
            "tail": st.sampled_from(tails),
            "weight": st.just(1.0) | st.floats(2.0**-60, 2.0**60),
            "timestamp": st.none() | st.sampled_from([0, -1, 1_600_000_000, 2**63 - 1]),
            "event": st.none() | st.sampled_from(["purchase", "view"]) | _NAME,
            "properties": st.none() | _LITERALS.filter(bool).map(json.dumps),
        }
    )
    edges = draw(st.lists(edge, max_size=5))
    known = st.sampled_from(["train", "valid"])
    return [
        {**edge, "split": draw(known) if edge["relation"] == "interacted" else None}
        for edge in edges
    ]


@pytest.fixture(scope="session")
def any_content() -> st.SearchStrategy[Content]:
    """Valid graphs that are hard to keep: unique keys, edges between existing nodes of unique
    identity, interactions from users to items; exotic ids, names and literals."""
    return _contents()


def _canonical(table: pl.DataFrame) -> list[tuple[Any, ...]]:
    """The rows in an order of their own, literals without nulls."""
    rows = []
    for row in table.iter_rows(named=True):
        text = row.pop("properties")
        literals = {k: v for k, v in json.loads(text or "{}").items() if v is not None}
        rows.append((*row.values(), json.dumps(literals, sort_keys=True), text is None))
    return sorted(rows, key=repr)


@pytest.fixture(scope="session")
def check_same() -> Callable[[Content, Content], None]:
    """Fails unless two graphs are equal: rows (in any order), literals, and the header."""

    def check(found: Content, wanted: Content) -> None:
        assert found.nodes.schema == NODES
        assert found.edges.schema == EDGES
        assert _canonical(found.nodes) == _canonical(wanted.nodes)
        assert _canonical(found.edges) == _canonical(wanted.edges)
        assert json.loads(json.dumps(found.header)) == json.loads(json.dumps(wanted.header))

    return check
