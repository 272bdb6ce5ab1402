"""``kgrec train``: from a dataset to a run."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kgrec.cli.leaks import AllowLeaks, leaks_of, mark
from kgrec.cli.options import ConfigFile, Format, Seed, Settings, Track, config_of
from kgrec.cli.output import note, print_json, print_text, warn
from kgrec.cli.tracked import tracked

if TYPE_CHECKING:
    from kgrec.callbacks import Progress
    from kgrec.config import Config
    from kgrec.data import Dataset
    from kgrec.evaluation import Evaluation
    from kgrec.recommend import Recommender


def train(
    source: Annotated[
        str, typer.Argument(help="A dataset folder, or a name: ml-100k.", metavar="FOLDER")
    ],
    out: Annotated[Path, typer.Option(help="The folder of the run.", metavar="RUN")],
    descriptions: Annotated[
        Path | None,
        typer.Option(
            help="Texts that kgrec describe wrote, in place of those in FOLDER.", metavar="FILE"
        ),
    ] = None,
    settings: Settings = None,
    config: ConfigFile = None,
    seed: Seed = None,
    track: Track = None,
    allow_leaks: AllowLeaks = False,
    checkpoint_minutes: Annotated[
        float,
        typer.Option(
            min=0,
            help="Keep the state of the training in RUN.checkpoint every so many minutes; 0: after "
            "every epoch. The same command goes on from there; the folder is deleted at the end.",
            metavar="N",
        ),
    ] = 5.0,
    format: Annotated[Format, typer.Option(help="How it is printed.")] = Format.table,
) -> None:
    """Build the graph of a dataset, train on it, and save the run.

    An earlier run at RUN is replaced when the new one is complete. Data that give test answers away
    are refused; see kgrec check.
    """
    chosen = config_of(settings, seed, config)

    from kgrec.recommend.run import check_writable

    check_writable(out)
    with tracked(track, chosen) as progress:
        outcome = _train(
            source, descriptions, out, chosen, progress, allow_leaks, checkpoint_minutes
        )
        progress.finish(outcome.metrics)
    if format is Format.json:
        print_json({"run": str(out), **outcome.to_dict()})
        return
    print_text(str(outcome))
    note(f"\nSaved {out}. Next: kgrec recommend {out} --all -k 20 --out top.parquet")


def _train(
    source: str,
    descriptions: Path | None,
    out: Path,
    config: Config,
    progress: Progress,
    allow_leaks: bool,
    checkpoint_minutes: float,
) -> Outcome:
    from kgrec.data.described import read_descriptions
    from kgrec.graph import KnowledgeGraph
    from kgrec.loaders import load
    from kgrec.recommend import Recommender

    # The seed is not for the split: runs of several seeds are to be compared on one test.
    data: Dataset = load(source, progress=progress)
    if descriptions is not None:
        data = read_descriptions(data, descriptions)
    if data.quality.findings:
        warn(f"{data.quality}\n")
    leaks = leaks_of(data, allowed=allow_leaks)
    graph = KnowledgeGraph.build(data, progress=progress)
    note(repr(graph))
    place = out if out.name else out.absolute()
    with _warnings_noted():
        rec = Recommender(config, progress=progress).fit(
            graph,
            checkpoint=place.with_name(f"{place.name}.checkpoint"),
            checkpoint_minutes=checkpoint_minutes,
        )
    rec.save(out, held_out=data.test)
    mark(out, leaks)
    return _outcome(rec, data, progress)


@contextmanager
def _warnings_noted() -> Iterator[None]:
    """What is to be said of checkpoints is a sentence on stderr, without a line of code."""
    from kgrec.gnn.training.checkpoints import CheckpointWarning

    with warnings.catch_warnings():
        warnings.simplefilter("always", CheckpointWarning)
        show = warnings.showwarning

        def tell(message: Any, category: type[Warning], *where: Any) -> None:
            if issubclass(category, CheckpointWarning):
                warn(str(message))
            else:
                show(message, category, *where)

        warnings.showwarning = tell  # type: ignore[assignment]  # it is called by place only
        yield


@dataclass(frozen=True)
class Outcome:
    """How good a training was.

    :ivar epoch: the one that was kept
    :ivar valid: metrics on valid in that epoch; empty where nothing was trained in epochs
    :ivar test: how the model did on test; ``None``: there is no test
    """

    epoch: int
    valid: dict[str, float]
    test: Evaluation | None

    @property
    def metrics(self) -> dict[str, float]:
        """All of them as ``valid/NAME`` and ``test/NAME``."""
        test = self.test.metrics if self.test else {}
        return {
            **{f"valid/{name}": value for name, value in self.valid.items()},
            **{f"test/{name}": value for name, value in test.items()},
        }

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        test = self.test.to_dict() if self.test else None
        return {"epoch": self.epoch, "valid": self.valid, "test": test}

    def __str__(self) -> str:
        words = ", ".join(f"{name} {value:.4f}" for name, value in self.valid.items())
        valid = [f"On valid, epoch {self.epoch}: {words}"] if words else []
        return "\n".join([*valid, *([f"On test:\n\n{self.test}"] if self.test else [])])


def _outcome(rec: Recommender, data: Dataset, progress: Progress) -> Outcome:
    from kgrec.evaluation import Interactions, evaluate

    best = {row["epoch"]: row for row in rec.log.epochs}.get(rec.log.best_epoch, {})
    valid = {name: value for name, value in best.items() if "@" in name}
    test = None
    if not data.test.is_empty():
        interactions = Interactions.from_dataset(data)
        test = evaluate(rec, data.test, interactions=interactions, progress=progress)
    return Outcome(rec.log.best_epoch, valid, test)
