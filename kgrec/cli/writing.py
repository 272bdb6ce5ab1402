"""What the commands that ask a language model share: graph, earlier table, patience and price."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from kgrec.cli.output import note, warn

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import polars as pl

    from kgrec.callbacks import Progress
    from kgrec.config import Config
    from kgrec.data import Dataset
    from kgrec.data.quality import Finding
    from kgrec.data.schema import TableSchema
    from kgrec.graph import KnowledgeGraph
    from kgrec.text.asking import Patience
    from kgrec.text.writers import Estimate, Writer


def graph_of(data: Dataset, config: Config, progress: Progress) -> KnowledgeGraph:
    """The graph whose facts may be shown to a language model, once the sensitive ones are hidden.

    :raises ConfigError: if a name in ``graph.sensitive`` means nothing: it would hide nothing
    """
    from kgrec.graph import KnowledgeGraph
    from kgrec.graph.sensitive import check_sensitive

    graph = KnowledgeGraph.build(data, progress=progress)
    check_sensitive(graph, config.graph.sensitive)
    return graph


def earlier(
    file: Path,
    schema: TableSchema,
    clean: Callable[[pl.DataFrame | None, pl.Series, str, list[Finding]], pl.DataFrame],
    items: pl.Series,
) -> pl.DataFrame:
    """What an earlier run, or a person, wrote into a file; what is wrong in it is warned of.

    :param schema: of its raw table
    :param clean: checks it; is given ``None`` if there is no such file
    :param items: ids of all items
    """
    from kgrec.data.tables import read_table

    found: list[Finding] = []
    raw = read_table(file, schema, {}) if file.is_file() else None
    table = clean(raw, items, file.name, found)
    for finding in found:
        warn(str(finding))
    return table


def writer_of(config: Config) -> Writer | None:
    """The language model that the settings name; ``None``: nobody is asked."""
    from kgrec.text.writers.open import open_writer

    return open_writer(config.writer)


def patience_of(config: Config) -> Patience:
    """How often the settings let a question be asked."""
    from kgrec.text.asking import Patience

    return Patience(config.writer.retries, config.writer.most_failures)


def confirm(*, yes: bool) -> Callable[[int, Estimate], None]:
    """Says what some questions will take; where that costs, it asks, and ends the command on a no.

    :param yes: whether all is agreed to already
    """

    def tell(questions: int, estimate: Estimate) -> None:
        cost = "" if estimate.cost is None else f", cost up to {estimate.cost:.4g}"
        asks = bool(estimate.cost) and not yes
        (warn if asks else note)(
            f"{questions:,} questions: about {estimate.prompt_tokens:,} tokens to read and at most "
            f"{estimate.tokens:,} to write{cost}, less what is known from before."
        )
        if asks and not typer.confirm("Go on?", err=True):
            warn("Nothing was asked.")
            raise typer.Exit(1)

    return tell
