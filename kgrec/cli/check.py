"""``kgrec check``: may one train on this, and believe the numbers?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from kgrec.cli.options import Format
from kgrec.cli.output import print_json, print_text
from kgrec.cli.quiet import console_progress

if TYPE_CHECKING:
    from kgrec.data import Dataset

_DISHONEST = 1


def check(
    source: Annotated[
        str, typer.Argument(help="A dataset folder, or a name: ml-100k.", metavar="FOLDER")
    ],
    format: Annotated[Format, typer.Option(help="How it is printed.")] = Format.table,
) -> None:
    """Report what is wrong with a dataset; exit code 1 when training on it would be dishonest."""
    from kgrec.check import doubts
    from kgrec.graph import KnowledgeGraph
    from kgrec.loaders import load

    progress = console_progress()
    data: Dataset = load(source, progress=progress)
    graph = KnowledgeGraph.build(data, progress=progress)
    with progress.stage("Look for leaks"):
        found = {
            "rows": [str(finding) for finding in data.quality.findings if not finding.leak],
            "graph": [*str(graph.report).splitlines(), *str(graph.validate()).splitlines()],
            "doubts": [str(finding) for finding in doubts(data)],
            "dishonest": dishonest(data),
        }
    if format is Format.json:
        print_json({"dataset": repr(data), **found})
    else:
        _print(repr(data), found)
    if found["dishonest"]:
        raise typer.Exit(_DISHONEST)


def _print(dataset: str, found: dict[str, list[str]]) -> None:
    print_text(f"{dataset}\n")
    for title, lines in found.items():
        _section(title.capitalize(), lines)
    if not found["dishonest"]:
        print_text("The dataset can be trained on.")


def dishonest(data: Dataset) -> list[str]:
    """Reasons why numbers measured on a dataset would not mean what they say.

    Rows that leak have been set aside, so that training on the rest is safe; but other tools that
    read the same files are not, and a test that shrank is not the one that was published.
    """
    import polars as pl

    from kgrec.check import leaks

    found = [str(finding) for finding in leaks(data)]
    if data.valid.is_empty():
        found.append("valid is empty: nothing says when to stop; add interactions to it.")
    if data.test.is_empty():
        found.append("test is empty: nothing can be measured; add interactions to it.")
    elif data.candidates is not None:
        reachable = data.test.filter(pl.col("item").is_in(list(data.candidates))).height
        if not reachable:
            found.append("candidates: none of them is in test, so every metric will be 0.")
    return found


def _section(title: str, lines: list[str]) -> None:
    if lines:
        print_text("\n".join([f"{title}:", *(f"  {line}" for line in lines), ""]))
