"""Does another seed give the same reasons?

    python -m benchmarks.stability DATA RUNS [--seeds 5] [--sample 100] [--k 10] [--set NAME=VALUE]

Fits DATA (a name or a folder) once for each seed and keeps the runs as RUNS/seed0, RUNS/seed1, …; a
run that is there already is not fitted again. Then the recommendations of the first seed are
explained by all of them: how often is the strongest path of one type, how often the very same?
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import kgrec
from kgrec.callbacks import ConsoleProgress
from kgrec.evaluation.explanations import stability_over_seeds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("data", help="a name or a folder")
    parser.add_argument("runs", type=Path)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--sample", type=int, default=100, help="users")
    parser.add_argument("--k", type=int, default=10, help="recommendations of a user")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    given = parser.parse_args()
    config = kgrec.Config().replace(dict(each.split("=", 1) for each in given.set))
    folders = [given.runs / f"seed{seed}" for seed in range(given.seeds)]
    for seed, folder in enumerate(folders):
        if not folder.exists():
            fit(given.data, config, seed, folder)
    recs = [kgrec.Recommender.load(folder) for folder in folders]
    found = stability_over_seeds(recs, sample=given.sample, k=given.k)
    for name, value in vars(found).items():
        print(f"{name:16} {value:.1%}" if isinstance(value, float) else f"{name:16} {value:,}")


def fit(data: str, config: kgrec.Config, seed: int, folder: Path) -> None:
    """Fit one seed and keep it as a run."""
    dataset = kgrec.load(data)
    graph = kgrec.KnowledgeGraph.build(dataset)
    started = time.process_time()
    rec = kgrec.Recommender(config, seed=seed, progress=ConsoleProgress()).fit(graph)
    print(f"seed {seed}: {time.process_time() - started:.0f} s of processor time", flush=True)
    rec.save(folder, held_out=dataset.test)


if __name__ == "__main__":
    main()
