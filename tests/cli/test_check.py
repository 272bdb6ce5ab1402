from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from kgrec.cli.check import dishonest
from kgrec.testing import tiny_dataset


def write(folder: Path, **tables: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


TRAIN = "user,item\n" + "".join(f"u,i{n}\n" for n in range(6))


def test_a_good_dataset_passes(cli: Callable[..., Any], tiny: Path) -> None:
    result = cli("check", tiny)
    assert result.exit_code == 0
    assert "can be trained on" in result.stdout
    assert "The graph is valid" in result.stdout


def test_an_answer_in_two_splits_is_dishonest(cli: Callable[..., Any], tmp_path: Path) -> None:
    folder = write(tmp_path, train=TRAIN, valid="user,item\nu,j\n", test="user,item\nu,i1\nu,k\n")
    result = cli("check", folder)
    assert result.exit_code == 1
    assert "Dishonest:" in result.stdout
    assert "test.csv: 1 row set aside: the same user and item are in train.csv" in result.stdout


def test_a_fact_that_tells_the_test_is_dishonest(cli: Callable[..., Any], tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        train=TRAIN,
        valid="user,item\nu,j\n",
        test="user,item\nu,k\n",
        facts="head,relation,tail\nu,bought,k\n",
    )
    result = cli("check", folder)
    assert result.exit_code == 1
    assert "joins a user to an item of valid or test" in result.stdout


def test_an_empty_test_is_dishonest(cli: Callable[..., Any], tmp_path: Path) -> None:
    result = cli("check", write(tmp_path, train=TRAIN))
    assert result.exit_code == 1
    assert "test is empty" in result.stdout


def test_faulty_rows_are_reported_but_allowed(cli: Callable[..., Any], tmp_path: Path) -> None:
    folder = write(
        tmp_path, train=TRAIN + ",i9\n", valid="user,item\nu,j\n", test="user,item\nu,k\n"
    )
    result = cli("check", folder)
    assert result.exit_code == 0
    assert "train.csv, column 'user': 1 row set aside" in result.stdout


def test_candidates_that_cannot_be_hit_are_dishonest() -> None:
    data = replace(tiny_dataset(), candidates=())
    assert any("candidates" in fault for fault in dishonest(data))
    assert dishonest(tiny_dataset()) == []


def test_doubts_are_no_refusal(cli: Callable[..., Any], tmp_path: Path) -> None:
    test = "user,item\nu,k\nstranger,i1\n"
    result = cli("check", write(tmp_path, train=TRAIN, valid="user,item\nu,j\n", test=test))
    assert result.exit_code == 0
    assert "Doubts:" in result.stdout
    assert "(for instance user=stranger)" in result.stdout


def test_a_leak_that_no_row_shows_is_found_too(cli: Callable[..., Any], tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        train=TRAIN,
        valid="user,item\nu,j\n",
        test="user,item\nu,k\n",
        items="item,title,buyers\nk,Kite,u\ni1,Ink,\n",
    )
    result = cli("check", folder)
    assert result.exit_code == 1
    assert "items, column 'buyers': 1 row kept: it names users who took" in result.stdout
    assert "can be trained on" not in result.stdout
