from __future__ import annotations

from kgrec.evaluation.tables import number, text_table


def test_numbers_are_aligned_and_stars_hang_out() -> None:
    lines = text_table(["", "NDCG@20"], [["Popularity", "0.1234"], ["kgrec", "0.2345*"]])
    assert lines == [
        "            NDCG@20",
        "--------------------",
        "Popularity   0.1234",
        "kgrec        0.2345*",
    ]


def test_a_title_and_a_long_column_do_not_touch() -> None:
    lines = text_table(["By country", "NDCG gap@20"], [["kgrec", "0.1"]])
    assert lines[0] == "By country NDCG gap@20"


def test_large_numbers_have_one_place() -> None:
    assert [number(value) for value in (0.5, 12.34567, 1234.56)] == ["0.5000", "12.3457", "1,234.6"]
