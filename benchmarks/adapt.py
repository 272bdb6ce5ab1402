"""What adapting the encoder of texts is worth.

    python -m benchmarks.adapt FOLDER|NAME [--relation directed_by] [--set NAME=VALUE]
    python -m benchmarks.adapt FOLDER|NAME --cold 0.1 [--seeds 3] [--set NAME=VALUE]

The first: of items that share a director (or whatever ``--relation`` names), how many have one of
them among the 10 nearest by text, with the encoder as it comes and adapted. No text names a
director, no pair comes from a director, and pairs of behaviour are of other items than those that
are asked for, so that nothing is told that is then asked. Pairs of behaviour, of the graph, and
both; CPU seconds of one thread.

The second: a share of the items is taken out of train altogether and is all that may be
recommended, to those who have them in train or valid; NDCG@20 with and without adapting, by seed.
Test is not looked at.
"""

from __future__ import annotations

import argparse
import dataclasses
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
import torch

import kgrec
from benchmarks.machine import apart, limit_threads
from benchmarks.scoring import score
from kgrec.callbacks import Progress
from kgrec.features import Features
from kgrec.recommend.adapting import adapted_to
from kgrec.recommend.texts import core_descriptions, transformer_encoder

ARMS = {"behaviour": 1.0, "graph": 0.0, "both": 0.5}
_K = 10


def hit(vectors: np.ndarray, shared: np.ndarray, asked: np.ndarray) -> float:
    """The share of ``asked`` rows with one that they share something with among the nearest.

    :param vectors: unit vectors, shape ``(n, d)``
    :param shared: bool, shape ``(n, n)``
    :param asked: rows that share something with another
    """
    cosines = vectors[asked] @ vectors.T
    cosines[np.arange(len(asked)), asked] = -np.inf
    nearest = np.argsort(-cosines, axis=1, kind="stable")[:, :_K]
    return float(np.take_along_axis(shared[asked], nearest, axis=1).any(axis=1).mean())


def shared_by(data: kgrec.Dataset, relation: str, items: Sequence[str]) -> np.ndarray:
    """Which items have the same tail of a relation, bool, shape ``(n, n)``; none with itself."""
    place = {item: number for number, item in enumerate(items)}
    facts = data.facts.filter((pl.col("relation") == relation) & pl.col("head").is_in(items))
    tails = {tail: number for number, tail in enumerate(facts["tail"].unique().sort())}
    table = np.zeros((len(items), len(tails)), dtype=np.float32)
    for head, tail in facts.select("head", "tail").unique().iter_rows():
        table[place[head], tails[tail]] = 1
    shared = table @ table.T > 0
    np.fill_diagonal(shared, False)
    return shared


