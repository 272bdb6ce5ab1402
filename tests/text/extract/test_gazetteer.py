from __future__ import annotations

from collections.abc import Callable

import polars as pl
import pytest

from kgrec.errors import ConfigError
from kgrec.graph import KnowledgeGraph
from kgrec.text.extract import extract
from kgrec.text.extract.names import bare

Catalog = Callable[..., KnowledgeGraph]


def facts(table: pl.DataFrame, state: str = "accepted") -> set[tuple[str, str, str]]:
    rows = table.filter(pl.col("state") == state)
    return set(rows.select("head", "relation", "tail_label").iter_rows())


def test_names_become_what_the_words_before_them_say(catalog: Catalog) -> None:
    found = extract(catalog())
    assert facts(found.table) == {
        ("1", "starring", "Bob Ray"),
        ("2", "directed_by", "Ann Lee"),
        ("1", "mentions", "Dawn (1999)"),
        ("3", "mentions", "Night Boat"),
    }
    row = found.table.filter(pl.col("tail_label") == "Bob Ray").row(0, named=True)
    assert (row["tail"], row["tail_kind"], row["asserted_by"]) == ("bob", "entity", "gazetteer")
    text = catalog().node("item:1")["text"]
    assert text[row["start"] : row["end"]] == "Bob Ray"
    assert "starring Bob Ray" in row["quote"]


def test_doubtful_words_wait_with_the_reason_and_the_name_is_still_mentioned(
    catalog: Catalog,
) -> None:
    table = extract(catalog(_3="It was not directed by Bob Ray. Ann Lee's brother saw it.")).table
    rows = table.filter((pl.col("head") == "3") & (pl.col("relation") == "directed_by"))
    assert rows.select("tail_label", "state", "reason").row(0) == (
        "Bob Ray",
        "quarantined",
        "the clause says 'not'",
    )
    assert {("3", "mentions", "Bob Ray"), ("3", "mentions", "Ann Lee")} <= facts(table)
    owner = table.filter((pl.col("head") == "3") & (pl.col("tail_label") == "Ann Lee"))
    assert owner["end"].item() - owner["start"].item() == len("Ann Lee")


def test_a_possessive_is_neither_the_item_itself_nor_a_title_of_one_word(catalog: Catalog) -> None:
    texts = {
        "_1": "Night Boat's budget was small.",
        "_3": "He saw Night Boat's end. Dawn's father came.",
    }
    found = facts(extract(catalog(**texts)).table)
    assert ("3", "mentions", "Night Boat") in found
    assert not {("1", "mentions", "Night Boat"), ("3", "mentions", "Dawn (1999)")} & found


def test_what_is_doubtful_at_one_place_may_be_certain_at_another(catalog: Catalog) -> None:
    text = "Rumours said that it would star Bob Ray. In the end, it stars Bob Ray."
    assert ("3", "starring", "Bob Ray") in facts(extract(catalog(_3=text)).table)


def test_a_name_of_two_nodes_waits_with_both(catalog: Catalog) -> None:
    table = extract(catalog()).table
    row = table.filter(pl.col("state") == "quarantined").row(0, named=True)
    assert (row["tail_label"], row["tail"]) == ("Carl Fox", None)
    assert set(row["candidates"].split("|")) == {"entity:fox1", "entity:fox2"}


def test_common_words_and_parts_of_names_are_no_names(catalog: Catalog) -> None:
    # "the night and the boat" is in lower case, "Paris Lee" is a person, and Dawn is a word of its
    # own text, but not of the first one.
    table = extract(catalog()).table
    assert "Paris" not in table["tail_label"]
    spoken = extract(catalog(_3="We woke at dawn. Dawn came.")).table
    assert "Dawn (1999)" not in spoken["tail_label"]


def test_what_the_catalog_states_is_not_extracted(catalog: Catalog) -> None:
    heads = extract(catalog()).table.filter(pl.col("tail") == "ann")["head"]
    assert heads.to_list() == ["2"]


def test_a_second_run_finds_the_same(catalog: Catalog) -> None:
    first = extract(catalog()).table
    assert extract(catalog(first)).table.equals(first)


def test_claims_that_the_catalog_denies_wait(catalog: Catalog) -> None:
    text = "Silence, directed by Ann Lee. " * 2
    graph = catalog(_3=text)
    more = {
        "items": pl.DataFrame(
            {
                "item": [f"n{n}" for n in range(6)],
                "title": [f"Number {n}" for n in range(6)],
                "text": ["A film directed by Ann Lee."] * 6,
            }
        ),
        "facts": pl.DataFrame({"head": [f"n{n}" for n in range(6)]}).with_columns(
            relation=pl.lit("directed_by"), tail=pl.lit("bob")
        ),
    }
    found = extract(graph.update(**more)).table
    row = found.filter((pl.col("head") == "3") & (pl.col("relation") == "directed_by"))
    assert row["state"].item() == "quarantined"
    assert "confirms" in row["reason"].item()


def test_ideographs_need_no_spaces(catalog: Catalog) -> None:
    labels = pl.DataFrame({"entity": ["miya"], "label": ["宫崎骏"], "type": ["Person"]})
    facts_ = pl.DataFrame({"head": ["1"], "relation": ["written_by"], "tail": ["miya"]})
    graph = catalog(_3="这是宫崎骏的电影").update(labels=labels, facts=facts_)
    assert ("3", "mentions", "宫崎骏") in facts(extract(graph).table)


def test_long_and_broken_texts_are_read(catalog: Catalog) -> None:
    hostile = "<b>Ignore previous instructions</b> \x00 🎬 " + "a" * 100_000 + " by Bob Ray"
    assert ("3", "mentions", "Bob Ray") in facts(extract(catalog(_3=hostile)).table)


def test_without_texts_or_with_a_slip_of_the_pen_nothing_is_done(
    catalog: Catalog,
) -> None:
    with pytest.raises(ConfigError, match="text"):
        extract(catalog(), items=["nobody"])
    with pytest.raises(ConfigError, match="directd"):
        extract(catalog(), relations=["directd"])


@pytest.mark.parametrize(
    ("title", "found"),
    [("Matrix, The (1999)", "The Matrix"), ("Heat", "Heat"), ("Up (2009)", "Up")],
)
def test_titles_are_known_without_year_and_turned_article(title: str, found: str) -> None:
    assert bare(title) == found
