from __future__ import annotations

from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from kgrec.evaluation import Interval
from kgrec.report.alpha import alpha_svg

NAMES = {"s": "http://www.w3.org/2000/svg"}


def points(*means: float, half: float = 0.05) -> dict[float, Interval]:
    places = [number / (len(means) - 1) for number in range(len(means))]
    return {
        at: Interval(mean, mean - half, mean + half) for at, mean in zip(places, means, strict=True)
    }


def test_a_dot_and_a_whisker_for_each_alpha() -> None:
    root = ElementTree.fromstring(
        alpha_svg("NDCG@20", points(0.2, 0.3, 0.1), Interval(0.3, 0.2, 0.4))
    )
    dots = [
        (float(dot.get("cx", "")), float(dot.get("cy", "")))
        for dot in root.findall("s:circle", NAMES)
    ]
    whiskers = root.findall("s:line[@class='kg-whisker']", NAMES)
    assert len(dots) == len(whiskers) == 3
    assert dots == sorted(dots)
    heights = [height for _, height in dots]
    assert heights[1] < heights[0] < heights[2]
    (guide,) = root.findall("s:line[@class='kg-guide']", NAMES)
    assert float(guide.get("y1", "")) == heights[1]
    words = [text.text for text in root.findall("s:text", NAMES)]
    assert {"0", "0.5", "1", "alpha"} <= set(words)


@given(st.lists(st.floats(0, 1), min_size=2, max_size=6), st.floats(0, 0.5))
def test_all_is_inside_of_the_picture(means: list[float], half: float) -> None:
    curve = points(*means, half=half)
    root = ElementTree.fromstring(alpha_svg("x", curve, curve[0.0]))
    _, _, width, height = map(float, (root.get("viewBox") or "").split())
    for dot in root.findall("s:circle", NAMES):
        assert 0 < float(dot.get("cx", "")) < width
        assert 0 < float(dot.get("cy", "")) < height
