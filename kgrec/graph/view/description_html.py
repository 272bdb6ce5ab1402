"""The description of a graph for a notebook."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from markupsafe import Markup

from kgrec.drawing.html import bar, block, bullets, details, figure, table
from kgrec.drawing.lines import counted
from kgrec.graph.view.degrees import degrees_svg
from kgrec.graph.view.description_text import coverage_rows, sentences

if TYPE_CHECKING:
    from kgrec.graph.view.description import GraphDescription, Hub

_OPEN = 12


def html(found: GraphDescription) -> str:
    """Write HTML; all that comes from data is escaped."""
    plots = [degrees_svg(name, counts) for name, counts in found.degrees.items() if counts]
    cover = counted(found.coverage.items, "item")
    return block(
        bullets(sentences(found)),
        *_types(found),
        *_relations(found),
        table(("", "items", "share"), coverage_rows(found), caption=f"Of {cover}"),
        figure(*plots),
        _hubs("Entities with the most facts", found.hubs),
        _hubs("Items with the most interactions", found.popular),
        title=found.name or "A graph",
        lead=f"version {found.version}: {found.nodes:,} nodes, {found.edges:,} edges",
    )


def _types(found: GraphDescription) -> list[Markup]:
    most = max((each.count for each in found.types), default=1)
    rows = [(t.name, t.kind, t.count, bar(t.count / most), t.unnamed) for t in found.types]
    header = ("type", "kind", "nodes", "", "without a name")
    return _folded(header, rows, "Nodes by type")


def _relations(found: GraphDescription) -> list[Markup]:
    rows = [
        (r.name, r.label, r.domain, r.range, r.count, r.heads, r.tails) for r in found.relations
    ]
    header = ("relation", "reads", "mostly from", "mostly to", "edges", "heads", "tails")
    return _folded(header, rows, "Edges by relation")


def _folded(
    header: tuple[str, ...], rows: Sequence[Sequence[str | int | Markup]], caption: str
) -> list[Markup]:
    """The first rows, and the rest after a click."""
    first, rest = rows[:_OPEN], rows[_OPEN:]
    more = [details(f"{len(rest):,} more", table(header, rest))] if rest else []
    return [table(header, first, caption=caption), *more]


def _hubs(caption: str, hubs: tuple[Hub, ...]) -> str:
    rows = [(hub.label, hub.type, hub.key, hub.degree) for hub in hubs]
    return table(("name", "type", "key", "how many"), rows, caption=caption) if rows else ""
