"""``kgrec query``: Cypher on the graph of a run."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from kgrec.cli.options import Format, Run
from kgrec.cli.output import note, print_json, print_table

_ROWS = 10_000


def query(
    run: Run,
    cypher: Annotated[
        str, typer.Argument(help='For instance "MATCH (m:Item) RETURN m.label LIMIT 5".')
    ],
    format: Annotated[Format, typer.Option(help="How to print it.")] = Format.table,
) -> None:
    """Ask the graph of a run; it can only be read."""
    from kgrec.graph import KnowledgeGraph

    answer = KnowledgeGraph.load(run / "graph").cypher(cypher, row_limit=_ROWS)
    if answer.truncated:
        note(f"Only the first {_ROWS:,} rows are shown; add a LIMIT or narrow the query.")
    if format is Format.json:
        print_json({"columns": answer.columns, "rows": answer.rows})
    else:
        print_table(answer.columns, [[_short(value) for value in row] for row in answer.rows])


def _short(value: Any) -> Any:
    """Write nodes by their label, relationships by their type, and paths as both in turn."""
    if isinstance(value, dict):
        return _short_dict(value)
    if isinstance(value, list):
        return ", ".join(str(_short(each)) for each in value)
    return value


def _short_dict(value: dict[str, Any]) -> str:
    if {"nodes", "relationships"} <= value.keys():
        return _short_path(value)
    if {"key", "label"} <= value.keys():
        return f"({value['label']})"
    if {"type", "start", "end"} <= value.keys():
        return f"[{value['type']}]"
    return ", ".join(f"{name}: {_short(each)}" for name, each in value.items())


def _short_path(path: dict[str, Any]) -> str:
    words = [_short(path["nodes"][0])]
    for before, edge, node in zip(
        path["nodes"], path["relationships"], path["nodes"][1:], strict=False
    ):
        forward = edge["start"] == before["key"]
        words += [f"-[{edge['type']}]->" if forward else f"<-[{edge['type']}]-", _short(node)]
    return "".join(words)
