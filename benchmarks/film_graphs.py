"""What kgrec's own facts about films are worth on MovieLens-100K, beside Freebase's and none.

    python benchmarks/film_graphs.py [--seeds 3]

Every arm has the same interactions, split, titles, years and genres. Prints a Markdown table:
NDCG@20 on test (mean, and each seed), and of the recommendations to every tenth user how much of a
score facts carry.
"""

from __future__ import annotations

import argparse
import dataclasses
from statistics import mean

import kgrec


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--seeds", type=int, default=3)
    seeds = range(parser.parse_args().seeds)
    ours, freebase = kgrec.load("ml-100k"), kgrec.load("ml-100k-freebase")
    bare = dataclasses.replace(ours, facts=ours.facts.clear(), labels=ours.labels.clear())
    arms = {
        "no facts, no descriptions": dataclasses.replace(bare, items=bare.items.drop("text")),
        "descriptions only": bare,
        "Freebase": freebase,
        "kgrec's facts and descriptions": ours,
    }
    print("| graph | facts | NDCG@20 | seeds | on facts | best fact |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name, data in arms.items():
        runs = [measure(data, seed) for seed in seeds]
        each = ", ".join(f"{run[0]:.4f}" for run in runs)
        ndcg, share, best = (mean(column) for column in zip(*runs, strict=True))
        facts = f"{data.facts.height:,}"
        print(f"| {name} | {facts} | {ndcg:.4f} | {each} | {share:.1%} | {best:.1%} |", flush=True)


def measure(data: kgrec.Dataset, seed: int) -> tuple[float, float, float]:
    """NDCG@20 on test, the mean share of facts in a score, and that of the strongest fact."""
    rec = kgrec.Recommender(seed=seed).fit(kgrec.KnowledgeGraph.build(data))
    ndcg = kgrec.evaluate(rec, data.test, k=20).metrics["NDCG@20"]
    users = data.train["user"].unique().sort().to_list()[::10]
    shares, best = [], []
    for user, item in rec.recommend(users=users, k=5).to_polars().select("user", "item").rows():
        why = rec.explain(user, item, paths=None)
        facts = [path.share / why.score for path in why.paths if not path.through_users]
        shares.append(sum(facts))
        best.append(max(facts, default=0.0))
    return ndcg, mean(shares), mean(best)


if __name__ == "__main__":
    main()
