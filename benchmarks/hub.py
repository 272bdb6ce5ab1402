"""What does an explanation cost beside a hub, and does it say what it left out?

    python -m benchmarks.hub [--neighbours 100000] [--models linear,rgcn] [--hubs entity,item]

Two invented worlds. In ``entity`` one country has so many neighbours: 3,000 films are made there,
and all others are people who were born there. In ``item`` so many people took one film. After an
epoch of training, films are explained that the hub leads to: of the country all, and the hub film
itself, and others to people who took it. Prints processor seconds of an explanation (the first one
apart, for it prepares what all need), how much memory all of them took beyond what the fitted
recommender held, and the neighbours that were left out, by the explanation's own count. Each row
runs in a process of its own.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

import kgrec
from benchmarks.growth import held_mb
from benchmarks.machine import apart, limit_threads, peak_mb
from kgrec.data import Dataset, DatasetInfo

METHODS = {"linear": (None,), "rgcn": ("gradients", "paths"), "kgat": ("gradients", "paths")}
_FAST = {"text.enabled": False, "kge.enabled": False, "gnn.epochs": 1, "threads": 1}
_FILMS, _USERS, _PEOPLE, _HISTORY = 3_000, 5_000, 1_500, 8
_COLUMNS = ("hub", "model", "method", "neighbours", "explained", "first s", "median s", "most s",
            "MB more", "paths", "left out")  # fmt: skip


@dataclass(frozen=True)
class Cost:
    """What the explanations of one method took."""

    neighbours: int
    seconds: list[float]
    memory: float
    paths: int
    left_out: tuple[int, int]

    def cells(self) -> list[str]:
        first, *others = self.seconds
        low, high = self.left_out
        return [
            f"{self.neighbours:,}",
            f"{len(self.seconds)}",
            f"{first:.2f}",
            f"{np.median(others):.3f}",
            f"{max(others):.3f}",
            f"{self.memory:,.0f}",
            f"{self.paths:,}",
            f"{low:,} to {high:,}",
        ]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--neighbours", type=int, default=100_000)
    parser.add_argument("--models", default="linear,rgcn")
    parser.add_argument("--hubs", default="entity,item")
    parser.add_argument("--explained", type=int, default=20, help="recommendations")
    given = parser.parse_args()
    limit_threads(1)
    print(f"| {' | '.join(_COLUMNS)} |", f"|{' --- |' * len(_COLUMNS)}", sep="\n")
    for hub in given.hubs.split(","):
        for model in given.models.split(","):
            for method in METHODS[model]:
                cost = apart(measure, hub, model, method, given.neighbours, given.explained)
                cells = [hub, model, method or "exact", *cost.cells()]
                print(f"| {' | '.join(cells)} |", flush=True)


def measure(hub: str, model: str, method: str | None, neighbours: int, count: int) -> Cost:
    """Fit one world, and explain some recommendations in it."""
    data = around_entity(neighbours) if hub == "entity" else around_item(neighbours)
    graph = kgrec.KnowledgeGraph.build(data)
    settings = {**_FAST, "gnn.model": model, "gnn.layers": 1 if model == "linear" else 2}
    rec = kgrec.Recommender(kgrec.Config().replace(settings)).fit(graph)
    asked = pairs(rec, hub, count)
    before, seconds, found = held_mb(), [], []
    reset_peak()
    for user, item in asked:
        started = time.process_time()
        found.append(rec.explain(user, item, method=method))  # type: ignore[arg-type]
        seconds.append(time.process_time() - started)
    left_out = [why.left_out for why in found]
    key = "entity:hub" if hub == "entity" else "item:i0"
    ends = pl.concat([graph.edges["head"], graph.edges["tail"]])
    return Cost(
        neighbours=int((ends == key).sum()),
        seconds=seconds,
        memory=peak_mb() - before,
        paths=int(np.median([len(why.paths) for why in found])),
        left_out=(min(left_out), max(left_out)),
    )


def pairs(rec: kgrec.Recommender, hub: str, count: int) -> list[tuple[str, str]]:
    """Users and items to explain; in the world of an item, the hub itself to every other user."""
    random = np.random.default_rng(0)
    users = [rec.features.users[row] for row in random.choice(len(rec.features.users), 5 * count)]
    asked = []
    for place, user in enumerate(users):
        history = rec.features.history[rec.features.user_indices([user])].indices
        has_hub = rec.features.item_index("i0") in history
        if hub == "item" and not has_hub and place % 2:
            asked.append((user, "i0"))
        elif hub == "entity" or has_hub:
            asked.append((user, rec.recommend(user, 1).items[0]))
    return asked[:count]


def reset_peak() -> None:
    """Let the kernel count the most memory held from now on."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def around_entity(neighbours: int) -> Dataset:
    """Films of one country, in which all people were born."""
    random = np.random.default_rng(0)
    films = _named("i", np.arange(_FILMS))
    people = _named("p", np.arange(neighbours - _FILMS))
    directors = _named("p", random.integers(_PEOPLE, size=_FILMS))
    facts = [
        _facts(films, "country", "hub", "item"),
        _facts(people, "birth_place", "hub", "entity"),
        _facts(films, "directed_by", directors, "item"),
    ]
    return _world(_drawn(random, _USERS, _FILMS), _FILMS, pl.concat(facts))


