"""``kgrec demo``: the main job on a real data set, end to end."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kgrec.cli.options import Seed, Settings, config_of


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
) -> None:
    """From a catalog and behaviour to explained recommendations, on real data."""
    config = config_of(settings, seed)

    from kgrec.demo import run_demo

    run_demo(out, config=config, dataset=data, user=user)
