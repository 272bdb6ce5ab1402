"""A graph as a folder: two Parquet tables, one JSON file, and the ontologies it was built with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl

from kgrec.data.atomic import replaced_folder
from kgrec.errors import RunError
from kgrec.graph.schema import EDGES, NODES

FORMAT = 2
_ONTOLOGIES = "ontology"


def write_graph(
    folder: Path,
    nodes: pl.DataFrame,
    edges: pl.DataFrame,
    about: dict[str, Any],
    ontologies: tuple[tuple[str, str], ...],
) -> None:
    """Write a graph's folder, whole or not at all.

    :param about: everything else there is to know, ready for JSON
    :param ontologies: name and Turtle of the user's ontologies: the folder must stand alone
    """
    with replaced_folder(folder) as fresh:
        nodes.write_parquet(fresh / "nodes.parquet")
        edges.write_parquet(fresh / "edges.parquet")
        files = []
        for number, (name, text) in enumerate(ontologies, start=1):
            (fresh / _ONTOLOGIES).mkdir(exist_ok=True)
            files.append({"name": name, "file": f"{_ONTOLOGIES}/{number}.ttl"})
            (fresh / files[-1]["file"]).write_text(text, encoding="utf-8")
        header = {"format": FORMAT, **about, "ontologies": files}
        text = json.dumps(header, ensure_ascii=False, indent=2)
        (fresh / "graph.json").write_text(text + "\n", encoding="utf-8")


def read_graph(
    folder: Path,
) -> tuple[pl.DataFrame, pl.DataFrame, dict[str, Any], tuple[tuple[str, str], ...]]:
    """Read what :func:`write_graph` wrote.

    :raises RunError: if a file is missing or broken, or of another version
    """
    about = _header(folder)
    nodes = _table(folder / "nodes.parquet", NODES)
    edges = _table(folder / "edges.parquet", EDGES)
    try:
        texts = tuple(
            (entry["name"], (folder / entry["file"]).read_text(encoding="utf-8"))
            for entry in about.pop("ontologies")
        )
    except (OSError, KeyError, TypeError, UnicodeDecodeError) as error:
        raise RunError(f"{folder}: an ontology of the graph is missing; build it again.") from error
    return nodes, edges, about, texts


def _header(folder: Path) -> dict[str, Any]:
    path = folder / "graph.json"
    try:
        about = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise RunError(f"{folder}: no graph is saved here (graph.json is missing).") from error
    except (OSError, ValueError) as error:
        raise RunError(f"{path}: the file is broken; build the graph again.") from error
    version = about.get("format") if isinstance(about, dict) else None
    if version != FORMAT:
        raise RunError(
            f"{path}: format {version} is not format {FORMAT}, which this version reads; "
            "build the graph again."
        )
    return dict(about)


def _table(path: Path, schema: pl.Schema) -> pl.DataFrame:
    try:
        table = pl.read_parquet(path)
    except FileNotFoundError as error:
        raise RunError(f"{path}: the file is missing; build the graph again.") from error
    except (OSError, pl.exceptions.PolarsError) as error:
        raise RunError(f"{path}: the file is broken; build the graph again.") from error
    if table.schema != schema:
        raise RunError(f"{path}: its columns are not those of a graph; build the graph again.")
    return table