def around_item(neighbours: int) -> Dataset:
    """One film that all but one user in twenty took, and films of many directors."""
    random = np.random.default_rng(0)
    users = round(neighbours / 0.95)
    films = _named("i", np.arange(_FILMS))
    directors = _named("p", random.integers(_PEOPLE, size=_FILMS))
    takers = _named("u", random.choice(users, neighbours, replace=False))
    hub = pl.DataFrame({"user": takers, "item": pl.Series(["i0"] * neighbours)})
    others = _drawn(random, users, _FILMS, first=1)
    return _world(pl.concat([hub, others]), _FILMS, _facts(films, "directed_by", directors, "item"))


def _drawn(random: np.random.Generator, users: int, films: int, first: int = 0) -> pl.DataFrame:
    """Some films for each user, popular ones more often."""
    shares = np.arange(1, films - first + 1) ** -0.8
    films_of = random.choice(films - first, users * _HISTORY, p=shares / shares.sum()) + first
    rows = np.repeat(np.arange(users), _HISTORY)
    return pl.DataFrame({"user": _named("u", rows), "item": _named("i", films_of)})


def _facts(heads: pl.Series, relation: str, tails: pl.Series | str, kind: str) -> pl.DataFrame:
    tail = pl.lit(tails) if isinstance(tails, str) else tails
    return pl.DataFrame({"head": heads}).select(
        "head",
        relation=pl.lit(relation),
        tail=tail,
        head_kind=pl.lit(kind),
        tail_kind=pl.lit("entity"),
    )


def _world(events: pl.DataFrame, films: int, facts: pl.DataFrame) -> Dataset:
    events = events.unique(maintain_order=True).with_columns(weight=pl.lit(1.0))
    chosen = pl.int_range(pl.len()) % 20 == 0
    return Dataset(
        info=DatasetInfo("hub", licence="CC0 1.0 (invented)", item_type="Film"),
        train=events.filter(~chosen),
        valid=events.filter(chosen),
        test=events.clear(),
        items=pl.DataFrame({"item": _named("i", np.arange(films))}),
        users=events.select("user").unique(maintain_order=True),
        facts=facts,
        labels=pl.DataFrame(schema=dict.fromkeys(("entity", "label", "type"), pl.String)),
    )


def _named(prefix: str, numbers: np.ndarray) -> pl.Series:
    return prefix + pl.Series(numbers).cast(pl.String)


if __name__ == "__main__":
    main()
