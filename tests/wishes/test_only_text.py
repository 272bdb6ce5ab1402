"""Facts that only a text states, in wishes and in profiles: told as such, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import polars as pl
import pytest

from kgrec.config import Config
from kgrec.data.extracted import no_extracted
from kgrec.errors import ConfigError
from kgrec.graph import KnowledgeGraph
from kgrec.recommend import Profile, Recommender
from kgrec.testing import tiny_dataset
from kgrec.wishes import Granter, WishParser

BEAR = "text:Award/golden bear"
DIRECTOR = "1"
"""An entity of the catalog, who directed some films there."""


def _claims() -> pl.DataFrame:
    """Twelve films won an award that the catalog does not know, and one has a director more."""
    made = {"state": "accepted", "asserted_by": "model", "tail_kind": "entity"}
    award = {"relation": "won", "tail": BEAR, "tail_label": "Golden Bear", "tail_type": "Award"}
    rows = [{"head": str(item), **award, **made} for item in range(1, 13)]
    rows.append({"head": "2", "relation": "directed_by", "tail": DIRECTOR, **made})
    return pl.concat([no_extracted(), pl.DataFrame(rows)], how="diagonal_relaxed")


@pytest.fixture(scope="module")
def graph() -> KnowledgeGraph:
    return KnowledgeGraph.build(replace(tiny_dataset(), extracted=_claims()))


@pytest.fixture(scope="module", params=["no", "train"])
def silent(
    request: pytest.FixtureRequest, quick: Callable[..., Config], graph: KnowledgeGraph
) -> Recommender:
    return Recommender(quick(graph__extracted=request.param)).fit(graph)


@pytest.fixture(scope="module")
def telling(quick: Callable[..., Config], graph: KnowledgeGraph) -> Recommender:
    return Recommender(quick(graph__extracted="explain")).fit(graph)


def directed(rec: Recommender) -> set[str]:
    """Films of the director as the catalog has them."""
    known = rec.graph.edges.filter(relation="directed_by", tail=f"entity:{DIRECTOR}")
    return set(known["head"].str.strip_prefix("item:")) - {"2"}


def test_an_award_that_only_a_text_gives_is_no_reason(silent: Recommender) -> None:
    intent = WishParser.of(silent).parse("films that won the Golden Bear")
    assert not intent.want
    top = Granter(silent).grant(intent, 5)
    told = [*top.table["moved"], *(why.sentence for why in top.explanations)]
    assert not any("has Golden Bear" in each or "liked Golden Bear" in each for each in told)


def test_a_director_of_the_catalog_has_the_catalogs_films(silent: Recommender) -> None:
    label = silent.graph.label(f"entity:{DIRECTOR}")
    parser, granter = WishParser.of(silent), Granter(silent)
    top = granter.grant(parser.parse(f"a film directed by {label}"), 40, explain=False)
    has = set(top.table.filter(pl.col("moved").str.starts_with("has"))["item"])
    assert has == directed(silent)
    without = granter.grant(parser.parse(f"nothing directed by {label}"), 40, explain=False)
    assert not {*without.items} & {*directed(silent), "2"}


def test_who_names_it_all_the_same_is_told_why_not(
    silent: Recommender, graph: KnowledgeGraph
) -> None:
    intent = WishParser(graph).parse("films that won the Golden Bear")
    assert [link.id for link in intent.want] == [BEAR]
    with pytest.raises(ConfigError, match="Only texts state"):
        Granter(silent).grant(intent)


def test_told_it_is_said_to_be_a_texts(telling: Recommender) -> None:
    intent = WishParser.of(telling).parse("films that won the Golden Bear")
    top = Granter(telling).grant(intent, 40)
    has = top.table.filter(pl.col("moved").str.starts_with("has"))
    assert set(has["item"]) == {str(item) for item in range(1, 13)}
    assert set(has["moved"]) == {"has Golden Bear (according to the text)"}
    sentences = [why.sentence for why in top.explanations if "liked Golden Bear" in why.sentence]
    assert sentences
    assert all("according to the text" in each for each in sentences)


def test_a_profile_rests_on_what_may_be_a_reason(silent: Recommender, telling: Recommender) -> None:
    label = silent.graph.label(f"entity:{DIRECTOR}")
    profile = Profile(entities=(DIRECTOR,))
    items = {silent.features.items[item] for item in silent.profile(profile).items}
    assert items == directed(silent)
    told = telling.profile(profile)
    names = {telling.features.items[item]: name for item, name in told.names.items()}
    assert names.keys() == directed(telling) | {"2"}
    assert {item for item, name in names.items() if "according to the text" in name} == {"2"}
    assert all(name.startswith(f"{label} (such as ") for name in names.values())
