"""Opening a run, and finding users and items in it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kgrec.cli.quiet import console_progress, reading
from kgrec.errors import RunError, UnknownIdError

if TYPE_CHECKING:
    import polars as pl

    from kgrec.graph import KnowledgeGraph
    from kgrec.recommend import Recommender

_GUESSES = 3


def open_run(run: Path) -> Recommender:
    """Load the recommender of a run.

    :raises RunError: if it is missing, half-written or of another version
    """
    with reading("the run"):
        from kgrec.recommend import Recommender

        return Recommender.load(run, progress=console_progress())


def held_out(rec: Recommender, run: Path) -> pl.DataFrame:
    """The test interactions of a run, columns ``user, item``.

    :raises RunError: if it has none
    """
    test: pl.DataFrame | None = rec.held_out
    if test is None or test.is_empty():
        raise RunError(
            f"{run}: the run has no held-out interactions; train it on a dataset with a test part."
        )
    return test


def check_known(graph: KnowledgeGraph, kind: str, identifier: str) -> None:
    """Check that a user or an item exists.

    :param kind: ``"user"`` or ``"item"``
    :raises UnknownIdError: with the ids that look most like it, or that have it as their label
    """
    import polars as pl

    from kgrec.data.alike import alike

    known = graph.nodes.filter(pl.col("kind") == kind).select("id", "label")
    if identifier in known["id"]:
        return
    near = alike(identifier, known["id"], _GUESSES)
    guesses = _named(known, identifier) or [f"'{each}'" for each in near]
    hint = (
        f"did you mean {_or(guesses)}?"
        if guesses
        else f"an id is, for instance, {_or(_some(known))}."
    )
    raise UnknownIdError(f"There is no {kind} '{identifier}' in the graph; {hint}")


def _or(choices: list[str]) -> str:
    return " or ".join([", ".join(choices[:-1]), choices[-1]] if choices[1:] else choices)


def _some(known: pl.DataFrame) -> list[str]:
    return [f"'{each}'" for each in known["id"].head(_GUESSES)] or ["none"]


def _named(known: pl.DataFrame, words: str) -> list[str]:
    """Ids of those whose label holds the words."""
    import polars as pl

    found = known.filter(
        pl.col("label").str.to_lowercase().str.contains(words.lower(), literal=True)
        & (pl.col("label") != pl.col("id"))
    )
    rows = found.sort(pl.col("label").str.len_chars(), "id").head(_GUESSES).iter_rows()
    return [f"'{identifier}' ({label})" for identifier, label in rows] if words else []
