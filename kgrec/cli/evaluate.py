"""``kgrec evaluate``: how good a run is on its held-out interactions, or in its explanations."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kgrec.cli.leaks import marks
from kgrec.cli.options import Format, Run
from kgrec.cli.output import print_json, print_text
from kgrec.cli.quiet import console_progress
from kgrec.cli.runs import held_out, open_run


def evaluate(
    run: Run,
    format: Annotated[Format, typer.Option(help="How to print it.")] = Format.table,
    baselines: Annotated[
        bool,
        typer.Option(
            "--baselines/--no-baselines", help="Tune, fit and measure simple baselines, too."
        ),
    ] = True,
    group: Annotated[
        list[str] | None,
        typer.Option(
            help="An attribute of users or items, gender or genres, to compare the groups of; "
            "may be repeated.",
            metavar="ATTRIBUTE",
        ),
    ] = None,
    explanations: Annotated[
        bool,
        typer.Option(
            "--explanations", help="Test the explanations instead: are they what moves the score?"
        ),
    ] = False,
    sample: Annotated[
        int, typer.Option(min=1, help="With --explanations: so many users, drawn at random.")
    ] = 100,
) -> None:
    """Measure a run by full ranking against its held-out interactions."""
    if explanations:
        _explanations(run, format, sample)
        return
    from kgrec.evaluation import evaluate as measure

    rec = open_run(run)
    leaks = marks(run)
    result = measure(
        rec,
        held_out(rec, run),
        groups=group or (),
        baselines=baselines,
        progress=console_progress(),
    )
    if format is Format.json:
        print_json({**result.to_dict(), **({"leaks": leaks} if leaks else {})})
    else:
        print_text(str(result))


def _explanations(run: Path, format: Format, sample: int) -> None:
    from kgrec.evaluation.explanations import evaluate_explanations

    result = evaluate_explanations(open_run(run), sample=sample, progress=console_progress())
    if format is Format.json:
        print_json(result.to_dict())
    else:
        print_text(str(result))
