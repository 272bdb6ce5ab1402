from __future__ import annotations

from pathlib import Path

import pytest

from kgrec import errors
from kgrec.errors import DataError, KgrecError, MissingExtraError, UnknownIdError

KINDS = (
    "DataError",
    "GraphError",
    "StoreError",
    "ConfigError",
    "RunError",
    "UnknownIdError",
    "MissingExtraError",
)


@pytest.mark.parametrize("name", KINDS)
def test_every_error_descends_from_the_root_and_is_drawn(name: str) -> None:
    assert issubclass(getattr(errors, name), KgrecError)
    assert name in (errors.__doc__ or "")


def test_nothing_else_is_an_error() -> None:
    found = {
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, KgrecError)
    }
    assert found == {"KgrecError", *KINDS}


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ({}, "an id is empty; fill it in."),
        ({"file": "events.csv"}, "events.csv: an id is empty; fill it in."),
        ({"column": "user"}, "column 'user': an id is empty; fill it in."),
        (
            {"file": Path("a/items.csv"), "column": "item", "row": 3},
            f"{Path('a/items.csv')}, column 'item', row 3: an id is empty; fill it in.",
        ),
        ({"file": "events.csv", "row": 0}, "events.csv, row 0: an id is empty; fill it in."),
    ],
)
def test_a_data_error_names_the_place_and_the_fix(place: dict[str, object], message: str) -> None:
    error = DataError("an id is empty", fix="fill it in", **place)  # type: ignore[arg-type]
    assert str(error) == message
    assert error.file == place.get("file")
    assert error.column == place.get("column")
    assert error.row == place.get("row")


def test_an_unknown_id_is_a_key_error_without_quotes() -> None:
    error = UnknownIdError("There is no user 'x'.")
    assert isinstance(error, KeyError)
    assert str(error) == "There is no user 'x'."
    assert str(UnknownIdError()) == ""


def test_a_missing_extra_says_the_command() -> None:
    error = MissingExtraError("pandas", "pandas")
    assert isinstance(error, ImportError)
    assert str(error) == "pandas is not installed; run: pip install 'kgrec[pandas]'."
