"""A dataset: clean tables of one catalog and of the behaviour of its users."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import polars as pl

from kgrec.data.descriptions import SCHEMA
from kgrec.data.extracted import no_extracted
from kgrec.data.notebook import html
from kgrec.data.quality import QualityReport


@dataclass(frozen=True)
class DatasetInfo:
    """Where a dataset comes from and how its names are to be read.

    :ivar name: a short name, for instance ``"ml-100k"``
    :ivar source: where the tables were read from
    :ivar licence: under which terms the *data* may be used, as its owner states them
    :ivar item_type: the ontology class of the items, for instance ``"Film"``
    :ivar ontologies: further ontology files (paths) that a user brings
    """

    name: str
    source: str = ""
    licence: str = ""
    item_type: str = "Item"
    ontologies: tuple[str, ...] = ()


@dataclass(frozen=True)
class Dataset:
    """Clean tables; every id is a string and every row refers to something that exists.

    Build one with :func:`kgrec.load` or :func:`kgrec.data.clean.clean`, which check the rows.

    :ivar info: name, source, licence
    :ivar train: columns ``user, item, weight`` (float64, > 0) and, where known, ``timestamp``
        (int64, seconds since 1970, may be null), ``rating`` (float64), ``event`` (string),
        ``properties`` (a JSON object of further literals, may be null); each pair of user and item
        once
    :ivar valid: the same columns; used to choose the model; may be empty
    :ivar test: the same columns; never seen before evaluation; may be empty. No pair is in two of
        the three
    :ivar items: ``item, title`` first, then optional ``text``, ``properties`` (a JSON object of
        literals that are kept as they are) and attributes (string, number or truth value; ``a|b``
        is multi-valued; null where unknown); one row for every item
    :ivar users: ``user`` first, then optional ``title``, ``text``, ``properties`` and attributes;
        one row for every user
    :ivar facts: ``head, relation, tail, head_kind, tail_kind``; a kind is ``item``, ``user`` or
        ``entity``; where known, ``weight`` (float64, > 0), ``timestamp`` (int64, seconds since
        1970), ``event`` (string) and ``properties`` (a JSON object of literals), all but the
        weight may be null. Two facts of one relation between the same two differ in time or event
    :ivar labels: ``entity, label, type, text`` and, where known, ``properties`` (a JSON object of
        literals); all but the first two may be null
    :ivar candidates: the only items that may be recommended, sorted; ``None``: all of them
    :ivar descriptions: ``id, kind`` (``item`` or ``entity``), ``text, source`` (who wrote it:
        ``template``, ``local``, ``api``, anything), ``verified`` (whether it was held against
        the facts, or made of them) and ``evidence`` (JSON, may be null); each node once; not all
        need exist
    :ivar quality: what was set aside or mended while reading, and why
    :ivar extracted: claims that were extracted from the texts of items, in every state; columns as
        in :data:`kgrec.data.extracted.EXTRACTED_COLUMNS`
    """

    info: DatasetInfo
    train: pl.DataFrame
    valid: pl.DataFrame
    test: pl.DataFrame
    items: pl.DataFrame
    users: pl.DataFrame
    facts: pl.DataFrame
    labels: pl.DataFrame
    candidates: tuple[str, ...] | None = None
    descriptions: pl.DataFrame = field(default_factory=SCHEMA.to_frame)
    quality: QualityReport = field(default_factory=QualityReport)
    extracted: pl.DataFrame = field(default_factory=no_extracted)

    def __repr__(self) -> str:
        return (
            f"Dataset({self.info.name!r}: {self.users.height:,} users, "
            f"{self.items.height:,} items, {self.train.height:,} + {self.valid.height:,} + "
            f"{self.test.height:,} interactions, {self.facts.height:,} facts)"
        )

    def _repr_html_(self) -> str:
        return html(self)

    def counts(self) -> dict[str, Any]:
        """Rows of each table."""
        tables = ("users", "items", "train", "valid", "test", "facts", "labels")
        return {name: getattr(self, name).height for name in tables}
