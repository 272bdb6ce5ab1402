"""Are the explanations of a run what they claim to be?

    python -m benchmarks.explanations RUN [--users 60] [--paths N] [--language en] [--queries 50]
    python -m benchmarks.explanations RUN --speed [--pairs 1000] [--processes 2]

Explains the ten best items of some held-out users by all paths, and prints how many have a path,
how many edges of paths are not in the graph, the worst error of the sum of shares and rest, the
largest latent rest (all that no path and no popularity accounts for), and the mean part of a score
on paths and on facts. Then every sentence is held against the graph, and the queries of a sample of
paths are asked of the embedded store and of the graph as RDF. With ``--users 1000 --paths 5`` that
are 10,000 explanations, of their strongest paths.

With ``--speed`` it measures instead how long explanations take: each of some random pairs of a user
and an item by itself, of which it prints the wall time and the processor time of the thread, which
other jobs do not prolong as much; and then the ten best items of every user, with their paths.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Sequence

import numpy as np

import kgrec
from kgrec.explain.checks import SentenceCheck
from kgrec.explain.languages import read_language
from kgrec.graph.rdf import node_iri
from kgrec.graph.stores.rdf import RdfStore


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("run")
    parser.add_argument("--users", type=int, default=60)
    parser.add_argument("--paths", type=int, default=None, help="by default all")
    parser.add_argument("--language", default="en")
    parser.add_argument("--queries", type=int, default=50, help="how many paths are asked for")
    parser.add_argument("--speed", action="store_true", help="measure how long they take")
    parser.add_argument("--pairs", type=int, default=1000, help="how many are timed one by one")
    parser.add_argument("--processes", type=int, default=2, help="for the lists of all users")
    arguments = parser.parse_args()
    rec = kgrec.Recommender.load(arguments.run)
    if arguments.speed:
        time_pairs(rec, arguments.pairs)
        time_lists(rec, arguments.processes)
        return
    if rec.held_out is None:
        parser.error("the run has no held-out interactions")
    users = rec.held_out["user"].unique().sort().to_list()[: arguments.users]
    pairs = rec.recommend(users=users, k=10).to_polars().select("user", "item").rows()
    language = read_language(arguments.language)
    explanations = [
        rec.explain(user, item, paths=arguments.paths, language=language) for user, item in pairs
    ]
    measure(rec, explanations)
    check_sentences(explanations, SentenceCheck(rec.graph, language, rec.fitted_on))
    paths = [path for why in explanations for path in why.paths]
    check_queries(rec.graph, random.Random(0).sample(paths, min(arguments.queries, len(paths))))


def time_pairs(rec: kgrec.Recommender, count: int) -> None:
    """Print how long explanations of random pairs take, each asked for by itself."""
    features, chance = rec.features, random.Random(0)
    print(f"the first              {told([timed(lambda: explain_any(rec, chance))])}")
    seconds = [timed(lambda: explain_any(rec, chance)) for _ in range(count)]
    of = f"{len(features.users):,} users × {len(features.items):,} items"
    print(f"{f'{count:,} pairs':<22} {told(seconds)} ({of})")


def explain_any(rec: kgrec.Recommender, chance: random.Random) -> None:
    """Explain a random item to a random user."""
    rec.explain(chance.choice(rec.features.users), chance.choice(rec.features.items))


def time_lists(rec: kgrec.Recommender, processes: int) -> None:
    """Print how long the ten best items of all users take, with their paths."""
    wall, _ = timed(lambda: rec.recommend(k=10, explain=True, processes=processes))
    print(f"lists of all users     {wall:.0f} s in {processes} processes")


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Wall seconds and processor seconds of this thread."""
    wall, cpu = time.perf_counter(), time.thread_time()
    work()
    return time.perf_counter() - wall, time.thread_time() - cpu


def told(seconds: Sequence[tuple[float, float]]) -> str:
    """Median and 99th percentile, in milliseconds."""
    (wall, cpu), (wall_99, cpu_99) = np.percentile(np.array(seconds) * 1000, [50, 99], axis=0)
    return (
        f"median {wall:.1f} ms, p99 {wall_99:.1f} ms; "
        f"processor median {cpu:.1f} ms, p99 {cpu_99:.1f} ms"
    )


def check_sentences(explanations: Sequence[kgrec.Explanation], check: SentenceCheck) -> int:
    """Print, and return, how many explanations say what is not in the graph."""
    faults = [found for why in explanations if (found := check.faults(why))]
    print(f"sentences              {len(explanations):,}, not of the graph: {len(faults):,}")
    for found in faults[:5]:
        print(f"  {found[0]}")
    return len(faults)


def check_queries(graph: kgrec.KnowledgeGraph, paths: Sequence[kgrec.explain.Path]) -> int:
    """Print, and return, how many queries do not return their path, and it alone."""
    wrong = 0
    with RdfStore() as rdf:
        rdf.write(graph.content())
        for path in paths:
            wanted = [str(node_iri(node.key)) for node in path.nodes]
            wrong += graph.cypher(path.cypher).iris() != [wanted]
            wrong += rdf.query(path.sparql).iris() != [wanted]
    print(f"queries                {2 * len(paths):,}, with another answer: {wrong:,}")
    return wrong


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
    paths = [path for path in why.paths if not facts_only or not path.through_users]
    return sum(path.share for path in paths)


def mean_part(explanations: list[kgrec.Explanation], *, facts_only: bool) -> float:
    return float(np.mean([listed(why, facts_only=facts_only) / why.score for why in explanations]))


if __name__ == "__main__":
    main()
