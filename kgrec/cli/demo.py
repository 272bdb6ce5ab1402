"""``kgrec demo``: the main job on a real data set, end to end."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kgrec.cli.options import Format, Seed, Settings, config_of
from kgrec.cli.output import print_json
from kgrec.cli.quiet import console_progress

if TYPE_CHECKING:
    from kgrec.report import Report


def demo(
    out: Annotated[Path, typer.Option(help="The folder of the run.", metavar="RUN")] = Path(
        "runs/demo"
    ),
    user: Annotated[
        str | None,
        typer.Option(help="Whose recommendations to show."),
    ] = None,
    data: Annotated[str, typer.Option(help="A dataset by name, or a folder.")] = "ml-100k",
    settings: Settings = None,
    seed: Seed = None,
    format: Annotated[Format, typer.Option(help="How it is printed.")] = Format.table,
) -> None:
    """From a catalog and behaviour to explained recommendations, on real data."""
    config = config_of(settings, seed)

    from rich.console import Console

    from kgrec.demo import run_demo

    console = Console(quiet=format is Format.json)
    report = run_demo(
        out,
        config=config,
        console=console,
        dataset=data,
        user=user,
        progress=console_progress(),
    )
    if format is Format.json:
        print_json({"run": str(out), **_summary(report)})


def _summary(report: Report) -> dict[str, Any]:
    """What the demo shows, for programs."""
    return {
        "dataset": report.dataset,
        "evaluation": report.evaluation.to_dict() if report.evaluation else None,
        "user": report.user,
        "history": report.history,
        "recommendations": [each.to_dict() for each in report.explanations],
        "path_share": report.path_share,
        "seconds": report.seconds,
    }
