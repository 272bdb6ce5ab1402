import polars as pl
import pytest

from kgrec.data.catalog import clean_candidates, clean_labels, complete_items, read_ids
from kgrec.data.quality import Finding
from kgrec.data.schema import ITEMS, USERS
from kgrec.errors import DataError

NO_LABELS = pl.DataFrame(schema={"entity": pl.String, "label": pl.String})


def test_repeated_items_keep_the_first_row() -> None:
    found: list[Finding] = []
    raw = pl.DataFrame({"item": ["1", "1", "2", None], "title": ["A", "B", "C", "D"]})
    items = read_ids(raw, ITEMS, "items.csv", found)
    assert items.rows() == [("1", "A"), ("2", "C")]
    assert [(f.problem.split(",")[0], f.rows) for f in found] == [
        ("the item is empty", 1),
        ("the item was there before with other values", 1),
    ]


def test_an_id_of_blanks_is_none() -> None:
    found: list[Finding] = []
    raw = pl.DataFrame({"item": ["", "  ", "\t\u2003", " 1", None], "title": list("ABCDE")})
    assert read_ids(raw, ITEMS, "items.csv", found).rows() == [(" 1", "D")]
    assert [(f.problem, f.rows) for f in found] == [("the item is empty", 4)]


def test_items_that_only_events_know_are_added() -> None:
    found: list[Finding] = []
    items = complete_items(
        pl.DataFrame({"item": ["1"], "year": [1999]}), NO_LABELS, ["2", "1"], "items.csv", found
    )
    assert items.rows() == [("1", "1", 1999), ("2", "2", None)]
    assert items.columns == ["item", "title", "year"]
    assert (found[0].action, found[0].rows, found[0].examples) == ("added", 1, ("item=2",))


def test_a_title_comes_from_the_labels_before_the_id() -> None:
    labels = pl.DataFrame({"entity": ["1", "2"], "label": ["One", "Two"]})
    raw = pl.DataFrame({"item": ["1", "2", "3"], "title": ["Eins", None, None]})
    items = complete_items(raw, labels, [], "items.csv", [])
    assert items["title"].to_list() == ["Eins", "Two", "3"]


def test_attributes_keep_their_type() -> None:
    raw = pl.DataFrame({"user": [1, 2], "age": [30.0, None], "tags": [["a", "b"], []]})
    users = read_ids(raw, USERS, "users", [])
    assert users.rows() == [("1", 30, "a|b"), ("2", None, None)]


def test_an_empty_table_is_reported_and_fine() -> None:
    found: list[Finding] = []
    assert read_ids(pl.DataFrame({"user": []}), USERS, "users.csv", found).is_empty()
    assert str(found[0]).startswith("users.csv: 0 rows kept: the table is empty")


def test_labels_have_all_columns() -> None:
    found: list[Finding] = []
    raw = pl.DataFrame({"entity": ["1", "2"], "label": ["One", None], "type": [None, "Person"]})
    assert clean_labels(raw, "labels.csv", found).rows() == [
        ("1", "One", None, None),
        ("2", "2", "Person", None),
    ]
    assert found[0].action == "kept"
    assert clean_labels(None, "labels", []).columns == ["entity", "label", "type", "text"]


def test_candidates() -> None:
    items = pl.DataFrame({"item": ["1", "2"]})
    found: list[Finding] = []
    raw = pl.DataFrame({"item": ["2", "9", "1", "2"]})
    assert clean_candidates(raw, items, "candidates.csv", found) == ("1", "2")
    assert [(finding.action, finding.rows) for finding in found] == [
        ("merged", 1),
        ("set aside", 1),
    ]
    assert clean_candidates(None, items, "candidates", []) is None
    assert clean_candidates(raw.clear(), items, "candidates", []) is None


def test_no_candidate_is_an_item() -> None:
    with pytest.raises(DataError, match="nothing could be recommended"):
        clean_candidates(pl.DataFrame({"item": ["9"]}), pl.DataFrame({"item": ["1"]}), "c.csv", [])


def test_properties_must_be_json_objects() -> None:
    found: list[Finding] = []
    cells = ['{"a": {"@value": "1", "@type": "xsd:date"}}', "[1]", "no", None]
    raw = pl.DataFrame({"item": list("abcd"), "properties": cells})
    assert read_ids(raw, ITEMS, "items", found)["properties"].to_list() == [cells[0], *[None] * 3]
    assert [(f.column, f.rows, f.action) for f in found] == [("properties", 2, "ignored")]


def test_labels_have_properties_only_where_they_are_given() -> None:
    raw = pl.DataFrame({"entity": ["e"], "label": ["E"], "properties": ['{"born": 1964}']})
    assert clean_labels(raw, "labels", []).row(0) == ("e", "E", None, None, '{"born": 1964}')
    plain = clean_labels(raw.drop("properties"), "labels", [])
    assert plain.columns == ["entity", "label", "type", "text"]


@pytest.mark.parametrize("column", ["name", "headline"])
def test_catalogs_call_the_title_otherwise(column: str) -> None:
    raw = pl.DataFrame({"item": ["1"], column: ["Lamp"], "price": [5]})
    items = read_ids(raw, ITEMS, "items.csv", [])
    assert items.rows(named=True) == [{"item": "1", "title": "Lamp", "price": 5}]
    both = read_ids(raw.with_columns(title=pl.lit("A lamp")), ITEMS, "items.csv", [])
    assert both.rows(named=True) == [{"item": "1", "title": "A lamp", column: "Lamp", "price": 5}]
