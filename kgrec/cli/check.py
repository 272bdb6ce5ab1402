"""``kgrec check``: may one train on this, and believe the numbers?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from kgrec.cli.output import print_text

if TYPE_CHECKING:
    from kgrec.data import Dataset

_DISHONEST = 1


def check(
    source: Annotated[
        str, typer.Argument(help="A dataset folder, or a name: ml-100k.", metavar="FOLDER")
    ],
) -> None:
    """Report what is wrong with a dataset; exit code 1 when training on it would be dishonest."""
    from kgrec.check import doubts
    from kgrec.graph import KnowledgeGraph
    from kgrec.loaders import load

    data: Dataset = load(source)
    graph = KnowledgeGraph.build(data)
    print_text(f"{data!r}\n")
    _section("Rows", [str(finding) for finding in data.quality.findings if not finding.leak])
    _section("Graph", [*str(graph.report).splitlines(), *str(graph.validate()).splitlines()])
    _section("Doubts", [str(finding) for finding in doubts(data)])
    faults = dishonest(data)
    _section("Dishonest", faults)
    if faults:
        raise typer.Exit(_DISHONEST)
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
