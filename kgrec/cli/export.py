"""``kgrec export``: the graph of a run, for other tools."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kgrec.cli.options import Format, Run
from kgrec.cli.output import note, print_json
from kgrec.cli.quiet import console_progress, reading


def export(
    run: Run,
    to: Annotated[
        str,
        typer.Option(
            help="bolt://…, neo4j://…, a SPARQL endpoint http://…, FILE.ttl, .nt, .nq, .jsonld or "
            ".graphml, or a folder for an RDF store on disk.",
            metavar="TARGET",
        ),
    ],
    database: Annotated[
        str | None, typer.Option(help="The database of Neo4j; by default the server's own.")
    ] = None,
    credentials: Annotated[
        Path | None,
        typer.Option(
            help="A file with NEO4J_USERNAME=… and NEO4J_PASSWORD=…, readable by you only."
        ),
    ] = None,
    format: Annotated[Format, typer.Option(help="How it is printed.")] = Format.table,
) -> None:
    """Write the graph of a run to Neo4j, an RDF store, or a file."""
    from kgrec.graph import KnowledgeGraph
    from kgrec.graph.stores.open import is_bolt

    folder = run / "graph" if (run / "graph").is_dir() else run
    progress = console_progress()
    with reading("the graph"):
        graph = KnowledgeGraph.load(folder)
    if is_bolt(to):
        graph.to_neo4j(to, auth=credentials, database=database, progress=progress)
    elif to.endswith(".graphml"):
        graph.to_graphml(to)
    else:
        graph.to_rdf(to, progress=progress)
    nodes, edges = graph.nodes.height, graph.edges.height
    if format is Format.json:
        print_json({"to": to, "nodes": nodes, "edges": edges})
    else:
        note(f"{nodes:,} nodes and {edges:,} edges are in {to}.")
