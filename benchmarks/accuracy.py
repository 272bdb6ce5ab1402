"""Accuracy, path coverage and path share on dataset folders, beside tuned baselines.

    python benchmarks/accuracy.py FOLDER [FOLDER …] [--set gnn.layers=0 …] [--no-baselines]

Prints one Markdown table. Baselines are tuned on valid and refitted on train and valid, like kgrec.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import kgrec
from kgrec.callbacks import ConsoleProgress
from kgrec.evaluation import Interactions

COLUMNS = ("Recall@10", "NDCG@10", "Recall@20", "NDCG@20")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("folders", nargs="+")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--no-baselines", action="store_true")
    arguments = parser.parse_args()
    settings = dict(setting.split("=", 1) for setting in arguments.set)
    print(f"| set | model | {' | '.join(COLUMNS)} | with a path | path share | seconds |")
    print("|" + " --- |" * (len(COLUMNS) + 5))
    for folder in arguments.folders:
        measure(folder, settings, baselines=not arguments.no_baselines)


def measure(folder: str, settings: dict[str, str], *, baselines: bool) -> None:
    data = kgrec.load(folder)
    progress = ConsoleProgress()
    started = time.perf_counter()
    graph = kgrec.KnowledgeGraph.build(data, progress=progress)
    rec = kgrec.Recommender(kgrec.Config().replace(settings), progress=progress).fit(graph)
    seconds = time.perf_counter() - started
    interactions = Interactions.from_dataset(data)
    result = kgrec.evaluate(
        rec, data.test, interactions=interactions, baselines=baselines, progress=progress
    )
    name = Path(folder).name
    for model, metrics in result.baselines.items():
        print(row(name, model, metrics, ("–", "–", "–")))
    covered, share = paths(rec, data)
    print(row(name, "kgrec", result.metrics, (f"{covered:.1%}", f"{share:.1%}", f"{seconds:.0f}")))


def paths(rec: kgrec.Recommender, data: kgrec.Dataset) -> tuple[float, float]:
    """Of warm users' recommendations: how many have a path, and the mean share of paths."""
    warm = set(data.train["user"]) | set(data.valid["user"])
    users = [user for user in data.test["user"].unique().sort() if user in warm]
    shares = rec.path_share(rec.recommend(users=users, k=20))
    return float((shares["paths"] != 0).mean()), float(shares["share"].mean())


def row(name: str, model: str, metrics: dict[str, float], extra: tuple[str, ...]) -> str:
    cells = [name, model, *(f"{metrics[column]:.4f}" for column in COLUMNS), *extra]
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
