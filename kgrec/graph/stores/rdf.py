"""The RDF store in this process: pyoxigraph, on disk or in memory.

pyoxigraph is the Oxigraph database, written in Rust. The graph stands in its default graph; named
graphs beside it are left alone.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl

from kgrec.callbacks import Progress
from kgrec.data.atomic import replaced_folder
from kgrec.errors import GraphError, StoreError
from kgrec.graph.content import Change, Content, identity_and_version
from kgrec.graph.parameters import check_request
from kgrec.graph.rdf.answer import answer
from kgrec.graph.rdf.changes import change_update, check_version, refuse_twins
from kgrec.graph.rdf.content import read_content
from kgrec.graph.rdf.files import write_lines
from kgrec.graph.rdf.header import read_header
from kgrec.graph.rdf.namespaces import GRAPH
from kgrec.graph.rdf.oxigraph import open_folder, oxigraph
from kgrec.graph.rdf.triples import read_lines_of
from kgrec.graph.result import QueryResult
from kgrec.graph.sparql import bind, form, why_not_read_only
from kgrec.graph.stores.in_time import in_time
from kgrec.graph.stores.sparql_explored import Explored

_SAID = 160  # characters: pyoxigraph lists everything that it would have taken


class RdfStore(Explored):
    """A graph in pyoxigraph.

    :param path: the folder of the store; it is made when a graph is written. ``None``: in memory
    :raises StoreError: if the folder holds something else, or is in use
    """

    def __init__(self, path: str | Path | None = None) -> None:
        self._path = Path(path) if path is not None else None
        self._store: Any = None
        if self._path is None:
            self._store = oxigraph().Store()
        elif self._path.exists() and (not self._path.is_dir() or any(self._path.iterdir())):
            if not (self._path / "CURRENT").is_file():
                raise StoreError(f"{self._path}: this is no RDF store; choose another folder.")
            self._store = open_folder(self._path)

    def __repr__(self) -> str:
        return f"RdfStore({str(self._path) if self._path else 'in memory'!r})"

    def write(self, content: Content, *, progress: Progress | None = None) -> None:
        """Hold this graph in the place of an earlier one; see
        :class:`~kgrec.graph.stores.base.Store`.

        On disk the store is built in a folder beside it, which takes its place at the end: whoever
        is killed on the way leaves the earlier store, or none.

        :raises StoreError: if the folder holds triples that are not kgrec's
        """
        self._refuse_foreign()
        if self._path is None:
            fresh = oxigraph().Store()
            with TemporaryDirectory(prefix="kgrec-") as folder:
                _load(fresh, content, Path(folder), progress)
            self._copy_others(fresh)
            self._store = fresh
        else:
            with replaced_folder(self._path) as folder:
                self._fill(folder, content, progress)
                self._let_go()
            self._store = open_folder(self._path)
        self._names = None

    def merge(
        self, change: Change, header: Mapping[str, Any], *, progress: Progress | None = None
    ) -> None:
        """Go on to the next version; see :class:`~kgrec.graph.stores.base.Store`.

        It is one transaction of the database: whoever is killed on the way leaves the version
        before or the one after.
        """
        check_version(change, header, self._header(), repr(self))
        refuse_twins(change, self._select)
        with (progress or Progress()).stage("change RDF store"):
            self._open().update(change_update(change, header, None))
            self._open().flush()
        self._names = None

    def held(self) -> tuple[str, int] | None:
        """Identity and version of the graph; see :class:`~kgrec.graph.stores.base.Store`."""
        if self._store is None or not self._select("?k", f"<{GRAPH}> ?p ?k", "LIMIT 1"):
            return None
        return identity_and_version(self._header())

    def read(self, *, progress: Progress | None = None) -> Content:
        """Take the graph out; see :class:`~kgrec.graph.stores.base.Store`."""
        ox, store = oxigraph(), self._open()
        self._header()
        with (
            (progress or Progress()).stage("read RDF store", len(store)) as bar,
            TemporaryDirectory(prefix=".kgrec-", dir=self._path and self._path.parent) as folder,
        ):
            lines = Path(folder) / "graph.nt"
            store.dump(lines, ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph())
            return read_content(_counted(read_lines_of(lines), bar))

    def query(
        self,
        query: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        timeout: float = 60.0,
        row_limit: int = 1_000_000,
        write: bool = False,
    ) -> QueryResult:
        """Answer a SPARQL query; see :class:`~kgrec.graph.stores.base.Store`.

        Values are plain: IRIs and texts as ``str``, numbers and truth values as such. ``ASK`` gives
        one row of the column ``answer``, ``CONSTRUCT`` the columns ``subject, predicate, object``.
        pyoxigraph cannot be interrupted: a query that takes too long is given up, and goes on in
        the background until it finds its next row. An update is one transaction, and is always
        waited for.
        """
        text = bind(query, check_request(query, parameters, timeout, row_limit))
        reason = why_not_read_only(text)
        store = self._open()
        if reason is not None and not write:
            raise GraphError(f"The query may only read, and {reason}; allow it with write=True.")
        if form(text) == "":
            with _valid():
                store.update(text)
            self._names = None
            return QueryResult([], [])
        union = any(True for _ in store.named_graphs())
        with _valid():
            return in_time(
                lambda stop: answer(
                    store.query(text, use_default_graph_as_union=union), row_limit, stop
                ),
                timeout,
            )

    def close(self) -> None:
        """Let go of the folder."""
        self._let_go()
        self._path = None

    def _let_go(self) -> None:
        self._store = None
        gc.collect()

    def _open(self) -> Any:
        if self._store is None:
            raise StoreError(f"{self!r} is empty or closed; write a graph to it first.")
        return self._store

    def _header(self) -> dict[str, Any]:
        rows = self._select("?p ?o", f"<{GRAPH}> ?p ?o")
        about = pl.DataFrame(rows, schema=["predicate", "object"], orient="row")
        return read_header(about, f"{self!r}: ")

    def _select(
        self, variables: str, pattern: str, more: str = ""
    ) -> Sequence[Sequence[str | None]]:
        query = f"SELECT {variables} WHERE {{ {pattern} }} {more}"
        return [
            [term.value if term is not None else None for term in solution]
            for solution in self._open().query(query)
        ]

    def _refuse_foreign(self) -> None:
        """Keep triples of others in the default graph, which would be gone."""
        ox = oxigraph()
        if self._store is None:
            return
        first = next(self._store.quads_for_pattern(None, None, None, ox.DefaultGraph()), None)
        if first is not None and not self._select("?k", f"<{GRAPH}> ?p ?k"):
            raise StoreError(
                f"{self!r} holds triples that kgrec did not write; choose another folder."
            )

    def _copy_others(self, fresh: Any) -> None:
        """Keep the named graphs, which are somebody else's."""
        if self._store is not None:
            for name in self._store.named_graphs():
                fresh.bulk_extend(self._store.quads_for_pattern(None, None, None, name))

    def _fill(self, folder: Path, content: Content, progress: Progress | None) -> None:
        fresh = oxigraph().Store(folder)
        _load(fresh, content, folder.parent, progress)
        self._copy_others(fresh)
        fresh.flush()
        del fresh
        gc.collect()


def _load(store: Any, content: Content, folder: Path, progress: Progress | None) -> None:
    """Load a graph by way of a file, the fastest of all."""
    lines = folder / "graph.nt"
    with lines.open("wb") as stream:
        write_lines(content, stream, progress=progress)
    with (progress or Progress()).stage("load triples"):
        # Every IRI in the file is checked already.
        store.bulk_load(path=lines, format=oxigraph().RdfFormat.N_TRIPLES, lenient=True)
    lines.unlink()


def _counted(chunks: Iterator[pl.DataFrame], bar: Any) -> Iterator[pl.DataFrame]:
    for chunk in chunks:
        bar.advance(chunk.height)
        yield chunk


@contextmanager
def _valid() -> Iterator[None]:
    """Say in one sentence what pyoxigraph finds wrong."""
    try:
        yield
    except SyntaxError as error:
        said = " ".join(str(error.msg).split())
        shown = said if len(said) < _SAID else f"{said[:_SAID]} …"
        raise GraphError(f"The query is not valid SPARQL: {shown}; correct it.") from error
    except (ValueError, OSError, RuntimeError) as error:
        raise GraphError(f"The query cannot be answered: {error}; correct it.") from error
