"""Tables that are added to what is there already, checked by the same rules as a whole dataset."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from kgrec.data.catalog import (
    clean_candidates,
    clean_labels,
    complete_items,
    complete_users,
    read_ids,
)
from kgrec.data.clean import as_frame
from kgrec.data.dataset import Dataset, DatasetInfo
from kgrec.data.descriptions import clean_descriptions
from kgrec.data.events import PAIR, clean_events
from kgrec.data.extracted import clean_extracted
from kgrec.data.facts import Known, clean_facts, ids_of
from kgrec.data.quality import Finding, QualityReport
from kgrec.data.schema import ITEMS, USERS
from kgrec.data.sieve import Sieve

SPLIT = "split"
"""The column of added events that says where they go: ``train`` (the default) or ``valid``."""

_WEIGHTED = pl.DataFrame(schema={"user": pl.String, "item": pl.String, "weight": pl.Float64})


@dataclass(frozen=True)
class Present:
    """What is there before anything is added.

    :ivar items: ids
    :ivar users: ids
    :ivar entities: ids
    :ivar valid: ``user, item`` of the validation interactions
    :ivar labels: ``entity, label``
    """

    items: pl.Series
    users: pl.Series
    entities: pl.Series
    valid: pl.DataFrame
    labels: pl.DataFrame


def clean_additions(tables: Mapping[str, object], present: Present, info: DatasetInfo) -> Dataset:
    """Check tables that are added to a dataset.

    :param tables: any of ``events`` (they may have a column ``split``), ``items``, ``users``,
        ``facts``, ``labels``, ``candidates``, ``descriptions``, ``extracted``; each a data frame of
        polars, pandas or Arrow
    :param present: what is there already
    :return: items and users that are new or described anew, and what else was added; test is empty
    :raises DataError: if a column is missing or unusable
    """
    raw = {name: as_frame(table, name) for name, table in tables.items()}
    found: list[Finding] = []
    train, valid = _events(raw.get("events"), found)
    items = read_ids(raw.get("items"), ITEMS, "items", found)
    users = read_ids(raw.get("users"), USERS, "users", found)
    labels = clean_labels(raw.get("labels"), "labels", found)
    pairs = pl.concat([train.select(PAIR), valid.select(PAIR)])
    known = Known(
        items=pl.concat([present.items, items["item"], pairs["item"]]).unique(),
        users=pl.concat([present.users, users["user"], pairs["user"]]).unique(),
        held_out=pl.concat([present.valid, valid.select(PAIR)]),
        entities=present.entities,
    )
    facts = clean_facts(raw.get("facts"), known, "facts", found)
    new = {
        kind: _missing(
            pl.concat([pairs[kind], pl.Series(ids_of(facts, kind), dtype=pl.String)]), ids
        )
        for kind, ids in (("item", present.items), ("user", present.users))
    }
    file_of = {name: name if name in raw else "" for name in ("items", "users")}
    names = _item_names(labels, present, facts)
    items = complete_items(items, names, new["item"], file_of["items"], found)
    everything = pl.DataFrame({"item": known.items}).vstack(items.select("item")).unique()
    return Dataset(
        info=info,
        train=train,
        valid=valid,
        test=train.clear(),
        items=items,
        users=complete_users(users, new["user"], file_of["users"], found),
        facts=facts,
        labels=labels,
        candidates=clean_candidates(raw.get("candidates"), everything, "candidates", found),
        descriptions=clean_descriptions(
            raw.get("descriptions"), everything["item"], "descriptions", found
        ),
        extracted=clean_extracted(raw.get("extracted"), everything["item"], "extracted", found),
        quality=QualityReport(tuple(found)),
    )


def _events(raw: pl.DataFrame | None, found: list[Finding]) -> tuple[pl.DataFrame, pl.DataFrame]:
    if raw is None:
        return _WEIGHTED, _WEIGHTED
    if SPLIT not in raw.columns:
        train = clean_events(raw, "events", found)
        return train, train.clear()
    sieve = Sieve(raw, "events", found)
    part = pl.col(SPLIT).cast(pl.String).str.strip_chars()
    named = pl.when(part != "").then(part).otherwise(pl.lit("train"))
    sieve.frame = sieve.frame.with_columns(named.alias(SPLIT))
    sieve.set_aside(
        ~pl.col(SPLIT).is_in(["train", "valid"]),
        column=SPLIT,
        problem="added events are train or valid, and test stays out of the graph",
        fix="write train or valid or leave it empty",
    )
    return tuple(  # type: ignore[return-value]
        clean_events(sieve.frame.filter(pl.col(SPLIT) == name).drop(SPLIT), "events", found)
        for name in ("train", "valid")
    )


def _missing(used: pl.Series, present: pl.Series) -> list[str]:
    return used.filter(~used.is_in(present.implode())).unique().to_list()


def _item_names(labels: pl.DataFrame, present: Present, facts: pl.DataFrame) -> pl.DataFrame:
    """Labels that may name an item: no entity has the same id; the added ones come first."""
    rows = pl.concat([labels.select("entity", "label"), present.labels.select("entity", "label")])
    taken = pl.concat([present.entities, pl.Series(ids_of(facts, "entity"), dtype=pl.String)])
    unique = rows.drop_nulls().unique("entity", keep="first", maintain_order=True)
    return unique.filter(~pl.col("entity").is_in(taken.implode()))
