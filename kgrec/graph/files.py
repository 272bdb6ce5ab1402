"""A graph as a folder: Parquet tables, one JSON file, its ontologies, and its history.

::

    GRAPH/
      graph.json                    format, name, candidates, report, version
      nodes.parquet, edges.parquet  the graph
      labels.parquet                names that the data stated, where they are known
      ontology/1.ttl …              the ontologies that the user brought
      base/, changes/               only after updates: where it began, and what changed since
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from kgrec.data.atomic import kept_still, replaced_folder
from kgrec.data.disk import write_json
from kgrec.errors import RunError
from kgrec.graph.schema import NODES
from kgrec.graph.tables import read_edges, read_json, read_table
from kgrec.graph.versions.history import History
from kgrec.graph.versions.history_files import BASE, CHANGES, read_history, write_history
from kgrec.graph.versions.names import NAMES

FORMAT = 2
_HEADER = "graph.json"
_ONTOLOGIES = "ontology"
_PARTS = frozenset(
    {_HEADER, "nodes.parquet", "edges.parquet", "labels.parquet", _ONTOLOGIES, BASE, CHANGES}
)


@dataclass(frozen=True, eq=False)
class Files:
    """Everything in a graph's folder.

    :ivar labels: names that the data stated; ``None``: not known
    :ivar header: everything else there is to know, ready for JSON
    """

    nodes: pl.DataFrame
    edges: pl.DataFrame
    labels: pl.DataFrame | None
    header: dict[str, Any]
    history: History = field(default_factory=History)


def write_graph(folder: Path, files: Files) -> None:
    """Write a graph's folder, whole or not at all.

    :raises RunError: if the folder holds anything else
    """
    _check_replaceable(folder)
    with replaced_folder(folder) as fresh:
        files.nodes.write_parquet(fresh / "nodes.parquet")
        files.edges.write_parquet(fresh / "edges.parquet")
        if files.labels is not None:
            files.labels.write_parquet(fresh / "labels.parquet")
        write_history(fresh, files.history)
        header = {
            "format": FORMAT,
            **files.header,
            "start": files.history.start,
            # Copied: the folder must stand alone.
            "ontologies": list(_write_ontologies(fresh, files.header["ontologies"])),
        }
        write_json(fresh / _HEADER, header)


def read_graph(folder: Path) -> Files:
    """Read what :func:`write_graph` wrote, even while another process writes it anew.

    :raises RunError: if a file is missing or broken, or of another version
    """
    with kept_still(folder), told_if_broken(folder):
        header = _header(folder)
        is_first = header["format"] == 1
        labels = folder / "labels.parquet"
        return Files(
            nodes=read_table(folder / "nodes.parquet", NODES),
            edges=read_edges(folder / "edges.parquet", first=is_first),
            labels=read_table(labels, NAMES) if labels.exists() else None,
            header={**header, "ontologies": _read_ontologies(folder, header["ontologies"])},
            history=read_history(folder, header),
        )


def _check_replaceable(folder: Path) -> None:
    """Refuse to replace what no graph was saved in: it would be lost."""
    if folder.is_dir():
        foreign = sorted({path.name for path in folder.iterdir()} - _PARTS)
        if not foreign:
            return
    elif not folder.exists():
        return
    what = f"'{foreign[0]}' is" if folder.is_dir() else "this is a file and"
    raise RunError(
        f"{folder}: {what} not part of a graph and would be lost; choose another folder."
    )


def _header(folder: Path) -> dict[str, Any]:
    path = folder / _HEADER
    if not path.exists():
        raise RunError(f"{folder}: no graph is saved here (graph.json is missing).")
    about = read_json(path)
    version = about.get("format") if isinstance(about, dict) else None
    if version not in (1, FORMAT):
        raise RunError(
            f"{path}: format {version} is not format {FORMAT}, which this version reads; "
            "build the graph again."
        )
    return dict(about)


@contextmanager
def told_if_broken(folder: str | Path) -> Iterator[None]:
    """Turn what a damaged header leads to into one sentence."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RunError(f"{folder}: the graph is broken; build it again.") from error


def _write_ontologies(fresh: Path, ontologies: list[list[str]]) -> Iterator[dict[str, str]]:
    for number, (name, text) in enumerate(ontologies, start=1):
        (fresh / _ONTOLOGIES).mkdir(exist_ok=True)
        file = f"{_ONTOLOGIES}/{number}.ttl"
        (fresh / file).write_text(text, encoding="utf-8")
        yield {"name": name, "file": file}


def _read_ontologies(folder: Path, files: list[dict[str, str]]) -> list[list[str]]:
    try:
        return [
            [entry["name"], (folder / entry["file"]).read_text(encoding="utf-8")] for entry in files
        ]
    except (OSError, KeyError, TypeError, UnicodeDecodeError) as error:
        raise RunError(f"{folder}: an ontology of the graph is missing; build it again.") from error
