"""A study in pictures: its course, and what each setting did."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

import polars as pl

from kgrec.drawing.svg import canvas, draw, render
from kgrec.report.curve import ticks
from kgrec.tune.axes import Axes, columns, numbers, value_text
from kgrec.tune.trial import METRIC

_RADIUS = 4.0
_CROSS = 7.0
_MOST_COLUMNS = 6
_FEW = 4
_SPREAD = 3.0


def history_svg(trials: pl.DataFrame) -> str:
    """Values in the order of time, and the best so far as a line.

    :param trials: as in :class:`~kgrec.tune.Study`
    """
    last = max([1, *trials["trial"]])
    marked = [number for number in ticks(0, last, 8) if number == int(number) <= last]
    axes = Axes(
        width=720.0,
        height=270.0,
        levels=_levels(trials),
        place=lambda number: number / last,
        marks=[(number / last, f"{number:.0f}") for number in marked],
        label="trial",
    )
    root = canvas(axes.width, axes.height, f"{METRIC} on valid of each trial")
    axes.draw(root)
    corners = list(_steps(axes, trials))
    if corners:
        draw(root, "polyline", points=" ".join(corners), class_="kg-curve")
    for trial in _marked(trials):
        _dot(root, axes, trial["trial"], trial, "")
    return render(root)


def slice_svg(trials: pl.DataFrame, name: str, *, log: bool = False) -> str:
    """Values over one setting: for numbers an axis, for few or for names columns.

    :param name: the setting
    :param log: whether the axis counts in powers
    """
    axes = _axes_of(trials, name, log)
    root = canvas(axes.width, axes.height, f"{METRIC} on valid over {name}")
    axes.draw(root)
    # The better ones are drawn last, so that they are seen.
    for trial in sorted(_marked(trials), key=lambda trial: trial["value"] or 0.0):
        _dot(root, axes, trial[name], trial, f", {name} = {value_text(trial[name])}")
    return render(root)


def _axes_of(trials: pl.DataFrame, name: str, log: bool) -> Axes:
    values = sorted(trials[name].unique(), key=lambda value: (value is None, value))
    numeric = trials[name].dtype.is_numeric() and not trials[name].null_count()
    many = numeric and len(values) > _MOST_COLUMNS
    place, marks = numbers(values, log=log) if many else columns(values)
    return Axes(340.0, 220.0, _levels(trials), place, marks, name)


def _levels(trials: pl.DataFrame) -> list[float]:
    """Round numbers around the better trials; what is far below them is drawn on the lower edge."""
    shown = [value for value in map(_height, trials.to_dicts()) if value is not None]
    if not shown:
        return [0.0, 1.0]
    values = trials["value"].drop_nulls().sort()
    low = min(shown)
    if len(values) > _FEW:
        best, middle = float(values[-1]), float(values[len(values) // 2])
        low = max(low, best - _SPREAD * (best - middle)) if best > middle else low
    return ticks(low, max(shown))


def _marked(trials: pl.DataFrame) -> list[dict[str, Any]]:
    """The trials, of which the first that has the best value is called the best."""
    rows = trials.to_dicts()
    best = max((row for row in rows if row["value"] is not None), key=_value, default=None)
    return [{**row, "state": "best"} if row is best else row for row in rows]


def _value(row: dict[str, Any]) -> float:
    return float(row["value"])


def _height(trial: dict[str, Any]) -> float | None:
    value: float | None = trial["reached"] if trial["value"] is None else trial["value"]
    return value


def _steps(axes: Axes, trials: pl.DataFrame) -> Iterator[str]:
    """The corners of the line of the best value so far."""
    best: float | None = None
    for number, value in trials.select("trial", "value").iter_rows():
        x = axes.x(number)
        if best is not None:
            yield f"{x:.1f},{axes.y(best):.1f}"
        if value is not None and (best is None or value > best):
            best = value
            yield f"{x:.1f},{axes.y(best):.1f}"


def _dot(root: Element, axes: Axes, value: Any, trial: dict[str, Any], more: str) -> None:
    height = _height(trial)
    x, y = axes.x(value), axes.base if height is None else axes.y(height)
    mark = draw(root, "g", class_=f"kg-trial kg-{trial['state']}")
    words = "" if height is None else f", {height:.4f}"
    draw(mark, "title", f"trial {trial['trial']}, {trial['state']}{words}{more}")
    if trial["state"] == "failed":
        h, w = _CROSS / 2, _CROSS
        draw(mark, "path", d=f"M{x - h:.1f} {y - h:.1f}l{w} {w}m0 {-w}l{-w} {w}")
    else:
        draw(mark, "circle", cx=x, cy=y, r=_RADIUS + 2 * (trial["state"] == "best"))
