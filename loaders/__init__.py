"""One file a source; :func:`load` finds out which one is meant.

======================  ==================================================================
source                  what is read
======================  ==================================================================
``"ml-100k"``           MovieLens-100K with kgrec's own facts about films, downloaded once
``"ml-100k-freebase"``  the same with the facts of Freebase
a folder                the plain layout: ``train.csv``, ``items.parquet``, … (:mod:`.folder`)
a folder                RecBole's atomic files: ``NAME.inter``, ``NAME.kg``, … (:mod:`.recbole`)
======================  ==================================================================

To add a source, write a file beside this one with a function ``load(...) -> Dataset`` that brings
the tables to
:func:`kgrec.data.clean`, and, if it needs no argument, name it in :data:`SOURCES`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from kgrec.callbacks import Progress
from kgrec.data import Dataset
from kgrec.data.schema import closest
from kgrec.errors import DataError

from . import folder, ml_100k, recbole

__all__ = ["SOURCES", "load"]

SOURCES: dict[str, Callable[[Progress], Dataset]] = {
    "ml-100k": ml_100k.load,
    "ml-100k-freebase": ml_100k.load_with_freebase,
}
"""Datasets that are known by name."""


def load(source: str | Path, *, progress: Progress | None = None, seed: int = 0) -> Dataset:
    """Load a dataset by its name or from a folder.

    A name wins over a folder of the same name: write ``./ml-100k`` for the folder.

    :param source: a name in :data:`SOURCES`, or the path of a dataset folder or of RecBole's
        atomic files
    :param progress: sees the stages, for instance a download
    :param seed: for splitting events without timestamps
    :raises DataError: if there is no such source, or a table of it cannot be used
    """
    if isinstance(source, str) and source in SOURCES:
        return SOURCES[source](progress or Progress())
    path = Path(source).expanduser()
    if path.is_dir():
        if recbole.is_atomic(path):
            return recbole.load(path, seed=seed)
        return folder.load(path, seed=seed)
    if path.is_file():
        raise DataError("this is a file", fix=f"give its folder, {path.parent}", file=path)
    raise _no_such_source(str(source), path)


def _no_such_source(source: str, path: Path) -> DataError:
    beside = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
    guess = closest(path.name, SOURCES) or closest(path.name, beside)
    if path.name != source and guess is not None:
        guess = str(path.parent / guess)
    doubt = f"did you mean '{guess}'? " if guess else ""
    return DataError(
        f"there is no folder and no dataset '{source}'",
        fix=f"{doubt}known by name: {', '.join(SOURCES)}",
    )
