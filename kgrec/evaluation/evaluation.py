"""The result of an evaluation: numbers that print, draw and export themselves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from kgrec.drawing.html import block, table
from kgrec.errors import ConfigError
from kgrec.evaluation.compare import Interval, paired_bootstrap, paired_randomisation
from kgrec.evaluation.tables import number, text_table

Table = tuple[list[str], list[list[str]]]

_BY = " by "


@dataclass(frozen=True, eq=False)
class Evaluation:
    """How good the recommendations for the users of a test are.

    :ivar users: how many users the test has
    :ivar k: the cut-offs
    :ivar metrics: mean over the users, for instance ``{"Recall@20": 0.42, …}``
    :ivar baselines: the same for every baseline, by name; empty if none was asked for
    :ivar slices: the same for parts of the test; empty if the histories are not known
    :ivar per_user: the metrics of every user, sorted by user
    :ivar baselines_per_user: the same for every baseline
    :ivar parameters: the hyper-parameters chosen for every baseline
    :ivar beyond: what accuracy does not tell, at the largest cut-off, by the names of
        :meth:`~kgrec.evaluation.beyond.Yardstick.measure`; empty if the histories are not known
    :ivar baselines_beyond: the same for every baseline
    :ivar exposure: for each attribute of items that was asked for, and each of its groups, the
        shares ``exposure`` (of the attention in the lists), ``history`` and ``catalog``
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
    beyond: dict[str, float] = field(default_factory=dict)
    baselines_beyond: dict[str, dict[str, float]] = field(default_factory=dict)
    exposure: dict[str, dict[str, dict[str, float]]] = field(default_factory=dict)
    name: str = "kgrec"

    def versus(self, baseline: str, metric: str | None = None, *, seed: int = 0) -> Interval:
        """Difference to a baseline with its 95 % interval, by a paired bootstrap over users.

        :param baseline: a key of ``baselines``
        :param metric: a key of ``metrics``; by default NDCG at the largest cut-off
        :raises ConfigError: if the baseline or the metric is not there
        """
        other, metric = self._rival(baseline, metric)
        return paired_bootstrap(self.per_user, other, metric, seed=seed)

    def p_value(self, baseline: str, metric: str | None = None, *, seed: int = 0) -> float:
        """How often chance alone would set it so far apart from a baseline, in (0, 1].

        By a paired randomisation test over users, two-sided.

        :param baseline: a key of ``baselines``
        :param metric: a key of ``metrics``; by default NDCG at the largest cut-off
        :raises ConfigError: if the baseline or the metric is not there
        """
        other, metric = self._rival(baseline, metric)
        return paired_randomisation(self.per_user, other, metric, seed=seed)

    def _rival(self, baseline: str, metric: str | None) -> tuple[pl.DataFrame, str]:
        metric = metric or f"NDCG@{max(self.k)}"
        for what, given, known in (
            ("baseline", baseline, self.baselines_per_user),
            ("metric", metric, self.metrics),
        ):
            if given not in known:
                raise ConfigError(f"There is no {what} '{given}'; there are: {', '.join(known)}.")
        return self.baselines_per_user[baseline], metric

    def to_dict(self) -> dict[str, Any]:
        """Return the numbers as plain values.

        :return: ``users, k, metrics, baselines, slices, beyond, baselines_beyond, exposure``
        """
        return {
            "users": self.users,
            "k": list(self.k),
            "metrics": self.metrics,
            "baselines": self.baselines,
            "slices": self.slices,
            "beyond": self.beyond,
            "baselines_beyond": self.baselines_beyond,
            "exposure": self.exposure,
        }

    def to_json(self) -> str:
        """Return :meth:`to_dict` as a JSON document."""
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False)

    def table(self) -> Table:
        """Return columns and rows of a table of all systems; ``*`` marks the best of a column."""
        systems = {**self.baselines, self.name: self.metrics}
        columns = [f"{name}@{k}" for k in self.k for name in ("Recall", "NDCG")]
        columns += [f"{name}@{max(self.k)}" for name in ("MRR", "Hit", "MAP")]
        best = {column: max(values[column] for values in systems.values()) for column in columns}
        rows = []
        for name, values in systems.items():
            marks = ["*" if len(systems) > 1 and values[c] == best[c] else "" for c in columns]
            cells = [f"{values[c]:.4f}{mark}" for c, mark in zip(columns, marks, strict=True)]
            rows.append([name, *cells])
        return ["", *columns], rows

    def __repr__(self) -> str:
        k = max(self.k)
        best = f"NDCG@{k} {self.metrics[f'NDCG@{k}']:.4f}"
        return f"Evaluation({self.name!r}: {self.users:,} users, {best})"

    def __str__(self) -> str:
        lines = [*text_table(*self.table()), self._caption()]
        for each in self._more_tables():
            lines += ["", *text_table(*each)]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        header, rows = self.table()
        whole = table(header, rows, marked=[len(rows) - 1])
        more = [
            table(["", *header[1:]], rows, caption=header[0])
            for header, rows in self._more_tables()
        ]
        return block(whole, *more, title="Evaluation", lead=self._caption())

    def _caption(self) -> str:
        return f"{self.users:,} users, full ranking, items seen before left out"

    def _more_tables(self) -> Iterator[Table]:
        """What is beyond accuracy, by attributes, and slices; the first cell says what it is."""
        attributes = dict.fromkeys(name.partition(_BY)[2] for name in self.beyond)
        for attribute in attributes:
            columns = [name for name in self.beyond if name.partition(_BY)[2] == attribute]
            title = f"By {attribute}" if attribute else "Beyond accuracy"
            systems = {**self.baselines_beyond, self.name: self.beyond}
            rows = [
                [name, *(number(values[column]) for column in columns)]
                for name, values in systems.items()
            ]
            yield [title, *(column.partition(_BY)[0] for column in columns)], rows
        for attribute, groups in self.exposure.items():
            shares = next(iter(groups.values()), {})
            rows = [[group, *map(number, values.values())] for group, values in groups.items()]
            yield [f"{self.name}, shares of {attribute}", *shares], rows
        if self.slices:
            yield self._slice_table()

    def _slice_table(self) -> Table:
        k = max(self.k)
        header = [f"{self.name}, by slice", "users", f"Recall@{k}", f"NDCG@{k}"]
        rows = [
            [name, f"{values['users']:,.0f}", *(f"{values[c]:.4f}" for c in header[2:])]
            for name, values in self.slices.items()
        ]
        return header, rows
