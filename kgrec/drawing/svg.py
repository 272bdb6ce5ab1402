"""SVG, element by element: the library escapes every text, so that a picture is well-formed."""

from __future__ import annotations

import re
import unicodedata
from xml.etree.ElementTree import Element, SubElement, tostring

_CONTROL = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

# Widths in em of a sans serif like Helvetica or Segoe UI, on the wide side.
_NARROW, _WIDE, _UPPER, _OTHER = 0.32, 0.9, 0.7, 0.56


def canvas(width: float, height: float, title: str, *, css: str = "") -> Element:
    """Begin a picture that scales with its place.

    :param title: read aloud by a screen reader
    :param css: a style sheet inside of it, for a picture that stands alone
    """
    root = Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {width:g} {height:g}",
            "role": "img",
            "class": "kg",
        },
    )
    draw(root, "title", text=title)
    if css:
        root.set("width", f"{width:g}")
        root.set("height", f"{height:g}")
        draw(root, "style", text=css)
    return root


def draw(parent: Element, tag: str, text: str = "", **attributes: object) -> Element:
    """Add an element; ``class_="x"`` is written ``class``, ``stroke_width=2`` ``stroke-width``."""
    names = {
        name.rstrip("_").replace("_", "-"): f"{value:.1f}".removesuffix(".0")
        if isinstance(value, float)
        else printable(str(value))
        for name, value in attributes.items()
    }
    child = SubElement(parent, tag, names)
    if text:
        child.text = printable(text)
    return child


def render(root: Element) -> str:
    """Write a picture as text."""
    return tostring(root, encoding="unicode")


def printable(text: str) -> str:
    """Put a replacement character wherever XML allows none."""
    return _CONTROL.sub("\ufffd", text)


def text_width(text: str, font_size: float) -> float:
    """Estimate the width of a line, in the unit of ``font_size``."""
    return sum(map(_em, text)) * font_size


def _em(character: str) -> float:
    if unicodedata.east_asian_width(character) in "WF":
        return 1.05
    if character in "iljtfrI.,:;'’!|()[] -":
        return _NARROW
    if character in "mwMW@%—…":
        return _WIDE
    return _UPPER if character.isupper() else _OTHER


def shorten(text: str, font_size: float, width: float) -> str:
    """Cut a line to a width, with an ellipsis where something is missing."""
    if text_width(text, font_size) <= width:
        return text
    used, kept = 0.0, 0
    for character in text:
        used += _em(character)
        if (used + _em("…")) * font_size > width:
            break
        kept += 1
    return text[:kept].rstrip() + "…"


def wrap(text: str, font_size: float, width: float, lines: int = 2) -> list[str]:
    """Break a text into at most ``lines`` lines; the last is shortened if more is left."""
    wrapped: list[str] = []
    rest = " ".join(text.split())
    while rest and len(wrapped) < lines - 1 and text_width(rest, font_size) > width:
        head = _head(rest, font_size, width)
        if not head:
            break  # the first word alone is too long
        wrapped.append(head)
        rest = rest[len(head) :].strip()
    return [*wrapped, shorten(rest, font_size, width)] if rest else wrapped


def _head(text: str, font_size: float, width: float) -> str:
    """As many whole words as fit into one line."""
    head = ""
    for word in text.split(" "):
        longer = f"{head} {word}".strip()
        if text_width(longer, font_size) > width:
            break
        head = longer
    return head
