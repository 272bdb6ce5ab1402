import polars as pl
import pytest

from kgrec.data.events import clean_events, separate
from kgrec.data.quality import Finding, QualityReport
from kgrec.errors import DataError


def clean(
    columns: dict[str, list[object]], min_rating: float | None = None
) -> tuple[pl.DataFrame, QualityReport]:
    found: list[Finding] = []
    frame = pl.DataFrame(columns, strict=False)
    return clean_events(frame, "t.csv", found, min_rating=min_rating), QualityReport(tuple(found))


def test_clean_rows_pass() -> None:
    frame, report = clean({"user": [1, 2], "item": ["a", "b"]})
    assert frame.rows() == [("1", "a", 1.0), ("2", "b", 1.0)]
    assert report.findings == ()


def test_bad_weights_are_set_aside_and_counted() -> None:
    weights = ["1", "NaN", "", "x", "-1", "0", "inf", "2"]
    frame, report = clean({"user": list("abcdefgh"), "item": ["i"] * 8, "weight": weights})
    assert frame["user"].to_list() == ["a", "h"]
    assert [finding.rows for finding in report.findings] == [4, 2]
    assert report.findings[1].examples == (
        "row 5: user=e, item=i, weight=-1.0",
        "row 6: user=f, item=i, weight=0.0",
    )


def test_empty_ids_are_set_aside() -> None:
    frame, report = clean({"user": ["a", None, "c"], "item": ["x", "y", ""]})
    assert frame["user"].to_list() == ["a"]
    assert [finding.column for finding in report.findings] == ["user", "item"]


def test_times() -> None:
    times = ["5", "soon", "", "1970-01-01 00:01:00"]
    frame, report = clean({"user": list("abcd"), "item": ["i"] * 4, "timestamp": times})
    assert frame.select("user", "timestamp").rows() == [("a", 5), ("c", None), ("d", 60)]
    assert [finding.action for finding in report.findings] == ["set aside", "kept"]


def test_of_repeated_rows_the_latest_counts_with_the_largest_weight() -> None:
    frame, report = clean(
        {
            "user": ["a", "b", "a", "a"],
            "item": ["x", "x", "x", "x"],
            "timestamp": [2, 1, 9, 5],
            "weight": [3, 1, 1, 2],
            "event": ["view", "view", "buy", "view"],
        }
    )
    assert frame.rows() == [("a", "x", 3.0, 9, "buy"), ("b", "x", 1.0, 1, "view")]
    assert report.count("merged") == 2


def test_the_rating_rule() -> None:
    columns = {"user": list("abcde"), "item": ["i"] * 5, "rating": ["4", "3.5", "", "5", "good"]}
    frame, report = clean(columns, min_rating=4)
    assert frame.select("user", "rating").rows() == [("a", 4.0), ("d", 5.0)]
    assert report.count("ruled out") == 2
    assert report.set_aside == 1


def test_the_rating_rule_looks_at_the_latest_rating() -> None:
    columns = {"user": ["a", "a"], "item": ["x", "x"], "rating": [5, 2], "timestamp": [1, 2]}
    frame, report = clean(columns, min_rating=4)
    assert frame.is_empty()
    assert (report.count("merged"), report.count("ruled out")) == (1, 1)


def test_the_rating_rule_needs_ratings() -> None:
    with pytest.raises(DataError, match=r"column 'rating': dataset\.toml sets min_rating"):
        clean({"user": ["a"], "item": ["x"]}, min_rating=4)


def test_without_the_rule_a_missing_rating_is_fine() -> None:
    frame, report = clean({"user": ["a", "b"], "item": ["x", "x"], "rating": [None, 2]})
    assert frame["rating"].to_list() == [None, 2.0]
    assert report.findings == ()


def test_later_splits_lose_what_would_leak() -> None:
    found: list[Finding] = []
    splits = {
        "train": pl.DataFrame({"user": ["a"], "item": ["x"]}),
        "valid": pl.DataFrame({"user": ["a", "a"], "item": ["y", "x"]}),
        "test": pl.DataFrame({"user": ["a", "a", "b"], "item": ["x", "y", "x"]}),
    }
    parts = separate(splits, {name: f"{name}.csv" for name in splits}, found)
    assert parts["valid"].rows() == [("a", "y")]
    assert parts["test"].rows() == [("b", "x")]
    assert [(finding.table, finding.rows) for finding in found] == [
        ("valid.csv", 1),
        ("test.csv", 1),
        ("test.csv", 1),
    ]
    assert all(finding.leak for finding in found)
    assert [finding.problem.split(",")[0][-9:] for finding in found[1:]] == [
        "train.csv",
        "valid.csv",
    ]
    assert found[0].examples == ("row 2: user=a, item=x",)


def test_properties_of_an_interaction_stay() -> None:
    rows = {"user": ["1", "2", "3"], "item": ["1", "1", "1"]}
    cells = ['{"since": "2009"}', "no object", ""]
    found: list[Finding] = []
    table = clean_events(pl.DataFrame({**rows, "properties": cells}), "train.csv", found)
    assert table["properties"].to_list() == ['{"since": "2009"}', None, None]
    assert [(f.column, f.rows, f.action) for f in found] == [("properties", 1, "ignored")]


def test_a_missing_time_of_pandas_is_no_fault() -> None:
    rows = {"user": ["1", "2"], "item": ["1", "1"], "timestamp": [5.0, float("nan")]}
    found: list[Finding] = []
    table = clean_events(pl.DataFrame(rows), "train.csv", found)
    assert table["timestamp"].to_list() == [5, None]
    assert [f.action for f in found] == ["kept"]
