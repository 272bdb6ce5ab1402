"""What attacks came to: numbers, sentences, and how to print both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from kgrec.evaluation import Interval, seed_interval
from kgrec.robustness.exposure import Exposure


@dataclass(frozen=True)
class Model:
    """One way to train, on clean data.

    :ivar name: ``plain`` or ``trimmed``
    :ivar ndcg: NDCG@20 on test of each test user, shape ``(users,)``; empty without a test
    """

    name: str
    ndcg: Sequence[float]


@dataclass(frozen=True)
class Outcome:
    """One kind of attack on one model.

    :ivar kind: of the profiles
    :ivar model: of :class:`Model`
    :ivar before: of each target, without invented users
    :ivar after: with them
    :ivar neighbours: before and after, the mean of items that share a fact with a target; ``None``:
        there are none
    :ivar caught: the share of the invented users from whom the model did not learn; ``None`` where
        it learns from all
    """

    kind: str
    model: str
    before: Mapping[str, Exposure]
    after: Mapping[str, Exposure]
    neighbours: tuple[Exposure, Exposure] | None
    caught: float | None = None

    def shift(self, name: str) -> Interval:
        """The mean change over targets, with a t-interval over them; infinite for a single one.

        :param name: ``hits``, ``attention`` or ``rank``
        """
        both = sorted(self.before.keys() & self.after.keys())
        changes = [getattr(self.after[t], name) - getattr(self.before[t], name) for t in both]
        if len(changes) < 2:
            return Interval(changes[0], -np.inf, np.inf)
        return seed_interval(changes)


@dataclass(frozen=True)
class Robustness:
    """How far invented users can push items, and what a defence saves and costs.

    :ivar name: of the dataset
    :ivar k: how many of a list are seen
    :ivar size: invented users for each target, as a share of the real ones
    :ivar filler: fillers of a profile
    :ivar rule: by which targets were chosen
    :ivar rounds: among how many trainings the targets were divided
    :ivar targets: item ids
    :ivar users: real users whose lists were looked at
    :ivar models: without and maybe with the defence
    :ivar outcomes: one for each kind and model
    :ivar trim: the share of users from whom the defended model does not learn
    """

    name: str
    k: int
    size: float
    filler: int
    rule: str
    rounds: int
    targets: tuple[str, ...]
    users: int
    models: tuple[Model, ...]
    outcomes: tuple[Outcome, ...]
    trim: float = 0.0

    @property
    def cost(self) -> Interval | None:
        """What the defence changes in NDCG@20 on clean data; ``None`` if that was not measured."""
        if len(self.models) < 2 or len(self.models[0].ndcg) < 2:
            return None
        plain, trimmed = (np.asarray(model.ndcg) for model in self.models)
        return seed_interval(trimmed - plain)

    @property
    def conclusions(self) -> list[str]:
        """What the numbers say, in sentences."""
        found = [self._attack(each) for each in self.outcomes]
        cost = self.cost
        if cost is not None:
            plain = float(np.mean(self.models[0].ndcg))
            size = f"{100 * cost.mean / plain:+.1f} %" if plain else f"{cost.mean:+.4f}"
            sure = "" if cost.excludes_zero else ", which may be chance"
            found.append(
                f"On clean data the defence changes NDCG@20 by {size} "
                f"({plain:.4f} to {plain + cost.mean:.4f}){sure}."
            )
        if self.rounds == 1 and len(self.targets) > 1:
            found.append(
                f"All {len(self.targets)} targets were pushed at once, each by its own "
                f"{self.size:.1%} of the users: one alone would be pushed by fewer in all."
            )
        return found

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        cost = self.cost
        return {
            "dataset": self.name,
            "k": self.k,
            "size": self.size,
            "filler": self.filler,
            "rule": self.rule,
            "rounds": self.rounds,
            "targets": list(self.targets),
            "users": self.users,
            "trim": self.trim,
            "NDCG@20": {
                each.name: float(np.mean(each.ndcg)) if len(each.ndcg) else None
                for each in self.models
            },
            "cost": _interval(cost) if cost else None,
            "attacks": [self._outcome(each) for each in self.outcomes],
            "conclusions": self.conclusions,
        }

    def rows(self) -> list[tuple[str, ...]]:
        """A table: kind, model, hits before and after, their shift, ranks, neighbours, caught."""
        rows: list[tuple[str, ...]] = []
        for each in self.outcomes:
            before, after = Exposure.mean(each.before.values()), Exposure.mean(each.after.values())
            shift, near = each.shift("hits"), each.neighbours
            rows.append(
                (
                    each.kind,
                    each.model,
                    f"{before.hits:.2%}",
                    f"{after.hits:.2%}",
                    f"{100 * shift.mean:+.2f} [{100 * shift.low:+.2f}, {100 * shift.high:+.2f}]",
                    f"{before.rank:.0f} > {after.rank:.0f}",
                    f"{before.attention:.4f} > {after.attention:.4f}",
                    f"{near[0].hits:.2%} > {near[1].hits:.2%}" if near else "",
                    "" if each.caught is None else f"{each.caught:.0%}",
                )
            )
        return rows

    def __str__(self) -> str:
        head = (
            "attack",
            "model",
            f"hits@{self.k}",
            "attacked",
            "shift in points",
            "mean rank",
            "attention",
            "neighbours' hits",
            "caught",
        )
        table = [head, *self.rows()]
        widths = [max(len(row[place]) for row in table) for place in range(len(head))]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in table
        ]
        return "\n".join([*lines, "", *self.conclusions])

    def _attack(self, found: Outcome) -> str:
        before = Exposure.mean(found.before.values()).hits
        after = Exposure.mean(found.after.values()).hits
        shift = found.shift("hits")
        who = "a model that trims" if found.model == "trimmed" else "the model"
        start = f"The {found.kind} attack on {who}"
        if not shift.excludes_zero:
            return (
                f"{start} changes nothing measurable: {before:.2%} of those who do not have a "
                f"target see it among their {self.k} best, and {after:.2%} after it{_ranks(found)}."
            )
        verb = "lifts" if shift.mean > 0 else "lowers"
        return (
            f"{start} {verb} the share of those who see a target among their {self.k} best from "
            f"{before:.2%} to {after:.2%}."
        )

    def _outcome(self, each: Outcome) -> dict[str, Any]:
        names = ("hits", "attention", "rank")
        return {
            "kind": each.kind,
            "model": each.model,
            "before": {item: asdict(part) for item, part in each.before.items()},
            "after": {item: asdict(part) for item, part in each.after.items()},
            "shift": {name: _interval(each.shift(name)) for name in names},
            "neighbours": [asdict(part) for part in each.neighbours] if each.neighbours else None,
            "caught": each.caught,
        }


def _ranks(found: Outcome) -> str:
    """What happens further down, if anything does."""
    if not found.shift("rank").excludes_zero:
        return ""
    before, after = (Exposure.mean(part.values()).rank for part in (found.before, found.after))
    return f"; but the mean rank goes from {before:.0f} to {after:.0f}"


def _interval(found: Interval) -> dict[str, float | None]:
    ends = {"mean": found.mean, "low": found.low, "high": found.high}
    return {name: value if np.isfinite(value) else None for name, value in ends.items()}
