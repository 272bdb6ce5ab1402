from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kgrec.loaders import load

from kgrec.data import DatasetInfo, clean
from kgrec.data.modalities import open_matrix
from kgrec.errors import DataError

EVENTS = pl.DataFrame({"user": ["a", "a", "b", "b"], "item": ["x", "y", "y", "z"]})


def items(vectors: list[object], kind: pl.DataType | None = None) -> pl.DataFrame:
    dtype = kind or pl.List(pl.Float32)
    return pl.DataFrame(
        {"item": ["x", "y", "z"][: len(vectors)], "image": pl.Series(vectors, dtype=dtype)}
    )


def cleaned(**tables: pl.DataFrame):
    return clean({"events": EVENTS, **tables}, DatasetInfo("made"))


def test_a_column_of_vectors_is_kept_and_an_empty_one_is_none() -> None:
    data = cleaned(items=items([[1.0, 2.5], [], None]))
    assert data.items["image"].to_list() == [[1.0, 2.5], None, None]


@pytest.mark.parametrize(
    ("vectors", "row", "problem"),
    [
        ([[1.0, 2.0], [3.0]], 2, "not the 2 numbers"),
        ([[1.0, 2.0], None, [1.0, float("nan")]], 3, "not finite"),
        ([[float("inf"), 2.0]], 1, "not finite"),
        ([[1.0, None]], 1, "not finite"),
    ],
)
def test_a_broken_vector_is_told_with_its_row(vectors: list, row: int, problem: str) -> None:
    with pytest.raises(DataError, match=problem) as caught:
        cleaned(items=items(vectors))
    assert f"row {row}" in str(caught.value)
    assert "image" in str(caught.value)


def test_vectors_of_labels_become_literals() -> None:
    labels = pl.DataFrame(
        {
            "entity": ["e", "f"],
            "label": ["E", "F"],
            "logo": pl.Series([[0.5, 0.25], None], dtype=pl.List(pl.Float32)),
            "properties": ['{"year": 1999}', None],
        }
    )
    found = cleaned(labels=labels).labels["properties"]
    assert json.loads(found[0]) == {"year": 1999, "logo": [0.5, 0.25]}
    assert "logo" not in {k: v for k, v in json.loads(found[1] or "{}").items() if v is not None}


def folder(path: Path, toml: str = '[modalities]\nimage = "image.npy"\n', **arrays: object) -> Path:
    EVENTS.write_csv(path / "events.csv")
    pl.DataFrame({"item": ["z", "x", "y"], "title": ["Z", "X", "Y"]}).write_csv(path / "items.csv")
    (path / "dataset.toml").write_text(toml)
    for name, array in arrays.items():
        np.save(path / f"{name}.npy", np.asarray(array))
    return path


def test_rows_of_a_file_are_those_of_the_table(tmp_path: Path) -> None:
    image = np.arange(6, dtype=np.float16).reshape(3, 2)
    data = load(folder(tmp_path, image=image))
    assert dict(data.items.select("item", "image").iter_rows()) == {
        "z": [0.0, 1.0],
        "x": [2.0, 3.0],
        "y": [4.0, 5.0],
    }


def test_a_row_of_zeros_is_no_vector(tmp_path: Path) -> None:
    data = load(folder(tmp_path, image=np.float32([[0, 0], [1, 0], [0, 1]])))
    assert data.items["image"].null_count() == 1


def test_rows_may_be_named_by_a_table_of_ids(tmp_path: Path) -> None:
    toml = '[modalities]\nimage = { file = "image.npy", ids = "ids.csv" }\n'
    pl.DataFrame({"item": ["y", "elsewhere"]}).write_csv(tmp_path / "ids.csv")
    data = load(folder(tmp_path, toml, image=np.float32([[1, 2], [3, 4]])))
    assert data.items.filter(pl.col("item") == "y")["image"].to_list() == [[1.0, 2.0]]
    assert data.items["image"].null_count() == 2


@pytest.mark.parametrize(
    ("array", "problem"),
    [
        (np.float32([[1, 2], [3, 4]]), "2 rows and the table 'items' 3"),
        (np.float32([[1, 2], [3, np.nan], [5, 6]]), "row 2"),
        (np.float64([[1, 2], [3, 1e300], [5, 6]]), "row 2"),
        (np.int64([[1, 2], [3, 4], [5, 6]]), "no matrix of fractions"),
        (np.float32([1, 2, 3]), "no matrix of fractions"),
        (np.array([[{}]], dtype=object), "no array of numbers"),
    ],
)
def test_a_bad_file_is_told(tmp_path: Path, array: np.ndarray, problem: str) -> None:
    with pytest.raises(DataError, match=problem) as caught:
        load(folder(tmp_path, image=array))
    assert "image.npy" in str(caught.value)


def test_a_file_is_never_unpickled(tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self):
            return (Path.touch, (tmp_path / "harm",))

    np.save(tmp_path / "evil.npy", np.array([Evil()], dtype=object), allow_pickle=True)
    with pytest.raises(DataError):
        open_matrix(tmp_path / "evil.npy")
    assert not (tmp_path / "harm").exists()


def test_a_file_is_missing_broken_or_of_a_wrong_key(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="does not exist"):
        load(folder(tmp_path))
    (tmp_path / "image.npy").write_bytes(b"no array")
    with pytest.raises(DataError, match="no array of numbers"):
        load(tmp_path)
    (tmp_path / "dataset.toml").write_text('[modalities]\nimage = { fil = "image.npy" }\n')
    with pytest.raises(DataError, match=r"modalities\.image\.fil"):
        load(tmp_path)


@given(
    rows=st.integers(1, 5),
    size=st.integers(1, 4),
    seed=st.integers(0, 99),
)
def test_what_is_written_is_what_is_read(
    rows: int, size: int, seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    array = np.random.default_rng(seed).normal(size=(rows, size)).astype(np.float32)
    path = tmp_path_factory.mktemp("npy") / "a.npy"
    np.save(path, array)
    assert np.array_equal(open_matrix(path), array)
