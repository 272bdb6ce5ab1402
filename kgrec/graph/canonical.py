"""Which of the names that data bring mean a relation of the ontology."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from kgrec.data.dataset import Dataset
from kgrec.graph.labels import or_else
from kgrec.graph.schema import key_expr
from kgrec.vocabulary import Vocabulary


@dataclass(frozen=True, eq=False)
class NodeTypes:
    """What is known of the types of nodes, apart from what edges suggest.

    :ivar item_type: of all items; ``None``: unknown
    :ivar stated: columns ``key, type``: types of entities; ``Entity``, where nobody declared it
    """

    item_type: str | None
    stated: pl.DataFrame

    @staticmethod
    def of(data: Dataset, vocabulary: Vocabulary) -> NodeTypes:
        """What a dataset says: the type of its items, and those in its labels."""
        item_type = vocabulary.type(data.info.item_type).name
        known = item_type in vocabulary.types and item_type != "Item"
        return NodeTypes(item_type if known else None, _stated(data.labels, vocabulary))

    def at(self, ends: pl.DataFrame, end: str) -> pl.DataFrame:
        """Kind and type (null: unknown) of ``head`` or ``tail``, in columns of their own."""
        kind, type_name = f"{end}_kind", f"{end}_type"
        known = ends.with_columns(pl.col(end).str.extract(r"^(\w+):").alias(kind))
        if self.stated.is_empty():
            known = known.with_columns(pl.lit(None, pl.String).alias(type_name))
        else:
            own = self.stated.rename({"key": end, "type": type_name})
            known = known.join(own, on=end, how="left", maintain_order="left")
        of_kind = (
            pl.when(pl.col(kind) == "item")
            .then(pl.lit(self.item_type, pl.String))
            .otherwise(type_name)
        )
        return known.with_columns(of_kind.alias(type_name))


def misread(facts: pl.DataFrame, vocabulary: Vocabulary, data: Dataset) -> pl.Series | None:
    """Facts whose relation has an alias for a name, but ends that this relation cannot have.

    It is decided once for each name and the kinds and types of head and tail. A relation's own name
    and its IRI always mean it.

    :param facts: ``head, relation, tail``; heads and tails as keys
    :param data: says what the types are
    :return: a truth value for each fact; ``None``: there is no such fact
    """
    names = facts["relation"].unique().to_list()
    doubtful = [name for name in names if _is_doubtful(name, vocabulary)]
    if not doubtful:
        return None
    rows = facts.select(pl.row_index("row"), "head", "relation", "tail")
    ends = rows.filter(pl.col("relation").is_in(doubtful))
    types = NodeTypes.of(data, vocabulary)
    ends = types.at(types.at(ends, "head"), "tail")
    cases = ends.select(_CASE).unique()
    wrong = cases.filter(pl.Series([_contradicts(vocabulary, *case) for case in cases.rows()]))
    if wrong.is_empty():
        return None
    found = ends.join(wrong, on=_CASE, how="semi", nulls_equal=True)["row"]
    return pl.repeat(False, facts.height, eager=True).scatter(found, True)


_CASE = ["relation", "head_kind", "head_type", "tail_kind", "tail_type"]


def _stated(labels: pl.DataFrame, vocabulary: Vocabulary) -> pl.DataFrame:
    rows = labels.unique("entity", keep="first").select(
        key_expr("entity", "entity").alias("key"), or_else("type", pl.lit(None, pl.String))
    )
    rows = rows.drop_nulls("type")
    found = {name: vocabulary.type(name).name for name in rows["type"].unique()}
    known = {name: kind if kind in vocabulary.types else "Entity" for name, kind in found.items()}
    return rows.with_columns(pl.col("type").replace(known))


def _is_doubtful(name: str, vocabulary: Vocabulary) -> bool:
    relation = vocabulary.relations.get(vocabulary.canonical(name)[0])
    if relation is None or vocabulary.is_own_name(name):
        return False
    return (relation.domain, relation.range) != ("Node", "Node")


def _contradicts(
    vocabulary: Vocabulary,
    name: str,
    head_kind: str,
    head_type: str | None,
    tail_kind: str,
    tail_type: str | None,
) -> bool:
    canonical, inverse = vocabulary.canonical(name)
    relation = vocabulary.relations[canonical]
    ends = [(head_kind, head_type), (tail_kind, tail_type)]
    head, tail = reversed(ends) if inverse else ends
    return not (vocabulary.fits(relation.domain, *head) and vocabulary.fits(relation.range, *tail))
