from __future__ import annotations

from collections.abc import Callable

import polars as pl
import pytest

from kgrec.data import DatasetInfo, clean
from kgrec.graph import KnowledgeGraph

TEXTS = {
    "1": "Night Boat is a film directed by Ann Lee and starring Bob Ray. It is a sequel to Dawn.",
    "2": "Dawn, directed by Ann Lee, stars Carl Fox. Critics liked the night and the boat.",
    "3": "Paris Lee made nothing here. The score was composed by Dora Ash, unlike Night Boat.",
}
TITLES = {"1": "Night Boat", "2": "Dawn (1999)", "3": "Silence"}
LABELS = [
    ("ann", "Ann Lee", "Person"),
    ("bob", "Bob Ray", "Person"),
    ("fox1", "Carl Fox", "Person"),
    ("fox2", "Carl Fox", "Person"),
    ("paris", "Paris", "Place"),
]
FACTS = [
    ("1", "directed_by", "ann"),
    ("2", "starring", "fox1"),
    ("3", "written_by", "fox2"),
    ("3", "filming_location", "paris"),
    ("2", "starring", "bob"),
]


def make(extracted: pl.DataFrame | None = None, texts: dict[str, str] | None = None):
    used = {**TEXTS, **(texts or {})}
    tables: dict[str, object] = {
        "train": pl.DataFrame({"user": ["a", "a", "b", "b"], "item": ["1", "2", "2", "3"]}),
        "items": pl.DataFrame(
            {"item": list(used), "title": [TITLES[i] for i in used], "text": list(used.values())}
        ),
        "facts": pl.DataFrame(FACTS, schema=["head", "relation", "tail"], orient="row"),
        "labels": pl.DataFrame(LABELS, schema=["entity", "label", "type"], orient="row"),
    }
    if extracted is not None:
        tables["extracted"] = extracted
    return clean(tables, DatasetInfo("films", item_type="Film"))


@pytest.fixture(scope="session")
def catalog() -> Callable[..., KnowledgeGraph]:
    """Three films and what is known of them; a table ``extracted`` and other texts may be given."""

    def build(extracted: pl.DataFrame | None = None, **texts: str) -> KnowledgeGraph:
        return KnowledgeGraph.build(make(extracted, {k[1:]: v for k, v in texts.items()}))

    return build
