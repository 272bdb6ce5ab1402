from pathlib import Path

import pytest

from kgrec.data import fresh_folder
from kgrec.errors import DataError


def test_a_folder_appears_when_it_is_complete(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "run"
    with fresh_folder(target) as folder:
        (folder / "a").write_text("1")
        assert not target.exists()
    assert (target / "a").read_text() == "1"
    assert [path.name for path in target.parent.iterdir()] == ["run"]


def test_nothing_is_left_of_a_failure(tmp_path: Path) -> None:
    def fail() -> None:
        with fresh_folder(tmp_path / "run") as folder:
            (folder / "a").write_text("1")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1")
    with pytest.raises(DataError, match="something is there already"), fresh_folder(tmp_path):
        pass
    assert (tmp_path / "a").read_text() == "1"


def test_another_process_can_be_faster(tmp_path: Path) -> None:
    def race() -> None:
        with fresh_folder(tmp_path / "run"):
            (tmp_path / "run").mkdir()
            (tmp_path / "run" / "a").write_text("theirs")

    with pytest.raises(DataError, match="cannot be put in place"):
        race()
    assert (tmp_path / "run" / "a").read_text() == "theirs"


def test_an_empty_folder_can_be_filled(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    with fresh_folder(tmp_path / "run") as folder:
        (folder / "a").touch()
    assert (tmp_path / "run" / "a").exists()
