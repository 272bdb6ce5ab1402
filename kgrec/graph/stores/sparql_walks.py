"""Ways between two nodes, met in the middle."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import polars as pl

from kgrec.errors import GraphError
from kgrec.graph.stores.base import Walk

Hops = Callable[[Iterable[str]], pl.DataFrame]
"""From keys to all triples at these nodes: ``node, relation, forward, neighbour``."""

_MANY = 20_000_000


def walks(hops: Hops, start: str, end: str, max_hops: int, limit: int) -> list[Walk]:
    """Find ways from ``start`` to ``end``; see :class:`~kgrec.graph.stores.base.Store`.

    Half of a way is walked from either end, so that even four hops ask only for the triples around
    the neighbours of both.

    :raises GraphError: if there are too many ways to sort
    """
    if not 1 <= max_hops <= 4:
        raise GraphError(f"A path has 1 to 4 hops, and not {max_hops}; ask for fewer or more.")
    found: list[Walk] = []
    halves = {end: [pl.DataFrame({"k0": [end]})] for end in (start, end)}
    for number in range(1, max_hops + 1):
        if start == end or len(found) >= limit:
            break
        left = _half(hops, halves[start], (number + 1) // 2)
        right = _half(hops, halves[end], number // 2)
        found += _joined(left, right, number, limit - len(found))
    return found


def _half(hops: Hops, known: list[pl.DataFrame], length: int) -> pl.DataFrame:
    """All ways of a length that begin at one node: ``k0, t1, f1, k1, …``."""
    while len(known) <= length:
        number = len(known)
        around = hops(known[-1][f"k{number - 1}"].unique().sort())
        step = around.rename(
            {
                "node": f"k{number - 1}",
                "relation": f"t{number}",
                "forward": f"f{number}",
                "neighbour": f"k{number}",
            }
        )
        longer = known[-1].join(step, on=f"k{number - 1}")
        known.append(longer.filter(_apart(f"k{place}" for place in range(number + 1))))
    return known[length]


def _joined(left: pl.DataFrame, right: pl.DataFrame, hops: int, limit: int) -> list[Walk]:
    middle = (hops + 1) // 2
    # Seen from the end, places count backwards, and so do directions.
    turned = right.select(
        *(pl.col(f"k{place}").alias(f"k{hops - place}") for place in range(hops // 2 + 1)),
        *(pl.col(f"t{step}").alias(f"t{hops + 1 - step}") for step in range(1, hops // 2 + 1)),
        *(~pl.col(f"f{step}").alias(f"f{hops + 1 - step}") for step in range(1, hops // 2 + 1)),
    )
    _refuse_too_many(left, turned, f"k{middle}")
    nodes = [f"k{place}" for place in range(hops + 1)]
    relations, forward = (
        [f"{letter}{step}" for step in range(1, hops + 1)] for letter in ("t", "f")
    )
    ways = left.join(turned, on=f"k{middle}").filter(_apart(nodes))
    first = ways.select(*nodes, *relations, *forward).unique().bottom_k(limit, by=pl.all())
    return sorted(
        Walk(row[: hops + 1], tuple(zip(row[hops + 1 : -hops], row[-hops:], strict=True)))
        for row in first.iter_rows()
    )


def _refuse_too_many(left: pl.DataFrame, right: pl.DataFrame, on: str) -> None:
    sizes = left.group_by(on).len().join(right.group_by(on).len(), on=on)
    total = sizes.select((pl.col("len").cast(pl.Int64) * pl.col("len_right")).sum()).item()
    if total > _MANY:
        raise GraphError(
            f"There are some {total:,} ways between the two nodes; ask for fewer hops (max_hops)."
        )


def _apart(nodes: Iterable[str]) -> pl.Expr:
    names = list(nodes)
    return pl.all_horizontal(
        pl.lit(value=True),
        *(
            pl.col(one) != pl.col(other)
            for place, one in enumerate(names)
            for other in names[:place]
        ),
    )
