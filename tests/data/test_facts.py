from typing import Any

import polars as pl
import pytest

from kgrec.data.facts import COLUMNS, Known, clean_facts, ids_of
from kgrec.data.quality import Finding
from kgrec.errors import DataError

KNOWN = Known(
    items=pl.Series(["1", "2"]),
    users=pl.Series(["1", "u"]),
    held_out=pl.DataFrame({"user": ["u"], "item": ["2"]}),
)


def facts(*rows: tuple[str | None, ...], columns: int = 3) -> tuple[pl.DataFrame, list[Finding]]:
    names = ["head", "relation", "tail", "head_kind", "tail_kind"][:columns]
    found: list[Finding] = []
    frame = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
    return clean_facts(frame, KNOWN, "facts.csv", found), found


def test_an_id_is_the_item_then_the_user_then_an_entity() -> None:
    clean, found = facts(("1", "by", "x"), ("u", "likes", "x"))
    assert clean.rows() == [
        ("1", "by", "x", "item", "entity"),
        ("u", "likes", "x", "user", "entity"),
    ]
    assert found == []


def test_the_kind_overrides_the_rule() -> None:
    clean, _ = facts(("1", "by", "2", "user", "entity"), ("1", "by", "2", None, ""), columns=5)
    assert clean.select("head_kind", "tail_kind").rows() == [("user", "entity"), ("item", "item")]


def test_a_kind_that_does_not_exist() -> None:
    clean, found = facts(("1", "by", "x", "film", None), ("1", "by", "x", None, None), columns=5)
    assert clean.height == 1
    assert (found[0].column, found[0].rows) == ("head_kind", 1)


def test_incomplete_and_repeated_facts() -> None:
    rows = [
        (None, "by", "x"),
        ("1", "", "x"),
        ("1", "by", None),
        ("1", "by", "x"),
        ("1", "by", "x"),
    ]
    clean, found = facts(*rows)
    assert clean.height == 1
    assert [(f.column, f.action) for f in found] == [
        ("head", "set aside"),
        ("relation", "set aside"),
        ("tail", "set aside"),
        ("", "merged"),
    ]


def test_a_fact_about_nobody_is_kept_and_reported() -> None:
    clean, found = facts(("1", "by", "x"), ("y", "knows", "x"), ("nobody", "is", "somebody"))
    assert clean.height == 3
    assert (found[0].action, found[0].rows) == ("kept", 1)
    assert found[0].examples == ("row 3: head=nobody, relation=is, tail=somebody",)


def test_an_entity_with_the_id_of_an_item_is_no_anchor() -> None:
    _, found = facts(("1", "is", "x", "entity", "entity"), columns=5)
    assert found[0].rows == 1


@pytest.mark.parametrize("row", [("u", "saw", "2"), ("2", "seen_by", "u")])
def test_behaviour_that_is_held_out_leaves_the_facts(row: tuple[str, ...]) -> None:
    clean, found = facts(row, ("u", "saw", "1"))
    assert clean["tail"].to_list() == ["1"]
    assert "leak" in found[0].problem


def test_ids_of_a_kind() -> None:
    clean, _ = facts(("1", "by", "x"), ("2", "by", "y"))
    assert ids_of(clean, "item") == ["1", "2"]
    assert ids_of(clean, "entity") == ["x", "y"]


def test_no_facts() -> None:
    assert clean_facts(None, KNOWN, "facts", []).columns[-1] == "tail_kind"
    clean, found = facts()
    assert clean.is_empty()
    assert found[0].problem == "the table is empty"


def test_a_missing_column() -> None:
    with pytest.raises(DataError, match=r"facts\.csv, column 'tail'"):
        clean_facts(pl.DataFrame({"head": ["1"], "relation": ["r"]}), KNOWN, "facts.csv", [])


def carrying(*rows: tuple[Any, ...]) -> tuple[pl.DataFrame, list[Finding]]:
    """Facts of ``1 by x``, each with weight, timestamp, event, properties."""
    names = ["weight", "timestamp", "event", "properties"]
    found: list[Finding] = []
    frame = pl.DataFrame(rows, schema=names, orient="row", infer_schema_length=None)
    ends = {"head": pl.lit("1"), "relation": pl.lit("by"), "tail": pl.lit("x")}
    return clean_facts(frame.with_columns(**ends), KNOWN, "facts.csv", found), found


def test_what_a_fact_carries_stays() -> None:
    clean, found = carrying((2, 5, "role", '{"roles": ["Neo"]}'), (None, None, "", ""))
    assert clean.columns[5:] == ["weight", "timestamp", "event", "properties"]
    assert clean.select(pl.exclude(COLUMNS)).rows() == [
        (2.0, 5, "role", '{"roles": ["Neo"]}'),
        (1.0, None, None, None),
    ]
    assert clean.schema["weight"] == pl.Float64
    assert clean.schema["timestamp"] == pl.Int64
    assert found == []


def test_facts_that_differ_in_time_or_event_are_two() -> None:
    clean, found = carrying(
        (1, 5, None, None), (1, 6, None, None), (1, 6, "a", None), (1, 6, "b", None)
    )
    assert clean.height == 4
    assert found == []


def test_of_equal_facts_the_first_counts_with_the_first_properties() -> None:
    rows = [(2, 5, None, None), (3, 5, None, '{"a": 1}'), (4, 5, None, '{"a": 2}')]
    clean, found = carrying(*rows)
    assert clean.select("weight", "properties").rows() == [(2.0, '{"a": 1}')]
    assert [(f.action, f.rows) for f in found] == [("merged", 2)]


def test_bad_cells_are_reported_and_only_bad_rows_set_aside() -> None:
    clean, found = carrying(
        ("x", "1", None, None),
        ("-1", "2", None, None),
        ("1", "never", None, None),
        ("1", "2024-05-31", None, "[1]"),
        ("NaN", "", None, "{}"),
    )
    assert clean["timestamp"].to_list() == [1717113600, None]
    assert clean["properties"].to_list() == [None, "{}"]
    assert [(f.column, f.rows, f.action) for f in found] == [
        ("weight", 1, "set aside"),
        ("weight", 1, "set aside"),
        ("timestamp", 1, "set aside"),
        ("properties", 1, "ignored"),
    ]
    assert "weight=x" in found[0].examples[0]


def test_without_such_columns_there_are_none() -> None:
    clean, _ = facts(("1", "by", "x"))
    assert clean.columns == list(COLUMNS)
