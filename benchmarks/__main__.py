"""Measure kgrec beside baselines and RecBole's models; write the README's table.

    python -m benchmarks FOLDER [FOLDER …] [--peers VENV/bin/python] [--out benchmarks-out]
    python -m benchmarks FOLDER --time --peers VENV/bin/python

A FOLDER is a dataset folder in the plain layout, or holds some. Results go to --out: table.md,
results.json, and each finished one, so that an interrupted run goes on where it was. Peers need a
virtual environment of Python 3.11 with benchmarks/peers/requirements.txt.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.finished import Finished, Job
from benchmarks.machine import about, apart, limit_threads
from benchmarks.peer import Peers
from benchmarks.race import race_kgrec
from benchmarks.race_table import compare, table
from benchmarks.sets import BenchSet, find_sets
from benchmarks.suite import Row, Suite, code
from benchmarks.tables import details, summary


def main(words: list[str] | None = None) -> None:
    arguments = parse(words)
    limit_threads(1 if arguments.time else arguments.threads)
    sets = find_sets(arguments.folders)
    peers = peers_of(arguments)
    if peers:
        peers.check()
    arguments.out.mkdir(parents=True, exist_ok=True)
    settings = dict(setting.split("=", 1) for setting in arguments.set)
    finished = Finished(arguments.out.resolve())
    if arguments.time:
        race(sets, finished, settings, peers)
        return
    baselines = not arguments.no_baselines
    suite = Suite(finished, say, arguments.seeds, settings, baselines, peers)
    rows: list[Row] = []
    for bench in sets:
        rows += suite.rows(bench)
        write(rows, arguments.out)  # after each set: a long run can be read while it goes on
    print(summary(rows) + "\n\n" + details(rows))


def parse(words: list[str] | None) -> argparse.Namespace:
    head, rest = (__doc__ or "").split("\n\n", 1)
    parser = argparse.ArgumentParser(
        "python -m benchmarks",
        description=head,
        epilog=rest,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, default=Path("benchmarks-out"))
    parser.add_argument("--seeds", type=int, default=3, help="fits of kgrec (3)")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="a setting of kgrec"
    )
    parser.add_argument("--no-baselines", action="store_true")
    parser.add_argument("--threads", type=int, default=0, help="of each system (0: its own choice)")
    parser.add_argument("--time", action="store_true", help="accuracy against time, one thread")
    parser.add_argument("--peers", type=Path, metavar="PYTHON", help="RecBole's interpreter")
    parser.add_argument("--peer-models", default="KGAT,KGIN", metavar="NAMES")
    parser.add_argument("--peer-seeds", type=int, default=1, help="fits of each peer (1)")
    parser.add_argument(
        "--budget", type=float, default=900.0, help="CPU seconds for the training of a peer (900)"
    )
    return parser.parse_args(words)


def peers_of(arguments: argparse.Namespace) -> Peers | None:
    if arguments.peers is None:
        return None
    return Peers(
        python=arguments.peers.absolute(),  # not resolved: a link out of the environment
        models=tuple(arguments.peer_models.split(",")),
        seeds=arguments.peer_seeds,
        budget=arguments.budget,
        threads=1 if arguments.time else arguments.threads,
    )


def race(
    sets: list[BenchSet], finished: Finished, settings: dict[str, str], peers: Peers | None
) -> None:
    """Accuracy against time on one set."""
    if peers is None or len(sets) != 1:
        raise SystemExit("--time compares with --peers on one set.")
    (bench,) = sets
    inputs = {"data": bench.fingerprint(), "code": code(), "settings": settings}
    job = Job(bench.name, "kgrec-curve", 0, inputs)
    say(str(job))
    ours = finished.get_or_run(job, lambda: apart(race_kgrec, bench.folder, 0, settings))
    runs = []
    for model in peers.models:
        task = peers.job(model, bench, 0, refit=False)
        say(str(task))
        try:
            runs.append(finished.get_or_run(task, partial(peers.run, model, bench, task, finished)))
        except RuntimeError as error:
            raise SystemExit(str(error)) from None
    lines = [compare(ours, run) for run in runs]
    text = table(lines)
    (finished.folder / "time.md").write_text(text + "\n", encoding="utf-8")
    save(finished.folder / "time.json", {"lines": lines, "kgrec": ours, "peers": runs})
    print(text)


def write(rows: list[Row], out: Path) -> None:
    text = f"{summary(rows)}\n\n{details(rows)}\n"
    (out / "table.md").write_text(text, encoding="utf-8")
    save(out / "results.json", {"rows": [asdict(row) for row in rows]})


def save(file: Path, tree: dict[str, Any]) -> None:
    tree = {"machine": about(), **tree}
    file.write_text(json.dumps(tree, indent=1, ensure_ascii=False), encoding="utf-8")


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
