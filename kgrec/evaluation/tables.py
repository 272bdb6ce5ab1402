"""Tables as text."""

from __future__ import annotations

from collections.abc import Sequence

Cells = Sequence[str]


def number(value: float) -> str:
    """Four places for what is a share, one for what is a count."""
    return f"{value:.4f}" if abs(value) < 100 else f"{value:,.1f}"


def text_table(header: Cells, rows: Sequence[Cells]) -> list[str]:
    """Lines of a table with a rule under its header; numbers are aligned to the right."""
    first = max(len(row[0]) for row in [header, *rows]) + bool(header[0])
    width = max([10, *(len(cell) + 1 for row in [header, *rows] for cell in row[1:])])
    lines = [_line(row, first, width) for row in [header, *rows]]
    return [lines[0], "-" * max(map(len, lines)), *lines[1:]]


def _line(cells: Cells, first: int, width: int) -> str:
    # A star hangs to the right of its number, so that the numbers stay aligned.
    padded = [cell if cell.endswith("*") else f"{cell} " for cell in cells[1:]]
    return (cells[0].ljust(first) + "".join(f"{cell:>{width}}" for cell in padded)).rstrip()
