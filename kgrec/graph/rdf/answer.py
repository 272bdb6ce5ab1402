"""Reading what a query of pyoxigraph's found."""

from __future__ import annotations

from threading import Event
from typing import Any

from kgrec.graph.rdf.oxigraph import oxigraph
from kgrec.graph.rdf.plain import plain
from kgrec.graph.result import QueryResult


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
