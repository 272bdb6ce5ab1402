"""Looking up properties in columns of JSON objects."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from kgrec.errors import DataError
from kgrec.graph.imports.foreign import ForeignGraph
from kgrec.graph.imports.names import listed, local_name, resolve

_SAMPLE = 2_000

Place = tuple[Any, str]
"""An owner (a mapping or a part of it) and the name of its field."""


@dataclass
class Found:
    """Which properties were met on the way.

    :ivar hit: places whose property exists somewhere
    :ivar known: for the other places, the names that exist
    """

    hit: set[tuple[int, str]] = field(default_factory=set)
    known: dict[tuple[int, str], set[str]] = field(default_factory=dict)

    def note(self, place: Place, hit: bool, names: Sequence[str]) -> None:
        """Remember whether a property was there."""
        spot = (id(place[0]), place[1])
        if hit:
            self.hit.add(spot)
        self.known.setdefault(spot, set()).update(names)

    def check(self, owner: Any, fields: Sequence[str], source: str) -> None:
        """Make sure that every property that ``owner`` names exists.

        :raises DataError: if one does not
        """
        for name in fields:
            route = getattr(owner, name)
            spot = (id(owner), name)
            if route is not None and spot not in self.hit:
                wanted = route if isinstance(route, str) else " / ".join(route)
                known = sorted(self.known.get(spot, ()))
                raise DataError(
                    f"the mapping's '{name}' names the property '{wanted}', which no interaction "
                    "has",
                    fix=f"the properties are {listed(known)}" if known else "there are none",
                    file=source,
                )


def pick(columns: Sequence[pl.Series], wanted: str, found: Found, place: Place) -> pl.Series:
    """The values of one property as text, from the first of several columns that has it."""
    parts = []
    for column in columns:
        names = property_names(column)
        exact = exact_name(names, wanted)
        values = values_of(column, exact)
        hit = exact in names or values.null_count() < len(values)
        found.note(place, hit, names)
        parts += [values] if hit else []
    if not parts:
        return pl.Series(wanted, [None] * len(columns[0]), pl.String)
    frame = pl.DataFrame({str(number): part for number, part in enumerate(parts)})
    return frame.select(pl.coalesce(pl.all())).to_series()


def exact_name(names: Sequence[str], wanted: str) -> str:
    """The name that a property has: the wanted one, or one that ends so."""
    by_local = (name for name in names if local_name(name) == wanted)
    # A rare property may be missing from a sample of names: then its own name decides.
    return wanted if wanted in names else next(by_local, wanted)


def follow(
    starts: pl.Series, route: tuple[str, ...], foreign: ForeignGraph, found: Found, place: Place
) -> pl.Series:
    """The values of a property of nodes that are reached over relations, head to tail."""
    *relations, wanted = route
    at = pl.DataFrame({"row": range(len(starts)), "node": starts}).drop_nulls()
    for name in relations:
        key = f"interaction_nodes.{place[1]}"
        exact = resolve(name, foreign.types(), what="relationship", key=key, source=foreign.source)
        steps = foreign.edges.filter(pl.col("type") == exact).select("head", "tail")
        at = at.join(steps, left_on="node", right_on="head").select("row", node="tail")
    ends = at.join(foreign.nodes.select("id", "properties"), left_on="node", right_on="id")
    values = ends.select(
        "row", pick([ends["properties"]], wanted, found, place).alias("value")
    ).drop_nulls()
    rows = pl.DataFrame({"row": range(len(starts))}, schema={"row": pl.Int64})
    first = values.unique("row", keep="first", maintain_order=True)
    return rows.join(first, on="row", how="left", maintain_order="left")["value"]


def property_names(column: pl.Series) -> list[str]:
    """Names that the objects of a column have; of a long column, in a spread-out sample."""
    present = column.drop_nulls()
    step = max(1, len(present) // _SAMPLE)
    names: dict[str, None] = {}
    for text in present.gather_every(step):
        names.update(dict.fromkeys(json.loads(text)))
    return list(names)


def values_of(column: pl.Series, name: str) -> pl.Series:
    """One property of every object as text: numbers as JSON writes them, of a value object the
    value."""
    path = f"$[{json.dumps(name, ensure_ascii=False)}]"
    return (
        column.to_frame("json")
        .select(
            pl.coalesce(
                pl.col("json").str.json_path_match(f'{path}["@value"]'),
                pl.col("json").str.json_path_match(path),
            )
        )
        .to_series()
    )
