"""Running a query of pyoxigraph's within a time and a number of rows."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread
from typing import Any

from kgrec.errors import GraphError
from kgrec.graph.rdf.oxigraph import oxigraph
from kgrec.graph.rdf.plain import plain
from kgrec.graph.result import QueryResult


def in_time(work: Callable[[Event], QueryResult], seconds: float) -> QueryResult:
    """Do something in a thread, and give up waiting for it after a time.

    :param work: should end soon when its event is set
    :raises GraphError: if it takes too long
    """
    stop = Event()
    box: list[QueryResult | BaseException] = []

    def run() -> None:
        try:
            box.append(work(stop))
        except BaseException as error:
            box.append(error)

    worker = Thread(target=run, name="kgrec-sparql", daemon=True)
    worker.start()
    worker.join(seconds)
    if not box:
        stop.set()
        raise GraphError(
            f"The query took longer than {seconds:g} seconds; narrow it, or allow more time."
        )
    found = box[0]
    if isinstance(found, BaseException):
        raise found
    return found


def answer(results: Any, row_limit: int, stop: Event) -> QueryResult:
    """Read what a query found, up to a number of rows."""
    ox = oxigraph()
    if isinstance(results, ox.QueryBoolean):
        return QueryResult(["answer"], [[bool(results)]])
    columns = ["subject", "predicate", "object"]
    if isinstance(results, ox.QuerySolutions):
        columns = [variable.value for variable in results.variables]
    rows: list[list[Any]] = []
    for row in results:
        if len(rows) >= row_limit or stop.is_set():
            return QueryResult(columns, rows, truncated=True)
        rows.append([_value(term) for term in row])
    return QueryResult(columns, rows)


def _value(term: Any) -> Any:
    if term is None:
        return None
    ox = oxigraph()
    if isinstance(term, ox.Literal):
        return plain(term.value, term.datatype.value)
    return term.value if isinstance(term, ox.NamedNode) else str(term)
