"""``kgrec train``: from a dataset to a run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kgrec.cli.options import Seed, Settings, config_of
from kgrec.cli.output import note, print_text

if TYPE_CHECKING:
    from kgrec.callbacks import Progress
    from kgrec.data import Dataset
    from kgrec.recommend import Recommender


def train(
    source: Annotated[
        str, typer.Argument(help="A dataset folder, or a name: ml-100k.", metavar="FOLDER")
    ],
    out: Annotated[Path, typer.Option(help="The folder of the run.", metavar="RUN")],
    settings: Settings = None,
    seed: Seed = None,
) -> None:
    """Build the graph of a dataset, train on it, and save the run.

    An earlier run at RUN is replaced when the new one is complete.
    """
    config = config_of(settings, seed)

    from kgrec.callbacks import ConsoleProgress
    from kgrec.graph import KnowledgeGraph
    from kgrec.loaders import load
    from kgrec.recommend import Recommender
    from kgrec.recommend.run import check_writable

    check_writable(out)
    progress = ConsoleProgress()
    # The seed is not for the split: runs of several seeds are to be compared on one test.
    data: Dataset = load(source, progress=progress)
    if data.quality.findings:
        note(f"{data.quality}\n")
    graph = KnowledgeGraph.build(data, progress=progress)
    note(repr(graph))
    rec = Recommender(config, progress=progress).fit(graph)
    rec.save(out, held_out=data.test)
    _print_metrics(rec, data, progress)
    print_text(f"\nSaved {out}. Next: kgrec recommend {out} --all -k 20 --out top.parquet")


def _print_metrics(rec: Recommender, data: Dataset, progress: Progress) -> None:
    from kgrec.evaluation import Interactions, evaluate

    best = {row["epoch"]: row for row in rec.log.epochs}.get(rec.log.best_epoch, {})
    metrics = [f"{name} {value:.4f}" for name, value in best.items() if "@" in name]
    if metrics:
        print_text(f"On valid, epoch {rec.log.best_epoch}: {', '.join(metrics)}")
    if not data.test.is_empty():
        interactions = Interactions.from_dataset(data)
        print_text(
            f"On test:\n\n{evaluate(rec, data.test, interactions=interactions, progress=progress)}"
        )
