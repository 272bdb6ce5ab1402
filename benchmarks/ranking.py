"""How many users a second are ranked: the best 20 of all items, exactly, without what was seen.

    python benchmarks/ranking.py [--users 6040] [--items 3260] [--interactions 800000] [--threads 2]

Makes up histories with a long tail and dense item–item weights; the size is that of MovieLens-1M.
Prints one line a run, of which the best tells most on a machine that does other things, too; then
the same with the scores computed by a general sparse product, and the ranking alone.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np
import torch
from scipy.sparse import csr_matrix

from kgrec.index import ScoreBlock, top_k
from kgrec.panels import Panels
from kgrec.sparse import to_tensor

LENGTH = 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--users", type=int, default=6040)
    parser.add_argument("--items", type=int, default=3260)
    parser.add_argument("--interactions", type=int, default=800_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    random = np.random.default_rng(0)
    taken = histories(random, arguments.users, arguments.items, arguments.interactions)
    square = (arguments.items, arguments.items)
    weights = torch.from_numpy(random.normal(size=square).astype(np.float32))
    panels, given = Panels(weights), torch.rand(arguments.users, arguments.items)
    print(f"{taken.shape[0]:,} users, {taken.shape[1]:,} items, {taken.nnz:,} interactions")
    ways: dict[str, ScoreBlock] = {
        "panels": lambda start, stop: panels.sums(taken[start:stop]),
        "sparse product": lambda start, stop: to_tensor(csr_matrix(taken[start:stop])) @ weights,
        "ranking alone": lambda start, stop: given[start:stop],
    }
    for name, block in ways.items():
        for run in range(arguments.runs):
            wall, busy = timed(lambda block=block: top_k(block, *taken.shape, LENGTH, seen=taken))
            rate, share = arguments.users / wall, arguments.users / busy
            print(f"{name:<15} run {run + 1}: {rate:9,.0f} users/s, {share:9,.0f} a CPU second")


def histories(random: np.random.Generator, users: int, items: int, interactions: int) -> csr_matrix:
    """Draw binary histories: lengths are log-normal, items as likely as their rank is small."""
    lengths = random.lognormal(sigma=1.0, size=users)
    lengths = np.clip(lengths * interactions / lengths.sum(), 1, items // 2).astype(int)
    popularity = (np.arange(items) + 20.0) ** -0.9
    popularity /= popularity.sum()
    rows = [
        np.sort(random.choice(items, size=length, replace=False, p=popularity))
        for length in lengths
    ]
    ends = np.concatenate([[0], np.cumsum(lengths)])
    ones = np.ones(ends[-1], dtype=np.float32)
    return csr_matrix((ones, np.concatenate(rows), ends), shape=(users, items))


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Wall seconds and CPU seconds, which differ where other programs run, too."""
    wall, busy = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - busy


if __name__ == "__main__":
    main()
