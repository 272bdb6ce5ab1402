"""How near propagation comes to what the machine's memory allows.

    python -m benchmarks.bound [FOLDER] [--edges 1000000] [--size 128] [--threads 0]

Bandwidth is measured as STREAM does (a = b + s·c on arrays far beyond the caches). Where nothing
stays in a cache, a hop over ``m`` directed edges and ``n`` nodes with vectors of ``d`` numbers
moves, for each edge, a value, an index and a vector, and for each node a row start and a vector
that is written: ``(m + n) (8 + 4 d)`` bytes. The gradients are a hop back, and for each edge two
vectors read and a value written. The bound is these bytes through the bandwidth; printed is the
share of it that a plain sparse product and kgrec's own hop reach. More than 100 % means that caches
helped. Asked is 60 %.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

import kgrec
from benchmarks.machine import limit_threads
from benchmarks.power_law import Shape, invented
from kgrec.features import Features
from kgrec.gnn.linear.propagation import RelationalAdjacency
from kgrec.sparse import csr_tensor

_STREAM = 2**25  # numbers an array: 128 MB, three of them
_ASKED = 0.6
Triples = np.ndarray


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, help="a dataset; else an invented graph")
    parser.add_argument("--edges", type=int, default=1_000_000)
    parser.add_argument("--size", type=int, default=128, help="numbers in a vector")
    parser.add_argument("--threads", type=int, default=0)
    arguments = parser.parse_args()
    limit_threads(arguments.threads)
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    features = load(arguments.folder, arguments.edges)
    facts, nodes = features.core_facts, len(features.core)
    bandwidth = stream()
    print(f"{2 * len(facts):,} directed edges, {nodes:,} nodes, {torch.get_num_threads()} threads")
    print(f"bandwidth (triad)            {bandwidth / 1e9:6.1f} GB/s\n")
    print("|  | ms | share of the bound |\n| --- | --- | --- |")
    for name, seconds, moved in measures(facts, nodes, len(features.relations), arguments.size):
        share = moved / bandwidth / seconds
        missed = "" if share >= _ASKED else " (!)"
        print(f"| {name} | {seconds * 1000:.1f} | {share:.0%}{missed} |")


def load(folder: Path | None, edges: int) -> Features:
    """The graph of a dataset folder, or an invented one with about so many directed edges."""
    data = kgrec.load(folder) if folder else invented(Shape.of(edges))
    return Features.of(kgrec.KnowledgeGraph.build(data))


def measures(
    facts: Triples, nodes: int, relations: int, size: int
) -> list[tuple[str, float, float]]:
    """Name, seconds, and bytes that must move, for each way to pass messages once."""
    vectors = torch.randn(nodes, size)
    plain = plain_matrix(facts, nodes)
    hop = RelationalAdjacency(facts, nodes, relations)
    forward = moved(2 * len(facts), nodes, size)
    backward = forward + 2 * len(facts) * (8 * size + 8)
    with torch.no_grad():
        times = [best(lambda: plain @ vectors), best(lambda: hop(vectors))]
    both = best(lambda: _there_and_back(hop, vectors))
    return [
        ("plain sparse product", times[0], forward),
        ("kgrec's hop", times[1], forward),
        ("kgrec's hop and its gradients", both, forward + backward),
    ]


def moved(edges: int, nodes: int, size: int) -> float:
    """Bytes of one sparse product with float32 values and 32-bit indices."""
    return (edges + nodes) * (8 + 4 * size)


def plain_matrix(facts: Triples, nodes: int) -> torch.Tensor:
    """All facts in both directions with the value one, CSR, shape ``(nodes, nodes)``."""
    rows = np.concatenate([facts[:, 0], facts[:, 2]])
    columns = np.concatenate([facts[:, 2], facts[:, 0]])
    order = np.lexsort((columns, rows))
    starts = np.searchsorted(rows[order], np.arange(nodes + 1))
    values = torch.ones(len(rows))
    return csr_tensor(starts, columns[order], values, (nodes, nodes))


def stream() -> float:
    """Bytes a second of a triad: two arrays read, one written."""
    b, c = torch.ones(_STREAM), torch.ones(_STREAM)
    a = torch.empty(_STREAM)
    return 3 * 4 * _STREAM / best(lambda: torch.add(b, c, alpha=3.0, out=a))


def best(work: Callable[[], object], times: int = 7) -> float:
    """Seconds of the fastest of some runs: what disturbs a run only makes it slower."""
    work()
    seconds = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    return min(seconds)


def _there_and_back(hop: torch.nn.Module, vectors: torch.Tensor) -> None:
    inputs = vectors.detach().requires_grad_()
    hop(inputs).backward(vectors)


if __name__ == "__main__":
    main()
