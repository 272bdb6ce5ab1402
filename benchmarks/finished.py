"""What has been measured already, so that an interrupted run goes on where it was.

A job is one system on one set with one seed. Its result is a JSON file, its recommendations a
Parquet file (``user, item, rank, score``) that any other scorer can read, too.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Result = dict[str, Any]


@dataclass(frozen=True)
class Job:
    """What is to be measured.

    :ivar set_name: the set
    :ivar system: kgrec, a baseline or a peer
    :ivar seed: of the random numbers
    :ivar inputs: all that the result depends on: data, code, settings; compared, never read
    """

    set_name: str
    system: str
    seed: int
    inputs: dict[str, Any]

    @property
    def stem(self) -> str:
        return f"{self.set_name}/{self.system}-{self.seed}"

    def __str__(self) -> str:
        return f"{self.set_name}: {self.system}, seed {self.seed}"


class Finished:
    """Results in a folder.

    :param folder: made if need be
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def lists(self, job: Job) -> Path:
        """Where a job's recommendations go."""
        return self._file("lists", job, ".parquet")

    def log(self, job: Job) -> Path:
        """Where a job may write what it says."""
        return self._file("logs", job, ".log")

    def report(self, job: Job) -> Path:
        """Where a job may write how it went."""
        return self._file("reports", job, ".json")

    def get(self, job: Job) -> Result | None:
        """The result of a job that is done, with just these inputs."""
        file = self._file("results", job, ".json")
        if not file.exists():
            return None
        kept = json.loads(file.read_text(encoding="utf-8"))
        return kept["result"] if kept["inputs"] == _plain(job.inputs) else None

    def get_or_run(self, job: Job, run: Callable[[], Result]) -> Result:
        """The result of a job; it is measured only if it has to be."""
        result = self.get(job)
        if result is None:
            result = _plain(run())
            file = self._file("results", job, ".json")
            part = file.with_suffix(".part")
            kept = {"inputs": job.inputs, "result": result}
            part.write_text(json.dumps(kept, indent=1), encoding="utf-8")
            part.replace(file)
        return result

    def _file(self, kind: str, job: Job, suffix: str) -> Path:
        file = self.folder / kind / (job.stem + suffix)
        file.parent.mkdir(parents=True, exist_ok=True)
        return file


def _plain(tree: dict[str, Any]) -> dict[str, Any]:
    """As it will be read again: tuples become lists."""
    plain: dict[str, Any] = json.loads(json.dumps(tree))
    return plain
