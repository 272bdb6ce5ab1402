"""A foreign graph and a mapping → a dataset."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from kgrec.data.clean import clean
from kgrec.data.dataset import Dataset, DatasetInfo
from kgrec.data.quality import QualityReport
from kgrec.graph.imports.cast import candidates, cast
from kgrec.graph.imports.extract import Extractor
from kgrec.graph.imports.facts import read_facts
from kgrec.graph.imports.foreign import ForeignGraph
from kgrec.graph.imports.given import KEYS, with_given
from kgrec.graph.imports.ids import separate, short_names
from kgrec.graph.imports.interactions import read_interactions
from kgrec.graph.imports.item_type import usual_class
from kgrec.graph.imports.mapping import Mapping
from kgrec.graph.imports.plan import make_plan
from kgrec.graph.imports.times import as_seconds
from kgrec.graph.labels import readable
from kgrec.vocabulary import Vocabulary

_CLASS = "class"
_LITERALS = ["label", "text", "properties"]


def to_dataset(foreign: ForeignGraph, mapping: Mapping) -> Dataset:
    """Make a dataset of a graph that kgrec did not write.

    Every interaction and every other edge survives: an edge becomes a fact whose relation has the
    name of its type. What edges carry, they keep. Properties of nodes become names, descriptions,
    attributes (short texts that several users or items share) or literals. Users, items and
    entities keep their ids; see :func:`~kgrec.graph.imports.ids.separate` for those that several
    classes share.

    :param foreign: the graph
    :param mapping: which part of it is what
    :raises DataError: if the mapping names something that is not in the graph, or if no
        interaction is left
    """
    plan = make_plan(foreign, mapping)
    nodes = candidates(foreign, plan)
    pairs = read_interactions(foreign, plan, mapping, nodes)
    kinds = cast(nodes, pairs, mapping, foreign.source)
    facts, findings = read_facts(foreign, plan, kinds)
    read = _read_nodes(foreign, mapping, kinds, _used(facts))
    ids = separate(pl.concat([table.select("node", "kind", _CLASS, "id") for table in read.all()]))
    tables = _tables(read, ids, facts) | {_events_table(mapping): _events(pairs, ids)}
    data = clean(
        tables,
        _info(foreign, mapping, kinds),
        files={"train": "interactions", "events": "interactions", "facts": "edges"},
        min_rating=mapping.min_rating,
        seed=mapping.seed,
    )
    return replace(data, quality=QualityReport(tuple(findings)) + data.quality)


@dataclass(frozen=True)
class _Read:
    """Nodes of each kind, read class by class; users and items in one table each."""

    users: pl.DataFrame
    items: pl.DataFrame
    entities: pl.DataFrame

    def all(self) -> tuple[pl.DataFrame, ...]:
        return self.users, self.items, self.entities


def _read_nodes(
    foreign: ForeignGraph, mapping: Mapping, kinds: pl.DataFrame, used: pl.Series
) -> _Read:
    extractor = Extractor(mapping, Vocabulary.load(mapping.ontologies))
    # Nothing speaks of other entities: parts of interactions, and nodes without any edge.
    is_used = (pl.col("kind") == "entity") & pl.col("node").is_in(used.implode())
    there = with_given(
        kinds.filter(pl.col("kind").is_in(("user", "item")) | is_used), foreign, mapping
    )

    def read(kind: str) -> pl.DataFrame:
        chosen = there.filter(pl.col("kind") == kind)
        alike = (_CLASS, *(f"given_{key}" for key in KEYS))
        parts = chosen.partition_by(*alike, maintain_order=True)
        frames = [
            extractor.read(part, kind).with_columns(
                pl.lit(kind).alias("kind"), pl.lit(part[_CLASS][0], pl.String).alias(_CLASS)
            )
            for part in parts
        ]
        return pl.concat(frames, how="diagonal") if frames else _NOTHING

    return _Read(read("user"), read("item"), read("entity"))


_NOTHING = pl.DataFrame(schema=dict.fromkeys(("node", "id", *_LITERALS, "kind", _CLASS), pl.String))


def _used(facts: pl.DataFrame) -> pl.Series:
    return pl.concat([facts["head"], facts["tail"]]).unique()


def _tables(read: _Read, ids: pl.DataFrame, facts: pl.DataFrame) -> dict[str, pl.DataFrame]:
    names = ids.select("node", "kind", name="id")
    tables = {
        "items": _catalog(read.items, names, "item"),
        "users": _catalog(read.users, names, "user"),
        "labels": read.entities.join(names.drop("kind"), on="node", maintain_order="left").select(
            pl.col("name").alias("entity"),
            _named("label"),
            pl.col(_CLASS).alias("type"),
            "text",
            "properties",
        ),
    }
    for end in ("head", "tail"):
        named = names.rename({"node": end, "kind": f"{end}_kind", "name": f"{end}_id"})
        facts = facts.join(named, on=end, maintain_order="left")
    tables["facts"] = facts.select(
        pl.col("head_id").alias("head"),
        "relation",
        pl.col("tail_id").alias("tail"),
        "head_kind",
        "tail_kind",
        *(["properties"] if "properties" in facts.columns else []),
    )
    return {name: table for name, table in tables.items() if not table.is_empty()}


def _catalog(table: pl.DataFrame, names: pl.DataFrame, key: str) -> pl.DataFrame:
    """Rows of users or items; where they are of several classes, the class is an attribute."""
    named = table.join(names.drop("kind"), on="node", maintain_order="left")
    several = named[_CLASS].n_unique() > 1
    short = short_names(named[_CLASS].drop_nulls().unique().to_list())
    free = [name for name in named.columns if name not in _NOTHING.columns and name != "name"]
    return named.select(
        pl.col("name").alias(key),
        _named("title"),
        "text",
        "properties",
        *free,
        *([pl.col(_CLASS).replace(short).alias("class")] if several else []),
    )


def _named(column: str) -> pl.Expr:
    """The name of a node; where it has none, one made from its id."""
    return pl.coalesce("label", readable(pl.col("name"))).alias(column)


def _events_table(mapping: Mapping) -> str:
    return "events" if mapping.test else "train"


def _events(pairs: pl.DataFrame, ids: pl.DataFrame) -> pl.DataFrame:
    for kind in ("user", "item"):
        own = ids.filter(pl.col("kind") == kind).select(pl.col("node").alias(kind), "id")
        pairs = pairs.join(own, on=kind, maintain_order="left").drop(kind).rename({"id": kind})
    if "timestamp" in pairs.columns:
        pairs = pairs.with_columns(as_seconds(pairs["timestamp"]))
    return pairs


def _info(foreign: ForeignGraph, mapping: Mapping, kinds: pl.DataFrame) -> DatasetInfo:
    usual = usual_class(kinds.filter(pl.col("kind") == "item"), foreign)
    return DatasetInfo(
        name=mapping.name or foreign.name or Path(foreign.source).stem or "graph",
        source=foreign.source,
        licence=mapping.licence,
        item_type=mapping.item_type or usual,
        ontologies=mapping.ontologies,
    )
