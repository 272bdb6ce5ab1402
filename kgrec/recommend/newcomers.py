"""New items and users as a next version of the graph; what is there is never changed by them."""

from __future__ import annotations

import polars as pl

from kgrec.data.catalog import read_ids
from kgrec.data.clean import as_frame
from kgrec.data.columns import as_text
from kgrec.data.quality import REMOVING
from kgrec.data.schema import EVENTS, ITEMS, USERS, TableSchema, require_columns
from kgrec.errors import DataError
from kgrec.graph import KnowledgeGraph


def with_new_items(
    graph: KnowledgeGraph,
    table: object,
    facts: object = None,
    labels: object = None,
    extracted: object = None,
    descriptions: object = None,
) -> KnowledgeGraph:
    """The graph with new items, which are candidates where not all items are.

    The tables are those of :meth:`KnowledgeGraph.update <kgrec.KnowledgeGraph.update>`.

    :raises DataError: if an item is there already, there is none, or a table cannot be used
    """
    ids = _new_ids(graph, as_frame(table, "items"), ITEMS, "items")
    candidates = None if graph.candidates is None else pl.DataFrame({"item": ids})
    return graph.update(
        items=table,
        facts=facts,
        labels=labels,
        candidates=candidates,
        extracted=extracted,
        descriptions=descriptions,
    )


def with_new_users(
    graph: KnowledgeGraph, table: object = None, events: object = None
) -> KnowledgeGraph:
    """The graph with new users and what they did.

    :raises DataError: if a user is there already, there is none, an item of the events is not in
        the graph, a table cannot be used, or no row can
    """
    if table is None and events is None:
        raise DataError("there is no user to add", fix="give a table of users, or of events")
    if table is not None:
        _new_ids(graph, as_frame(table, "users"), USERS, "users")
    if events is not None:
        frame = as_frame(events, "events")
        require_columns(frame, EVENTS, "events")
        _refuse(graph, as_text(frame, "user", "events"), "user", "events", there=True)
        _refuse(graph, as_text(frame, "item", "events"), "item", "events", there=False)
    later = graph.update(users=table, events=events)
    if _num_users(later) == _num_users(graph):
        raise DataError("there is no user to add", fix=_why_none(later))
    return later


def _num_users(graph: KnowledgeGraph) -> int:
    return graph.nodes.filter(pl.col("kind") == "user").height


def _why_none(graph: KnowledgeGraph) -> str:
    """What became of the rows of an update that added nobody."""
    found = graph.update_report.quality.findings if graph.update_report else ()
    faults = [finding for finding in found if finding.action in REMOVING]
    return str(faults[0]).rstrip(".") if faults else "give the table a row"


def _new_ids(
    graph: KnowledgeGraph, frame: pl.DataFrame, schema: TableSchema, file: str
) -> list[str]:
    kind = schema.required[0]
    require_columns(frame, schema, file)
    _refuse(graph, as_text(frame, kind, file), kind, file, there=True)
    found: list[str] = read_ids(frame, schema, file, [])[kind].to_list()
    if not found:
        raise DataError(f"there is no {kind} to add", fix="give the table a row", file=file)
    return found


def _refuse(graph: KnowledgeGraph, ids: pl.Series, kind: str, file: str, *, there: bool) -> None:
    """Refuse ids that the graph has, or has not.

    :param there: whether those are refused that the graph has, be it but for blanks around them, or
        those that it has not
    :raises DataError: names the first one
    """
    known = graph.nodes.filter(pl.col("kind") == kind)["id"]
    present = ids.is_in(known.implode())
    bad = present | ids.str.strip_chars().is_in(known.implode()) if there else ~present
    bad &= ids.is_not_null()
    if (place := bad.arg_true()).len():
        row = int(place[0])
        problem, fix = (
            (f"the {kind} '{ids[row]}' is in the graph already", "use graph.update and rec.update")
            if there
            else (f"the {kind} '{ids[row]}' is not in the graph", f"add it with add_{kind}s first")
        )
        raise DataError(problem, fix=fix, file=file, row=row + 1, column=kind)
