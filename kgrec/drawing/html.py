"""HTML fragments for notebooks: escaped, offline, without a script, in the colours of their page.

All text is escaped by ``markupsafe`` on its way in; what is :class:`~markupsafe.Markup` is already.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from markupsafe import Markup, escape

from kgrec.drawing.style import sheet
from kgrec.drawing.svg import printable

_LONGEST = 140
_ONE = r"[<>+−-]?\d[\d,.]*(?: ?%)?\*?"
_NUMBER = re.compile(f"{_ONE}(?: [–±] {_ONE})?")

Cell = str | int | float | Markup | None


def block(*parts: str, title: str = "", lead: str = "") -> str:
    """Put fragments together, with the style sheet that they need.

    :param parts: fragments; a plain string is escaped and becomes a paragraph
    :param title: what it is, in a few words
    :param lead: a line below it
    """
    head = Markup('<p class="kg-title">{}</p>').format(clean(title)) if title else ""
    under = Markup('<p class="kg-lead">{}</p>').format(clean(lead)) if lead else ""
    body = [part if isinstance(part, Markup) else paragraph(part) for part in parts if part]
    style = Markup("<style>{}</style>").format(Markup(sheet("notebook.css")))
    whole = Markup('<div class="kg-out">{}{}{}{}</div>')
    return str(whole.format(style, head, under, Markup("").join(body)))


def paragraph(text: str, role: str = "kg-note") -> Markup:
    """One paragraph."""
    return Markup('<p class="{}">{}</p>').format(role, clean(text))


def table(
    header: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    caption: str = "",
    marked: Iterable[int] = (),
) -> Markup:
    """A table; columns of numbers stand to the right.

    :param header: one name a column; all empty: no header is drawn
    :param caption: stands above it
    :param marked: numbers of rows that stand out
    """
    special, listed = set(marked), [list(row) for row in rows]
    columns = list(zip(*listed, strict=True))
    numeric = [any(filled) and all(map(_is_number, filled)) for filled in map(_filled, columns)]
    roles = [Markup(' class="kg-number"') if is_one else "" for is_one in numeric]
    heads = zip(roles or [""] * len(header), header, strict=True)
    head = Markup("").join(
        Markup('<th scope="col"{}>{}</th>').format(role, clean(name)) for role, name in heads
    )
    body = Markup("").join(
        Markup("<tr{}>{}</tr>").format(
            Markup(' class="kg-marked"') if number in special else "",
            Markup("").join(
                Markup("<td{}>{}</td>").format(role, clean(_written(value)))
                for role, value in zip(roles, row, strict=True)
            ),
        )
        for number, row in enumerate(listed)
    )
    above = Markup("<caption>{}</caption>").format(clean(caption)) if caption else ""
    heading = Markup("<thead><tr>{}</tr></thead>").format(head) if any(header) else ""
    whole = Markup(
        '<div class="kg-scroll"><table class="kg-table">{}{}<tbody>{}</tbody></table></div>'
    )
    return whole.format(above, heading, body)


def pairs(values: Mapping[str, Cell]) -> Markup:
    """Names and values, one below the other; those that say nothing are left out."""
    rows = [(name, value) for name, value in values.items() if value not in (None, "")]
    return table(("", ""), rows)


def details(summary: str, *parts: str, is_open: bool = False) -> Markup:
    """What is shown after a click."""
    body = [part if isinstance(part, Markup) else paragraph(part) for part in parts if part]
    whole = Markup('<details class="kg-more"{}><summary>{}</summary>{}</details>')
    opened = Markup(" open") if is_open else ""
    return whole.format(opened, clean(summary), Markup("").join(body))


def bullets(texts: Iterable[str]) -> Markup:
    """A list."""
    items = Markup("").join(Markup("<li>{}</li>").format(clean(text)) for text in texts)
    return Markup('<ul class="kg-list">{}</ul>').format(items)


def code(text: str) -> Markup:
    """A query or a program, as it is written."""
    return Markup('<pre class="kg-code">{}</pre>').format(clean(text))


def figure(*pictures: str) -> Markup:
    """Pictures side by side.

    :param pictures: SVG of :func:`kgrec.drawing.svg.render`, whose texts are escaped
    """
    drawn = Markup("").join(Markup("<div>{}</div>").format(Markup(each)) for each in pictures)
    return Markup('<div class="kg-figure">{}</div>').format(drawn)


def bar(share: float) -> Markup:
    """A bar in a cell of a table.

    :param share: of its longest length, 0–1
    """
    long = _LONGEST * min(max(share, 0.0), 1.0)
    return Markup('<i class="kg-bar" style="width:{}px"></i>').format(f"{long:.0f}")


def clean(text: object) -> Markup:
    """Escape a text, with a replacement character for what no document may hold."""
    return text if isinstance(text, Markup) else escape(printable(str(text)))


def _written(value: Cell) -> str | Markup:
    if value is None:
        return ""
    if isinstance(value, bool | str):
        return value if isinstance(value, str) else str(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:.4g}"


def _filled(cells: Iterable[Cell]) -> list[Cell]:
    return [cell for cell in cells if cell is not None and cell != ""]


def _is_number(value: Cell) -> bool:
    """Whether a cell holds a number, maybe with a sign, a unit or an interval."""
    if isinstance(value, str):
        return bool(_NUMBER.fullmatch(value))
    return True
