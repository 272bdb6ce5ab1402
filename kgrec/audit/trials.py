"""Training one arm, tuning the baselines, and keeping what they recommend."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import polars as pl

from kgrec.audit.arms import Arm
from kgrec.audit.cells import Cell, Cells, key_of
from kgrec.audit.measure import K
from kgrec.audit.rivals import baseline_lists, baseline_names
from kgrec.audit.shuffle import share_changed
from kgrec.audit.splits import Split
from kgrec.callbacks import Bar, Progress
from kgrec.config import Config
from kgrec.evaluation import Interactions
from kgrec.graph import KnowledgeGraph
from kgrec.graph.vectors import modality_names, without_literals
from kgrec.recommend import Recommender
from kgrec.recommend.texts import learned_graph
from kgrec.text import TextEncoder

Lists = dict[str, list[pl.DataFrame]]
"""For each system a table ``user, item, rank, score`` a seed."""

_NOTHING = pl.DataFrame(
    schema={"user": pl.String, "item": pl.String, "rank": pl.Int64, "score": pl.Float32}
)


@dataclass
class Trials:
    """Trains and ranks, and notes down what it did.

    :ivar config: of the whole; its seed is the first
    :ivar count: how many seeds
    :ivar cells: where lists are kept
    :ivar encoder: of descriptions; ``None``: what the settings say
    :ivar changed: for each arm the share of the facts that its graph does not have
    :ivar idle: why an arm was left out, by its name
    :ivar seconds: wall time of all trainings, remembered ones among them
    """

    config: Config
    count: int
    cells: Cells
    encoder: TextEncoder | None = None
    changed: dict[str, float] = field(default_factory=dict)
    idle: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def seeds(self) -> tuple[int, ...]:
        """One a training of each arm; a shuffle has the seed of its training."""
        return tuple(range(self.config.seed, self.config.seed + self.count))

    def arm(self, arm: Arm, split: Split, graph: KnowledgeGraph, bar: Bar) -> list[pl.DataFrame]:
        """Train an arm with every seed; no lists if it is no different from the whole.

        :param graph: of the split
        :param bar: receives one step a seed
        """
        reason = arm.idle(graph, self.config)
        if reason:
            self.idle[arm.name] = reason
            bar.advance(self.count)
            return []
        lists = []
        for seed in self.seeds:
            inside = _Inside(bar, f"{arm.name}, {split.name}, seed {seed}")
            lists.append(self._train(arm, split, graph, seed, inside))
            bar.advance()
        return lists

    def _train(
        self, arm: Arm, split: Split, graph: KnowledgeGraph, seed: int, inside: Progress
    ) -> pl.DataFrame:
        # Before names are shuffled: a sensitive fact must not come back as one of another relation.
        graph = learned_graph(graph, self.config)
        sensitive = self.config.graph.sensitive
        hidden = {*sensitive} & {*modality_names(graph)} if sensitive else set()
        graph = without_literals(graph, hidden) if hidden else graph
        config = arm.config(self.config).replace({"seed": seed, "graph.sensitive": ()})
        users = split.users
        changed = arm.graph(graph, seed)
        if changed is not graph:
            self.changed.setdefault(arm.name, share_changed(graph, changed))
        if config.graph.modalities is not None:  # one that an arm takes away is not asked for
            left = modality_names(changed, config.graph.modalities)
            config = config.replace({"graph.modalities": left})

        def make() -> pl.DataFrame:
            rec = Recommender(config, encoder=self.encoder, progress=inside).fit(changed)
            return rec.recommend(users=users, k=K).to_polars()

        encoder = self.encoder.identity if self.encoder else None
        key = key_of(changed, users, config, k=K, encoder=encoder)
        return self._noted(self.cells.get(f"{split.name} {arm.name} {seed}", key, make))

    def rivals(self, split: Split, graph: KnowledgeGraph, bar: Bar) -> Lists:
        """What has not been trained by kgrec; of cold items, what knows of them."""
        bar.note(f"baselines, {split.name}")
        interactions = Interactions.from_dataset(split.data)
        fitted: dict[str, pl.DataFrame] = {}

        def lists_of(name: str) -> pl.DataFrame:
            if not fitted:
                fitted.update(baseline_lists(interactions, graph, split.users, Progress()))
            return fitted.get(name, _NOTHING)

        key = key_of(graph, split.users, None, k=K)
        found: Lists = {}
        for name in baseline_names():
            cell = self.cells.get(f"{split.name} {name}", key, lambda: lists_of(name))  # noqa: B023
            lists = self._noted(cell)
            if lists.height:  # a catalog may be too large for a baseline
                found[name] = [lists]
        return found

    def _noted(self, cell: Cell) -> pl.DataFrame:
        self.seconds += cell.seconds
        return cell.lists


class _Inside(Progress):
    """Shows what a training does beside the bar of the audit: two bars at once cannot be drawn."""

    def __init__(self, bar: Bar, name: str) -> None:
        self._bar = bar
        self._name = name

    @contextmanager
    def stage(self, name: str, total: int | None = None) -> Iterator[Bar]:
        """Name the stage."""
        self._bar.note(f"{self._name}: {name.lower()}")
        with super().stage(name, total) as silent:
            yield silent

    def epoch(self, epoch: int, values: dict[str, float]) -> None:  # noqa: ARG002
        """Count the epochs."""
        self._bar.note(f"{self._name}: epoch {epoch}")
