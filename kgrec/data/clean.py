"""From raw tables to a :class:`Dataset`: every row is checked, none dropped without a word."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from kgrec.data.catalog import (
    clean_candidates,
    clean_labels,
    complete_items,
    complete_users,
    read_ids,
)
from kgrec.data.dataset import Dataset, DatasetInfo
from kgrec.data.descriptions import clean_descriptions
from kgrec.data.events import PAIR, clean_events, separate
from kgrec.data.extracted import clean_extracted
from kgrec.data.facts import Known, clean_facts, ids_of
from kgrec.data.quality import Finding, QualityReport
from kgrec.data.schema import ITEMS, SCHEMAS, USERS, closest
from kgrec.data.split import split_events, split_valid
from kgrec.errors import DataError

_SPLITS = ("train", "valid", "test")


def clean(
    tables: Mapping[str, object],
    info: DatasetInfo,
    *,
    files: Mapping[str, str] | None = None,
    min_rating: float | None = None,
    seed: int = 0,
) -> Dataset:
    """Check raw tables, split the behaviour, and put a dataset together.

    With ``events`` the behaviour is split by :func:`~kgrec.data.split.split_events`. With
    ``train`` the split is fixed: where ``valid`` is absent it is carved out of train (a model
    needs it to stop in time), and where ``test`` is absent it is empty.

    :param tables: ``events`` or ``train`` (with ``valid``, ``test``), and where there are any
        ``items``, ``users``, ``facts``, ``labels``, ``candidates``, ``extracted``,
        ``descriptions``; each a data
        frame of polars, pandas or Arrow
    :param info: name, source and licence
    :param files: what to call each table in messages; by default its name
    :param min_rating: rows with a lower rating are no interactions
    :param seed: for the split of events without timestamps
    :raises DataError: if a table or a column is missing or unusable, or no interaction is left
    """
    names = {name: (files or {}).get(name, name) for name in SCHEMAS}
    raw = {_known_table(name): as_frame(table, names[name]) for name, table in tables.items()}
    found: list[Finding] = []
    splits = _behaviour(raw, names, found, min_rating, seed)
    items = read_ids(raw.get("items"), ITEMS, names["items"], found)
    users = read_ids(raw.get("users"), USERS, names["users"], found)
    labels = clean_labels(raw.get("labels"), names["labels"], found)
    pairs = pl.concat([split.select(PAIR) for split in splits.values()])
    known = Known(
        items=pl.concat([items["item"], pairs["item"]]).unique(),
        users=pl.concat([users["user"], pairs["user"]]).unique(),
        held_out=pl.concat([splits["valid"].select(PAIR), splits["test"].select(PAIR)]),
    )
    facts = clean_facts(raw.get("facts"), known, names["facts"], found)
    file_of = {name: names[name] if name in raw else "" for name in ("items", "users")}
    used = {kind: [*pairs[kind].unique(), *ids_of(facts, kind)] for kind in ("item", "user")}
    # A label names an item only if no entity of the facts has the same id.
    names_of_items = labels.filter(~pl.col("entity").is_in(ids_of(facts, "entity")))
    items = complete_items(items, names_of_items, used["item"], file_of["items"], found)
    return Dataset(
        info=info,
        **splits,
        items=items,
        users=complete_users(users, used["user"], file_of["users"], found),
        facts=facts,
        labels=labels,
        candidates=clean_candidates(raw.get("candidates"), items, names["candidates"], found),
        extracted=clean_extracted(raw.get("extracted"), items["item"], names["extracted"], found),
        descriptions=clean_descriptions(
            raw.get("descriptions"), items["item"], names["descriptions"], found
        ),
        quality=QualityReport(tuple(found)),
    )


def as_frame(table: object, name: str) -> pl.DataFrame:
    """Take a data frame of polars, pandas or anything that speaks Arrow.

    :raises DataError: if it is none
    """
    if isinstance(table, pl.LazyFrame):
        return table.collect()
    if isinstance(table, pl.DataFrame):
        return table
    try:
        return pl.DataFrame(table)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise DataError(
            f"a {type(table).__name__} is no table",
            fix="pass a data frame of polars, pandas or Arrow",
            file=name,
        ) from None


def _known_table(name: str) -> str:
    if name not in SCHEMAS:
        guess = closest(name, SCHEMAS)
        raise DataError(
            f"there is no table '{name}'{f', did you mean {guess!r}?' if guess else ''}",
            fix=f"name it one of {', '.join(SCHEMAS)}",
        )
    return name


def _behaviour(
    raw: Mapping[str, pl.DataFrame],
    names: dict[str, str],
    found: list[Finding],
    min_rating: float | None,
    seed: int,
) -> dict[str, pl.DataFrame]:
    """Clean the event tables and split them; all three parts get the same columns."""
    main = _main_table(raw)
    cleaned = {}
    for name in ("events", *_SPLITS):
        if name in raw:
            if raw[name].is_empty() and name != main:
                found.append(Finding(names[name], "", "the table is empty", 0, "kept"))
            cleaned[name] = clean_events(raw[name], names[name], found, min_rating=min_rating)
    if cleaned[main].is_empty():
        raise _no_interaction(raw[main], names[main], found)
    if main == "events":
        return split_events(cleaned["events"], seed=seed)
    if "valid" not in cleaned:
        # Before carving: a pair that is also in test must not change which rows become valid.
        cleaned["train"], cleaned["valid"] = split_valid(cleaned["train"], seed=seed)
    cleaned.setdefault("test", cleaned["train"].clear())
    return separate(_same_columns(cleaned), names, found)


def _main_table(raw: Mapping[str, pl.DataFrame]) -> str:
    fixed = [name for name in _SPLITS if name in raw]
    if "events" in raw and fixed:
        raise DataError(
            f"there is a table 'events' and a table '{fixed[0]}'",
            fix="keep either events or train, valid and test",
        )
    if "events" not in raw and "train" not in raw:
        raise DataError(
            "there is no behaviour: neither a table 'events' nor a table 'train'",
            fix="add one with the columns user, item",
        )
    return "events" if "events" in raw else "train"


def _no_interaction(raw: pl.DataFrame, file: str, found: list[Finding]) -> DataError:
    if raw.is_empty():
        return DataError("the table is empty", fix="add rows with user, item", file=file)
    reasons = {finding.problem: None for finding in found if finding.table == file}
    return DataError(
        f"none of the {raw.height:,} rows can be used ({'; '.join(reasons)})",
        fix="mend the rows",
        file=file,
    )


def _same_columns(splits: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Give train, valid and test the union of their columns, filled with null."""
    types = {name: kind for split in splits.values() for name, kind in split.schema.items()}
    return {
        name: splits[name]
        .with_columns(
            pl.lit(None, kind).alias(column)
            for column, kind in types.items()
            if column not in splits[name].columns
        )
        .select(list(types))
        for name in _SPLITS
    }
