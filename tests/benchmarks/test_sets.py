from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.sets import find_sets
from kgrec.testing import write_tiny_folder


def test_a_folder_is_a_set_or_holds_some(tmp_path: Path) -> None:
    for name in ("b", "a"):
        write_tiny_folder(tmp_path / name)
    (tmp_path / "notes").mkdir()
    assert [each.name for each in find_sets([tmp_path])] == ["a", "b"]
    assert [each.name for each in find_sets([tmp_path / "b"])] == ["b"]


def test_a_folder_without_a_fixed_split_is_refused(tmp_path: Path) -> None:
    (tmp_path / "train.csv").write_text("user,item\n1,2\n")
    for folder in (tmp_path, tmp_path / "missing"):
        with pytest.raises(SystemExit, match="name another"):
            find_sets([folder])


def test_two_sets_of_one_name_are_refused(tmp_path: Path) -> None:
    for parent in ("x", "y"):
        write_tiny_folder(tmp_path / parent / "set")
    with pytest.raises(SystemExit, match="Two sets are called set"):
        find_sets([tmp_path / "x", tmp_path / "y"])


def test_the_fingerprint_is_of_the_content(tiny: Path, tmp_path: Path) -> None:
    write_tiny_folder(tmp_path / "again")
    ((one,), (other,)) = find_sets([tiny]), find_sets([tmp_path / "again"])
    assert one.fingerprint() == other.fingerprint()
    (tiny / "test.csv").write_text("user,item\n1,2\n")
    assert one.fingerprint() != other.fingerprint()


def test_what_a_set_has(tiny: Path) -> None:
    (bench,) = find_sets([tiny])
    assert bench.has_facts
    assert not bench.is_cold
    (tiny / "candidates.csv").write_text("item\n1\n")
    assert bench.is_cold
