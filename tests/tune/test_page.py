from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import polars as pl
import pytest

from kgrec.config import Config
from kgrec.tune import Dimension
from kgrec.tune.output import best_toml
from kgrec.tune.page import to_html
from kgrec.tune.pictures import history_svg, slice_svg
from kgrec.tune.study import Plan, Study

NASTY = "<script>alert('x')</script>\n# &amp;"
TRIALS = pl.DataFrame(
    {
        "trial": [0, 1, 3, 4, 5, 6, 7],
        "state": ["complete", "pruned", "complete", "failed", "complete", "complete", "complete"],
        "value": [0.20, None, 0.24, None, 0.22, 0.24, 0.23],
        "reached": [0.1, 0.01, 0.2, None, 0.2, 0.2, 0.2],
        "epochs": [3, 1, 3, 0, 3, 3, 3],
        "seconds": [60.0, 1.0, 60.0, 1.0, 60.0, 60.0, 60.0],
        "error": [None, None, None, NASTY, None, None, None],
        "gnn.dropout": [0.5, 0.1, 0.2, 0.3, 0.4, 0.6, 0.7],
        "gnn.learning_rate": [0.001, 0.1, 0.01, 0.002, 0.02, 0.005, 0.05],
        "text.enabled": [True, False, True, False, True, True, True],
        "text.model": ["a", NASTY, None, "b", "a", "a", "a"],
    }
)
SPACE = {
    "gnn.dropout": Dimension(0.0, 0.8),
    "gnn.learning_rate": Dimension(0.001, 0.1, log=True),
    "text.enabled": Dimension(choices=(True, False)),
    "text.model": Dimension(choices=("a", NASTY, None, "b")),
}


def study(trials: pl.DataFrame = TRIALS) -> Study:
    done = bool(trials["value"].count())
    best = {"gnn.dropout": 0.2, "text.model": NASTY} if done else {}
    return Study(
        plan=Plan(Path("study"), NASTY, Config(), SPACE),
        config=Config().replace(best),
        best=best,
        value=0.24 if done else None,
        start=0.2 if done else None,
        trials=trials,
        importances={"text.model": 0.7, "gnn.dropout": 0.3} if done else {},
    )


def marks(picture: str, kind: str) -> list[ElementTree.Element]:
    root = ElementTree.fromstring(picture)
    return [each for each in root.iter() if f"kg-{kind}" in each.get("class", "").split()]


def places(picture: str, kind: str) -> list[tuple[float, float]]:
    circles = [mark[1] for mark in marks(picture, kind)]
    return [(float(each.get("cx", "")), float(each.get("cy", ""))) for each in circles]


def test_the_history_has_a_mark_for_each_trial_and_a_line_that_never_falls() -> None:
    picture = history_svg(TRIALS)
    counts = {kind: len(marks(picture, kind)) for kind in ("best", "complete", "pruned", "failed")}
    assert counts == {"best": 1, "complete": 4, "pruned": 1, "failed": 1}
    (line,) = marks(picture, "curve")
    corners = [tuple(map(float, each.split(","))) for each in line.get("points", "").split()]
    assert corners == sorted(corners, key=lambda corner: (corner[0], -corner[1]))
    heights = [y for _, y in corners]
    assert heights == sorted(heights, reverse=True), "higher on the page is a smaller number"
    assert places(picture, "best")[0] == corners[-1 - len(TRIALS) + 3]
    assert "trial 3, best, 0.2400" in picture


def test_what_is_far_below_stands_on_the_lower_edge_and_inside() -> None:
    for picture in (history_svg(TRIALS), slice_svg(TRIALS, "gnn.dropout")):
        ((_, low),) = places(picture, "pruned")
        assert max(y for _, y in places(picture, "complete")) <= low
        assert places(picture, "best")[0][1] < low - 50
        height = float(ElementTree.fromstring(picture).get("viewBox", "").split()[3])
        assert 0 < low < height


def test_numbers_stand_in_order_and_in_powers_with_log() -> None:
    plain = dict(zip(TRIALS["gnn.learning_rate"], xs("gnn.learning_rate", log=False), strict=True))
    power = dict(zip(TRIALS["gnn.learning_rate"], xs("gnn.learning_rate", log=True), strict=True))
    for places in (plain, power):
        ordered = [places[value] for value in sorted(places)]
        assert ordered == sorted(ordered)
    middle = (power[0.001] + power[0.1]) / 2
    assert power[0.01] == pytest.approx(middle, abs=0.2)
    assert plain[0.01] < middle - 50


def xs(name: str, *, log: bool) -> list[float]:
    """Where each trial stands, in the order of the table."""
    picture = slice_svg(TRIALS, name, log=log)
    found = {}
    for mark in (
        m for kind in ("best", "complete", "pruned", "failed") for m in marks(picture, kind)
    ):
        number = int(re.findall(r"trial (\d+)", mark[0].text or "")[0])
        start = re.findall(r"M([\d.]+)", mark[1].get("d", ""))
        found[number] = float(start[0]) + 3.5 if start else float(mark[1].get("cx", ""))
    return [found[number] for number in TRIALS["trial"]]


def test_choices_stand_in_columns() -> None:
    places = xs("text.enabled", log=False)
    assert len(set(places)) == 2
    assert len(set(xs("text.model", log=False))) == 4


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert not {name for name, _ in attrs} & {"src", "href", "onclick"}

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_the_page_stands_alone_and_escapes_what_it_shows() -> None:
    html = to_html(study(), best_toml(study()))
    page = _Page()
    page.feed(html)
    assert "script" not in page.tags
    assert not re.search(r"url\(|@import|https?://(?!www\.w3\.org/2000/svg)", html)
    text = " ".join(" ".join(page.text).split())
    for words in ("0.2400", "+20.0 %", "7 trials", "1 pruned, 1 failed", "5.0 minutes"):
        assert words in text
    assert page.tags.count("svg") == 1 + len(SPACE)
    assert text.count("<script>alert") >= 3


def test_the_most_important_setting_comes_first() -> None:
    assert study().names[:2] == ("text.model", "gnn.dropout")


@pytest.mark.parametrize("rows", [0, 1])
def test_a_study_that_has_just_begun_has_a_page(rows: int) -> None:
    for trials in (TRIALS.head(rows), TRIALS.filter(state="failed"), TRIALS.filter(trial=1)):
        html = to_html(study(trials), "")
        assert "Settings for" in html
        assert "nan" not in html


def test_the_best_settings_are_a_file_whose_comments_are_comments() -> None:
    lines = best_toml(study()).splitlines()
    assert all(line.startswith("#") for line in lines[:3])
    assert lines[3:5] == ["", "[text]"]
