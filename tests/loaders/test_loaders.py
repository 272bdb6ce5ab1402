from pathlib import Path

import pytest
from kgrec.loaders import SOURCES, load

from kgrec.callbacks import Progress
from kgrec.data import Dataset
from kgrec.errors import DataError
from kgrec.testing import tiny_dataset, write_tiny_folder


def test_a_name_is_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Progress] = []

    def source(progress: Progress) -> Dataset:
        seen.append(progress)
        return tiny_dataset()

    monkeypatch.setitem(SOURCES, "mine", source)
    mine = Progress()
    assert load("mine", progress=mine).info.name == "tiny"
    assert seen == [mine]


def test_an_unknown_name_lists_the_known() -> None:
    with pytest.raises(DataError, match=r"did you mean 'ml-100k'\? known by name: ml-100k"):
        load("ml100k")


def test_a_folder_that_does_not_exist(tmp_path: Path) -> None:
    write_tiny_folder(tmp_path / "films", users=2, items=12)
    with pytest.raises(DataError, match=r"did you mean '.*films'"):
        load(tmp_path / "filmz")
    with pytest.raises(DataError, match="there is no folder"):
        load(tmp_path / "a" / "b")


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "train.csv").touch()
    with pytest.raises(DataError, match="this is a file; give its folder"):
        load(tmp_path / "train.csv")


def test_atomic_files_are_recognised(tmp_path: Path) -> None:
    (tmp_path / "d.inter").write_text("user_id:token\titem_id:token\na\t1\n")
    assert load(str(tmp_path)).train.height == 1
