from __future__ import annotations

import json
import math
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import neo4j.spatial
import neo4j.time
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgrec.graph.content import Content
from kgrec.graph.literals import (
    OWN,
    dump,
    encode,
    literal_name,
    native,
    parse,
    same,
    stored_name,
)

NATIVE = (str, bool, int, float, date)


@pytest.mark.parametrize("text", [None, "{}", '{"a": null}'])
def test_nothing_is_no_literals(text: str | None) -> None:
    assert parse(text) == {}


def test_what_is_no_object_is_refused() -> None:
    with pytest.raises(ValueError, match="not a JSON object"):
        parse("[1]")


@pytest.mark.parametrize(
    ("value", "expected", "exact"),
    [
        ("x", "x", True),
        (True, True, True),
        (2**63 - 1, 2**63 - 1, True),
        (2**63, str(2**63), False),
        (1.0, 1.0, True),
        ([], [], True),
        ([1, 2], [1, 2], True),
        ([1, 2.5], [1.0, 2.5], False),
        ([1, "a", True], ["1", "a", "true"], False),
        ({"@value": "1999-03-31", "@type": "xsd:date"}, date(1999, 3, 31), True),
        ({"@value": "1999-02-31", "@type": "xsd:date"}, "1999-02-31", False),
        ({"@value": "-0044-03-15", "@type": "xsd:date"}, "-0044-03-15", False),
        (
            {"@value": "1999-03-31T12:30:00", "@type": "xsd:dateTime"},
            datetime(1999, 3, 31, 12, 30),
            True,
        ),
        ({"@value": "Le Mans", "@language": "fr"}, "Le Mans", False),
        ({"@value": "007", "@type": "xsd:integer"}, 7, False),
        ({"@value": "INF", "@type": "xsd:double"}, math.inf, True),
        ({"@value": "1.0E2", "@type": "xsd:double"}, 100.0, False),
        ({"@value": "12.50", "@type": "xsd:decimal"}, 12.5, False),
        ({"@value": "1", "@type": "xsd:boolean"}, True, False),
        ({"@value": "P1Y", "@type": "xsd:duration"}, "P1Y", False),
        ([{"@value": "1999-03-31", "@type": "xsd:date"}], [date(1999, 3, 31)], True),
    ],
)
def test_native_values(value: Any, expected: Any, exact: bool) -> None:
    found = native(value)
    assert found == (expected, exact)
    assert type(found[0]) is type(expected)


@pytest.mark.parametrize(
    ("value", "text", "datatype"),
    [
        (date(1999, 3, 31), "1999-03-31", "xsd:date"),
        (datetime(1999, 3, 31, 12, tzinfo=UTC), "1999-03-31T12:00:00Z", "xsd:dateTime"),
        (time(12, 30), "12:30:00", "xsd:time"),
        (timedelta(days=-1, seconds=-5), "-P1DT5S", "xsd:dayTimeDuration"),
        (b"\1\2\3", "AQID", "xsd:base64Binary"),
        (Decimal("12.50"), "12.50", "xsd:decimal"),
        (math.nan, "NaN", "xsd:double"),
        (-math.inf, "-INF", "xsd:double"),
        (neo4j.time.Date(1999, 3, 31), "1999-03-31", "xsd:date"),
        (neo4j.time.Time(12, 30, 0, 5), "12:30:00.000000005", "xsd:time"),
        (
            neo4j.time.DateTime(1999, 3, 31, 12, 30, 0, 120),
            "1999-03-31T12:30:00.00000012",
            "xsd:dateTime",
        ),
        (neo4j.time.Duration(months=14, seconds=3), "P1Y2MT3S", "xsd:duration"),
        (
            neo4j.spatial.CartesianPoint((1, 2)),
            "POINT(1.0 2.0)",
            "http://www.opengis.net/ont/geosparql#wktLiteral",
        ),
        (
            neo4j.spatial.WGS84Point((4.5, 50)),
            "<http://www.opengis.net/def/crs/EPSG/0/4326> POINT(4.5 50.0)",
            "http://www.opengis.net/ont/geosparql#wktLiteral",
        ),
    ],
)
def test_python_values_become_value_objects(value: Any, text: str, datatype: str) -> None:
    assert encode(value) == {"@value": text, "@type": datatype}
    assert encode([value]) == [encode(value)]


@given(st.from_regex(r"[a-z_]{1,5}_{0,3}", fullmatch=True) | st.sampled_from(sorted(OWN)))
def test_names_come_back(name: str) -> None:
    assert stored_name(name) not in OWN
    assert literal_name(stored_name(name)) == name
    assert all(literal_name(own) is None for own in OWN)


def test_native_values_of_any_graph(any_content: st.SearchStrategy[Content]) -> None:
    @given(any_content)
    def check(content: Content) -> None:
        for text in [*content.nodes["properties"], *content.edges["properties"]]:
            literals = parse(text)
            assert same(json.loads(dump(literals)), literals)
            for value in literals.values():
                held, exact = native(value)
                entries = held if isinstance(held, list) else [held]
                assert all(isinstance(entry, NATIVE) for entry in entries)
                assert len({type(entry) for entry in entries}) <= 1
                assert exact == same(encode(held), value)

    check()


@pytest.mark.parametrize(
    ("one", "other"), [(1, 1.0), (1, True), (0.0, -0.0), ([1], [1.0]), ("1", 1)]
)
def test_equal_in_python_is_not_the_same(one: Any, other: Any) -> None:
    assert not same(one, other)
    assert same(one, one)
