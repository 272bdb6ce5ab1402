"""A dataset folder in kgrec's plain layout as RecBole's atomic files, split and all.

Runs in RecBole's environment: pandas only. Ids are written as numbers, so that no character of a
name can disturb the files: a user or item is its place in the sorted ids.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

NAME = "set"
PARTS = ("train", "valid", "test")
_KINDS = ("item", "user", "entity")


@dataclass(frozen=True)
class Tables:
    """What a folder holds, ids as strings.

    :ivar events: ``user, item`` for each of :data:`PARTS`, without duplicates
    :ivar users: every user, sorted
    :ivar items: every item with an event or a candidacy, sorted
    :ivar facts: ``head, relation, tail``; the ends are ``item ID`` or ``entity ID``; ``None``: the
        folder has none. Facts about users are left out: RecBole has no place for them
    :ivar candidates: the only items that may be recommended; ``None``: all
    """

    events: dict[str, pd.DataFrame]
    users: list[str]
    items: list[str]
    facts: pd.DataFrame | None
    candidates: set[str] | None

    @staticmethod
    def read(folder: Path) -> Tables:
        """Read Parquet or CSV."""
        events = {part: _table(folder, part)[["user", "item"]] for part in PARTS}
        events = {part: table.drop_duplicates() for part, table in events.items()}
        taken = pd.concat(events.values())
        candidates = _table(folder, "candidates")
        new = set() if candidates is None else set(candidates["item"])
        users = sorted(taken["user"].unique())
        items = sorted(set(taken["item"]) | new)
        facts = _table(folder, "facts")
        return Tables(
            events,
            users,
            items,
            None if facts is None else _ends(facts, set(users), set(items)),
            None if candidates is None else new,
        )

    def refitted(self) -> Tables:
        """The same with valid added to train, to fit once more after all choices are made."""
        both = pd.concat([self.events["train"], self.events["valid"]]).drop_duplicates()
        return replace(self, events={**self.events, "train": both})


def write_atomic(tables: Tables, folder: Path) -> None:
    """Write ``set.train.inter`` and so on into ``folder/set``.

    RecBole drops all interactions of an item without a fact; such an item is given a fact about
    itself, of a relation of its own, and keeps them.
    """
    target = folder / NAME
    target.mkdir(parents=True)
    users, items = _places(tables.users), _places(tables.items)
    for part, table in tables.events.items():
        pairs = {"user_id": table["user"].map(users), "item_id": table["item"].map(items)}
        _write(target / f"{NAME}.{part}.inter", pairs)
    numbers = pd.Series(range(len(items)))
    _write(target / f"{NAME}.item", {"item_id": numbers})
    if tables.facts is not None:
        _write(target / f"{NAME}.kg", _triples(tables.facts, tables.items))
        _write(target / f"{NAME}.link", {"item_id": numbers, "entity_id": numbers})


def _ends(facts: pd.DataFrame, users: set[str], items: set[str]) -> pd.DataFrame:
    """Say of each end what it is, as kgrec does: what the table says, else an item, a user, …"""
    facts = facts.copy()
    for end in ("head", "tail"):
        found = facts[end].map(lambda name: _kind(name, users, items))
        said = facts.get(f"{end}_kind")
        kind = found if said is None else said.where(said.isin(_KINDS), found)
        facts[end] = kind + " " + facts[end]
    about_users = facts["head"].str.startswith("user ") | facts["tail"].str.startswith("user ")
    return facts.loc[~about_users, ["head", "relation", "tail"]].drop_duplicates()


def _kind(name: str, users: set[str], items: set[str]) -> str:
    return "item" if name in items else "user" if name in users else "entity"


def _triples(facts: pd.DataFrame, items: list[str]) -> dict[str, pd.Series]:
    known = [f"item {item}" for item in items]
    ends = pd.concat([facts["head"], facts["tail"]])
    nodes = _places([*known, *sorted(set(ends).difference(known))])
    bare = pd.DataFrame({"head": sorted(set(known).difference(ends))})
    bare = bare.assign(relation="none", tail=bare["head"])
    whole = pd.concat([facts, bare])
    return {
        "head_id": whole["head"].map(nodes),
        "relation_id": pd.Series(pd.factorize(whole["relation"])[0]),
        "tail_id": whole["tail"].map(nodes),
    }


def _places(names: list[str]) -> dict[str, int]:
    return {name: place for place, name in enumerate(names)}


def _write(path: Path, columns: dict[str, pd.Series]) -> None:
    table = pd.DataFrame({f"{name}:token": list(values) for name, values in columns.items()})
    table.to_csv(path, sep="\t", index=False)


def _table(folder: Path, name: str) -> pd.DataFrame | None:
    parquet, csv = folder / f"{name}.parquet", folder / f"{name}.csv"
    if parquet.exists():
        return pd.read_parquet(parquet).astype(str)
    return pd.read_csv(csv, dtype=str, keep_default_na=False) if csv.exists() else None
