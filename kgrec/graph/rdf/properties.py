"""Literals of RDF → the JSON objects of a graph's ``properties``."""

from __future__ import annotations

import json

import polars as pl

from kgrec.graph.rdf.iris import term_name
from kgrec.graph.rdf.literals import PROPERTIES
from kgrec.graph.rdf.namespaces import RDF_JSON, XSD
from kgrec.graph.rdf.parts import Parts

_ESCAPES = {
    "\\": "\\\\",
    '"': '\\"',
    **{chr(code): json.dumps(chr(code))[1:-1] for code in range(0x20)},
}
_WHOLE = r"^(?:0|-?[1-9][0-9]*)$"


def properties_of(parts: Parts, subjects: pl.Series, taken: frozenset[str]) -> pl.DataFrame:
    """Collect the literals of subjects.

    :param subjects: unique numbers
    :param taken: IRIs of predicates that say something else of them
    :return: ``s, properties``, for those that have any
    """
    codes = {parts.code(iri) for iri in taken - {PROPERTIES}}
    rows = parts.texts.filter(~pl.col("p").is_in(codes)).join(
        subjects.alias("s").to_frame(), on="s", how="semi"
    )
    hidden = pl.col("p") == parts.code(PROPERTIES)
    own = _values(rows.filter(~hidden))
    names = {
        code: json.dumps(term_name(iri), ensure_ascii=False)
        for code, iri in parts.names(own["p"]).items()
    }
    name = pl.col("p").replace_strict(list(names), list(names.values()), return_dtype=pl.String)
    entries = own.select("s", entry=name + ":" + pl.col("value"))
    # The object of the hidden ones without its braces.
    inner = rows.filter(hidden & pl.col("text").str.contains(r"^\{.+\}$")).select(
        "s", entry=pl.col("text").str.slice(1).str.head(-1)
    )
    joined = pl.concat([entries, inner]).group_by("s").agg(pl.col("entry").sort().str.join(","))
    return joined.select("s", properties=pl.lit("{") + pl.col("entry") + "}")


def _values(rows: pl.DataFrame) -> pl.DataFrame:
    """One JSON value for each subject and predicate: ``s, p, value``.

    A literal of the type ``rdf:JSON`` says all; else several values are a list.
    """
    said = rows.with_columns(_value(), is_json=_is_json())
    whole = said.filter("is_json").unique(["s", "p"], keep="first")
    rest = said.join(whole, on=["s", "p"], how="anti")
    value = pl.col("value").unique().sort()
    several = pl.lit("[") + value.str.join(",") + "]"
    grouped = rest.group_by("s", "p").agg(
        pl.when(value.len() == 1).then(value.first()).otherwise(several.first()).alias("value")
    )
    columns = ("s", "p", "value")
    return pl.concat([whole.select(columns), grouped.select(columns)])


def _is_json() -> pl.Expr:
    valid = pl.col("text").str.json_path_match("$").is_not_null()
    return (pl.col("datatype") == RDF_JSON).fill_null(value=False) & valid


def _value() -> pl.Expr:
    """A literal as JSON."""
    text, datatype = pl.col("text"), pl.col("datatype").cast(pl.String)
    plain = _string(text)
    language = pl.col("language").cast(pl.String)
    tagged = _object(plain, '"@language"', _string(language))
    short = pl.when(datatype.str.starts_with(XSD)).then("xsd:" + datatype.str.strip_prefix(XSD))
    typed = _object(plain, '"@type"', _string(short.otherwise(datatype)))
    real = text.cast(pl.Float64, strict=False)
    return (
        pl.when(_is_json())
        .then(text)
        .when(language.is_not_null())
        .then(tagged)
        .when(datatype.is_null() | (datatype == f"{XSD}string"))
        .then(plain)
        .when((datatype == f"{XSD}integer") & text.str.contains(_WHOLE))
        .then(text)
        .when((datatype == f"{XSD}double") & real.is_finite())
        .then(real.cast(pl.String))
        .when((datatype == f"{XSD}boolean") & text.is_in(["true", "1"]))
        .then(pl.lit("true"))
        .when((datatype == f"{XSD}boolean") & text.is_in(["false", "0"]))
        .then(pl.lit("false"))
        .otherwise(typed)
        .alias("value")
    )


def _string(text: pl.Expr) -> pl.Expr:
    inner = text.str.replace_many(list(_ESCAPES), list(_ESCAPES.values()))
    return pl.lit('"') + inner + '"'


def _object(value: pl.Expr, name: str, other: pl.Expr) -> pl.Expr:
    return pl.concat_str(pl.lit('{"@value":'), value, pl.lit(f",{name}:"), other, pl.lit("}"))
