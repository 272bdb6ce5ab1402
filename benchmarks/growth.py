"""How training grows with the graph: an invented power-law graph at 1, 3 and 10 times the edges.

    python -m benchmarks.growth [--edges 100000] [--times 1,3,10] [--catalog 2500]

Users, interactions and facts grow, and so do items and entities, unless --catalog fixes their
number. Prints, for each size, CPU seconds of an epoch and peak memory of the training (less what
the process held before it), and how they grow against the edges, where 1 is linear; asked is at
most 1.1, and what is above is marked. Each size runs in a process of its own; text and pretraining
are off. A fit is stopped after the epochs, unless --whole: what comes after them depends on the
square of the items, and their full softmax on users times items (``--set
gnn.loss=sampled_softmax`` does not).
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import kgrec
from benchmarks.machine import apart, limit_threads, peak_mb
from benchmarks.power_law import Shape, invented
from kgrec.callbacks import Progress

_OFF = {"text.enabled": False, "kge.enabled": False}
_ASKED = 1.1


@dataclass(frozen=True)
class Size:
    """What one graph took.

    :ivar edges: interactions and facts
    :ivar epoch: seconds of an epoch, its validation included, median without the first
    :ivar memory: MB
    """

    edges: int
    epoch: float
    memory: float


class StoppedError(Exception):
    """Ends a fit."""


class Ticks(Progress):
    """When each epoch ended, in CPU seconds.

    :param most: a fit is ended after so many; 0: never
    """

    def __init__(self, most: int) -> None:
        self.most, self.times = most, list[float]()

    def epoch(self, epoch: int, values: dict[str, float]) -> None:  # noqa: ARG002
        self.times.append(time.process_time())
        if len(self.times) == self.most:
            raise StoppedError


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--edges", type=int, default=100_000)
    parser.add_argument("--times", default="1,3,10")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--whole", action="store_true", help="fit to the end")
    parser.add_argument("--catalog", type=int, help="items, and entities; else they grow, too")
    arguments = parser.parse_args()
    limit_threads(arguments.threads)
    settings = {**_OFF, "gnn.epochs": arguments.epochs, "threads": arguments.threads}
    settings |= dict(setting.split("=", 1) for setting in arguments.set)
    print("| edges | CPU s an epoch | times linear | memory MB | times linear |")
    print("| --- | --- | --- | --- | --- |")
    first = None
    for factor in map(int, arguments.times.split(",")):
        shape = Shape.of(arguments.edges * factor, catalog=arguments.catalog)
        size = apart(measure, shape, settings, 0 if arguments.whole else arguments.epochs)
        first = first or size
        print(row(first, size), flush=True)


def measure(shape: Shape, settings: dict[str, object], epochs: int) -> Size:
    """Fit on an invented graph."""
    data = invented(shape)
    graph = kgrec.KnowledgeGraph.build(data)
    before, ticks = held_mb(), Ticks(epochs)
    with suppress(StoppedError):
        kgrec.Recommender(kgrec.Config().replace(settings), progress=ticks).fit(graph)
    steps = [after - start for start, after in zip(ticks.times, ticks.times[1:], strict=False)]
    rows = data.train.height + data.valid.height + data.facts.height
    return Size(rows, statistics.median(steps), peak_mb() - before)


def held_mb() -> float:
    """Memory that this process holds now, in MB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def row(first: Size, size: Size) -> str:
    """A line; what exceeds what is asked is marked."""
    growth = size.edges / first.edges
    times = [getattr(size, name) / getattr(first, name) / growth for name in ("epoch", "memory")]
    marked = [f"{value:.2f}" + (" (!)" if value > _ASKED else "") for value in times]
    cells = [f"{size.edges:,}", f"{size.epoch:.2f}", marked[0], f"{size.memory:,.0f}", marked[1]]
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
