"""What does a policy cost, and what does it give?

    python -m benchmarks.policies SOURCE [--k 20] [--series RELATION] [--sensitive RELATION]

SOURCE is a run, or data to train on quickly: a name or a folder. Lists the best items of all test
users under one policy after the other, and prints a Markdown table: NDCG on test with its change
and the interval of that over users, intra-list distance over facts, divergence of genres from the
history (0: the same mixture), the share of the exposure that goes to the less popular items, how
many recommendations moved, how many lists miss a minimum, and milliseconds a list.

With ``--sensitive`` the run is trained once more without these relations, with the same settings;
the table says what that costs (its distance is over the facts that are left), and below it stands
what they still add to the scores of some users: nothing.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

import kgrec
from kgrec.evaluation.calibration import miscalibration
from kgrec.evaluation.compare import bootstrap
from kgrec.evaluation.diversity import intra_list_distance
from kgrec.evaluation.fairness import exposure, group_shares
from kgrec.evaluation.metrics import ranking_metrics
from kgrec.gnn.linear.hubs import FactHubs
from kgrec.policies import Calibration, Cap, Diversity, Exposure, Policy
from kgrec.policies.groups import popularity_groups, relation_groups
from kgrec.policies.names import RuleNames

QUICK = {"text.enabled": False, "kge.enabled": False, "gnn.epochs": 5}
HEAD = 0.2
GENRES = "genres"
EXPLAINED = 50
_COLUMNS = (
    "policy",
    "NDCG",
    "change",
    "95 %",
    "distance",
    "KL",
    "tail",
    "moved",
    "unmet",
    "ms a list",
)


@dataclass(frozen=True, eq=False)
class Row:
    """What lists are like: NDCG of each test user, and means of all else."""

    ndcg: np.ndarray
    values: dict[str, float]


@dataclass(frozen=True)
class Bench:
    """A fitted recommender and what its lists are measured by."""

    rec: kgrec.Recommender
    test: pl.DataFrame
    k: int

    def __post_init__(self) -> None:
        features = self.rec.features
        genre = RuleNames(self.rec.graph).relation(GENRES)
        counts = np.asarray(features.history.sum(axis=0), dtype=np.float64).ravel()
        own = {
            "users": self.test["user"].unique().sort().to_list(),
            "facts": FactHubs.of(features).members,
            "genres": relation_groups(self.rec.graph, genre).members,
            "tail": popularity_groups(counts, np.arange(len(counts)), HEAD).members,
        }
        self.__dict__.update(own)

    def row(self, policy: Policy | None) -> Row:
        started = time.perf_counter()
        found = self.rec.recommend(self.users, self.k, policy=policy)
        seconds = time.perf_counter() - started
        features, table = self.rec.features, found.to_polars()
        items = np.full((len(self.users), self.k), -1)
        rows = {user: row for row, user in enumerate(self.users)}
        for user, item, rank in table.select("user", "item", "rank").iter_rows():
            items[rows[user], rank - 1] = features.item_index(item)
        history = features.history[features.user_indices(self.users)]
        report = found.policy_report
        ndcg = ranking_metrics(table, self.test, [self.k]).sort("user")[f"NDCG@{self.k}"]
        values = {
            "distance": intra_list_distance(items, self.facts),
            "KL": miscalibration(items, history, self.genres),
            "tail": float(group_shares(exposure(items, len(features.items)), self.tail)[1]),
            "moved": report.moved / len(table) if report else 0.0,
            "unmet": report.unmet["user"].n_unique() if report else 0,
            "ms a list": 1000 * seconds / len(self.users),
        }
        return Row(ndcg.to_numpy(), values)


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


def line(name: str, row: Row, plain: Row) -> str:
    base = plain.ndcg.mean()
    change, values = bootstrap((row.ndcg - plain.ndcg) / base), row.values
    cells = [
        f"{row.ndcg.mean():.4f}",
        f"{change.mean:+.1%}",
        f"{change.low:+.1%} to {change.high:+.1%}",
        f"{values['distance']:.4f}",
        f"{values['KL']:.4f}",
        f"{values['tail']:.1%}",
        f"{values['moved']:.1%}",
        f"{values['unmet']:.0f}",
        f"{values['ms a list']:.1f}",
    ]
    return f"| {' | '.join([name, *cells])} |"


def fitted(source: str, settings: dict[str, object]) -> kgrec.Recommender:
    """A run, or a quick training on data; with its test as held out."""
    if (Path(source) / "config.json").exists():
        return kgrec.Recommender.load(source)
    data = kgrec.load(source)
    config = kgrec.Config().replace({**QUICK, **settings})
    rec = kgrec.Recommender(config).fit(kgrec.KnowledgeGraph.build(data))
    rec.held_out = data.test
    return rec


def without(rec: kgrec.Recommender, relations: str) -> kgrec.Recommender:
    """The same, trained without some relations."""
    config = rec.config.replace({"graph.sensitive": relations})
    other = kgrec.Recommender(config).fit(rec.graph)
    other.held_out = rec.held_out
    return other


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("source")
    parser.add_argument("--k", type=int, default=20)
    parser.add_argument("--series", default="directed_by", help="whose items are capped")
    parser.add_argument("--genre", default="Horror", help="an entity that is kept out")
    parser.add_argument("--sensitive", default="", help="relations to train once more without")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    given = parser.parse_args()
    rec = fitted(given.source, dict(each.split("=", 1) for each in given.set))
    bench = Bench(rec, rec.held_out, given.k)
    print(f"| {' | '.join(_COLUMNS)} |", f"| --- {'| ---: ' * (len(_COLUMNS) - 1)}|", sep="\n")
    plain = bench.row(None)
    for name, policy in policies(given.series, given.genre).items():
        row = plain if policy is None else bench.row(policy)
        print(line(name, row, plain), flush=True)
    if given.sensitive:
        blind = Bench(without(rec, given.sensitive), rec.held_out, given.k)
        print(line(f"sensitive: {given.sensitive}", blind.row(None), plain), flush=True)
        print(shares(blind))


def shares(blind: Bench) -> pl.DataFrame:
    """What sensitive relations still add to the scores of some users."""
    found = blind.rec.recommend(blind.users[:EXPLAINED], 10)
    return blind.rec.sensitive_shares(found)


if __name__ == "__main__":
    main()
