"""Rules about the literals of nodes: datatypes of declared properties, bounds of the shapes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator

import polars as pl
from rdflib.term import Literal

from kgrec.graph.report import Violation
from kgrec.graph.validation.bounds import Bounds, bounds
from kgrec.graph.validation.datatypes import Datatype, datatype
from kgrec.graph.validation.rules_facts import is_a
from kgrec.graph.validation.rules_found import violations
from kgrec.graph.validation.rules_properties import members
from kgrec.graph.validation.validation_rdf import literals, without_log
from kgrec.vocabulary import Vocabulary

_SLICE = 1_000_000


def literal_rules(nodes: pl.DataFrame, vocabulary: Vocabulary) -> Iterator[Violation]:
    """Check the literals of all nodes."""
    some = nodes.filter(pl.col("properties") != "{}").select("key", "kind", "type", "properties")
    limits = [bound for bound in bounds() if bound.property in vocabulary.properties]
    watched = {*vocabulary.properties, *(bound.property for bound in limits)}
    found = present(some["properties"], watched)
    for name, declared in vocabulary.properties.items():
        wanted = datatype(declared.datatype) if name in found else None
        if wanted:
            yield from violations("wrong-datatype", _of_wrong_datatype(some, name, wanted))
    for bound in limits:
        if bound.property in found:
            yield from violations(bound.constraint, _out_of_bounds(some, bound, vocabulary))


def present(properties: pl.Series, names: Iterable[str]) -> set[str]:
    """Which of the names any of the JSON objects holds, maybe only in a text."""
    quoted = {json.dumps(name): name for name in names}
    found: set[str] = set()
    for begin in range(0, len(properties), _SLICE):
        hits = properties.slice(begin, _SLICE).str.extract_many(list(quoted))
        found.update(hits.explode().drop_nulls().unique())
    return {quoted[hit] for hit in found}


def _of_wrong_datatype(nodes: pl.DataFrame, name: str, wanted: Datatype) -> pl.DataFrame:
    def is_wrong(values: list[Literal]) -> bool:
        return any(not _accepts(wanted, value) for value in values)

    surely = pl.lit(False)
    if wanted.json:
        surely = pl.col("properties").str.contains(_member(name, wanted.json))
    return _wrong(nodes, name, surely, is_wrong).with_columns(relation=pl.lit(name))


def _out_of_bounds(nodes: pl.DataFrame, bound: Bounds, vocabulary: Vocabulary) -> pl.DataFrame:
    kinds = nodes.select("kind", "type").unique()
    members = [(k, t) for k, t in kinds.iter_rows() if is_a(t, k, bound.target, vocabulary)]
    schema = {"kind": pl.String, "type": pl.String}
    targets = nodes.join(pl.DataFrame(members, schema=schema, orient="row"), on=["kind", "type"])
    number = pl.col("properties").str.extract(_member(bound.property, bound.json)).cast(pl.Float64)
    surely = number.is_between(bound.low, bound.high).fill_null(False)

    def is_wrong(values: list[Literal]) -> bool:
        return any(not bound.holds(value) for value in values)

    return _wrong(targets, bound.property, surely, is_wrong).select("node")


def _wrong(
    nodes: pl.DataFrame, name: str, surely: pl.Expr, is_wrong: Callable[[list[Literal]], bool]
) -> pl.DataFrame:
    """Nodes with a wrong literal: whatever is not ``surely`` right is read, once for each text."""
    member = pl.col("properties").str.count_matches(json.dumps(name), literal=True)
    doubtful = nodes.filter((member > 1) | ((member == 1) & ~surely))
    with without_log():
        bad = [text for text in doubtful["properties"].unique() if is_wrong(_values(text, name))]
    found = doubtful.filter(pl.col("properties").is_in(bad))
    return found.select(node="key")


def _member(name: str, value: str) -> str:
    """A regular expression of a member of a JSON object; inside of a text, quotes are escaped."""
    return rf"[{{,]\s*{re.escape(json.dumps(name))}\s*:\s*({value})\s*[,}}]"


def _values(text: str, name: str) -> list[Literal]:
    return literals(members(text).get(name))


def _accepts(wanted: Datatype, value: Literal) -> bool:
    iri = str(value.datatype or "")
    if value.language:
        iri = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"
    elif not iri:
        iri = "http://www.w3.org/2001/XMLSchema#string"
    if iri in wanted.accepted:
        return not value.ill_typed
    return bool(wanted.pattern and iri.endswith("#string") and re.search(wanted.pattern, value))
