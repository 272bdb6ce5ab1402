"""RecBole's atomic files: ``NAME.inter``, ``.item``, ``.user``, ``.kg``, ``.link``.

Tab-separated text with typed headers (``user_id:token``, ``rating:float``, ``genre:token_seq``).
The format: https://recbole.io/docs/user_guide/data/atomic_files.html

``NAME.train.inter``, ``NAME.valid.inter`` and ``NAME.test.inter`` are a fixed split. ``.link``
says which entity of ``.kg`` an item is: its facts become facts about the item. A ``dataset.toml``
in the folder is obeyed.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl
from polars.exceptions import PolarsError

from kgrec.data import Dataset, Settings, clean, read_settings
from kgrec.data.schema import SCHEMAS
from kgrec.data.tables import rename
from kgrec.errors import DataError

RENAMED = {
    "user_id": "user",
    "item_id": "item",
    "entity_id": "entity",
    "head_id": "head",
    "relation_id": "relation",
    "tail_id": "tail",
    "movie_title": "title",
    "name": "title",
    "class": "genres",
    "genre": "genres",
    "release_year": "year",
}
"""RecBole's usual column names → kgrec's."""

_TABLES = {
    ".train.inter": "train",
    ".valid.inter": "valid",
    ".test.inter": "test",
    ".inter": "events",
    ".item": "items",
    ".user": "users",
    ".kg": "facts",
    ".link": "link",
}
_TYPES = ("token", "token_seq", "float", "float_seq")


def is_atomic(folder: Path) -> bool:
    """Whether a folder holds atomic files."""
    return any(folder.glob("*.inter"))


def load(folder: Path, *, settings: Settings | None = None, seed: int = 0) -> Dataset:
    """Read the atomic files of a folder.

    :param folder: holds the files of one dataset
    :param settings: instead of the folder's ``dataset.toml``
    :param seed: for splitting events without timestamps
    :raises DataError: naming the file, the column and the fix
    """
    settings = settings or read_settings(folder)
    paths = _paths(folder)
    tables = {name: read_atomic(path) for name, path in paths.items()}
    for name, table in tables.items():
        columns = settings.columns.get(SCHEMAS[name].section, {}) if name in SCHEMAS else {}
        tables[name] = rename(table, columns, paths[name].name)
    link = tables.pop("link", None)
    if link is not None and "facts" in tables:
        tables["facts"] = linked(tables["facts"], link)
    return clean(
        tables,
        settings.info(folder),
        files={name: path.name for name, path in paths.items()},
        min_rating=settings.events.min_rating,
        seed=seed,
    )


def read_atomic(path: Path) -> pl.DataFrame:
    """Read one atomic file and give its columns kgrec's names.

    ``token`` stays text, ``float`` becomes a number, ``token_seq`` becomes ``a|b``, but for a
    title, which stays a text.

    :raises DataError: if a header has no type, or the file cannot be read
    """
    try:
        frame = pl.read_csv(path, separator="\t", quote_char=None, infer_schema=False, glob=False)
    except (PolarsError, OSError) as error:
        reason = str(error).strip().split("\n")[0].rstrip(".")
        raise DataError(
            f"the file is not a readable atomic file ({reason})",
            fix="write tab-separated UTF-8 with one value for each column",
            file=path,
        ) from None
    return frame.select(_column(path, frame[header]) for header in frame.columns)


def linked(facts: pl.DataFrame, link: pl.DataFrame) -> pl.DataFrame:
    """Replace every entity that is an item by the item.

    An entity to which several items are linked is all of them: its facts are repeated for each.

    :param facts: ``head, relation, tail``
    :param link: ``item, entity``
    :return: ``head, relation, tail, head_kind, tail_kind``
    """
    link = link.select("item", "entity").drop_nulls().unique(maintain_order=True)
    for end in ("head", "tail"):
        to = link.rename({"entity": end, "item": "item_of"})
        facts = facts.join(to, on=end, how="left", maintain_order="left_right")
        kind = pl.when(pl.col("item_of").is_null()).then(pl.lit("entity")).otherwise(pl.lit("item"))
        facts = facts.with_columns(
            kind.alias(f"{end}_kind"), pl.coalesce("item_of", end).alias(end)
        ).drop("item_of")
    return facts


def _paths(folder: Path) -> dict[str, Path]:
    paths: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        ending = next((ending for ending in _TABLES if path.name.endswith(ending)), None)
        if ending is None:
            continue
        name = _TABLES[ending]
        if name in paths:
            raise DataError(
                f"there are two files of this kind, {paths[name].name} and {path.name}",
                fix="keep one dataset in a folder",
                file=folder,
            )
        paths[name] = path
    if "train" in paths:
        paths.pop("events", None)  # RecBole reads the fixed split where there is one
    return paths


def _column(path: Path, values: pl.Series) -> pl.Series:
    name, _, kind = values.name.rpartition(":")
    if kind not in _TYPES or not name:
        raise DataError(
            "the header has no type",
            fix=f"write NAME:TYPE with one of the types {', '.join(_TYPES)}",
            file=path,
            column=values.name,
        )
    values = values.alias(RENAMED.get(name, name))
    if kind == "float" and values.name not in SCHEMAS["events"].optional:
        return values.cast(pl.Float64, strict=False)
    if kind in ("token_seq", "float_seq") and values.name != "title":
        return values.str.replace_all(" ", "|", literal=True)
    return values  # weights, ratings and times stay text: the check of the rows names the bad ones
