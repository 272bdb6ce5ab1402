from __future__ import annotations

import polars as pl
import pyarrow as pa
import pytest

from kgrec import Explanation, Recommendations


def recommendations(rows: int, label: str = "Heat", *, explained: bool = False) -> Recommendations:
    table = pl.DataFrame(
        {
            "user": ["1"] * rows,
            "item": [str(number) for number in range(rows)],
            "rank": range(1, rows + 1),
            "score": pl.Series([0.5] * rows, dtype=pl.Float32),
            "label": [label] * rows,
        }
    )
    why = Explanation("1", "0", label, 0.5, (), {"popularity": 0.5}, 0.0)
    return Recommendations(table, (why,) * rows if explained else ())


def test_html_escapes_whatever_the_data_hold() -> None:
    html = recommendations(1, "<script>&\"'", explained=True)._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;&amp;&#34;&#39;" in html
    assert "<td>because it is popular with everyone</td>" in html


def test_long_tables_are_cut_with_a_word() -> None:
    assert str(recommendations(23)).splitlines()[-1] == "… and 3 more"
    assert "more" not in str(recommendations(20))
    assert recommendations(60)._repr_html_().count("<tr>") == 21
    assert "… and 40 more items" in recommendations(60)._repr_html_()
    assert repr(recommendations(23)) == "Recommendations(23 items for 1 user)"


@pytest.mark.parametrize("explained", [False, True])
def test_a_terminal_obeys_no_label(explained: bool) -> None:
    hostile = recommendations(1, "a\x1b[31mRED\u202e\nb", explained=explained)
    for said in (str(hostile), repr(hostile), *map(repr, hostile.explanations)):
        assert len(said.splitlines()) == 1
        assert not {"\x1b", "\u202e"} & set(said)


def test_nothing_is_printed_as_nothing() -> None:
    empty = recommendations(0)
    assert str(empty) == ""
    assert "Nothing was recommended." in empty._repr_html_()
    assert len(empty) == 0
    assert empty.items == []


def test_lists_are_grouped_by_user_and_those_of_many_are_folded() -> None:
    users = [f"u{number}" for number in range(30)]
    table = pl.concat(recommendations(2).table.with_columns(user=pl.lit(user)) for user in users)
    html = Recommendations(table)._repr_html_()
    assert [f">user {user}<" in html for user in users] == [True] * 20 + [False] * 10
    assert html.count("<details ") == 17
    assert "… and 10 more users" in html
    assert html.index(">user u2<") < html.index(">user u3<")


def test_arrow_and_pandas_hold_the_same_table() -> None:
    top = recommendations(3)
    arrow = pa.table(top)
    assert pl.DataFrame(arrow).equals(top.to_polars())
    assert pl.DataFrame(top.to_pandas()).equals(top.to_polars())
    assert arrow.column_names == ["user", "item", "rank", "score", "label"]
