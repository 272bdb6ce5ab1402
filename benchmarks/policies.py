"""What does a policy cost, and what does it give?

    python benchmarks/policies.py FOLDER [--epochs 5] [--k 20] [--series RELATION] [--seed 0]

Trains on a dataset folder, lists the best items of all test users under one policy after the
other, and prints a Markdown table: NDCG on test, intra-list distance over facts, divergence of
genres from the history (0: the same mixture), the share of the exposure that goes to the less
popular items, how many recommendations moved, how many lists miss a minimum, and milliseconds a
list.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass

import numpy as np
import polars as pl

import kgrec
from kgrec.evaluation.calibration import miscalibration
from kgrec.evaluation.diversity import intra_list_distance
from kgrec.evaluation.fairness import exposure, group_shares
from kgrec.evaluation.metrics import ranking_metrics
from kgrec.gnn.linear.hubs import FactHubs
from kgrec.policies import Calibration, Cap, Diversity, Exposure, Policy
from kgrec.policies.groups import popularity_groups, relation_groups
from kgrec.policies.names import Names

HEAD = 0.2
GENRES = "genres"
_COLUMNS = ("policy", "NDCG", "change", "distance", "KL", "tail", "moved", "unmet", "ms a list")


@dataclass(frozen=True)
class Bench:
    """A fitted recommender and what its lists are measured by."""

    rec: kgrec.Recommender
    test: pl.DataFrame
    k: int

    def __post_init__(self) -> None:
        features = self.rec._state.features
        genre = Names(self.rec.graph).relation(GENRES)
        counts = np.asarray(features.history.sum(axis=0), dtype=np.float64).ravel()
        own = {
            "users": self.test["user"].unique().sort().to_list(),
            "facts": FactHubs.of(features).members,
            "genres": relation_groups(self.rec.graph, genre).members,
            "tail": popularity_groups(counts, np.arange(len(counts)), HEAD).members,
        }
        self.__dict__.update(own)

    def row(self, policy: Policy | None) -> dict[str, float]:
        started = time.perf_counter()
        found = self.rec.recommend(self.users, self.k, policy=policy)
        seconds = time.perf_counter() - started
        features, table = self.rec._state.features, found.to_polars()
        items = np.full((len(self.users), self.k), -1)
        rows = {user: row for row, user in enumerate(self.users)}
        for user, item, rank in table.select("user", "item", "rank").iter_rows():
            items[rows[user], rank - 1] = features.item_index(item)
        history = features.history[features.user_indices(self.users)]
        report = found.policy_report
        ndcg = ranking_metrics(table, self.test, [self.k])[f"NDCG@{self.k}"].mean()
        return {
            "NDCG": ndcg,
            "distance": intra_list_distance(items, self.facts),
            "KL": miscalibration(items, history, self.genres),
            "tail": float(group_shares(exposure(items, len(features.items)), self.tail)[1]),
            "moved": report.moved / len(table) if report else 0.0,
            "unmet": report.unmet["user"].n_unique() if report else 0,
            "ms a list": 1000 * seconds / len(self.users),
        }


def policies(series: str, genre: str) -> dict[str, Policy | None]:
    listed: dict[str, Policy | None] = {
        "none": None,
        f"never {genre}": Policy(never=genre),
        f"at most 1 of one {series}": Policy(cap=Cap(relation=series, most=1)),
    }
    for strength in (0.1, 0.3, 0.5, 0.7):
        for method in ("mmr", "dpp"):
            diversity = Diversity(method=method, strength=strength)
            listed[f"{method} {strength}"] = Policy(diversity=diversity)
    for strength in (0.1, 0.3, 0.5, 0.7, 0.9):
        calibration = Calibration(relation=GENRES, strength=strength)
        listed[f"calibration {strength}"] = Policy(calibration=calibration)
    for share in (0.1, 0.2, 0.3):
        fair = Exposure(minimum={"tail": share}, head=HEAD)
        listed[f"tail at least {share:.0%}"] = Policy(exposure=fair)
    listed["all four"] = Policy(
        cap=Cap(relation=series),
        diversity=Diversity(strength=0.1),
        calibration=Calibration(relation=GENRES, strength=0.1),
        exposure=Exposure(minimum={"tail": 0.1}, head=HEAD),
    )
    return listed


def line(name: str, row: dict[str, float], plain: dict[str, float]) -> str:
    cells = [
        f"{row['NDCG']:.4f}",
        f"{row['NDCG'] / plain['NDCG'] - 1:+.1%}",
        f"{row['distance']:.4f}",
        f"{row['KL']:.4f}",
        f"{row['tail']:.1%}",
        f"{row['moved']:.1%}",
        f"{row['unmet']:.0f}",
        f"{row['ms a list']:.1f}",
    ]
    return f"| {' | '.join([name, *cells])} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("folder")
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--k", type=int, default=20)
    parser.add_argument("--series", default="directed_by", help="whose items are capped")
    parser.add_argument("--genre", default="Horror", help="an entity that is kept out")
    parser.add_argument("--sensitive", default="", help="relations that are not to be used")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    data = kgrec.load(given.folder)
    settings = {"text.enabled": False, "kge.enabled": False, "gnn.epochs": given.epochs}
    settings["graph.sensitive"] = given.sensitive
    config = kgrec.Config().replace(settings)
    rec = kgrec.Recommender(config, seed=given.seed).fit(kgrec.KnowledgeGraph.build(data))
    bench = Bench(rec, data.test, given.k)
    print(f"| {' | '.join(_COLUMNS)} |", f"| --- {'| ---: ' * (len(_COLUMNS) - 1)}|", sep="\n")
    plain = bench.row(None)
    for name, policy in policies(given.series, given.genre).items():
        row = plain if policy is None else bench.row(policy)
        print(line(name, row, plain), flush=True)


if __name__ == "__main__":
    main()
