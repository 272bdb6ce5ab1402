from __future__ import annotations

import json
from typing import Any

import polars as pl
import pytest

from kgrec.graph.years import item_years


def year(label: str = "Heat", properties: str | None = None) -> int | None:
    nodes = pl.DataFrame(
        {"kind": ["item", "entity"], "id": ["1", "2"], "label": [label, "Nobody (1950)"]}
    ).with_columns(properties=pl.lit(properties, dtype=pl.String))
    found = item_years(nodes)
    assert "2" not in found
    return found.get("1")


@pytest.mark.parametrize(
    "name",
    [
        *("year", "release_year", "release_date", "released", "publication_year"),
        *("published", "date"),
    ],
)
def test_several_literals_tell_the_year(name: str) -> None:
    assert year(properties=json.dumps({"x": 1800, name: 1995})) == 1995


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1995, 1995),
        (1995.0, 1995),
        ("1995-12-15", 1995),
        ("19951215", 1995),
        ("15-Dec-1995", 1995),
        ("December 1995", 1995),
        ("1995-12-15T20:00:00Z", 1995),
        ({"@value": "1995-12-15", "@type": "xsd:date"}, 1995),
        ([None, "soon", 1995, 1996], 1995),
        (12345, None),
        ("123456789", None),
        (817_776_000, None),
        (-1995, None),
        (3000, None),
        (800, None),
        (True, None),
        (1995.5, None),
        ("soon", None),
        ({"a": 1995}, None),
        ([], None),
    ],
)
def test_a_literal_of_any_kind_is_read(value: Any, expected: int | None) -> None:
    assert year(properties=json.dumps({"year": value})) == expected


@pytest.mark.parametrize(
    ("label", "expected"),
    [("Heat (1995)", 1995), ("Heat (1995) ", 1995), ("1984", None), ("Heat (12345)", None)],
)
def test_a_title_may_tell_it(label: str, expected: int | None) -> None:
    assert year(label) == expected
    assert year(label, "{}") == expected
    assert year(label, '{"year": "soon"}') == expected


def test_a_literal_is_believed_before_a_title_and_the_first_before_the_others() -> None:
    assert year("Heat (1995)", '{"date": 2001, "year": 1996}') == 1996
