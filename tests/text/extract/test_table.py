from __future__ import annotations

from collections.abc import Callable

import polars as pl
import pytest

from kgrec.errors import ConfigError
from kgrec.graph import KnowledgeGraph
from kgrec.text.extract import extract, judged, merged

Catalog = Callable[..., KnowledgeGraph]


@pytest.fixture(scope="module")
def table(catalog: Catalog) -> pl.DataFrame:
    return extract(catalog()).table


def id_of(table: pl.DataFrame, name: str) -> str:
    return str(table.filter(pl.col("tail_label") == name)["id"][0])


def test_what_a_person_decided_outlives_a_new_run(table: pl.DataFrame) -> None:
    name = id_of(table, "Bob Ray")
    decided = judged(table, reject=[name])
    again = merged(table, decided)
    row = again.filter(pl.col("id") == name).row(0, named=True)
    assert (row["state"], row["proposed"], row["judged"]) == ("rejected", "accepted", True)
    assert again.height == table.height
    # A claim that a new run does not find, and an agreement with what was proposed, stay as well.
    agreed = judged(table, accept=[name])
    assert merged(table.filter(pl.col("id") != name), agreed).filter(pl.col("id") == name).height


def test_an_edited_file_counts_as_a_decision(table: pl.DataFrame) -> None:
    name = id_of(table, "Bob Ray")
    edited = table.with_columns(
        state=pl.when(pl.col("id") == name).then(pl.lit("rejected")).otherwise("state")
    )
    row = merged(table, edited).filter(pl.col("id") == name).row(0, named=True)
    assert (row["state"], row["judged"]) == ("rejected", True)


def test_without_decisions_the_new_run_counts(table: pl.DataFrame) -> None:
    assert merged(table, table.clear()).equals(table)
    assert merged(table.clear(), table).is_empty()


def test_what_a_run_could_not_have_found_stays(table: pl.DataFrame) -> None:
    by_model = table.head(1).with_columns(id=pl.lit("m"), asserted_by=pl.lit("model"))
    old = pl.concat([table, by_model]).sort("head", "start", "relation", "id")
    assert merged(table, old, by_model=False).equals(old)
    assert merged(table, old).equals(table)
    first = table["head"][0]
    kept = merged(table.clear(), table, read=[first])
    assert kept.equals(table.filter(pl.col("head") != first))


def test_nothing_unknown_can_be_accepted(table: pl.DataFrame) -> None:
    with pytest.raises(ConfigError, match="no claim 'x'"):
        judged(table, accept=["x"])
    with pytest.raises(ConfigError, match="which node"):
        judged(table, accept=[id_of(table, "Carl Fox")])
