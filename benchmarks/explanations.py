"""Are the explanations of a run what they claim to be?

    python benchmarks/explanations.py RUN [--users 60]

Explains the ten best items of some held-out users by all paths, and prints how many have a path,
how many edges of paths are not in the graph, the worst error of the sum of shares and rest, the
largest latent rest (all that no path and no popularity accounts for), and the mean part of a score
on paths and on facts.
"""

from __future__ import annotations

import argparse

import numpy as np

import kgrec


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("run")
    parser.add_argument("--users", type=int, default=60)
    arguments = parser.parse_args()
    rec = kgrec.Recommender.load(arguments.run)
    if rec.held_out is None:
        parser.error("the run has no held-out interactions")
    users = rec.held_out["user"].unique().sort().to_list()[: arguments.users]
    pairs = rec.recommend(users=users, k=10).to_polars().select("user", "item").rows()
    measure(rec, [rec.explain(user, item, paths=None) for user, item in pairs])


def measure(rec: kgrec.Recommender, explanations: list[kgrec.Explanation]) -> None:
    known = set(rec.graph.edges.select("head", "relation", "tail").iter_rows())
    edges = [edge for why in explanations for path in why.paths for edge in edges_of(path)]
    sums = [abs(listed(why) + sum(why.rest.values()) - why.score) for why in explanations]
    print(f"explanations           {len(explanations):,}")
    print(f"without a path         {sum(not why.paths for why in explanations):,}")
    print(f"edges of paths         {len(edges):,}, not in the graph: {len(set(edges) - known):,}")
    print(f"worst error of a sum   {max(sums):.1e}")
    print(f"largest latent rest    {max(abs(why.rest['latent']) for why in explanations):.1e}")
    print(f"mean part on paths     {mean_part(explanations, facts_only=False):.1%}")
    print(f"mean part on facts     {mean_part(explanations, facts_only=True):.1%}")


def edges_of(path: kgrec.explain.Path) -> list[tuple[str, str, str]]:
    edges = []
    for left, relation, right in zip(path.nodes, path.relations, path.nodes[1:], strict=False):
        head, tail = (left, right) if relation.forward else (right, left)
        edges.append((head.key, relation.name, tail.key))
    return edges


def listed(why: kgrec.Explanation, *, facts_only: bool = False) -> float:
    paths = [path for path in why.paths if not facts_only or path.nodes[-2].type != "User"]
    return sum(path.share for path in paths)


def mean_part(explanations: list[kgrec.Explanation], *, facts_only: bool) -> float:
    return float(np.mean([listed(why, facts_only=facts_only) / why.score for why in explanations]))


if __name__ == "__main__":
    main()
