"""Explanations of many lists, in several processes.

Each process reads the fitted recommender once, from a run folder that lasts as long as the work.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from kgrec.callbacks import Progress
from kgrec.explain import Explanation
from kgrec.explain.explains import Telling
from kgrec.explain.languages import Language, read_language

if TYPE_CHECKING:
    from kgrec.recommend.recommender import Recommender

ROWS_A_TASK = 500
"""Explanations that a process is asked for at once: some seconds of work."""


def explained_by(
    processes: int,
    write: Callable[[Path], None],
    table: pl.DataFrame,
    language: str | Path | Language,
    progress: Progress,
) -> tuple[Explanation, ...]:
    """Explain in several processes; one that fails ends the others with its error.

    :param processes: at least 1; each takes the memory of a recommender
    :param write: writes the run into a folder
    :param table: ``user, item, score``, the items of a user together
    :return: one for each row
    """
    import joblib  # takes a while, and few need it

    words = read_language(language)
    columns = table.select("user", "item", "score")
    tasks = (part.rows() for part in columns.iter_slices(ROWS_A_TASK))
    with (
        tempfile.TemporaryDirectory(prefix="kgrec-") as parent,
        progress.stage("Explaining", table.height) as bar,
    ):
        folder = str(Path(parent) / "run")
        write(Path(folder))
        parallel = joblib.Parallel(n_jobs=processes, return_as="generator")
        explanations: list[Explanation] = []
        for some in parallel(joblib.delayed(_explain)(folder, task, words) for task in tasks):
            explanations += some
            bar.advance(len(some))
    return tuple(explanations)


def _explain(
    folder: str, rows: list[tuple[str, str, float]], language: Language
) -> list[Explanation]:
    reasons = _opened(folder)._state.reasons
    explain, history = reasons.told_in(language).explain, reasons.history
    return [explain(history(user), item, Telling(score=score)) for user, item, score in rows]


@lru_cache(maxsize=1)
def _opened(folder: str) -> Recommender:
    """The recommender of a process."""
    from kgrec.recommend.recommender import Recommender

    return Recommender.load(folder)
