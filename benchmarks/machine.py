"""The machine, the versions on it, and what a process used of it."""

from __future__ import annotations

import multiprocessing
import os
import platform
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

Value = TypeVar("Value")

_PACKAGES = ("kgrec", "torch", "torch-geometric", "pykeen", "numpy", "scipy", "polars")
_THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "POLARS_MAX_THREADS")


def about() -> dict[str, Any]:
    """Processor, cores, memory, system and versions; no name of a host or user."""
    return {
        "processor": _first("/proc/cpuinfo", "model name") or platform.processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "versions": {name: version(name) for name in _PACKAGES},
    }


def limit_threads(threads: int) -> None:
    """Let every process that is started from now on use so many threads; 0: its own choice."""
    if threads:
        os.environ.update(dict.fromkeys(_THREADS, str(threads)))


@dataclass
class Stopwatch:
    """Wall and CPU seconds of a ``with`` block; CPU is that of all threads of the process."""

    wall: float = 0.0
    cpu: float = 0.0

    def __enter__(self) -> Stopwatch:
        self._started = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        wall, cpu = self._started
        self.wall += time.perf_counter() - wall
        self.cpu += time.process_time() - cpu

    def seconds(self) -> dict[str, float]:
        return {"wall": round(self.wall, 3), "cpu": round(self.cpu, 3)}


def peak_mb() -> float:
    """Most memory that this process has held, in MB.

    ``ru_maxrss`` will not do: a process inherits it from the one that started it.
    """
    return int(_first("/proc/self/status", "VmHWM").split()[0]) / 1024


def apart(step: Callable[..., Value], *arguments: Any) -> Value:
    """Run a function of a module in a process of its own: its memory and caches are its own."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn) as pool:
        return pool.submit(step, *arguments).result()


def _first(file: str, key: str) -> str:
    path = Path(file)
    for line in path.read_text().splitlines() if path.exists() else ():
        if line.startswith(key):
            return line.partition(":")[2].strip()
    return ""
