"""The history of a graph in its folder: few files, however many updates there were.

::

    base/nodes.parquet, edges.parquet, labels.parquet, base.json
    changes/nodes.parquet, edges.parquet, removed_nodes.parquet, removed_edges.parquet,
            labels.parquet    rows of all changes, with a column ``version`` in front
    changes/changes.json      what else belongs to each change
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

from kgrec.data.disk import write_json
from kgrec.errors import RunError
from kgrec.graph.content import Change
from kgrec.graph.report import BuildReport
from kgrec.graph.schema import EDGES, NODES
from kgrec.graph.tables import read_json, read_table
from kgrec.graph.versions.change import IDENTITIES, KEYS
from kgrec.graph.versions.history import History, Revision, Snapshot
from kgrec.graph.versions.names import NAMES
from kgrec.graph.versions.update_report import UpdateReport

BASE = "base"
CHANGES = "changes"

_STATE = {"nodes": NODES, "edges": EDGES, "labels": NAMES}
_DIFFERENCE = {
    "nodes": NODES,
    "edges": EDGES,
    "removed_nodes": KEYS,
    "removed_edges": IDENTITIES,
}
_VERSION = "version"


def write_history(folder: Path, history: History) -> None:
    """Write the base and the changes, where there are any."""
    if history.base is None:
        return
    (folder / BASE).mkdir()
    (folder / CHANGES).mkdir()
    for name in _STATE:
        getattr(history.base, name).write_parquet(folder / BASE / f"{name}.parquet")
    write_json(folder / BASE / "base.json", _about(history.base))
    for name in _DIFFERENCE:
        parts = [(change.version, getattr(change, name)) for change in history.changes]
        _numbered(parts).write_parquet(folder / CHANGES / f"{name}.parquet")
    labels = [(revision.change.version, revision.labels) for revision in history.revisions]
    _numbered(labels).write_parquet(folder / CHANGES / "labels.parquet")
    write_json(folder / CHANGES / "changes.json", list(_entries(history)))


def read_history(folder: Path, about: dict[str, Any]) -> History:
    """Read what :func:`write_history` wrote.

    :param about: the header of the folder, with ``identity`` and ``start`` where there are any
    :raises RunError: if a file is missing or broken
    """
    identity, start = about.get("identity", ""), about.get("start", 0)
    if about.get("version", start) == start:
        return History(identity, start)
    tables = {
        name: read_table(folder / BASE / f"{name}.parquet", schema)
        for name, schema in _STATE.items()
    }
    base = read_json(folder / BASE / "base.json")
    snapshot = Snapshot(
        **tables,
        candidates=_candidates(base["candidates"]),
        report=BuildReport.from_dict(base["report"]),
    )
    revisions = tuple(_revisions(folder / CHANGES, snapshot))
    if start + len(revisions) != about["version"]:
        raise RunError(f"{folder / CHANGES}: changes are missing; build the graph again.")
    return History(revisions[0].change.previous or identity, start, snapshot, revisions)


def _about(state: Snapshot | Revision) -> dict[str, Any]:
    candidates = None if state.candidates is None else list(state.candidates)
    return {"candidates": candidates, "report": state.report.to_dict()}


def _entries(history: History) -> Iterator[dict[str, Any]]:
    """What belongs to each change; candidates only where they are others than before."""
    assert history.base is not None
    before = history.base.candidates
    for revision in history.revisions:
        about = _about(revision)
        if revision.candidates == before:
            del about["candidates"]
        before = revision.candidates
        change = {
            "version": revision.change.version,
            "time": revision.change.time,
            "previous": revision.change.previous,
        }
        yield {**change, **about, "update": revision.update.to_dict()}


def _revisions(folder: Path, base: Snapshot) -> Iterator[Revision]:
    parts = {name: _parts(folder, name, schema) for name, schema in _DIFFERENCE.items()}
    labels = _parts(folder, "labels", NAMES)
    candidates = base.candidates
    for entry in read_json(folder / "changes.json"):
        version = entry["version"]
        tables = {
            name: parts[name].get(version, schema.to_frame())
            for name, schema in _DIFFERENCE.items()
        }
        if "candidates" in entry:
            candidates = _candidates(entry["candidates"])
        yield Revision(
            change=Change(
                version=version, time=entry["time"], **tables, previous=entry.get("previous", "")
            ),
            labels=labels.get(version, NAMES.to_frame()),
            candidates=candidates,
            report=BuildReport.from_dict(entry["report"]),
            update=UpdateReport.from_dict(entry["update"]),
        )


def _numbered(parts: list[tuple[int, pl.DataFrame]]) -> pl.DataFrame:
    return pl.concat(
        table.select(pl.lit(version, pl.Int64).alias(_VERSION), pl.all())
        for version, table in parts
    )


def _parts(folder: Path, name: str, schema: pl.Schema) -> dict[int, pl.DataFrame]:
    whole = pl.Schema({_VERSION: pl.Int64(), **schema})
    table = read_table(folder / f"{name}.parquet", whole)
    parts = table.partition_by(_VERSION, as_dict=True, include_key=False, maintain_order=True)
    return {int(version): part for (version,), part in parts.items()}


def _candidates(ids: list[str] | None) -> tuple[str, ...] | None:
    return None if ids is None else tuple(ids)
