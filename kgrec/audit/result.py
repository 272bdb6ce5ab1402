"""The result of an audit: numbers, sentences, and how to print both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kgrec.audit.alpha import AlphaCurve
from kgrec.audit.conclusions import conclude, signed
from kgrec.audit.measure import METRIC, METRICS, Slice
from kgrec.audit.notebook import html


@dataclass(frozen=True, eq=False)
class Audit:
    """What graph, text and pretraining are worth on a dataset.

    :ivar name: of the dataset
    :ivar splits: the warm test, the cold one, or both
    :ivar parts: slices of the first of these
    :ivar seeds: of the trainings
    :ivar arms: what every system is, in words
    :ivar sizes: for each split: users, interactions and candidates of its test
    :ivar changed: the share of the facts that is different in a shuffled arm, 0–1
    :ivar settings: those that are not the defaults, by dotted name
    :ivar leaks: what gives answers away in the data, if the audit was made in spite of it
    :ivar remarks: what was not measured, and why
    :ivar curves: how each test depends on ``gnn.alpha``, if that was asked for
    :ivar seconds: wall time of the trainings, those of earlier audits among them
    """

    name: str
    splits: tuple[Slice, ...]
    parts: tuple[Slice, ...]
    seeds: tuple[int, ...]
    arms: Mapping[str, str]
    sizes: Mapping[str, Mapping[str, int]]
    changed: Mapping[str, float] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    leaks: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    curves: tuple[AlphaCurve, ...] = ()
    seconds: float = 0.0

    @property
    def conclusions(self) -> list[str]:
        """What the numbers say, in sentences."""
        curves = [curve.sentence for curve in self.curves]
        return [*conclude(self.splits, self.parts), *curves, *self.remarks]

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON.

        ``arms`` is the first split; ``slices`` its parts, and the cold test if that is another.
        """
        first, *others = self.splits
        return {
            "arms": first.to_dict(),
            "slices": {each.name: each.to_dict() for each in (*others, *self.parts)},
            "conclusions": self.conclusions,
            "differences": {
                part.name: {
                    name: each.to_dict(more=part in self.splits)
                    for name, each in part.differences.items()
                }
                for part in (*self.splits, *self.parts)
            },
            "dataset": self.name,
            "split": first.name,
            "splits": {name: dict(size) for name, size in self.sizes.items()},
            "metrics": list(METRICS),
            "seeds": list(self.seeds),
            "changed": dict(self.changed),
            "settings": dict(self.settings),
            "leaks": list(self.leaks),
            "seconds": round(self.seconds, 1),
            "alpha": {each.split: each.to_dict() for each in self.curves},
        }

    def table(self, split: Slice) -> list[tuple[str, str, str]]:
        """For each system of a split: name, metric with its interval, and the whole against it."""
        rows = []
        for system in split.systems:
            found = system.interval()
            half = found.high - found.mean
            difference = split.differences.get(system.name)
            against = signed(difference) if difference else ""
            rows.append((system.name, f"{found.mean:.4f} ± {half:.4f}", against))
        return rows

    def __repr__(self) -> str:
        users = max((split.users for split in self.splits), default=0)
        return (
            f"Audit({self.name!r}: {len(self.arms)} arms, {len(self.seeds)} seeds, {users:,} users)"
        )

    def _repr_html_(self) -> str:
        return html(self)

    def __str__(self) -> str:
        lines = []
        for split in self.splits:
            head = f"{split.name}, {split.users:,} users"
            lines += [_line(head, METRIC, "the whole against it")]
            lines += [_line(*row) for row in self.table(split)]
            lines.append("")
        return "\n".join([*lines, *self.conclusions])


def _line(name: str, value: str, against: str) -> str:
    return f"{name:<24}{value:>18}{against:>24}".rstrip()
