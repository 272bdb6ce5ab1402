"""RDF → a foreign graph: types are classes, literals properties, all other triples edges."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl

from kgrec.data.dataset import Dataset
from kgrec.graph.imports.dataset import to_dataset
from kgrec.graph.imports.foreign import EDGES, NODES, ForeignGraph
from kgrec.graph.imports.mapping import Mapping
from kgrec.graph.imports.own import without_own
from kgrec.graph.imports.terms import value_of
from kgrec.graph.rdf.endpoint import Auth
from kgrec.graph.rdf.namespaces import RDF, RDF_TYPE, RDFS

_OWL = "http://www.w3.org/2002/07/owl#"
_SUBCLASS = f"{RDFS}subClassOf"
# Classes whose members say what may be in a graph, and are not in it.
_OF_SCHEMA = [
    *(f"{RDFS}{name}" for name in ("Class", "Datatype")),
    f"{RDF}Property",
    *(
        f"{_OWL}{name}"
        for name in (
            *("Class", "Ontology", "Restriction", "ObjectProperty", "DatatypeProperty"),
            *("AnnotationProperty", "TransitiveProperty", "SymmetricProperty"),
            *("FunctionalProperty", "InverseFunctionalProperty"),
        )
    ),
]


def read_rdf(source: str | Path, mapping: Mapping, *, auth: Auth = None) -> Dataset:
    """Make a dataset of RDF.

    :param source: a file (``.ttl``, ``.nt``, ``.nq``, ``.jsonld``, …), a folder of pyoxigraph, or
        the address of a SPARQL endpoint
    :param mapping: which classes are users and items, which predicates interactions, …
    :param auth: user and password of an endpoint, or a token; by default those of the environment
    :raises StoreError: if it cannot be read, with file and line where it is not valid
    :raises DataError: if the mapping does not fit
    """
    return to_dataset(rdf_graph(source, auth), mapping)


def rdf_graph(source: str | Path, auth: Auth = None) -> ForeignGraph:
    """Read RDF into the common form.

    :raises StoreError: if it cannot be read
    """
    from kgrec.graph.rdf.triples import read_triples

    return triples_graph(read_triples(source, auth=auth), str(source))


def triples_graph(triples: pl.DataFrame, source: str) -> ForeignGraph:
    """Bring triples into the common form.

    Classes, properties and what else an ontology declares are left out as nodes. Blank nodes are
    called ``_:1``, ``_:2``, … in the order in which they come. What kgrec wrote beside another
    graph is left out.

    :param triples: columns of :data:`kgrec.graph.rdf.lines.TRIPLES`
    :param source: what to call the graph
    """
    triples = _stable(triples.with_columns(pl.col("kind").cast(pl.String)))
    triples = without_own(triples, _declared(triples))
    typed = triples.filter(pl.col("predicate") == RDF_TYPE)
    schema = _declared(triples)
    rest = triples.filter(
        pl.col("predicate") != RDF_TYPE,
        pl.col("predicate") != _SUBCLASS,
        ~pl.col("subject").is_in(schema.implode()),
    )
    is_literal = pl.col("kind") == "literal"
    edges = (
        rest.filter(~is_literal, ~pl.col("object").is_in(schema.implode()))
        .select(
            pl.col("subject").alias("head"),
            pl.col("predicate").alias("type"),
            pl.col("object").alias("tail"),
            pl.lit("{}").alias("properties"),
        )
        .cast(EDGES)
        .unique(maintain_order=True)
    )
    labels = (
        typed.filter(~pl.col("subject").is_in(schema.implode()))
        .group_by(pl.col("subject").alias("id"), maintain_order=True)
        .agg(pl.col("object").unique(maintain_order=True).alias("labels"))
    )
    return ForeignGraph(
        nodes=_nodes(labels, edges, _properties(rest.filter(is_literal))),
        edges=edges,
        source=source,
        broader=broader_classes(triples.filter(pl.col("predicate") == _SUBCLASS)),
    )


def _declared(triples: pl.DataFrame) -> pl.Series:
    is_schema = (pl.col("predicate") == RDF_TYPE) & pl.col("object").is_in(_OF_SCHEMA)
    return triples.filter(is_schema)["subject"].unique()


def broader_classes(pairs: pl.DataFrame) -> dict[str, frozenset[str]]:
    """Each class with all of its superclasses; a cycle makes classes superclasses of each other.

    :param pairs: ``subject, object`` of ``rdfs:subClassOf``
    """
    parents: dict[str, set[str]] = {}
    for narrow, broad in pairs.select("subject", "object").iter_rows():
        parents.setdefault(narrow, set()).add(broad)
    return {name: _above(name, parents) for name in parents}


def _above(name: str, parents: dict[str, set[str]]) -> frozenset[str]:
    found: set[str] = set()
    level = {name}
    while level := set().union(*(parents.get(one, ()) for one in level)) - found:
        found |= level
    return frozenset(found - {name})


def _stable(triples: pl.DataFrame) -> pl.DataFrame:
    """Call blank nodes by the order in which they come: parsers give new names at every reading."""
    subjects = triples.filter(pl.col("subject").str.starts_with("_:"))["subject"]
    objects = triples.filter(pl.col("kind") == "bnode")["object"]
    names = pl.concat([subjects, objects]).unique(maintain_order=True)
    if names.is_empty():
        return triples
    new = {old: f"_:{number}" for number, old in enumerate(names, start=1)}
    is_blank = pl.col("kind") == "bnode"
    return triples.with_columns(
        pl.col("subject").replace(new),
        pl.when(is_blank).then(pl.col("object").replace(new)).otherwise("object").alias("object"),
    )


def _properties(literals: pl.DataFrame) -> pl.DataFrame:
    """``id, properties``: the literals of each subject; several of one predicate are a list."""
    grouped = literals.group_by("subject", maintain_order=True).agg(
        "predicate", "object", "datatype", "language"
    )
    rows = [(row[0], _object(zip(*row[1:], strict=True))) for row in grouped.iter_rows()]
    return pl.DataFrame(rows, schema={"id": pl.String, "properties": pl.String}, orient="row")


def _object(literals: zip[tuple[str, str, str | None, str | None]]) -> str:
    found: dict[str, list[object]] = {}
    for predicate, text, datatype, language in literals:
        found.setdefault(predicate, []).append(value_of(text, datatype, language))
    single = {name: values[0] if len(values) == 1 else values for name, values in found.items()}
    return json.dumps(single, ensure_ascii=False)


def _nodes(labels: pl.DataFrame, edges: pl.DataFrame, properties: pl.DataFrame) -> pl.DataFrame:
    ids = pl.concat([labels["id"], properties["id"], edges["head"], edges["tail"]])
    return (
        ids.unique(maintain_order=True)
        .to_frame("id")
        .join(labels, on="id", how="left", maintain_order="left")
        .join(properties, on="id", how="left", maintain_order="left")
        .with_columns(pl.col("labels").fill_null([]), pl.col("properties").fill_null("{}"))
        .select(NODES.names())
        .cast(NODES)
    )
