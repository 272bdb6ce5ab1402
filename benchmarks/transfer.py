"""What pretraining is worth: embedding models, ways to train them, and what becomes of the vectors.

    python -m benchmarks.transfer FOLDER [FOLDER …] [--models TransE,RotatE] [--seeds 3]

A table for each set. First without pretraining; then each model with each arm of its training
(plain, with inverse triples, with filtered negatives), the vectors being trained on; then each
model with each policy for its vectors. NDCG@20 of the graph network alone and of the whole, on
valid (on which the whole is chosen) and of the whole on test, means over seeds, in brackets the
standard deviation over seeds; CPU seconds of pretraining and of the fit. What differs by less than
twice that deviation does not differ.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import kgrec
from benchmarks.machine import apart, limit_threads
from benchmarks.scoring import score
from benchmarks.sets import find_sets
from kgrec.callbacks import Bar, Progress

MODELS = ("TransE", "DistMult", "ComplEx", "RotatE")
ARMS: dict[str, dict[str, str]] = {
    "plain": {},
    "inverse": {"kge.inverse_triples": "true"},
    "filtered": {"kge.filtered_negatives": "true"},
}
POLICIES = ("full", "frozen", "warm_up", "low_rank")
_NAMES = ("network, valid", "all, valid", "all, test", "pretraining s", "fit s")


@dataclass(frozen=True)
class Variant:
    """One row of the table; no model: no pretraining."""

    model: str = ""
    arm: str = "plain"
    policy: str = "full"

    @property
    def settings(self) -> dict[str, str]:
        """Changed settings by dotted name."""
        if not self.model:
            return {"kge.enabled": "false"}
        return {"kge.model": self.model, "gnn.pretrained": self.policy, **ARMS[self.arm]}


def variants(
    models: Sequence[str] = MODELS,
    arms: Sequence[str] = tuple(ARMS),
    policies: Sequence[str] = POLICIES,
) -> list[Variant]:
    """Without pretraining, then every model with every arm, then with every other policy."""
    trained = [Variant(model, arm) for model in models for arm in arms]
    kept = [Variant(model, "plain", policy) for model in models for policy in policies]
    return [Variant(), *trained, *(each for each in kept if each not in trained)]


class Clock(Progress):
    """CPU seconds of pretraining."""

    seconds = 0.0

    @contextmanager
    def stage(self, name: str, total: int | None = None) -> Iterator[Bar]:
        started = time.process_time()
        with super().stage(name, total) as bar:
            yield bar
        if name.startswith("Pretrain"):
            self.seconds += time.process_time() - started


def measure(folder: Path, settings: dict[str, str], seed: int) -> tuple[float, ...]:
    """Fit on one set; the numbers of :data:`_NAMES`."""
    data, clock = kgrec.load(folder), Clock()
    graph = kgrec.KnowledgeGraph.build(data)
    config = kgrec.Config().replace({"threads": 1, **settings})
    started = time.process_time()
    rec = kgrec.Recommender(config, seed=seed, progress=clock).fit(graph)
    seconds = time.process_time() - started
    top = rec.recommend(users=data.test["user"].unique().sort().to_list(), k=20)
    found = score(top.to_polars().select("user", "item", "rank"), data)["NDCG@20"]
    chosen = rec.log.choices
    network, whole = chosen["NDCG@20 of the graph network"], chosen["NDCG@20 of all"]
    return network, whole, found, clock.seconds, seconds


def row(variant: Variant, runs: Sequence[tuple[float, ...]]) -> str:
    """A line; runs are those of several seeds."""
    network, whole, test, pretraining, fit = zip(*runs, strict=True)
    spread = f" ({statistics.stdev(test):.4f})" if len(test) > 1 else ""
    numbers = [f"{statistics.mean(each):.4f}" for each in (network, whole, test)]
    seconds = [f"{statistics.mean(each):.1f}" for each in (pretraining, fit)]
    names = [variant.model or "none", variant.arm, variant.policy]
    names = names if variant.model else ["none", "", ""]
    return f"| {' | '.join([*names, *numbers])}{spread} | {' | '.join(seconds)} |"


def main(words: list[str] | None = None) -> None:
    head, rest = (__doc__ or "").split("\n\n", 1)
    parser = argparse.ArgumentParser(
        "python -m benchmarks.transfer",
        description=head,
        epilog=rest,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument("--models", default=",".join(MODELS))
    parser.add_argument("--arms", default=",".join(ARMS))
    parser.add_argument("--policies", default=",".join(POLICIES))
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    arguments = parser.parse_args(words)
    limit_threads(1)
    settings = dict(setting.split("=", 1) for setting in arguments.set)
    lists = [getattr(arguments, name).split(",") for name in ("models", "arms", "policies")]
    for bench in find_sets(arguments.folders):
        print(f"\n{bench.name}\n\n| model | arm | policy | {' | '.join(_NAMES)} |")
        print(f"| {' | '.join(['---'] * (3 + len(_NAMES)))} |", flush=True)
        for variant in variants(*lists):
            chosen = {**settings, **variant.settings}
            runs = [apart(measure, bench.folder, chosen, seed) for seed in range(arguments.seeds)]
            print(row(variant, runs), flush=True)


if __name__ == "__main__":
    main()
