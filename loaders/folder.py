"""A dataset folder in kgrec's plain layout.

Each table is a ``.parquet`` or ``.csv`` file with ids as strings: ``events`` (``user, item``), or
``train``, ``valid`` and ``test`` for a fixed split; and, where there are any, ``items``,
``users``, ``facts``, ``labels``, ``candidates``, ``descriptions`` (``kgrec describe`` writes them)
and ``extracted`` (``kgrec extract``). ``dataset.toml`` is needed only where names differ
(:mod:`kgrec.data.settings`).
"""

from __future__ import annotations

from pathlib import Path

from kgrec.data import Dataset, clean, read_settings
from kgrec.data.modalities import with_modalities
from kgrec.data.schema import SCHEMAS, closest
from kgrec.data.tables import ENDINGS, find_table, read_table
from kgrec.errors import DataError


def load(folder: Path, *, seed: int = 0) -> Dataset:
    """Read and check every table of a folder.

    :param folder: holds at least ``events`` or ``train``
    :param seed: for splitting events without timestamps
    :raises DataError: naming the file, the column and the fix
    """
    settings = read_settings(folder)
    info = settings.info(folder)
    paths = {name: path for name in SCHEMAS if (path := find_table(folder, name)) is not None}
    if "events" not in paths and "train" not in paths:
        raise _no_behaviour(folder)
    tables = {
        name: read_table(path, SCHEMAS[name], settings.columns.get(SCHEMAS[name].section, {}))
        for name, path in paths.items()
    }
    tables = with_modalities(tables, settings.modalities, folder)
    files = {name: path.name for name, path in paths.items()}
    return clean(tables, info, files=files, min_rating=settings.events.min_rating, seed=seed)


def _no_behaviour(folder: Path) -> DataError:
    there = sorted(path.name for path in folder.iterdir() if path.is_file())
    stems = [Path(name).stem for name in there if Path(name).suffix in ENDINGS]
    guesses = [stem for stem in stems if stem not in SCHEMAS and closest(stem, ["events", "train"])]
    doubt = f"is it '{guesses[0]}'? " if guesses else ""
    listed = ", ".join(there[:10]) or "no files"
    return DataError(
        f"there is neither a table 'events' nor a table 'train' among {listed}",
        fix=f"{doubt}name the file with the behaviour events.csv or events.parquet",
        file=folder,
    )
