"""The result of an evaluation: numbers that print, draw and export themselves."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from html import escape
from typing import Any

import polars as pl

from kgrec.errors import ConfigError
from kgrec.evaluation.compare import Interval, paired_bootstrap


@dataclass(frozen=True, eq=False)
class Evaluation:
    """How good the recommendations for the users of a test are.

    :ivar users: how many users the test has
    :ivar k: the cut-offs
    :ivar metrics: mean over the users, for instance ``{"Recall@20": 0.42, …}``
    :ivar baselines: the same for every baseline, by name; empty if none was asked for
    :ivar slices: the same for parts of the test; empty if the histories were not given
    :ivar per_user: the metrics of every user, sorted by user
    :ivar baselines_per_user: the same for every baseline
    :ivar parameters: the hyper-parameters chosen for every baseline
    :ivar name: what the evaluated system is called in tables
    """

    users: int
    k: tuple[int, ...]
    metrics: dict[str, float]
    per_user: pl.DataFrame
    baselines: dict[str, dict[str, float]] = field(default_factory=dict)
    slices: dict[str, dict[str, float]] = field(default_factory=dict)
    baselines_per_user: dict[str, pl.DataFrame] = field(default_factory=dict)
    parameters: dict[str, dict[str, Any]] = field(default_factory=dict)
    name: str = "kgrec"

    def versus(self, baseline: str, metric: str | None = None, *, seed: int = 0) -> Interval:
        """Difference to a baseline with its 95 % interval, by a paired bootstrap over users.

        :param baseline: a key of ``baselines``
        :param metric: a key of ``metrics``; by default NDCG at the largest cut-off
        :raises ConfigError: if the baseline or the metric is not there
        """
        metric = metric or f"NDCG@{max(self.k)}"
        for what, given, known in (
            ("baseline", baseline, self.baselines_per_user),
            ("metric", metric, self.metrics),
        ):
            if given not in known:
                raise ConfigError(f"There is no {what} '{given}'; there are: {', '.join(known)}.")
        return paired_bootstrap(self.per_user, self.baselines_per_user[baseline], metric, seed=seed)

    def to_dict(self) -> dict[str, Any]:
        """Return the numbers as plain values: ``users, k, metrics, baselines, slices``."""
        return {
            "users": self.users,
            "k": list(self.k),
            "metrics": self.metrics,
            "baselines": self.baselines,
            "slices": self.slices,
        }

    def to_json(self) -> str:
        """Return :meth:`to_dict` as a JSON document."""
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False)

    def table(self) -> tuple[list[str], list[list[str]]]:
        """Return columns and rows of a table of all systems; ``*`` marks the best of a column."""
        systems = {**self.baselines, self.name: self.metrics}
        columns = [f"{name}@{k}" for k in self.k for name in ("Recall", "NDCG")]
        columns += [f"{name}@{max(self.k)}" for name in ("MRR", "Hit")]
        best = {column: max(values[column] for values in systems.values()) for column in columns}
        rows = []
        for name, values in systems.items():
            marks = ["*" if len(systems) > 1 and values[c] == best[c] else "" for c in columns]
            cells = [f"{values[c]:.4f}{mark}" for c, mark in zip(columns, marks, strict=True)]
            rows.append([name, *cells])
        return ["", *columns], rows

    def __str__(self) -> str:
        header, rows = self.table()
        name_width = max(len(row[0]) for row in rows)
        lines = [_line(row, name_width) for row in [header, *rows]]
        lines.insert(1, "-" * len(lines[0]))
        lines.append(self._caption())
        if self.slices:
            lines += ["", *self._slice_lines()]
        return "\n".join(lines)

    def _caption(self) -> str:
        return f"{self.users:,} users, full ranking, items seen before left out"

    def _slice_lines(self) -> list[str]:
        k = max(self.k)
        width = max(len(name) for name in self.slices)
        header = [f"{self.name}, by slice", "users", f"Recall@{k}", f"NDCG@{k}"]
        rows = [
            [name, f"{values['users']:,.0f}", *(f"{values[c]:.4f}" for c in header[2:])]
            for name, values in self.slices.items()
        ]
        lines = [_line(row, max(width, len(header[0]))) for row in [header, *rows]]
        return [lines[0], "-" * len(lines[0]), *lines[1:]]

    def _repr_html_(self) -> str:
        header, rows = self.table()
        head = "".join(f"<th>{escape(cell)}</th>" for cell in header)
        body = "".join(
            "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
        )
        return (
            f"<table><caption>{escape(self._caption())}</caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        )


def _line(cells: list[str], name_width: int) -> str:
    # A star hangs to the right of its number, so that the numbers stay aligned.
    padded = [cell if cell.endswith("*") else f"{cell} " for cell in cells[1:]]
    return (cells[0].ljust(name_width) + "".join(f"{cell:>11}" for cell in padded)).rstrip()
