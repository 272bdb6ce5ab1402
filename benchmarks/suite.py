"""Every system on every set: what has to be measured is measured, the rest is read again."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

import kgrec
from benchmarks.finished import Finished, Job
from benchmarks.machine import apart
from benchmarks.ours import baseline_names, run_baseline, run_kgrec
from benchmarks.peer import Peers
from benchmarks.scoring import score
from benchmarks.sets import BenchSet, digest

_ROOT = Path(__file__).parents[1]
_KGREC = ("kgrec", "loaders", "ontology")
Say = Callable[[str], None]


@dataclass(frozen=True)
class Row:
    """One system with one seed on one set.

    :ivar metrics: means over the users of test
    :ivar result: seconds, memory, parameters, as the system's runner returns them
    """

    set_name: str
    system: str
    seed: int
    metrics: dict[str, float]
    result: dict[str, Any]


@dataclass(frozen=True)
class Suite:
    """What is measured, and where it is kept.

    :ivar finished: results
    :ivar say: told before each measurement, and of each failure
    :ivar seeds: how often kgrec is fitted
    :ivar settings: changed settings of kgrec by dotted name
    :ivar baselines: whether they are measured
    :ivar peers: ``None``: without them
    """

    finished: Finished
    say: Say
    seeds: int = 3
    settings: dict[str, str] = field(default_factory=dict)
    baselines: bool = True
    peers: Peers | None = None

    def rows(self, bench: BenchSet) -> Iterator[Row]:
        """Baselines, peers, kgrec; a peer that fails is told of and left out."""
        if self.baselines:
            yield from self._baselines(bench)
        if self.peers:
            yield from self._peers(self.peers, bench)
        yield from self._kgrec(bench)

    def _baselines(self, bench: BenchSet) -> Iterator[Row]:
        inputs = {"data": bench.fingerprint(), "code": code("kgrec/evaluation", "benchmarks")}
        for name in apart(baseline_names, bench.folder):
            job = Job(bench.name, name, 0, inputs)
            yield self._row(
                bench, job, lambda job: apart(run_baseline, bench.folder, *self._where(job))
            )

    def _peers(self, peers: Peers, bench: BenchSet) -> Iterator[Row]:
        for model in peers.models:
            for seed in range(peers.seeds if peers.suits(model, bench) else 0):
                job = peers.job(model, bench, seed, refit=True)
                try:
                    yield self._row(
                        bench, job, lambda job: peers.run(job.system, bench, job, self.finished)
                    )
                except RuntimeError as error:
                    self.say(str(error))

    def _kgrec(self, bench: BenchSet) -> Iterator[Row]:
        inputs = {
            "data": bench.fingerprint(),
            "code": code(),
            "settings": self.settings,
        }
        texts = self.finished.folder / "cache" / bench.name

        def run(job: Job) -> dict[str, Any]:
            if job.seed == 0:  # its seconds are those of a first run: all texts are encoded
                shutil.rmtree(texts, ignore_errors=True)
            lists = self.finished.lists(job)
            return apart(run_kgrec, bench.folder, lists, job.seed, self.settings, texts)

        for seed in range(self.seeds):
            yield self._row(bench, Job(bench.name, "kgrec", seed, inputs), run)

    def _row(self, bench: BenchSet, job: Job, run: Callable[[Job], dict[str, Any]]) -> Row:
        def measure() -> dict[str, Any]:
            self.say(str(job))
            result = run(job)
            lists = pl.read_parquet(self.finished.lists(job))
            return {**result, "metrics": score(lists, _data(bench.folder))}

        result = self.finished.get_or_run(job, measure)
        return Row(bench.name, job.system, job.seed, result["metrics"], result)

    def _where(self, job: Job) -> tuple[Path, str]:
        return self.finished.lists(job), job.system


@cache
def code(*parts: str) -> str:
    """A hash of sources, by default kgrec's: a result of other code is none of this code."""
    files = [
        file
        for part in parts or _KGREC
        for file in (_ROOT / part).rglob("*")
        if file.suffix in {".py", ".ttl", ".tsv"} and "peers" not in file.parts
    ]
    return digest(files)


@cache
def _data(folder: Path) -> kgrec.Dataset:
    data: kgrec.Dataset = kgrec.load(folder)
    return data
