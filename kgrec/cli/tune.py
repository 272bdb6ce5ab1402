"""``kgrec tune``: from a dataset to good settings for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kgrec.cli.leaks import AllowLeaks, leaks_of
from kgrec.cli.options import ConfigFile, Format, Seed, Settings, Track, changes_of, config_of
from kgrec.cli.output import print_json, print_table, print_text, warn
from kgrec.cli.quiet import console_progress
from kgrec.errors import ConfigError

if TYPE_CHECKING:
    from kgrec.config import Config
    from kgrec.tracking import Tracker
    from kgrec.tune import Study
    from kgrec.tune.space import Space

INTERRUPTED = 130  # 128 + SIGINT, as shells have it
_ROWS = 10
_SETTINGS = 6


def tune(
    source: Annotated[
        str, typer.Argument(help="A dataset folder, or a name: ml-100k.", metavar="FOLDER")
    ],
    out: Annotated[
        Path, typer.Option(help="The folder of the study; an earlier one goes on.", metavar="STUDY")
    ],
    trials: Annotated[
        int, typer.Option(min=1, help="Trials in the study, earlier ones included.")
    ] = 50,
    timeout: Annotated[
        float | None,
        typer.Option(min=0, help="Begin no trial after so many minutes.", metavar="MIN"),
    ] = None,
    settings: Settings = None,
    config: ConfigFile = None,
    space: Annotated[
        Path | None,
        typer.Option(
            help="What to search, a line for each setting: gnn.layers = { low = 0, high = 3 }.",
            metavar="FILE",
        ),
    ] = None,
    seed: Seed = None,
    track: Track = None,
    format: Annotated[Format, typer.Option(help="How to print it.")] = Format.table,
    allow_leaks: AllowLeaks = False,
) -> None:
    """Search for good settings with Optuna, by NDCG@20 on valid; test is not looked at.

    A setting that is given is not searched. STUDY receives best.toml, which kgrec train --config
    reads, and study.html, a picture of the search. It can be stopped at any time: the same command
    goes on.
    """
    start = config_of(settings, seed, config)
    searched = _space(space, start, changes_of(settings))
    tracker = _trackers(track, out)

    from kgrec.graph import KnowledgeGraph
    from kgrec.loaders import load
    from kgrec.tune import tune as search

    progress = console_progress()
    data = load(source, progress=progress)
    leaks_of(data, allowed=allow_leaks)
    graph = KnowledgeGraph.build(data, progress=progress)
    try:
        study = search(
            graph,
            study=out,
            trials=trials,
            timeout=None if timeout is None else 60 * timeout,
            space=searched,
            config=start,
            progress=progress,
            track=tracker,
        )
    except KeyboardInterrupt:
        warn(f"kgrec: Interrupted; the same command goes on with {out}.")
        raise typer.Exit(INTERRUPTED) from None
    if format is Format.json:
        print_json(study.to_dict())
    else:
        _print(study, source)


def _space(file: Path | None, start: Config, given: dict[str, str]) -> Space:
    """What is searched: that of the file, or what is left of the default.

    :raises ConfigError: if a setting is both given and searched
    """
    from kgrec.tune.space import default_space
    from kgrec.tune.space_file import read_space

    if file is None:
        return default_space(start, given)
    space = read_space(file)
    both = sorted(space.keys() & given.keys())
    if both:
        raise ConfigError(f"'{both[0]}' is given with --set and searched in {file}; drop one.")
    return space


def _trackers(address: str | None, out: Path) -> Callable[[int], Tracker] | None:
    """Makes a tracker for each trial."""
    if address is None:
        return None
    from kgrec.tracking import open_tracker

    def tracker(number: int) -> Tracker:
        return open_tracker(address, run=f"trial-{number:03d}", group=out.name, warn=warn)

    open_tracker(address)  # what is wrong with it is said before anything else
    return tracker


def _print(study: Study, source: str) -> None:
    names = study.names[:_SETTINGS]
    rows = study.ranked.head(_ROWS).select("trial", "value", "epochs", "seconds", *names).rows()
    print_table(["trial", "NDCG@20", "epochs", "seconds", *names], rows)
    left = len(study.names) - len(names)
    if left:
        print_text(f"and {left} further settings, which matter less.")
    start = "" if study.start is None else f"; the first settings reach {study.start:.4f}"
    print_text(f"\nNDCG@20 on valid: {study.value:.4f}{start}.")
    print_text(
        f"A picture: {study.plan.folder / 'study.html'}. Next: "
        f"kgrec train {source} --out RUN --config {study.plan.folder / 'best.toml'}"
    )
