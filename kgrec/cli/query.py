"""``kgrec query``: Cypher or SPARQL on the graph of a run, or on any store."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kgrec.cli.options import Format
from kgrec.cli.output import print_json, print_table, warn

if TYPE_CHECKING:
    from kgrec.graph.stores import Store

_ROWS = 10_000
_SECONDS = 60.0


def query(
    source: Annotated[
        str,
        typer.Argument(
            help="A run; or a store: an RDF file, a folder, bolt://… or http://….", metavar="RUN"
        ),
    ],
    text: Annotated[
        str,
        typer.Argument(
            help='For instance "MATCH (m:Item) RETURN m.label LIMIT 5".', metavar="QUERY"
        ),
    ],
    sparql: Annotated[bool, typer.Option("--sparql", help="The query is SPARQL.")] = False,
    param: Annotated[
        list[str] | None,
        typer.Option(
            help="A parameter of the query ($NAME); may be repeated.", metavar="NAME=VALUE"
        ),
    ] = None,
    timeout: Annotated[float, typer.Option(min=0.001, help="Seconds.")] = _SECONDS,
    rows: Annotated[int, typer.Option(min=1, help="At most so many rows.")] = _ROWS,
    write: Annotated[
        bool, typer.Option("--write", help="Let the query change the store (never a run).")
    ] = False,
    format: Annotated[Format, typer.Option(help="How to print it.")] = Format.table,
) -> None:
    """Ask a graph; it can only be read unless --write is given."""
    parameters = _parameters(param or [])
    with _open(source, sparql, write) as store:
        answer = store.query(text, parameters, timeout=timeout, row_limit=rows, write=write)
    if answer.truncated:
        shown = "row is" if rows == 1 else f"{rows:,} rows are"
        warn(f"Only the first {shown} shown; add a LIMIT or narrow the query.")
    if format is Format.json:
        print_json({"columns": answer.columns, "rows": answer.rows})
    else:
        print_table(answer.columns, [[_short(value) for value in row] for row in answer.rows])


def _open(source: str, sparql: bool, write: bool) -> Store:
    """The store of a run answers Cypher; its triples are made only when SPARQL is asked.

    :raises GraphError: if what is asked would change a copy only, or speaks another language
    """
    from kgrec.errors import GraphError
    from kgrec.graph.stores.embedded import EmbeddedStore
    from kgrec.graph.stores.neo4j import Neo4jStore
    from kgrec.graph.stores.open import open_store

    store = open_store(source)
    if isinstance(store, Neo4jStore) and sparql:
        raise GraphError(f"{source} speaks Cypher; leave out --sparql.")
    if not isinstance(store, EmbeddedStore | Neo4jStore) and not sparql:
        raise GraphError(f"{source} speaks SPARQL; give --sparql and a query in it.")
    if write and Path(source).is_file():
        raise GraphError(f"{source}: a file is only read; write to an RDF store in a folder.")
    if not (sparql and isinstance(store, EmbeddedStore)):
        return store
    if write:
        raise GraphError(f"{source}: a run is never written to; change it with graph.update(…).")
    from kgrec.graph.stores.rdf import RdfStore

    triples = RdfStore()
    triples.write(store.read())
    return triples


def _parameters(pairs: list[str]) -> dict[str, Any]:
    """``NAME=TEXT`` is text, as ids are; ``NAME:=JSON`` is a number, a truth value or a list."""
    found: dict[str, Any] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name.rstrip(":"):
            raise typer.BadParameter(f"'{pair}' is not NAME=TEXT, for instance user=42.")
        try:
            found[name.rstrip(":")] = json.loads(value) if name.endswith(":") else value
        except ValueError:
            raise typer.BadParameter(
                f"'{value}' is not JSON; for a text write {name.rstrip(':')}={value}."
            ) from None
    return found


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
        return f"({value['label'] or value.get('id')})"
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
