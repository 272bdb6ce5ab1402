import polars as pl

from kgrec.data.quality import Finding
from kgrec.data.sieve import ROW, Sieve


def test_rows_leave_with_a_number_and_a_reason() -> None:
    found: list[Finding] = []
    sieve = Sieve(pl.DataFrame({"a": ["x", None, "y" * 50]}), "t.csv", found)
    sieve.require(["a"])
    assert sieve.frame["a"].to_list() == ["x", "y" * 50]
    assert sieve.frame[ROW].to_list() == [1, 3]
    assert found[0].examples == ("row 2: a=",)


def test_examples_are_few_and_short() -> None:
    found: list[Finding] = []
    sieve = Sieve(pl.DataFrame({"a": ["y" * 50] * 9}), "t.csv", found)
    sieve.set_aside(pl.col("a").is_not_null(), problem="p", fix="f")
    assert found[0].rows == 9
    assert len(found[0].examples) == 3
    assert max(map(len, found[0].examples)) < 50


def test_same_rows_merge_and_different_ones_are_set_aside() -> None:
    found: list[Finding] = []
    frame = pl.DataFrame({"id": ["1", "1", "1", "2"], "a": ["x", "x", "y", None]})
    sieve = Sieve(frame, "t.csv", found)
    sieve.keep_first(["id"], fix="f")
    assert sieve.frame["a"].to_list() == ["x", None]
    assert [(finding.action, finding.rows) for finding in found] == [
        ("merged", 1),
        ("set aside", 1),
    ]


def test_columns_that_nobody_reads_are_reported() -> None:
    found: list[Finding] = []
    sieve = Sieve(pl.DataFrame({"a": [1], "odd": [2]}), "t.csv", found)
    sieve.select(["a", "b"])
    assert sieve.frame.columns == [ROW, "a"]
    assert (found[0].column, found[0].action) == ("odd", "ignored")
