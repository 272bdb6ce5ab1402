"""One run, ready to answer: the recommender, what is searched, and finished answers."""

from __future__ import annotations

import hashlib
from functools import cached_property, lru_cache
from pathlib import Path

import polars as pl

from kgrec.gnn.linear.pairs import PairModel
from kgrec.graph import KnowledgeGraph
from kgrec.graph.sensitive import without_sensitive
from kgrec.graph.years import item_years
from kgrec.recommend import Recommender
from kgrec.serve.cache import Answers
from kgrec.serve.nodes import Nodes
from kgrec.serve.search import Finder, most_active
from kgrec.wishes import Granter, WishParser

_MIXTURES = 16
_FILES = ("config.json", "model.safetensors")


class Served:
    """What is served; nothing of it changes but what is kept of answers.

    :param rec: the recommender
    :param run: names the run
    :param kept_bytes: of finished answers
    """

    def __init__(self, rec: Recommender, run: str, kept_bytes: int) -> None:
        self.rec, self.run = rec, run
        self.answers = Answers(kept_bytes)
        # The steps of a slider come again and again.
        self.mixed = lru_cache(_MIXTURES)(rec.with_alpha)

    @property
    def is_linear(self) -> bool:
        """Whether the reasons for any history can be told, and content made louder or quieter."""
        return isinstance(self.rec.model, PairModel)

    @cached_property
    def is_timed(self) -> bool:
        """Whether behaviour has times."""
        return self.rec.features.history_ages is not None

    @cached_property
    def graph(self) -> KnowledgeGraph:
        """What may be shown of the graph: all but sensitive facts."""
        return without_sensitive(self.rec.graph, self.rec.config.graph.sensitive)

    @cached_property
    def nodes(self) -> Nodes:
        """Nodes and facets."""
        return Nodes(self.graph)

    @cached_property
    def items(self) -> Finder:
        """Finds items."""
        return Finder(self.graph, "item")

    @cached_property
    def users(self) -> Finder:
        """Finds users."""
        return Finder(self.graph, "user")

    @cached_property
    def entities(self) -> Finder:
        """Finds entities."""
        return Finder(self.graph, "entity")

    @cached_property
    def types(self) -> dict[str, str]:
        """The type of each item."""
        return dict(self._items.select("id", "type").iter_rows())

    @cached_property
    def labels(self) -> dict[str, str]:
        """The label of each item."""
        return dict(self._items.select("id", "label").iter_rows())

    @cached_property
    def years(self) -> dict[str, int]:
        """The year of each item that has one."""
        return item_years(self.graph.nodes)

    @property
    def _items(self) -> pl.DataFrame:
        return self.graph.nodes.filter(pl.col("kind") == "item")

    @cached_property
    def wishes(self) -> WishParser:
        """Reads wishes."""
        return WishParser.of(self.rec)

    @cached_property
    def granter(self) -> Granter:
        """Finds the items for them; free texts count once :meth:`Granter.prepare` was called."""
        return Granter(self.rec, patient=False)

    @cached_property
    def active(self) -> list[str]:
        """Users with behaviour, those who did most first."""
        return most_active(self.rec.graph)

    def warm(self) -> None:
        """Work out now what the first requests would have to wait for."""
        for each in (self.items, self.users, self.entities):
            each.find("a", 1)
        _ = (
            self.types,
            self.labels,
            self.years,
            self.is_timed,
            self.nodes.facets,
            self.nodes.key_of(""),
        )
        self.granter.grant(self.wishes.parse("a comedy"), 1)
        if self.active:
            user = self.active[0]
            rec = self.mixed(0.25) if self.is_linear else self.rec
            rec.recommend(user, explain=True)
            self.rec.recommend(user, explain=True)


def run_name(folder: Path) -> str:
    """Twelve hex digits that name what is in a run folder."""
    digest = hashlib.sha256()
    for name in _FILES:
        with (folder / name).open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:12]


def identity(folder: Path) -> tuple[tuple[int, int, int], ...] | None:
    """Tells a run from the one that takes its place; ``None`` while there is none."""
    try:
        stats = [(folder / name).stat() for name in _FILES]
    except OSError:
        return None
    return tuple((each.st_ino, each.st_mtime_ns, each.st_size) for each in stats)
