"""Results as Markdown: the README's table, and one with everything."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import mean

import numpy as np
from scipy.stats import t

from benchmarks.suite import Row

METRIC = "NDCG@20"
METRICS = ("Recall@10", "NDCG@10", "Recall@20", "NDCG@20")
_NONE = "–"


@dataclass(frozen=True)
class Spread:
    """A mean over seeds and half the width of its 95 % interval.

    :ivar half: ``None`` where there is one seed only
    """

    mean: float
    half: float | None

    @staticmethod
    def of(values: Sequence[float]) -> Spread:
        """Student's t: seeds are few."""
        if len(values) < 2:
            return Spread(values[0], None)
        error = np.std(values, ddof=1) / np.sqrt(len(values))
        return Spread(float(np.mean(values)), float(t.ppf(0.975, len(values) - 1) * error))

    def __str__(self) -> str:
        text = f"{self.mean:.4f}".removeprefix("0")
        return text if self.half is None else f"{text} ± {self.half:.4f}".replace("± 0", "± ")


Groups = dict[tuple[str, str], list[Row]]


def summary(rows: Iterable[Row]) -> str:
    """NDCG@20: a line for each set, a column for each system; the best in bold."""
    groups = _grouped(rows)
    sets, systems = (list(dict.fromkeys(names)) for names in zip(*groups, strict=True))
    systems.sort(key=lambda name: name == "kgrec")  # the last column
    lines = [["data", *systems, "recommendations with a path", "share of a score on paths"]]
    for name in sets:
        spreads = {system: _spread(groups, name, system, METRIC) for system in systems}
        best = max(spread.mean for spread in spreads.values() if spread)
        lines.append(
            [name, *(_cell(spreads[system], best) for system in systems), *_paths(groups, name)]
        )
    return _markdown(lines)


def details(rows: Iterable[Row]) -> str:
    """A line for each system on each set; seconds are those of the first seed."""
    head = ["data", "system", "seeds", *METRICS, "wall s", "CPU s", "peak MB"]
    lines = [head]
    for (name, system), group in _grouped(rows).items():
        spreads = [Spread.of([row.metrics[metric] for row in group]) for metric in METRICS]
        first = group[0].result
        seconds = [f"{first['seconds'][kind]:,.1f}" for kind in ("wall", "cpu")]
        peak = f"{max(row.result['peak_mb'] for row in group):,.0f}"
        lines.append([name, system, str(len(group)), *map(str, spreads), *seconds, peak])
    return _markdown(lines)


def _grouped(rows: Iterable[Row]) -> Groups:
    groups: Groups = {}
    for row in rows:
        groups.setdefault((row.set_name, row.system), []).append(row)
    return groups


def _spread(groups: Groups, name: str, system: str, metric: str) -> Spread | None:
    group = groups.get((name, system))
    return Spread.of([row.metrics[metric] for row in group]) if group else None


def _cell(spread: Spread | None, best: float) -> str:
    if spread is None:
        return _NONE
    return f"**{spread}**" if spread.mean == best else str(spread)


def _paths(groups: Groups, name: str) -> list[str]:
    group = groups.get((name, "kgrec"), [])
    columns = ([row.result[key] for row in group] for key in ("with_path", "path_share"))
    return [f"{mean(values):.0%}".replace("%", " %") if values else _NONE for values in columns]


def _markdown(lines: Sequence[Sequence[str]]) -> str:
    head, *body = lines
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *body))
