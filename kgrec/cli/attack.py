"""``kgrec attack``: how far invented users can push an item, and what a defence saves and costs."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kgrec.cli.options import ConfigFile, Format, Seed, Settings, config_of
from kgrec.cli.output import note, print_json, print_text
from kgrec.cli.quiet import console_progress

if TYPE_CHECKING:
    from kgrec.robustness import Robustness


def attack(
    source: Annotated[
        str, typer.Argument(help="A dataset folder, or a name: ml-100k.", metavar="FOLDER")
    ],
    kind: Annotated[
        list[str] | None,
        typer.Option(help="random, average, bandwagon or segment; may be repeated. Default: all."),
    ] = None,
    size: Annotated[
        float, typer.Option(help="Invented users for each target, as a share of the real ones.")
    ] = 0.01,
    targets: Annotated[int, typer.Option(min=1, help="How many items are pushed.")] = 5,
    rule: Annotated[str, typer.Option(help="Which items: unpopular or middle.")] = "unpopular",
    rounds: Annotated[
        int, typer.Option(min=1, help="Trainings among which the targets are divided.")
    ] = 1,
    trim: Annotated[
        float, typer.Option(help="Also attack a model with gnn.trim at this share; 0: no defence.")
    ] = 0.1,
    settings: Settings = None,
    config: ConfigFile = None,
    seed: Seed = None,
    out: Annotated[
        Path | None, typer.Option(help="Also write the numbers to this file.", metavar="JSON")
    ] = None,
    format: Annotated[Format, typer.Option(help="How to print it.")] = Format.table,
) -> None:
    """Train with invented users who push some items, and see how far up these go."""
    chosen = config_of(settings, seed, config)

    from kgrec.loaders import load
    from kgrec.robustness import KINDS, Plan
    from kgrec.robustness import attack as measure

    plan = Plan(
        kinds=tuple(kind) if kind else KINDS,  # type: ignore[arg-type]
        size=size,
        targets=targets,
        rule=rule,  # type: ignore[arg-type]
        rounds=rounds,
        trim=trim,
    )
    plan.check()  # a slip of the pen is told before anything is loaded
    if out is not None:
        _prepare(out)
    progress = console_progress()
    result = measure(load(source, progress=progress), chosen, plan, progress=progress)
    if format is Format.json:
        print_json(result.to_dict())
    else:
        print_text(str(result))
    if out is not None:
        _write(result, out)
        note(f"\nSaved {out}.")


def _prepare(out: Path) -> None:
    """Make the folder and write in it: hours of training are not to be lost for want of one."""
    if out.is_dir():
        raise typer.BadParameter(f"--out is the name of a file, and '{out}' is a folder.")
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=out.parent):
        pass


def _write(result: Robustness, out: Path) -> None:
    from kgrec.report import replaced_file

    text = json.dumps(result.to_dict(), ensure_ascii=False, indent=2)
    with replaced_file(out) as fresh:
        fresh.write_text(text + "\n", encoding="utf-8")
