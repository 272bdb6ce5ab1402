"""Claims from names that the graph knows; no language model is asked."""

from __future__ import annotations

import polars as pl

from kgrec.callbacks import Progress
from kgrec.text.extract.claim import Claim
from kgrec.text.extract.gazetteer import Gazetteer
from kgrec.text.extract.names import Names
from kgrec.text.extract.task import Task


def from_names(task: Task, progress: Progress) -> list[Claim]:
    """Find the names of the graph in the texts of a task.

    :param progress: receives one stage, with a step for each text
    """
    catalog = task.catalog
    has_text = (pl.col("kind") == "item") & pl.col("text").is_not_null()
    every = catalog.nodes.filter(has_text)["text"]
    # Names that earlier claims made are not looked for, so that a second run finds the same.
    gazetteer = Gazetteer(
        Names(catalog), every, task.relations, catalog.vocabulary, catalog.item_type
    )
    claims: list[Claim] = []
    with progress.stage("Find names in texts", total=len(task.texts)) as bar:
        for item, title, text in task.texts:
            claims += gazetteer.claims(item, title, text)
            bar.advance()
    return claims
