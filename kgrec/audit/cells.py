"""What one training (or one baseline) recommended, kept so that an audit can go on later."""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from kgrec.config import Config
from kgrec.data.atomic import replaced_file
from kgrec.graph import KnowledgeGraph
from kgrec.graph.versions.identity import identity_of
from kgrec.sources import code_version

_LENGTH = 12
_COLUMNS = ["user", "item", "rank", "score"]


@dataclass(frozen=True)
class Cell:
    """The lists of one system, on one split, with one seed.

    :ivar lists: ``user, item, rank, score``
    :ivar seconds: wall time of training and ranking
    :ivar remembered: whether an earlier audit made them
    """

    lists: pl.DataFrame
    seconds: float
    remembered: bool = False


class Cells:
    """A folder of lists, each under a name that says all that made it.

    The name holds a hash of the graph (its nodes, edges, candidates and ontologies), of the
    settings with the seed, of the users, and of kgrec's sources: lists of other data, settings or
    code are never taken for these.

    :param folder: is made when there is something to keep; ``None``: nothing is kept
    """

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder

    def get(self, name: str, key: str, make: Callable[[], pl.DataFrame]) -> Cell:
        """Take the lists from the folder, or make them and keep them, whole or not at all.

        :param name: for people
        :param key: see :func:`key_of`
        :param make: returns ``user, item, rank, score``
        """
        path = self.folder / f"{_plain(name)}-{key}.parquet" if self.folder else None
        kept = _read(path) if path else None
        if kept is not None:
            return kept
        started = time.perf_counter()
        lists = make().select(_COLUMNS)
        seconds = time.perf_counter() - started
        if path:
            with replaced_file(path) as fresh:
                lists.write_parquet(fresh, metadata={"kgrec": json.dumps({"seconds": seconds})})
        return Cell(lists, seconds)


def key_of(graph: KnowledgeGraph, users: list[str], config: Config | None, **more: Any) -> str:
    """Hash everything that lists depend on.

    :param config: settings and seed; ``None`` for what has none
    :param more: further values, ready for JSON
    """
    parts: Mapping[str, Any] = {
        "kgrec": code_version(),
        "graph": graph.identity,
        "candidates": graph.candidates,
        "ontologies": graph.ontologies,
        "settings": config.model_dump(exclude={"threads"}) if config else None,
        "users": identity_of("users", pl.DataFrame({"user": users})),
        **more,
    }
    text = json.dumps(parts, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:_LENGTH]


def _read(path: Path) -> Cell | None:
    """What is there and whole; anything else is made anew."""
    try:
        lists = pl.read_parquet(path).select(_COLUMNS)
        about = json.loads(pl.read_parquet_metadata(path)["kgrec"])
        return Cell(lists, float(about["seconds"]), remembered=True)
    except (OSError, pl.exceptions.PolarsError, KeyError, TypeError, ValueError):
        return None


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
