"""The picture of an explanation: from the user through history and shared entities to the item."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from kgrec.drawing.style import picture_style
from kgrec.drawing.svg import canvas, draw, render, shorten, text_width
from kgrec.explain.picture.layout import BOLD, FONT, GAP, MARGIN, PAD, Box, Layout, Link, lay_out
from kgrec.explain.picture.shares import Part, in_words, parts, size

if TYPE_CHECKING:
    from kgrec.explain.explanation import Explanation
    from kgrec.explain.languages import Language

_SMALL = 11.5
_LABEL_HEIGHT = 15.0
_BAR = 8.0
_FOOT = 54.0
_TRIED = (0.5, 0.38, 0.62, 0.28, 0.72, 0.2, 0.8)
_LINE = 17.0
_MARGIN = 24.0

Rect = tuple[float, float, float, float]
"""Left, top, right, bottom."""


def paths_svg(explanation: Explanation, *, css: str = "", margin: float = 0.0) -> str:
    """Draw the listed paths; the thicker an edge, the more of the score runs along it.

    :param explanation: whose paths; without any, only the bar of the score's parts is drawn
    :param css: a style sheet that makes the picture stand alone; empty inside a page
    :param margin: free space around, with a background of its own
    """
    whole = size(explanation)
    layout = lay_out(explanation.paths, whole) if explanation.paths else Layout(760.0, 0.0)
    say = explanation.language.say
    user = say("screen.user", id=explanation.user)
    title = say("picture.title", label=explanation.label, user=user)
    width, height = layout.width + 2 * margin, layout.height + _FOOT + 2 * margin
    root = canvas(width, height, title, css=css)
    if margin:
        draw(root, "rect", width=width, height=height, rx=12, class_="kg-ground")
    inner = draw(root, "g", transform=f"translate({margin:g} {margin:g})")
    for link in sorted(layout.links, key=lambda link: -abs(link.share)):
        _link(inner, link)
    for box in layout.boxes:
        if box.node is not None:
            _box(inner, box, explanation)
    _labels(inner, layout)
    _bar(inner, parts(explanation), layout.width, layout.height + 20)
    return render(root)


def standalone_svg(explanation: Explanation) -> str:
    """Draw a picture with a style sheet and a background of its own, in light and in dark."""
    return paths_svg(explanation, css=picture_style(), margin=_MARGIN)


def _link(parent: Element, link: Link) -> None:
    (x0, y0), (x1, y1) = link.ends
    bend = (x0 + x1) / 2
    sign = " kg-against" if link.share < 0 else ""
    draw(
        parent,
        "path",
        d=f"M{x0:.1f} {y0:.1f}C{bend:.1f} {y0:.1f} {bend:.1f} {y1:.1f} {x1:.1f} {y1:.1f}",
        class_=f"kg-link{sign}",
        stroke_width=link.thickness,
    )
    if link.right.node is None:  # goes on through this layer
        end = link.right.x + link.right.width
        draw(
            parent,
            "path",
            d=f"M{x1:.1f} {y1:.1f}H{end:.1f}",
            class_=f"kg-link{sign}",
            stroke_width=link.thickness,
        )


def _box(parent: Element, box: Box, explanation: Explanation) -> None:
    assert box.node is not None
    is_item = box.node.key == explanation.paths[0].nodes[-1].key
    is_user, say = box.stop[0] == 0, explanation.language.say
    role = "kg-item" if is_item else "kg-user" if is_user else "kg-node"
    group = draw(parent, "g", class_=role)
    draw(group, "title", text=f"{box.node.label} ({box.node.type} {box.node.id})")
    draw(group, "rect", x=box.x, y=box.y, width=box.width, height=box.height, rx=7)
    baseline = box.y + PAD + FONT - 2
    for number, line in enumerate(_name(box, is_user, explanation.language)):
        draw(group, "text", line, x=box.x + PAD, y=baseline + _LINE * number, class_="kg-name")
    below = box.y + box.height - PAD + 1
    right = "" if is_user else say("picture.recommended") if is_item else in_words(box.share)
    room = box.width - 2 * PAD - text_width(right, _SMALL) - 8
    caption = shorten(_caption(box, explanation.language), _SMALL, room)
    draw(group, "text", caption, x=box.x + PAD, y=below, class_="kg-type")
    if right:
        place = {"x": box.x + box.width - PAD, "y": below}
        draw(group, "text", right, **place, class_="kg-share", text_anchor="end")


def _name(box: Box, is_user: bool, language: Language) -> list[str]:
    """A user without a name is called by the id."""
    assert box.node is not None
    unnamed_user = box.node.label == box.node.id and (is_user or box.node.type == "User")
    if not unnamed_user:
        return box.lines
    return [shorten(language.say("picture.user", id=box.node.id), BOLD, box.width - 2 * PAD)]


def _caption(box: Box, language: Language) -> str:
    assert box.node is not None
    if box.stop[0] == 0:
        return language.say("picture.you")
    if box.node.type == "User":
        return _and_more(box.walks - 1, language)
    # A node without a name shows its id here, since its type stands where the name would.
    return box.node.id if box.node.label == box.node.id else _spaced(box.node.type)


def _and_more(users: int, language: Language) -> str:
    if users == 0:
        return language.say("picture.another_user")
    phrase = "picture.more_users_one" if users == 1 else "picture.more_users"
    return language.say(phrase, count=language.number(users))


def _spaced(name: str) -> str:
    return "".join(f" {c.lower()}" if c.isupper() else c for c in name).strip()


def _labels(parent: Element, layout: Layout) -> None:
    """Write the relations, each at the place on its edge where it covers no other."""
    taken: list[Rect] = []
    for link in layout.links:
        if not link.label:
            continue
        text = shorten(link.label, _SMALL, GAP - PAD)
        tried = [_label_at(link, t, text_width(text, _SMALL)) for t in _TRIED]
        rect = min(tried, key=lambda rect: sum(_overlap(rect, other) for other in taken))
        taken.append(rect)
        x, y = (rect[0] + rect[2]) / 2, rect[3] - 4
        label = draw(parent, "text", text, x=x, y=y, class_="kg-relation", text_anchor="middle")
        if text != link.label:
            draw(label, "title", text=link.label)


def _label_at(link: Link, t: float, width: float) -> Rect:
    x, y = link.point(t)
    (x0, _), (x1, _) = link.ends
    x = min(max(x, x0 + width / 2 + 4), x1 - width / 2 - 4)
    return x - width / 2, y - _LABEL_HEIGHT / 2, x + width / 2, y + _LABEL_HEIGHT / 2


def _overlap(one: Rect, other: Rect) -> float:
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    return wide * high if wide > 0 and high > 0 else 0.0


def _bar(parent: Element, shares: list[Part], width: float, y: float) -> None:
    """The whole score as one bar, with what each part of it is called."""
    x, text_x = MARGIN, MARGIN
    for number, part in enumerate(shares):
        long = part.share * (width - 2 * MARGIN)
        tone = f"kg-part kg-{part.kind}" + (" kg-lighter" if _nth_rest(shares, number) % 2 else "")
        draw(parent, "rect", x=x, y=y, width=max(long - 2, 0.5), height=_BAR, rx=2, class_=tone)
        x += long
        words = f"{part.name} {in_words(-part.share if part.negative else part.share)}"
        draw(parent, "rect", x=text_x, y=y + 20, width=9, height=9, rx=2, class_=tone)
        draw(parent, "text", words, x=text_x + 15, y=y + 28.5, class_="kg-legend")
        text_x += 15 + text_width(words, _SMALL) + 20


def _nth_rest(shares: list[Part], number: int) -> int:
    return (
        sum(part.kind == "rest" for part in shares[:number]) if shares[number].kind == "rest" else 0
    )
