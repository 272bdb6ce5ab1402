"""How many explained lists does a service give, and how long does one take?

    python -m benchmarks.service RUN [--seconds 60] [--clients 8] [--modes cold,prepared]

Starts ``kgrec serve RUN`` and asks it with wrk (Debian's package of that name) for the ten best
items of users drawn at random from all of them, each with a sentence. ``cold``: no answer was made
before; ``prepared``: an answer for every user was (``--prepare -1``), and the row says how long
that took. Memory is that of the service when the load begins and when it ends.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl

from kgrec.vocabulary import INTERACTED

_COLUMNS = ("answers", "made beforehand s", "requests/s", "p50 ms", "p99 ms", "most ms",
            "errors", "MB before", "MB after")  # fmt: skip
_SCRIPT = """
local users, asked = {}, 0
function init(args)
  for line in io.lines(args[1]) do users[#users + 1] = line end
  math.randomseed(tonumber(args[2]) + tonumber(tostring({}):match("0x(%x+)"), 16) % 100000)
end
function request()
  local user = users[math.random(#users)]
  return wrk.format("POST", "/recommend", {["content-type"] = "application/json"},
    '{"user":' .. user .. ',"k":10,"explain":true}')
end
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format('RESULT {"requests":%d,"seconds":%f,"p50":%f,"p99":%f,"most":%f,' ..
    '"errors":%d}', summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3,
    latency:percentile(99) / 1e3, latency.max / 1e3,
    e.connect + e.read + e.write + e.status + e.timeout))
end
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("run", type=Path)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--modes", default="cold,prepared")
    given = parser.parse_args()
    print(f"| {' | '.join(_COLUMNS)} |", f"|{' --- |' * len(_COLUMNS)}", sep="\n")
    for mode in given.modes.split(","):
        cells = measure(given.run, mode, given.seconds, given.clients)
        print(f"| {' | '.join(cells)} |", flush=True)


def measure(run: Path, mode: str, seconds: int, clients: int) -> list[str]:
    """Serve a run, and put it under load."""
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        users = _users(run)
        (work / "users").write_text("\n".join(map(json.dumps, users)), encoding="utf-8")
        (work / "ask.lua").write_text(_SCRIPT, encoding="utf-8")
        prepare = -1 if mode == "prepared" else 0
        with served(run, work / "events.jsonl", prepare) as (process, address):
            begun = time.monotonic()
            if prepare:
                _until(address, lambda health: health["prepared"] >= len(users))
            made = time.monotonic() - begun
            before = resident_mb(process.pid)
            found = _load(work, address, seconds, clients)
            after = resident_mb(process.pid)
    return [
        mode,
        f"{made:.0f}" if prepare else "–",
        f"{found['requests'] / found['seconds']:.0f}",
        *(f"{found[name]:.1f}" for name in ("p50", "p99", "most")),
        f"{found['errors']}",
        f"{before:,.0f}",
        f"{after:,.0f}",
    ]


@contextmanager
def served(run: Path, events: Path, prepare: int) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A service on a free port, and its address."""
    process = subprocess.Popen(
        [
            *(str(Path(sys.executable).with_name("kgrec")), "serve", str(run), "--port", "0"),
            *("--events", str(events), "--prepare", str(prepare)),
        ],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    try:
        assert process.stderr is not None
        said = next((line for line in process.stderr if " at http://" in line), "")
        address = said.rpartition(" at ")[2].strip().rstrip("/")
        _until(address, lambda health: health["status"] == "ok")
        yield process, address
    finally:
        process.terminate()
        process.wait(60)


def resident_mb(pid: int) -> float:
    """Memory of a process, in MB."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1e3


def _users(run: Path) -> list[str]:
    """Users who did something: for others no answer is made beforehand."""
    edges = pl.scan_parquet(run / "graph" / "edges.parquet").filter(
        pl.col("relation") == INTERACTED
    )
    heads = edges.select(pl.col("head").str.strip_prefix("user:").unique(maintain_order=True))
    return heads.collect()["head"].to_list()


def _load(work: Path, address: str, seconds: int, clients: int) -> dict[str, Any]:
    done = subprocess.run(
        [
            *("wrk", "-t1", f"-c{clients}", f"-d{seconds}s", "--timeout", "30s"),
            *("-s", str(work / "ask.lua"), address, "--", str(work / "users"), "0"),
        ],
        check=True,
        capture_output=True,
        text=True,
    )
    result: dict[str, Any] = json.loads(done.stdout.rpartition("RESULT ")[2])
    return result


def _until(address: str, is_so: Any) -> None:
    while True:
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=5) as answer:
                if is_so(json.load(answer)):
                    return
        except OSError:
            pass
        time.sleep(1)


if __name__ == "__main__":
    main()
