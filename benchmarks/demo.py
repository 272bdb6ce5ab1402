"""Wall time and peak memory of `kgrec demo`, with cold and with warm caches.

    python benchmarks/demo.py

Runs the command twice with a cache folder of its own: the first run downloads the data and encodes
all texts, the second finds both.
"""

from __future__ import annotations

import os
import resource
import subprocess
import tempfile
import time
from pathlib import Path


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name in ("cold", "warm"):
            seconds, megabytes = run(Path(folder))
            print(f"{name} caches: {seconds:.0f} s, peak memory {megabytes:,.0f} MB")


def run(folder: Path) -> tuple[float, float]:
    environment = {**os.environ, "KGREC_CACHE": str(folder / "cache")}
    command = ["kgrec", "demo", "--out", str(folder / "run")]
    started = time.perf_counter()
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return seconds, peak


if __name__ == "__main__":
    main()
