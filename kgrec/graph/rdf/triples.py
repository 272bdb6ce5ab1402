"""Any RDF source → its triples as one table."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

import polars as pl

from kgrec.errors import StoreError
from kgrec.graph.rdf.endpoint import Auth, Endpoint
from kgrec.graph.rdf.iris import safe_iri
from kgrec.graph.rdf.lines import TRIPLES, parse_lines
from kgrec.graph.rdf.long_texts import short_texts, with_long_texts
from kgrec.graph.rdf.oxigraph import format_of, open_folder, oxigraph

_CHUNK = 100_000
_BYTES = 16 * 1024 * 1024


def read_triples(
    source: str | Path, *, graph: str | None = None, auth: Auth = None
) -> pl.DataFrame:
    """Read all triples of a source.

    Which named graph a triple stands in is forgotten; one that stands in several comes once for
    each. Blank nodes keep their names inside of one source.

    :param source: a file (``.ttl``, ``.nt``, ``.nq``, ``.jsonld``, ``.trig``, ``.rdf``), the folder
        of a pyoxigraph store, or the address of a SPARQL endpoint
    :param graph: the IRI of the only named graph to read; for a store or an endpoint
    :param auth: user and password or a token of an endpoint; by default those of the environment,
        see :class:`~kgrec.graph.rdf.endpoint.Endpoint`
    :return: columns of :data:`~kgrec.graph.rdf.lines.TRIPLES`
    :raises StoreError: if it cannot be read, with file and line where it is not valid
    """
    chunks = list(scan_triples(source, graph=graph, auth=auth))
    return pl.concat(chunks) if chunks else TRIPLES.to_frame()


def scan_triples(
    source: str | Path, *, graph: str | None = None, auth: Auth = None
) -> Iterator[pl.DataFrame]:
    """The same in parts that fit into memory."""
    if str(source).startswith(("http://", "https://")):
        yield from _scan_endpoint(Endpoint(str(source), auth=auth), graph)
        return
    path = Path(source)
    if path.is_dir():
        yield from _scan_folder(path, graph)
    else:
        yield from _scan_file(path)


def read_lines_of(path: Path) -> Iterator[pl.DataFrame]:
    """Read canonical N-Triples, such as pyoxigraph dumps, without looking for errors."""
    with path.open("rb") as stream:
        while text := b"".join(stream.readlines(_BYTES)):
            yield parse_lines(read_lines(text))


def scan_text(stream: IO[bytes], source: str) -> Iterator[pl.DataFrame]:
    """Read N-Triples of any writer.

    :param source: for messages
    """
    ox = oxigraph()
    with _told(source):
        yield from scan_quads(ox.parse(stream, format=ox.RdfFormat.N_TRIPLES))


def scan_quads(quads: Iterator[Any]) -> Iterator[pl.DataFrame]:
    """Turn pyoxigraph's quads into tables."""
    ox = oxigraph()
    while chunk := list(islice(quads, _CHUNK)):
        triples = (quad.triple for quad in chunk)
        yield parse_lines(read_lines(ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES)))


def read_lines(text: bytes) -> pl.Series:
    """Split a text into lines."""
    return pl.read_lines(io.BytesIO(text))["line"] if text else pl.Series("line", [], pl.String)


def _scan_file(path: Path) -> Iterator[pl.DataFrame]:
    form, base = format_of(path), path.absolute().as_uri()
    with _told(str(path)):
        if form == oxigraph().RdfFormat.JSON_LD:
            yield from _scan_json(path, base)
        else:
            yield from scan_quads(oxigraph().parse(path=path, format=form, base_iri=base))


def _scan_json(path: Path, base: str) -> Iterator[pl.DataFrame]:
    ox = oxigraph()
    with short_texts(path) as (stream, long):
        for triples in scan_quads(ox.parse(stream, format=ox.RdfFormat.JSON_LD, base_iri=base)):
            yield with_long_texts(triples, long)


def _scan_endpoint(endpoint: Endpoint, graph: str | None) -> Iterator[pl.DataFrame]:
    """Triples of the default graph, or of one named graph."""
    if graph is not None and not safe_iri(graph):
        raise StoreError(f"'{graph}' is no absolute IRI; a named graph needs one.")
    where = f"GRAPH <{graph}> {{ ?s ?p ?o }}" if graph else "?s ?p ?o"
    with TemporaryDirectory(prefix="kgrec-") as folder:
        path = Path(folder) / "all.nt"
        endpoint.download(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {where} }}", path)
        with path.open("rb") as stream:
            yield from scan_text(stream, endpoint.query_url)


@contextmanager
def _told(source: str) -> Iterator[None]:
    """Say where a source is not valid."""
    try:
        yield
    except SyntaxError as error:
        line = f", line {error.lineno}" if error.lineno else ""
        raise StoreError(f"{source}{line}: not valid RDF ({error.msg}); correct it.") from error
    except ValueError as error:
        raise StoreError(f"{source}: not valid RDF ({error}); correct it.") from error
    except MemoryError as error:
        raise StoreError(
            f"{source}: it cannot be read ({error}); leave out what is longer than 15 MB."
        ) from error
    except OSError as error:
        raise StoreError(
            f"{source}: it cannot be read ({error.strerror or error}); check the path."
        ) from error


def _scan_folder(path: Path, graph: str | None) -> Iterator[pl.DataFrame]:
    ox = oxigraph()
    name = ox.NamedNode(graph) if graph is not None else None
    yield from scan_quads(open_folder(path).quads_for_pattern(None, None, None, name))
