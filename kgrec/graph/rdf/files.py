"""A graph as a file, and back."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO
from urllib.parse import quote

import polars as pl

from kgrec.callbacks import Progress
from kgrec.data.atomic import replaced_file
from kgrec.errors import StoreError
from kgrec.graph.content import Content
from kgrec.graph.rdf.content import read_content
from kgrec.graph.rdf.namespaces import GRAPH, PREFIXES
from kgrec.graph.rdf.ontology import ontology_lines
from kgrec.graph.rdf.oxigraph import format_of, oxigraph
from kgrec.graph.rdf.serialise import Serialiser
from kgrec.graph.rdf.triples import scan_triples

WRITTEN = (".ttl", ".nt", ".nq", ".jsonld", ".trig")
"""Endings of files that :func:`write_file` writes."""


def write_file(
    content: Content,
    path: str | Path,
    *,
    ontology: bool = False,
    progress: Progress | None = None,
) -> None:
    """Write a graph as RDF; the file is there as a whole or not at all.

    :param path: ends in ``.ttl``, ``.nt``, ``.nq``, ``.jsonld`` or ``.trig``; the quads of ``.nq``
        all stand in one graph, ``urn:kgrec:graph:`` and the name
    :param ontology: whether to add the declarations of types and relations, for other tools
    :raises StoreError: if the ending is unknown, or the graph cannot be said in RDF
    """
    path = Path(path)
    if path.suffix.lower() not in WRITTEN:
        raise StoreError(
            f"{path}: a file of this ending cannot be written as RDF; use one of "
            f"{', '.join(WRITTEN)}."
        )
    with replaced_file(path) as fresh:
        if path.suffix.lower() in (".nt", ".nq"):
            with fresh.open("wb") as stream:
                write_lines(content, stream, _end(content, path), ontology, progress)
        else:
            _convert(content, fresh, ontology, progress)


def read_file(path: str | Path) -> Content:
    """Read a graph that :func:`write_file` wrote.

    :raises StoreError: if the file cannot be read (with the line where it is not valid), or holds
        no graph of kgrec's
    """
    try:
        return read_content(scan_triples(Path(path)))
    except StoreError as error:
        if str(error).startswith(str(path)):
            raise
        raise StoreError(f"{path}: {error}") from error


def write_lines(
    content: Content,
    stream: IO[bytes],
    end: str = " .",
    ontology: bool = False,
    progress: Progress | None = None,
) -> None:
    """Write a graph as N-Triples.

    :param end: of a line; with the IRI of a graph in it, the lines are N-Quads
    """
    serialiser = Serialiser(content, end)
    total = content.nodes.height + content.edges.height
    with (progress or Progress()).stage("write RDF", total) as bar:
        for block in serialiser.blocks():
            block.to_frame().write_csv(stream, include_header=False, quote_style="never")
            bar.advance(len(block))
        if ontology:
            _write(stream, ontology_lines(content.header, end))


def _write(stream: IO[bytes], lines: Iterable[str]) -> None:
    frame = pl.Series("line", list(lines), dtype=pl.String).to_frame()
    frame.write_csv(stream, include_header=False, quote_style="never")


def _end(content: Content, path: Path) -> str:
    if path.suffix.lower() == ".nt":
        return " ."
    name = quote(str(content.header.get("name", "")), safe="")
    return f" <{GRAPH}:{name}> ."


def _convert(content: Content, path: Path, ontology: bool, progress: Progress | None) -> None:
    ox = oxigraph()
    with TemporaryDirectory(dir=path.parent, prefix=f"{path.name}.") as folder:
        lines = Path(folder) / "graph.nt"
        with lines.open("wb") as stream:
            write_lines(content, stream, ontology=ontology, progress=progress)
        quads = ox.parse(path=lines, format=ox.RdfFormat.N_TRIPLES, lenient=True)
        form = format_of(path)
        if form.supports_datasets:
            ox.serialize(quads, path, form, prefixes=PREFIXES)
        else:
            ox.serialize((quad.triple for quad in quads), path, form, prefixes=PREFIXES)
