"""``dataset.toml``: what a dataset folder says about itself; needed only where names differ.

::

    name = "shop"
    item_type = "Film"              # a class of the ontology
    licence = "CC BY 4.0"
    source = "https://example.org"
    ontology = ["shop.ttl"]         # files beside dataset.toml

    [columns.events]                # the same for train, valid and test
    user = "user_id"                # kgrec's name = the name in the file

    [events]
    min_rating = 4                  # only rows rated 4 or better are interactions

    [modalities]
    image = "image.npy"             # a vector for each row of items; see kgrec.data.modalities
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from kgrec.data.dataset import DatasetInfo
from kgrec.data.schema import SCHEMAS, SECTIONS, closest
from kgrec.errors import DataError

FILE = "dataset.toml"
"""The name of the file in a dataset folder."""


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class EventRules(_Section):
    """Which rows of an event table are interactions."""

    min_rating: float | None = Field(default=None, allow_inf_nan=False)
    """Rows with a lower rating, or without one, are no interactions."""


class Modality(_Section):
    """Vectors in a file of their own."""

    file: str
    """A ``.npy`` file, relative to the folder: float32, shape ``(n, m)``."""
    table: Literal["items", "labels"] = "items"
    """Whose vectors they are."""
    ids: str | None = None
    """A table with the id of each row; ``None``: they stand in the order of the table."""


def _in_short(value: Any) -> Any:
    """``image = "image.npy"`` names the file and nothing else."""
    return {"file": value} if isinstance(value, str) else value


class Settings(_Section):
    """The content of ``dataset.toml``."""

    name: str | None = None
    """A short name; the folder's name by default."""
    licence: str = ""
    """The terms under which the data may be used."""
    source: str = ""
    """Where the data come from."""
    item_type: str = "Item"
    """The ontology class of the items."""
    ontology: tuple[str, ...] = ()
    """Further ontology files, relative to the folder."""
    columns: dict[str, dict[str, str]] = {}
    """For each table: kgrec's column name → the name in the file."""
    events: EventRules = EventRules()
    """Which events are interactions."""
    modalities: dict[str, Annotated[Modality, BeforeValidator(_in_short)]] = {}
    """Vectors of items or labels by name."""

    @model_validator(mode="after")
    def _known_columns(self) -> Settings:
        for section, mapping in self.columns.items():
            if section not in SECTIONS:
                raise ValueError(_unknown(f"columns.{section}", [f"columns.{s}" for s in SECTIONS]))
            schema = SCHEMAS[section]
            for column in mapping:
                if column not in schema.columns and not schema.is_open:
                    names = [f"columns.{section}.{name}" for name in schema.columns]
                    raise ValueError(_unknown(f"columns.{section}.{column}", names))
        return self

    def info(self, folder: Path) -> DatasetInfo:
        """Say where the dataset in ``folder`` comes from."""
        return DatasetInfo(
            name=self.name or folder.resolve().name,
            source=self.source or str(folder),
            licence=self.licence,
            item_type=self.item_type,
            ontologies=tuple(str(_existing(folder, name)) for name in self.ontology),
        )


def read_settings(folder: Path) -> Settings:
    """Read ``dataset.toml`` of a folder; without one everything has its default.

    :raises DataError: if it is no TOML, has a key that does not exist, or a value of the wrong type
    """
    path = folder / FILE
    if not path.is_file():
        return Settings()
    try:
        return Settings.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"the file is not TOML ({error})", fix="mend it", file=path) from None
    except ValidationError as error:
        raise DataError(_complaint(error), fix="mend or delete the key", file=path) from None


def _complaint(error: ValidationError) -> str:
    first = error.errors()[0]
    if first["type"] == "value_error":
        return str(first["ctx"]["error"])
    path = [str(part) for part in first["loc"]]
    key = ".".join(path)
    if first["type"] == "extra_forbidden":
        sections: dict[str, type[_Section]] = {"events": EventRules, "modalities": Modality}
        model = sections.get(path[0], Settings)
        prefix = key.rpartition(".")[0]
        return _unknown(key, [f"{prefix}.{n}" if prefix else n for n in model.model_fields])
    return f"the key '{key}' cannot be {first['input']!r} ({first['msg'].lower()})"


def _unknown(key: str, known: list[str]) -> str:
    guess = closest(key, known)
    doubt = f", did you mean '{guess}'?" if guess else ""
    return f"there is no key '{key}'{doubt} (known are {', '.join(known)})"


def _existing(folder: Path, name: str) -> Path:
    path = (folder / name).resolve()
    if not path.is_file():
        raise DataError(
            f"the ontology file '{name}' does not exist",
            fix="write its path relative to the folder",
            file=folder / FILE,
        )
    return path
