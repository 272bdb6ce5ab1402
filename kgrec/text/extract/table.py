"""The table ``extracted`` of a dataset folder: what a person decided outlives every new run."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path

import polars as pl

from kgrec.data.atomic import replaced_file
from kgrec.data.extracted import EXTRACTED_COLUMNS, STATES
from kgrec.errors import ConfigError


def merged(
    new: pl.DataFrame,
    old: pl.DataFrame,
    *,
    read: Collection[str] | None = None,
    by_model: bool = True,
) -> pl.DataFrame:
    """A new extraction with the decisions of persons about an earlier one.

    A state counts as decided if it was set by ``--accept`` or ``--reject``, or if it is not what
    was proposed: then somebody edited the file. Such claims stay even if a new run does not find
    them, and so do claims that it could not have found.

    :param new: of :func:`~kgrec.text.extract.extract`
    :param old: a clean table
    :param read: ids of the items whose texts were read; ``None``: all
    :param by_model: whether a language model was asked
    """
    untouched = _untouched(old, read, by_model).join(new, on="id", how="anti")
    new = pl.concat([new, untouched])
    decided = old.filter(
        pl.col("judged").fill_null(False) | (pl.col("state") != pl.col("proposed"))
    )
    decided = decided.with_columns(judged=pl.lit(True))
    kept = new.join(decided, on="id", how="anti", maintain_order="left")
    proposed = new.select("id", now="proposed")
    decided = decided.join(proposed, on="id", how="left", maintain_order="left").with_columns(
        proposed=pl.coalesce("now", "proposed")
    )
    table = pl.concat([kept, decided.select(list(EXTRACTED_COLUMNS))])
    return table.sort("head", "start", "relation", "id")


def _untouched(old: pl.DataFrame, read: Collection[str] | None, by_model: bool) -> pl.DataFrame:
    """Claims about texts that were not read, and those of a model if none was asked."""
    other = pl.lit(False) if read is None else ~pl.col("head").is_in(list(read))
    return old.filter(other | (pl.lit(not by_model) & (pl.col("asserted_by") == "model")))


def judged(
    table: pl.DataFrame, accept: Iterable[str] = (), reject: Iterable[str] = ()
) -> pl.DataFrame:
    """The table after some claims were accepted and others rejected.

    :param accept: ids of claims; their tails must be known
    :raises ConfigError: if there is no such claim, or nobody knows what it is about
    """
    states = dict.fromkeys(accept, STATES[0]) | dict.fromkeys(reject, STATES[2])
    for name, state in states.items():
        row = table.filter(pl.col("id") == name)
        if row.is_empty():
            raise ConfigError(f"There is no claim '{name}': kgrec extract FOLDER --list shows all.")
        if state == STATES[0] and row["tail"].is_null().any():
            raise ConfigError(
                f"Claim '{name}' cannot be accepted, for nobody knows which node "
                f"'{row['tail_label'].item()}' is: write its id as the tail in the file."
            )
    chosen = pl.col("id").replace_strict(states, default=None, return_dtype=pl.String)
    return table.with_columns(
        state=pl.coalesce(chosen, "state"), judged=pl.col("judged") | chosen.is_not_null()
    )


def write_extracted(table: pl.DataFrame, file: Path) -> None:
    """Write the table, whole or not at all; as CSV if the file is called so, for a spreadsheet."""
    with replaced_file(file) as work:
        if file.suffix == ".csv":
            table.write_csv(work)
        else:
            table.write_parquet(work)
