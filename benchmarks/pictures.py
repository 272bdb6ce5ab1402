"""How long it takes to look at a graph: to describe it, and to draw what is around a node.

    python -m benchmarks.pictures GRAPH [--key item:1] [--repeat 3]

GRAPH is a folder that a graph was saved to; RUN/graph is one. Prints CPU seconds, the least of the
repeats; asked is less than 1 s for a picture of 500 nodes. The first picture also numbers the edges
of the graph, which is told apart.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

from benchmarks.machine import limit_threads
from kgrec.graph import KnowledgeGraph
from kgrec.graph.view import neighbourhood

_SIZES = ((1, 40), (2, 40), (2, 150), (2, 500))


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.pictures", description=__doc__)
    parser.add_argument("graph")
    parser.add_argument("--key", help="the node in the middle; by default the most popular item")
    parser.add_argument("--repeat", type=int, default=3)
    given = parser.parse_args()
    limit_threads(1)
    graph = KnowledgeGraph.load(given.graph)
    print(graph)
    print(f"describe: {least(graph.describe, given.repeat):.2f} s")
    print(f"numbering the edges: {least(lambda: graph.incidence, 1):.2f} s")
    key = given.key or graph.describe().popular[0].key
    for hops, most in _SIZES:
        view = neighbourhood(graph, key, hops, most)
        chosen = least(lambda h=hops, m=most: neighbourhood(graph, key, h, m), given.repeat)
        drawn = least(view.svg, given.repeat)
        print(
            f"{len(view.nodes)} nodes, {hops} hops: {chosen:.3f} s to choose, {drawn:.3f} s to draw"
        )


def least(call: Callable[[], object], repeat: int) -> float:
    """The least CPU time of some calls, in seconds."""
    times = []
    for _ in range(repeat):
        start = time.process_time()
        call()
        times.append(time.process_time() - start)
    return min(times)


if __name__ == "__main__":
    main()
