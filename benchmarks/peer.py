"""A model of RecBole in its own virtual environment, started as a program of its own."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.finished import Finished, Job
from benchmarks.sets import BenchSet, digest

_HOME = Path(__file__).parent / "peers"
_RUNNER = _HOME / "run_recbole.py"
# Those that know facts; the others only know who took what, which says nothing of cold items.
KNOWLEDGE = ("KGAT", "KGIN", "CKE", "CFKG", "KGCN", "RippleNet")


@dataclass(frozen=True)
class Peers:
    """How to run them.

    :ivar python: the interpreter of their environment
    :ivar models: names of RecBole
    :ivar seeds: how many each
    :ivar budget: CPU seconds of training after which one is stopped
    :ivar threads: 0 leaves it to torch
    """

    python: Path
    models: tuple[str, ...] = ("KGAT", "KGIN")
    seeds: int = 1
    budget: float = 900.0
    threads: int = 0

    def check(self) -> None:
        """Refuse an environment that lacks RecBole.

        :raises SystemExit: with what to do
        """
        probe = [str(self.python), "-c", "import recbole, pyarrow, torch"]
        try:
            failed = subprocess.run(probe, capture_output=True).returncode != 0
        except OSError:
            failed = True
        if failed:
            raise SystemExit(
                f"{self.python} cannot import recbole: install benchmarks/peers/requirements.txt "
                "into a virtual environment of Python 3.11 and give its bin/python."
            )

    def suits(self, model: str, bench: BenchSet) -> bool:
        """Whether a model can say anything about a set."""
        return bench.has_facts if model in KNOWLEDGE else not bench.is_cold

    def job(self, model: str, bench: BenchSet, seed: int, *, refit: bool) -> Job:
        """One training; with ``refit`` a second one on train and valid follows."""
        inputs = {
            "data": bench.fingerprint(),
            "code": digest(_HOME.rglob("*.py")),
            "budget": self.budget,
            "threads": self.threads,
            "refit": refit,
        }
        return Job(bench.name, model if refit else f"{model}-curve", seed, inputs)

    def run(self, model: str, bench: BenchSet, job: Job, finished: Finished) -> dict[str, Any]:
        """Train it and read its report.

        :raises RuntimeError: if it fails, with the last line it said
        """
        report, log = finished.report(job), finished.log(job)
        command = [str(self.python), "-s", str(_RUNNER), str(bench.folder)]
        options: dict[str, Any] = {
            "model": model,
            "seed": job.seed,
            "budget": self.budget,
            "threads": self.threads,
            "lists": finished.lists(job),
            "report": report,
        }
        command += [f"--{name}={value}" for name, value in options.items()]
        command += ["--refit"] if job.inputs["refit"] else []
        with log.open("w", encoding="utf-8") as output:
            done = subprocess.run(command, stdout=output, stderr=subprocess.STDOUT)
        if done.returncode:
            last = log.read_text(encoding="utf-8").strip().splitlines()[-1:]
            raise RuntimeError(f"{job} failed: {''.join(last)} ({log} has more)")
        told = json.loads(report.read_text(encoding="utf-8"))
        phases = told.pop("seconds")
        parts = [phases[name] for name in ("training", "validation", "refitting")]
        seconds = {kind: round(sum(part[kind] for part in parts), 3) for kind in ("wall", "cpu")}
        return {**told, "phases": phases, "seconds": seconds}
