"""The rule about the text of properties: it is a JSON object."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import polars as pl
from polars.exceptions import PolarsError

from kgrec.graph.coded import Coded
from kgrec.graph.report import Violation
from kgrec.graph.rules_found import violations

_SLICE = 1_000_000
# A name that nobody uses: polars reads each text to its end, and makes next to nothing of it.
_NOTHING = pl.Struct({"\x00": pl.Null})


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
    doubtful = [part for part in parts if not _surely_objects(properties.gather(part))]
    return pl.concat([rows.head(0), *(_of_each(properties, part) for part in doubtful)])


def _surely_objects(texts: pl.Series) -> bool:
    try:
        return texts.str.json_decode(_NOTHING).null_count() == 0
    except (PolarsError, ValueError):  # what is no JSON, and what only Python takes for it: NaN
        return False


def _of_each(properties: pl.Series, rows: pl.Series) -> pl.Series:
    texts = properties.gather(rows)
    sure = texts.str.json_path_match("$").str.starts_with("{").fill_null(False)
    doubtful = rows.filter(~sure)
    broken = [_object(text) is None for text in properties.gather(doubtful)]
    return doubtful.filter(pl.Series(broken, dtype=pl.Boolean))
