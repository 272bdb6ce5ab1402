"""``kgrec evaluate``: how good a run is on its held-out interactions."""

from __future__ import annotations

from typing import Annotated

import typer

from kgrec.cli.options import Format, Run
from kgrec.cli.output import print_json, print_text
from kgrec.cli.runs import held_out, interactions_of, open_run


def evaluate(
    run: Run,
    format: Annotated[Format, typer.Option(help="How to print it.")] = Format.table,
    baselines: Annotated[
        bool,
        typer.Option(
            "--baselines/--no-baselines", help="Tune, fit and measure simple baselines, too."
        ),
    ] = True,
) -> None:
    """Measure a run by full ranking against its held-out interactions."""
    from kgrec.callbacks import ConsoleProgress
    from kgrec.evaluation import evaluate as measure

    rec = open_run(run)
    result = measure(
        rec,
        held_out(rec, run),
        interactions=interactions_of(rec.graph),
        baselines=baselines,
        progress=ConsoleProgress(),
    )
    if format is Format.json:
        print_json(result.to_dict())
    else:
        print_text(str(result))
