"""The description of a graph for a terminal of 80 columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from kgrec.drawing.lines import columns, counted, one_line, wrapped

if TYPE_CHECKING:
    from kgrec.graph.view.description import GraphDescription

WIDTH = 80
_SHOWN = 12


def text(found: GraphDescription) -> str:
    """Write lines, none wider than 80 columns."""
    head = (
        f"{one_line(found.name) or 'A graph'}, version {found.version}: "
        f"{counted(found.nodes, 'node')}, {counted(found.edges, 'edge')}"
    )
    lines = [_cut(head, WIDTH), "", *_types(found), "", *_relations(found), ""]
    if found.coverage.items:
        header = (f"of {counted(found.coverage.items, 'item')}", "", "")
        rows = coverage_rows(found)
        lines += [*_table(header, rows, len(rows), (1, 2)), ""]
    for sentence in sentences(found):
        lines += wrapped(sentence, WIDTH)
    for title, hubs in (("Most facts", found.hubs), ("Most interactions", found.popular)):
        if hubs:
            names = ", ".join(f"{_cut(one_line(h.label), 30)} ({h.degree:,})" for h in hubs[:5])
            lines += wrapped(f"{title}: {names}.", WIDTH, "", "  ")
    return "\n".join(lines)


def coverage_rows(found: GraphDescription) -> list[tuple[str, str, str]]:
    """What is known of how many items: words, a count and a share."""
    cover = found.coverage
    counts = {
        "have a fact": cover.facts,
        "have a text": cover.text,
        "have a description": cover.described,
        "have an interaction": cover.taken,
        "have neither fact nor text": cover.nothing,
        "have neither, and no interaction": cover.cold_nothing,
    }
    return [(name, f"{n:,}", _share(n, cover.items)) for name, n in counts.items()]


def sentences(found: GraphDescription) -> Iterator[str]:
    """What the numbers come to, in words."""
    if found.coverage.facts:
        yield f"Half of the items have {found.coverage.median_facts:,.0f} facts or more."
    yield _joined("All edges", "nodes", found.components)
    yield _joined("Facts alone", "items and entities", found.fact_components)
    nameless = counted(found.unnamed, "item or entity", "items and entities")
    if found.unnamed:
        yield f"{nameless} without a readable name."
    else:
        yield "Every item and entity has a readable name."


def _joined(what: str, nodes: str, sizes: Sequence[int]) -> str:
    if not sizes:
        return f"{what} join no {nodes}."
    alone = sum(size == 1 for size in sizes)
    share = _share(sizes[0], sum(sizes))
    if len(sizes) == 1:
        return f"{what} join all {nodes}."
    lonely = f"; {counted(alone, 'node')} joined to nothing" if alone else ""
    return (
        f"{what} join {nodes} to {len(sizes):,} connected parts, the largest with {share} of "
        f"them{lonely}."
    )


def _types(found: GraphDescription) -> list[str]:
    rows = [
        (each.name, each.kind, f"{each.count:,}", f"{each.unnamed:,}")
        for each in found.types[:_SHOWN]
    ]
    return _table(("type", "kind", "nodes", "no name"), rows, len(found.types), (2, 3))


def _relations(found: GraphDescription) -> list[str]:
    rows = [
        (e.name, e.domain, e.range, f"{e.count:,}", f"{e.heads:,}", f"{e.tails:,}")
        for e in found.relations[:_SHOWN]
    ]
    header = ("relation", "from", "to", "edges", "heads", "tails")
    return _table(header, rows, len(found.relations), (3, 4, 5))


def _table(
    header: Sequence[str], rows: Sequence[Sequence[str]], count: int, numbers: Sequence[int]
) -> list[str]:
    """Columns two spaces apart; words are cut so that the numbers fit."""
    widths = [max(map(columns, each)) for each in zip(header, *rows, strict=True)]
    words = [place for place in range(len(header)) if place not in numbers]
    while sum(widths) + 2 * (len(widths) - 1) > WIDTH:
        widest = max(words, key=lambda place: widths[place])
        widths[widest] -= 1
    lines = [
        "  ".join(
            _pad(one_line(cell), width, right=place in numbers)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in (header, *rows)
    ]
    more = count - len(rows)
    return [*lines, *([f"… and {more:,} more"] if more > 0 else [])]


def _pad(cell: str, width: int, *, right: bool) -> str:
    cell = _cut(cell, width)
    space = " " * (width - columns(cell))
    return space + cell if right else cell + space


def _cut(line: str, width: int) -> str:
    if columns(line) <= width:
        return line
    while line and columns(line) > width - 1:
        line = line[:-1]
    return line + "…"


def _share(part: int, whole: int) -> str:
    """In per cent; all and nothing are told apart from nearly so."""
    if not whole:
        return ""
    if part < whole and part / whole >= 0.9995:
        return ">99.9%"
    return "<0.1%" if 0 < part / whole < 0.0005 else f"{part / whole:.1%}"
