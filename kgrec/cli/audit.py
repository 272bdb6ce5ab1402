"""``kgrec audit``: what graph, text and pretraining are worth on a dataset."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kgrec.cli.leaks import AllowLeaks, leaks_of
from kgrec.cli.options import ConfigFile, Format, Seed, Settings, config_of
from kgrec.cli.output import note, print_json, print_text
from kgrec.cli.quiet import console_progress


def audit(
    source: Annotated[
        str, typer.Argument(help="A dataset folder, or a name: ml-100k.", metavar="FOLDER")
    ],
    out: Annotated[
        Path,
        typer.Option(
            help="A folder for the page, the numbers and what was trained so far; or NAME.html.",
            metavar="REPORT",
        ),
    ],
    seeds: Annotated[int, typer.Option(min=1, help="How often each arm is trained.")] = 3,
    settings: Settings = None,
    config: ConfigFile = None,
    seed: Seed = None,
    arms: Annotated[
        str | None,
        typer.Option(
            help="Only these, by commas: no graph, shuffled graph, shuffled relations, no text, "
            "no pretraining, baselines.",
            metavar="NAMES",
        ),
    ] = None,
    cold: Annotated[
        bool, typer.Option("--cold/--no-cold", help="Also hold out a tenth of the items.")
    ] = True,
    alpha_curve: Annotated[
        bool,
        typer.Option(
            "--alpha-curve",
            help="Also train with several weights of language (gnn.alpha), and draw the curve.",
        ),
    ] = False,
    allow_leaks: AllowLeaks = False,
    format: Annotated[Format, typer.Option(help="How to print it.")] = Format.table,
) -> None:
    """Train without the graph, with a false one, without text, without pretraining, and compare.

    Finished trainings are kept in REPORT: an audit that was interrupted goes on where it was.
    """
    chosen = config_of(settings, seed, config)

    from kgrec.audit import ALPHAS
    from kgrec.audit import audit as measure
    from kgrec.audit.arms import choose_arms
    from kgrec.loaders import load
    from kgrec.report.audit import Places, write_audit

    names = arms.split(",") if arms is not None else None
    choose_arms(names)  # a slip of the pen is told before anything is loaded
    places = Places.of(out)
    places.cells.mkdir(parents=True, exist_ok=True)
    progress = console_progress()
    data = load(source, progress=progress)
    leaks_of(data, allowed=allow_leaks)
    result = measure(
        data,
        chosen,
        seeds=seeds,
        arms=names,
        cold=cold,
        alphas=ALPHAS if alpha_curve else (),
        folder=places.cells,
        allow_leaks=allow_leaks,
        progress=progress,
    )
    write_audit(places, result)
    if format is Format.json:
        print_json(result.to_dict())
    else:
        print_text(str(result))
    note(f"\nSaved {places.page} and {places.numbers}.")
