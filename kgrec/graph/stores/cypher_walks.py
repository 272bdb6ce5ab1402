"""Neighbours, paths and counts in Cypher that runs unchanged on every property graph."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from kgrec.errors import GraphError, UnknownIdError
from kgrec.graph.schema import id_of, kind_of
from kgrec.graph.stores.base import Counts, Walk
from kgrec.vocabulary import INTERACTED

Ask = Callable[[str, Mapping[str, Any]], Sequence[Sequence[Any]]]
"""Answers a query that reads, given its parameters, with rows."""

_AROUND = pl.Schema(
    dict.fromkeys(["relation", "direction", "neighbour", "label", "type"], pl.String())
)
_ALL_AT_ONCE = 10_000
"""So many neighbours are fetched and sorted here, even if few are wanted."""


@dataclass(frozen=True)
class Scope:
    """What of a database belongs to the graph.

    :ivar label: of all its nodes, with the colon in front; empty if nothing else is there
    :ivar condition: of all its relationships, with ``{}`` for the variable; may be empty
    """

    label: str = ""
    condition: str = ""

    def node(self, variable: str) -> str:
        """The pattern of a node."""
        return f"({variable}{self.label})"

    def anchor(self, variable: str, name: str, key: str) -> str:
        """The pattern of the node with the key ``key``, which an index finds.

        :param name: of the parameter that holds its id
        """
        return f"({variable}{self.label}:{kind_of(key).capitalize()} {{id: ${name}}})"

    def where(self, edges: Sequence[str], *more: str) -> str:
        """A ``WHERE`` with the conditions of relationships and others; empty if there are none."""
        own = [self.condition.format(edge) for edge in edges if self.condition]
        conditions = [*own, *(condition for condition in more if condition)]
        return f"WHERE {' AND '.join(conditions)} " if conditions else ""


EVERYTHING = Scope()


def count(ask: Ask, scope: Scope = EVERYTHING) -> Counts:
    """Count nodes by type and edges by relation."""
    nodes = ask(f"MATCH {scope.node('n')} RETURN n.type, count(*)", {})
    edges = ask(
        f"MATCH {scope.node('a')}-[r]->{scope.node('b')} {scope.where(['r'])}"
        "RETURN type(r), count(*)",
        {},
    )
    return Counts(
        dict(sorted((str(name), int(number)) for name, number in nodes)),
        dict(sorted((str(name), int(number)) for name, number in edges)),
    )


def neighbours(
    ask: Ask, key: str, limit: int | None = None, scope: Scope = EVERYTHING
) -> pl.DataFrame:
    """The nodes around a node; see :class:`~kgrec.graph.stores.base.Store`."""
    find(ask, key, scope)
    rows: list[Sequence[Any]] = []
    for direction, arrow in (("out", "-[r]->"), ("in", "<-[r]-")):
        around = f"MATCH {scope.anchor('n', 'id', key)}{arrow}{scope.node('m')} "
        rows += _around(ask, around, id_of(key), direction, limit, scope)
    frame = pl.DataFrame([tuple(row) for row in rows], schema=_AROUND, orient="row").sort(
        pl.col("relation") == INTERACTED, "relation", "direction", "neighbour"
    )
    if limit is None:
        return frame
    return frame.group_by("relation", "direction", maintain_order=True).head(limit)


def _around(
    ask: Ask, match: str, id: str, direction: str, limit: int | None, scope: Scope
) -> list[Sequence[Any]]:
    fields = f"RETURN type(r), '{direction}', m.key, m.label, m.type"
    if limit is None or _number(ask, match, id, scope) <= _ALL_AT_ONCE:
        return list(ask(f"{match}{scope.where(['r'])}{fields}", {"id": id}))
    kinds = ask(f"{match}{scope.where(['r'])}RETURN DISTINCT type(r)", {"id": id})
    of_one_kind = scope.where(["r"], "type(r) = $relation")
    return [
        row
        for (relation,) in kinds
        for row in ask(
            f"{match}{of_one_kind}{fields} ORDER BY m.key LIMIT {int(limit)}",
            {"id": id, "relation": relation},
        )
    ]


def _number(ask: Ask, match: str, id: str, scope: Scope) -> int:
    return int(ask(f"{match}{scope.where(['r'])}RETURN count(*)", {"id": id})[0][0])


def paths(
    ask: Ask,
    start: str,
    end: str,
    *,
    max_hops: int = 3,
    limit: int = 100,
    scope: Scope = EVERYTHING,
) -> list[Walk]:
    """Ways from one node to another; see :class:`~kgrec.graph.stores.base.Store`."""
    if not 1 <= max_hops <= 4:
        raise GraphError(f"A path has 1 to 4 hops, and not {max_hops}; ask for fewer or more.")
    find(ask, start, scope)
    find(ask, end, scope)
    walks: list[Walk] = []
    for hops in range(1, max_hops + 1):
        if start == end or len(walks) >= limit:
            break
        query = _paths_query(start, end, hops, limit - len(walks), scope)
        rows = ask(query, {"start": id_of(start), "end": id_of(end)})
        walks += sorted(_walk(start, end, row) for row in rows)
    return walks


def _paths_query(start: str, end: str, hops: int, limit: int, scope: Scope) -> str:
    """All ways of just so many hops: embedded stores know no quantified patterns."""
    inner = [f"n{number}" for number in range(1, hops)]
    edges = [f"r{number}" for number in range(1, hops + 1)]
    nodes = [
        scope.anchor("n0", "start", start),
        *map(scope.node, inner),
        scope.anchor(f"n{hops}", "end", end),
    ]
    pattern = nodes[0] + "".join(
        f"-[{edge}]-{node}" for edge, node in zip(edges, nodes[1:], strict=True)
    )
    every = ["n0", *inner, f"n{hops}"]
    apart = [
        f"{every[one]}.key <> {every[other]}.key"
        for one in range(hops + 1)
        for other in range(one + 2, hops + 1)
        if (one, other) != (0, hops)
    ]
    fields = [f"{node}.key AS k{number}" for number, node in enumerate(inner, start=1)]
    fields += [f"type({edge}) AS t{number}" for number, edge in enumerate(edges, start=1)]
    # A loop would walk from a node to itself.
    fields += [
        f"startNode({edge}).key = {every[number - 1]}.key AS f{number}"
        for number, edge in enumerate(edges, start=1)
    ]
    names = [field.rpartition(" ")[2] for field in fields]
    loops = [f"{every[number]}.key <> {every[number + 1]}.key" for number in range(hops)]
    return (
        f"MATCH {pattern} {scope.where(edges, *apart, *loops)}"
        f"RETURN DISTINCT {', '.join(fields)} ORDER BY {', '.join(names)} LIMIT {int(limit)}"
    )


def _walk(start: str, end: str, row: Sequence[Any]) -> Walk:
    hops = (len(row) + 1) // 3
    inner, relations, forward = row[: hops - 1], row[hops - 1 : 2 * hops - 1], row[2 * hops - 1 :]
    return Walk((start, *inner, end), tuple(zip(relations, map(bool, forward), strict=True)))


def find(ask: Ask, key: str, scope: Scope = EVERYTHING) -> None:
    """Make sure that there is such a node.

    :raises UnknownIdError: if there is not
    """
    known = kind_of(key) in ("user", "item", "entity")
    query = f"MATCH {scope.anchor('n', 'id', key)} RETURN n.key" if known else ""
    if not known or [key] not in [list(row) for row in ask(query, {"id": id_of(key)})]:
        raise UnknownIdError(f"there is no node '{key}' in the graph; a key looks like 'item:42'.")
