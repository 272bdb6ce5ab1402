from __future__ import annotations

from pathlib import Path

import pytest

from kgrec.errors import DataError
from kgrec.report import replaced_file


def test_a_file_is_replaced_at_the_end(tmp_path: Path) -> None:
    target = tmp_path / "top.csv"
    target.write_text("old")
    with replaced_file(target) as fresh:
        fresh.write_text("new")
        assert target.read_text() == "old"
    assert target.read_text() == "new"
    assert list(tmp_path.iterdir()) == [target]


def test_a_failure_leaves_everything_as_it_was(tmp_path: Path) -> None:
    target = tmp_path / "top.csv"
    target.write_text("old")

    def fail() -> None:
        with replaced_file(target) as fresh:
            fresh.write_text("half")
            raise ValueError("power cut")

    with pytest.raises(ValueError, match="power cut"):
        fail()
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_missing_folder_is_one_sentence(tmp_path: Path) -> None:
    with (
        pytest.raises(DataError, match="the file cannot be written"),
        replaced_file(tmp_path / "no" / "top.csv"),
    ):
        pass


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="this is a folder"), replaced_file(tmp_path):
        pass
