from __future__ import annotations

from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgrec.report.curve import curve_svg, ticks

SVG = "{http://www.w3.org/2000/svg}"


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6))
def test_ticks_enclose_and_are_few(low: float, span: float) -> None:
    found = ticks(low, low + span)
    assert found[0] <= low + span * 1e-6
    assert found[-1] >= low + span - span * 1e-6
    assert 2 <= len(found) <= 7


@pytest.mark.parametrize("value", [0.0, 0.3, -5.0])
def test_ticks_around_one_value(value: float) -> None:
    found = ticks(value, value)
    assert found[0] < value < found[-1]


def test_the_best_epoch_is_marked_and_gaps_are_left_out() -> None:
    points = [(1, 0.1), (2, float("nan")), (3, 0.3), (4, 0.2)]
    root = fromstring(curve_svg("NDCG@20", points, best=3))
    (curve,) = root.iter(f"{SVG}polyline")
    assert len((curve.get("points") or "").split()) == 3
    (dot,) = root.iter(f"{SVG}circle")
    assert f"{dot.get('cx')}," in f"{curve.get('points')} "
    assert "best epoch 3: 0.3000" in "".join(root.itertext())


@pytest.mark.parametrize("points", [[], [(1, 0.5)]])
def test_a_short_training_has_a_picture_too(points: list[tuple[int, float]]) -> None:
    assert fromstring(curve_svg("loss", points, best=1)) is not None


def test_a_better_epoch_stands_higher() -> None:
    (curve,) = fromstring(curve_svg("loss", [(1, 1.0), (2, 2.0)])).iter(f"{SVG}polyline")
    (x1, y1), (x2, y2) = (
        map(float, each.split(",")) for each in (curve.get("points") or "").split()
    )
    assert x1 < x2
    assert y1 > y2
