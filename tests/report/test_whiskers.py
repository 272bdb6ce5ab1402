from __future__ import annotations

import re
from xml.etree.ElementTree import fromstring

from kgrec.evaluation import Interval
from kgrec.report.whiskers import Whisker, whiskers_svg

SVG = "{http://www.w3.org/2000/svg}"


def row(name: str, low: float, high: float, **more: bool) -> Whisker:
    return Whisker(name, Interval((low + high) / 2, low, high), low > 0 or high < 0, **more)


def test_every_row_has_a_dot_and_a_whisker() -> None:
    root = fromstring(whiskers_svg("x", [row("one", 0.01, 0.03), row("two", -0.01, 0.01)]))
    assert len(root.findall(f".//{SVG}circle")) == 2
    told, untold = (root.findall(f".//{SVG}g[@class='kg-{name}']") for name in ("told", "untold"))
    assert len(told) == len(untold) == 1
    line, dot = told[0].find(f"{SVG}line"), told[0].find(f"{SVG}circle")
    assert line is not None
    assert dot is not None
    assert float(line.get("x1", 0)) < float(dot.get("cx", 0)) < float(line.get("x2", 0))


def test_zero_is_always_in_the_picture() -> None:
    for rows in ([row("one", 0.1, 0.2)], [row("one", -0.2, -0.1)], [row("one", 0.0, 0.0)]):
        root = fromstring(whiskers_svg("x", rows))
        assert "0" in [text.text for text in root.findall(f".//{SVG}text")]
        assert root.findall(f".//{SVG}line[@class='kg-axis']")


def test_what_is_aside_ends_in_an_arrow_and_squeezes_nobody() -> None:
    rows = [row("one", 0.01, 0.03), row("far", 5.0, 6.0, aside=True)]
    root = fromstring(whiskers_svg("x", rows))
    (circle,) = root.findall(f".//{SVG}circle")
    alone = fromstring(whiskers_svg("x", rows[:1]))
    assert circle.get("cx") == alone.findall(f".//{SVG}circle")[0].get("cx")
    assert len(root.findall(f".//{SVG}polygon")) == 1
    width = float(root.get("viewBox", "").split()[2])
    numbers = [float(x) for x in re.findall(r'x[12]="([\d.]+)"', whiskers_svg("x", rows))]
    assert all(0 <= x <= width for x in numbers)


def test_names_are_escaped_and_shortened() -> None:
    root = fromstring(whiskers_svg("<b>", [row("<script>" * 9, 0.1, 0.2)]))
    (name,) = [text.text for text in root.findall(f".//{SVG}text") if "script" in (text.text or "")]
    assert name.endswith("…")