def nearness(
    source: str, relation: str, settings: dict[str, str], arms: Sequence[str] = tuple(ARMS)
) -> list[str]:
    """Lines of the first table."""
    torch.set_num_threads(1)
    data = kgrec.load(source)
    config = kgrec.Config().replace({"threads": 1, "text.adapt.enabled": "true", **settings})
    # No text and no pair may know of the relation that is asked for.
    hidden = dataclasses.replace(data, facts=data.facts.filter(pl.col("relation") != relation))
    graph = kgrec.KnowledgeGraph.build(hidden)
    features = Features.of(graph)
    nodes = core_descriptions(graph, features, config, Progress()).nodes[: len(features.items)]
    shared = shared_by(data, relation, features.items)
    askable = np.flatnonzero(shared.any(axis=1) & nodes["named"].to_numpy())
    asked = np.random.default_rng(0).permutation(askable)[: len(askable) // 2]
    train = features.train.tolil(copy=True)
    train[:, asked] = 0
    learned = dataclasses.replace(features, train=train.tocsr())
    texts = nodes["text"].to_list()
    before = hit(transformer_encoder(config).encode(texts), shared, asked)
    lines = [
        f"{source}: {len(asked)} of {len(texts)} items asked for, hit@{_K} of '{relation}'",
        "| pairs | hit | loss held out | epochs | CPU s |",
        "| --- | --- | --- | --- | --- |",
        f"| none | {before:.3f} | | | |",
    ]
    for name in arms:
        arm = config.replace({"text.adapt.behaviour": ARMS[name]})
        started = time.process_time()
        found = adapted_to(graph, learned, arm)
        seconds = time.process_time() - started
        assert found is not None
        after = hit(transformer_encoder(arm, found.adapter).encode(texts), shared, asked)
        losses = " ".join(f"{loss:.3f}" for loss in found.losses)
        lines.append(f"| {name} | {after:.3f} | {losses} | {found.epochs} | {seconds:.1f} |")
    return lines


def cold_set(data: kgrec.Dataset, share: float, seed: int) -> kgrec.Dataset:
    """Take a share of the items out of train; who had them has them in test in its place."""
    items = data.items["item"].sort().to_list()
    chosen = np.random.default_rng(seed).permutation(len(items))[: round(share * len(items))]
    cold = [items[number] for number in chosen]
    known = pl.concat([part.select("user", "item") for part in (data.train, data.valid)])
    users = data.train.filter(~pl.col("item").is_in(cold)).select("user").unique()
    test = known.filter(pl.col("item").is_in(cold)).join(users, on="user", how="semi").unique()
    return dataclasses.replace(
        data,
        train=data.train.filter(~pl.col("item").is_in(cold)),
        valid=data.valid.filter(~pl.col("item").is_in(cold)),
        test=test.sort("user", "item"),
        candidates=tuple(sorted(cold)),
    )


def cold(source: str, share: float, settings: dict[str, str], seed: int) -> dict[str, float]:
    """NDCG@20 of cold items with and without adapting, and CPU seconds of both fits."""
    torch.set_num_threads(1)
    data = cold_set(kgrec.load(source), share, seed)
    graph = kgrec.KnowledgeGraph.build(data)
    found = {}
    for name in ("without", "with"):
        changes = {"threads": 1, "text.adapt.enabled": name == "with", **settings}
        started = time.process_time()
        rec = kgrec.Recommender(kgrec.Config().replace(changes), seed=seed).fit(graph)
        found[f"{name}, CPU s"] = time.process_time() - started
        top = rec.recommend(users=data.test["user"].unique().sort().to_list(), k=20)
        found[name] = score(top.to_polars().select("user", "item", "rank"), data)["NDCG@20"]
    return found


def main(words: list[str] | None = None) -> None:
    head, rest = (__doc__ or "").split("\n\n", 1)
    parser = argparse.ArgumentParser(
        "python -m benchmarks.adapt",
        description=head,
        epilog=rest,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("source", metavar="FOLDER|NAME")
    parser.add_argument("--relation", default="directed_by")
    parser.add_argument("--arms", default=",".join(ARMS), help="of the first table")
    parser.add_argument("--pairs", type=int, default=1000)
    parser.add_argument("--cold", type=float, metavar="SHARE")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    arguments = parser.parse_args(words)
    limit_threads(1)
    settings = {"text.adapt.pairs": str(arguments.pairs)}
    settings |= dict(setting.split("=", 1) for setting in arguments.set)
    source = arguments.source
    name = Path(source).name
    if arguments.cold is None:
        arms = arguments.arms.split(",")
        print("\n".join(apart(nearness, source, arguments.relation, settings, arms)))
        return
    runs = []
    for seed in range(arguments.seeds):
        runs.append(apart(cold, source, arguments.cold, settings, seed))
        numbers = ", ".join(f"{key} {value:.4g}" for key, value in runs[-1].items())
        print(f"{name}, seed {seed}: {numbers}", flush=True)
    gains = [run["with"] - run["without"] for run in runs]
    spread = f" ± {statistics.stdev(gains):.4f}" if len(gains) > 1 else ""
    print(f"{name}: adapting adds {statistics.mean(gains):.4f}{spread} NDCG@20 to cold items")


if __name__ == "__main__":
    main()
