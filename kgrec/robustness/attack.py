"""Invent users, train with them, and see how far up the items go that they push."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from kgrec.callbacks import Bar, Progress
from kgrec.config import Config
from kgrec.data import Dataset
from kgrec.errors import ConfigError
from kgrec.evaluation import ranking_metrics
from kgrec.features import Features
from kgrec.gnn.influence import most_influential
from kgrec.gnn.linear.hubs import FactHubs
from kgrec.graph import KnowledgeGraph
from kgrec.recommend import Recommender
from kgrec.robustness.exposure import Exposure, exposures
from kgrec.robustness.inject import inject
from kgrec.robustness.profiles import KINDS, Kind, Market, profiles
from kgrec.robustness.result import Model, Outcome, Robustness
from kgrec.robustness.targets import RULES, Rule, choose_targets

Indices = npt.NDArray[np.int64]

_NDCG = 20


@dataclass(frozen=True)
class Plan:
    """How to attack.

    :ivar kinds: of profiles, see :mod:`kgrec.robustness.profiles`
    :ivar size: invented users for each target, as a share of the real ones, in (0, 1]
    :ivar filler: fillers of a profile; ``None``: as many as a real user has items, by the median
    :ivar selected: selected items of a profile, in the kinds that have any
    :ivar targets: how many items are pushed
    :ivar rule: by which they are drawn, see :mod:`kgrec.robustness.targets`
    :ivar rounds: among how many trainings the targets are divided, at most as many as targets:
        with as many each item is attacked alone, as in the literature; with 1 all at once, which is
        quickest
    :ivar k: how many of a list are seen
    :ivar users: at most so many real users are looked at
    :ivar trim: also attack a model with ``gnn.trim`` at this share; 0: no defence
    """

    kinds: tuple[Kind, ...] = KINDS
    size: float = 0.01
    filler: int | None = None
    selected: int = 10
    targets: int = 5
    rule: Rule = "unpopular"
    rounds: int = 1
    k: int = 10
    users: int = 500
    trim: float = 0.0

    def check(self) -> None:
        """Refuse what makes no attack.

        :raises ConfigError: one sentence that names what is out of range
        """
        for kind in self.kinds:
            if kind not in KINDS:
                raise ConfigError(
                    f"There is no attack '{kind}'; the attacks are {', '.join(KINDS)}."
                )
        if len(set(self.kinds)) < len(self.kinds):
            raise ConfigError(f"Name each attack once, not {', '.join(self.kinds)}.")
        if self.rule not in RULES:
            raise ConfigError(f"There is no rule '{self.rule}' for targets: {' or '.join(RULES)}.")
        if not 0 <= self.trim < 0.5:
            raise ConfigError(f"The share to trim is at least 0 and below 0.5, not {self.trim}.")
        counts = (self.selected, self.targets, self.rounds, self.k, self.users, len(self.kinds))
        if min(counts) < 1 or not 0 < self.size <= 1 or (self.filler or 0) < 0:
            raise ConfigError(
                "An attack needs a size above 0 and up to 1, and at least one kind, target, round, "
                "selected item, user and place in a list."
            )
        if self.rounds > self.targets:
            raise ConfigError(
                f"{self.targets} targets cannot be divided among {self.rounds} rounds: ask for as "
                "many rounds as targets, or fewer."
            )


def attack(
    data: Dataset,
    config: Config | None = None,
    plan: Plan | None = None,
    *,
    progress: Progress | None = None,
) -> Robustness:
    """Measure how far invented users push items, and what trimming saves and costs.

    Trains once on clean data and ``rounds`` times for each kind of attack, and all of that again
    with the defence.

    :param data: real behaviour; with a test, the cost of the defence is measured, too
    :param config: settings of all trainings
    :param plan: how to attack
    :param progress: receives the stage "Attacking", one step a training
    :raises ConfigError: if the plan is out of range, or too few items can be targets: those of the
        rule that somebody has and that not all of the users who are looked at have
    """
    config, plan = config or Config(), plan or Plan()
    plan.check()
    world = _World.of(data, config, plan)
    trims = (0.0, plan.trim) if plan.trim else (0.0,)
    total = len(trims) * (1 + len(plan.kinds) * plan.rounds)
    models: list[Model] = []
    outcomes: list[Outcome] = []
    with (progress or Progress()).stage("Attacking", total) as bar:
        for trim in trims:
            name = "trimmed" if trim else "plain"
            bar.note(f"{name}, clean")
            lists = world.lists(data, trim)
            bar.advance()
            models.append(Model(name, world.ndcg(lists)))
            outcomes += [world.outcome(kind, name, trim, lists, bar) for kind in plan.kinds]
    return Robustness(
        name=data.info.name,
        k=plan.k,
        size=plan.size,
        filler=world.filler,
        rule=plan.rule,
        rounds=plan.rounds,
        targets=tuple(world.ids(world.targets)),
        users=len(world.users),
        models=tuple(models),
        outcomes=tuple(outcomes),
        trim=plan.trim,
    )


@dataclass(frozen=True, eq=False)
class _World:
    """Real data in numbers, and what is to be done to them."""

    data: Dataset
    config: Config
    plan: Plan
    features: Features
    market: Market
    targets: Indices
    users: list[str]
    filler: int

    @staticmethod
    def of(data: Dataset, config: Config, plan: Plan) -> _World:
        features = Features.of(KnowledgeGraph.build(data))
        random = np.random.default_rng(config.seed)
        popularity = np.asarray(features.history.sum(axis=0), dtype=np.float64).ravel()
        allowed = np.ones(len(popularity), dtype=bool)
        if features.candidates is not None:
            allowed[:] = False
            allowed[features.candidates] = True
        lengths = np.diff(features.history.indptr)
        known = np.flatnonzero(lengths)
        some = np.sort(random.choice(known, min(plan.users, len(known)), replace=False))
        # Whoever has an item does not see it: of what all have, nothing can be measured.
        owners = np.asarray((features.history[some] > 0).sum(axis=0)).ravel()
        allowed &= owners < len(some)
        targets = choose_targets(popularity, allowed, plan.rule, plan.targets, random)
        filler = int(np.median(lengths[known])) if plan.filler is None else plan.filler
        return _World(
            data=data,
            config=config,
            plan=plan,
            features=features,
            market=Market(popularity, FactHubs.of(features).members),
            targets=targets,
            users=[features.users[row] for row in some],
            filler=filler,
        )

    def ids(self, items: Indices) -> list[str]:
        return [self.features.items[item] for item in items]

    def lists(self, data: Dataset, trim: float) -> pl.DataFrame:
        """All that a model trained on ``data`` ranks for the real users, best first."""
        return self._ranked(KnowledgeGraph.build(data), trim)

    def _ranked(self, graph: KnowledgeGraph, trim: float) -> pl.DataFrame:
        config = self.config.replace({"gnn.trim": trim})
        rec = Recommender(config).fit(graph)
        lists = rec.recommend(self.users, len(self.features.items)).to_polars()
        return lists.select("user", "item", "rank")

    def ndcg(self, lists: pl.DataFrame) -> list[float]:
        """NDCG@20 of the real users who have a test."""
        test = self.data.test.filter(pl.col("user").is_in(self.users))
        if test.is_empty():
            return []
        best = lists.filter(pl.col("rank") <= _NDCG)
        return ranking_metrics(best, test, (_NDCG,))[f"NDCG@{_NDCG}"].to_list()

    def outcome(
        self, kind: Kind, model: str, trim: float, clean: pl.DataFrame, bar: Bar
    ) -> Outcome:
        """Attack with one kind of profiles, in all rounds."""
        before: dict[str, Exposure] = {}
        after: dict[str, Exposure] = {}
        near: list[tuple[Exposure, Exposure]] = []
        caught = []
        for number, targets in enumerate(np.array_split(self.targets, self.plan.rounds)):
            bar.note(f"{model}, {kind}")
            random = np.random.default_rng([self.config.seed, number, KINDS.index(kind)])
            attacked = inject(self.data, [*self._histories(kind, targets, random)], random)
            graph = KnowledgeGraph.build(attacked)
            lists = self._ranked(graph, trim)
            for found, source in ((before, clean), (after, lists)):
                found.update(self._exposures(source, self.ids(targets)))
            near += self._near(targets, clean, lists)
            caught.append(self._caught(graph, trim))
            bar.advance()
        sides = [Exposure.mean(part) for part in zip(*near, strict=True)]
        return Outcome(
            kind=kind,
            model=model,
            before=before,
            after=after,
            neighbours=(sides[0], sides[1]) if sides else None,
            caught=float(np.mean(caught)) if trim else None,
        )

    def _histories(
        self, kind: Kind, targets: Indices, random: np.random.Generator
    ) -> Iterator[Sequence[str]]:
        count = max(1, round(self.plan.size * len(self.features.users)))
        for target in targets:
            for history in profiles(
                kind,
                int(target),
                self.market,
                count,
                filler=self.filler,
                selected=self.plan.selected,
                random=random,
            ):
                yield self.ids(history)

    def _exposures(self, lists: pl.DataFrame, items: Sequence[str]) -> Mapping[str, Exposure]:
        owners = pl.concat([self.data.train, self.data.valid], how="diagonal")
        return exposures(lists, owners, items, self.plan.k)

    def _near(
        self, targets: Indices, clean: pl.DataFrame, lists: pl.DataFrame
    ) -> list[tuple[Exposure, Exposure]]:
        """Items that share most facts with a target, before and after; empty without any."""
        segments = [self.market.segment(int(each), self.plan.selected) for each in targets]
        items = self.ids(np.setdiff1d(np.concatenate(segments), self.targets))
        before, after = (self._exposures(each, items) for each in (clean, lists))
        if not before or not after:
            return []
        return [(Exposure.mean(before.values()), Exposure.mean(after.values()))]

    def _caught(self, graph: KnowledgeGraph, trim: float) -> float:
        """The share of the invented users that the defence leaves out."""
        if not trim:
            return 0.0
        features = Features.of(graph)
        invented = set(features.users) - set(self.features.users)
        left_out = most_influential(features.history, trim)
        return sum(features.users[row] in invented for row in left_out) / len(invented)
