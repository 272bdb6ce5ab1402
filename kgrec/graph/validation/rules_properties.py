"""The rule about the text of properties: it is a JSON object."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import polars as pl

from kgrec.graph.coded import Coded
from kgrec.graph.report import Violation
from kgrec.graph.validation.rules_found import violations

_SLICE = 1_000_000


def property_rules(nodes: pl.DataFrame, graph: Coded) -> Iterator[Violation]:
    """Check the properties of all nodes and edges; null stands for none."""
    broken = nodes["key"].gather(_broken(nodes["properties"]))
    yield from violations("bad-properties", pl.DataFrame({"node": broken}))
    rows = _broken(graph.edges["properties"])
    yield from violations("bad-properties", graph.arrows(rows.to_numpy()))


def members(text: str | None) -> dict[str, Any]:
    """The members of a JSON object; none where the text is no object."""
    return (_object(text) if text else None) or {}


def _object(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):  # of brackets without end
        return None
    return found if isinstance(found, dict) else None


def _broken(properties: pl.Series) -> pl.Series:
    """Rows whose text is no JSON object, as Python reads it."""
    rows = (properties != "{}").arg_true()  # null is neither true nor false
    parts = (rows.slice(begin, _SLICE) for begin in range(0, len(rows), _SLICE))
    return pl.concat([rows.head(0), *(_of_these(properties.gather(part), part) for part in parts)])


def _of_these(texts: pl.Series, rows: pl.Series) -> pl.Series:
    # json_decode would be faster, but takes texts for lines: it skips empty ones.
    sure = texts.str.json_path_match("$").str.starts_with("{").fill_null(False)
    broken = [_object(text) is None for text in texts.filter(~sure)]
    return rows.filter(~sure).filter(pl.Series(broken, dtype=pl.Boolean))
