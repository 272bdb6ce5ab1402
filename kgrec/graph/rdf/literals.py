"""Columns of JSON objects → lines of literals."""

from __future__ import annotations

import json
from functools import lru_cache

import polars as pl

from kgrec.errors import StoreError
from kgrec.graph.literals import parse
from kgrec.graph.rdf.escape import escaped
from kgrec.graph.rdf.iris import term
from kgrec.graph.rdf.namespaces import KG, RDF_JSON, XSD
from kgrec.graph.rdf.values import literals, quote

PROPERTIES = f"{KG}properties"
"""Says those literals whose own predicate already says something else of the subject."""

_SUBJECT = "\0"  # never stands in a line: control characters are escaped
_TYPED = {pl.Int64: "integer", pl.Float64: "double", pl.Boolean: "boolean"}
_NUMBERS = (pl.List(pl.Int64), pl.List(pl.Float64))


def literal_lines(
    subjects: pl.Series, properties: pl.Series, taken: frozenset[str], end: str
) -> pl.Series:
    """Write the literals of each row as lines.

    :param subjects: in angle brackets
    :param properties: a JSON object for each, or null
    :param taken: IRIs of predicates that mean something else for such a subject
    :param end: of a line
    :return: for each row its lines, or null if it has none
    """
    if properties.is_null().all() or (properties == "{}").fill_null(value=True).all():
        return pl.repeat(None, len(properties), dtype=pl.String, eager=True)
    fast, columns = _columns(properties, taken)
    slow = properties.set(fast, None)
    templates = {text: _template(text, taken, end) for text in slow.drop_nulls().unique()}
    frame = pl.DataFrame({"subject": subjects, "fast": fast, "slow": slow}).hstack(columns)
    lines = [_line(name, columns.schema[name], end) for name in columns.columns]
    by_column = pl.concat_str(lines, separator="\n", ignore_nulls=True) if lines else pl.lit("")
    template = pl.col("slow").replace_strict(
        list(templates), list(templates.values()), default=None, return_dtype=pl.String
    )
    one_by_one = template.str.replace_all(_SUBJECT, pl.col("subject"), literal=True)
    text = frame.select(pl.when("fast").then(by_column).otherwise(one_by_one).alias("lines"))
    return text.select(pl.when(pl.col("lines") != "").then("lines"))["lines"]


def _columns(properties: pl.Series, taken: frozenset[str]) -> tuple[pl.Series, pl.DataFrame]:
    """Decode what every row says in the same form; and which rows that says all of."""
    none = pl.repeat(False, len(properties), dtype=pl.Boolean, eager=True)
    try:
        decoded = properties.str.json_decode(infer_schema_length=None)
    except pl.exceptions.PolarsError:
        return none, pl.DataFrame()
    if not isinstance(decoded.dtype, pl.Struct) or not decoded.dtype.fields:
        return none, pl.DataFrame()
    columns = decoded.struct.unnest()
    same = (decoded.struct.json_encode() == properties).fill_null(value=False)
    odd = [name for name in columns.columns if not _is_uniform(name, columns.schema[name], taken)]
    if odd:
        same &= columns.select(pl.all_horizontal(pl.col(odd).is_null()))[odd[0]]
    return same, columns.drop(odd)


def _is_uniform(name: str, dtype: pl.DataType, taken: frozenset[str]) -> bool:
    known = dtype == pl.String or dtype in _TYPED or dtype in _NUMBERS
    return known and str(term(name)) not in taken


def _line(name: str, dtype: pl.DataType, end: str) -> pl.Expr:
    value = pl.col(name)
    if dtype == pl.String:
        text, datatype = escaped(value), ""
    elif dtype in _NUMBERS:
        whole = pl.struct(value.alias("a")).struct.json_encode()
        text, datatype = whole.str.strip_prefix('{"a":').str.strip_suffix("}"), f"^^<{RDF_JSON}>"
    else:
        text, datatype = value.cast(pl.String), f"^^<{XSD}{_TYPED[type(dtype)]}>"
    line = pl.concat_str("subject", pl.lit(f' <{term(name)}> "'), text, pl.lit(f'"{datatype}{end}'))
    return pl.when(value.is_not_null()).then(line)


def _template(properties: str, taken: frozenset[str], end: str) -> str:
    try:
        values = parse(properties)
    except ValueError as error:
        raise StoreError(f"properties that are no JSON object: {properties[:60]!r}.") from error
    hidden = {name: value for name, value in values.items() if _predicate(name) in taken}
    pairs = [
        (_predicate(name), literal)
        for name, value in values.items()
        if name not in hidden
        for literal in literals(value)
    ]
    if hidden:
        text = json.dumps(hidden, ensure_ascii=False, separators=(",", ":"))
        pairs.append((PROPERTIES, quote(text, RDF_JSON)))
    return "\n".join(f"{_SUBJECT} <{predicate}> {literal}{end}" for predicate, literal in pairs)


@lru_cache(maxsize=4096)
def _predicate(name: str) -> str:
    try:
        return str(term(name))
    except UnicodeEncodeError as error:
        raise StoreError(
            f"half of a character (a lone surrogate) is in the name {name!a}; correct it."
        ) from error
