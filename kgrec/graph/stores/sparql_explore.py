"""Neighbours, paths and counts by SPARQL, the same for every store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import polars as pl

from kgrec.errors import UnknownIdError
from kgrec.graph.rdf.edges import ITEM, OBJECT, PREDICATE, SUBJECT, USER, WEIGHT
from kgrec.graph.rdf.iris import node_iri
from kgrec.graph.rdf.names import Names
from kgrec.graph.rdf.namespaces import KEY, RDF_TYPE, RDFS_LABEL
from kgrec.graph.rdf.select import Select
from kgrec.graph.stores.base import Counts, Walk
from kgrec.graph.stores.sparql_walks import walks
from kgrec.vocabulary import INTERACTED

_BATCH = 2_000
_STATEMENT = f"?e <{SUBJECT}> ?s ; <{PREDICATE}> ?p ; <{OBJECT}> ?o ; <{WEIGHT}> ?w ."
_INTERACTION = f"?e <{USER}> ?s ; <{ITEM}> ?o ."


class Explorer:
    """Looks around in the graph of a store.

    :param select: asks the store
    :param names: of its types and relations
    """

    def __init__(self, select: Select, names: Names) -> None:
        self._select = select
        self._names = names

    def neighbours(self, key: str, limit: int | None) -> pl.DataFrame:
        """See :class:`~kgrec.graph.stores.base.Store`."""
        self._check(key)
        hops = self._hops([key]).select(
            "relation",
            pl.when("forward").then(pl.lit("out")).otherwise(pl.lit("in")).alias("direction"),
            "neighbour",
        )
        every = hops.join(self._described(hops["neighbour"]), on="neighbour", how="left")
        times = self._times(key)
        every = every.join(times, on=["relation", "direction", "neighbour"], how="left")
        several = pl.exclude("times").repeat_by(pl.col("times").fill_null(1))
        every = every.select(several).explode(every.columns[:-1])
        is_act = pl.col("relation") == INTERACTED
        found = every.sort(is_act, "relation", "direction", "neighbour")
        if limit is None:
            return found
        return found.group_by("relation", "direction", maintain_order=True).head(limit)

    def paths(self, start: str, end: str, max_hops: int, limit: int) -> list[Walk]:
        """See :class:`~kgrec.graph.stores.base.Store`."""
        self._check(start)
        self._check(end)
        return walks(self._hops, start, end, max_hops, limit)

    def _check(self, key: str) -> None:
        try:
            found = self._select("?k", f"{_term(key)} <{KEY}> ?k")
        except UnicodeEncodeError:  # half a character
            found = []
        if [key] not in [list(row) for row in found]:
            shown = key.encode("utf-8", "replace").decode()
            raise UnknownIdError(
                f"there is no node '{shown}' in the graph; a key looks like 'item:42'."
            )

    def _hops(self, keys: Iterable[str]) -> pl.DataFrame:
        """All triples between nodes that begin or end at one of these.

        :return: ``node, relation, forward, neighbour``
        """
        parts = [
            self._asked(
                ("node", "relation", "neighbour"),
                "?a ?p ?b",
                f"{triple} ?n <{KEY}> ?a . ?m <{KEY}> ?b . FILTER(?p != <{RDF_TYPE}>)",
                keys,
            ).with_columns(forward=pl.lit(forward))
            for forward, triple in ((True, "?n ?p ?m ."), (False, "?m ?p ?n ."))
        ]
        return self._with_names(pl.concat(parts))

    def _times(self, key: str) -> pl.DataFrame:
        """How many edges there are of each relation to each neighbour, where they have nodes."""
        parts = []
        for here, there, direction in (("?s", "?o", "out"), ("?o", "?s", "in")):
            for pattern in (_STATEMENT, f"{_INTERACTION} BIND(<{self._interacted()}> AS ?p)"):
                rows = self._asked(
                    ("relation", "neighbour", "edge"),
                    "?p ?b ?e",
                    f"{pattern.replace(here, '?n')} {there} <{KEY}> ?b .",
                    [key],
                )
                parts.append(rows.with_columns(direction=pl.lit(direction)))
        return (
            self._with_names(pl.concat(parts))
            .group_by("relation", "direction", "neighbour")
            .agg(pl.len().alias("times"))
        )

    def _described(self, keys: pl.Series) -> pl.DataFrame:
        """``neighbour, label, type``."""
        rows = self._asked(
            ("neighbour", "label", "type"),
            "?k ?l ?t",
            f"?n <{KEY}> ?k ; a ?t . OPTIONAL {{ ?n <{RDFS_LABEL}> ?l }}",
            keys.unique().sort(),
        )
        kind = pl.col("neighbour").str.extract(r"^(\w+):", 1).str.to_titlecase()
        return (
            rows.with_columns(_named(rows["type"], self._names.type_name))
            .sort("neighbour", pl.col("type") == kind, "type", "label")
            .unique("neighbour", keep="first", maintain_order=True)
        )

    def _asked(
        self, columns: Sequence[str], variables: str, pattern: str, keys: Iterable[str]
    ) -> pl.DataFrame:
        """Ask about nodes ``?n``, so many at a time."""
        terms = [_term(key) for key in keys]
        rows: list[Sequence[str | None]] = []
        for start in range(0, len(terms), _BATCH):
            some = " ".join(terms[start : start + _BATCH])
            rows += self._select(variables, f"VALUES ?n {{ {some} }} {pattern}")
        return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String()), orient="row")

    def _with_names(self, rows: pl.DataFrame) -> pl.DataFrame:
        return rows.with_columns(_named(rows["relation"], self._names.relation_name))

    def _interacted(self) -> str:
        return self._names.relations([INTERACTED])[INTERACTED]

    def count(self) -> Counts:
        """See :class:`~kgrec.graph.stores.base.Store`."""
        return Counts(self._nodes(), self._edges())

    def _nodes(self) -> dict[str, int]:
        rows = self._select(
            "?k ?t (COUNT(*) AS ?c)",
            f'?n <{KEY}> ?key ; a ?t . BIND(STRBEFORE(?key, ":") AS ?k)',
            "GROUP BY ?k ?t",
        )
        return _node_counts(
            (str(kind).capitalize(), self._names.type_name(str(iri)), int(str(number)))
            for kind, iri, number in rows
        )

    def _edges(self) -> dict[str, int]:
        """Triples that no edge node says more of, and edge nodes."""
        by = "?p (COUNT(*) AS ?c)"
        between = f"?s <{KEY}> ?k . ?o <{KEY}> ?l . ?s ?p ?o . FILTER(?p != <{RDF_TYPE}>)"
        covered = f"{{ SELECT DISTINCT ?s ?p ?o WHERE {{ {_STATEMENT} }} }}"
        counts: dict[str, int] = {}
        for sign, pattern in ((1, between), (-1, covered), (1, _STATEMENT)):
            for iri, number in self._select(by, pattern, "GROUP BY ?p"):
                name = self._names.relation_name(str(iri))
                counts[name] = counts.get(name, 0) + sign * int(str(number))
        acts = self._select("(COUNT(*) AS ?c)", _INTERACTION)
        counts[INTERACTED] = int(str(acts[0][0]))
        return {name: number for name, number in sorted(counts.items()) if number}


def _node_counts(rows: Iterable[tuple[str, str, int]]) -> dict[str, int]:
    """A node counts as what it is besides a user, an item or an entity."""
    counts: dict[str, int] = {}
    for kind, name, number in rows:
        counts[name] = counts.get(name, 0) + number
        if name != kind:
            counts[kind] = counts.get(kind, 0) - number
    return {name: number for name, number in sorted(counts.items()) if number}


def _term(key: str) -> str:
    return f"<{node_iri(key)}>"


def _named(iris: pl.Series, name_of: Callable[[str], str]) -> pl.Series:
    names = {iri: name_of(iri) for iri in iris.unique().drop_nulls()}
    return iris.replace_strict(list(names), list(names.values()), return_dtype=pl.String)
