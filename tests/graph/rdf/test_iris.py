from __future__ import annotations

import polars as pl
import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgrec.graph.rdf.iris import (
    edge_iris,
    node_iri,
    node_iris,
    node_key,
    quoted,
    term,
    term_name,
    valid_iri,
    valid_iris,
)
from kgrec.graph.schema import EDGES

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
START = st.sampled_from(["http://", "HTTPS://x.org/", "urn:", "urn:kgrec:item:", "file:///", "a:"])
IRI_LIKE = st.builds(str.__add__, START, st.text(":/?#[]@!$&'()*+,;=%aZ09\u00e9\u200e\ue000 <"))


@given(st.lists(TEXT | IRI_LIKE))
def test_columns_and_single_names_agree(ids: list[str]) -> None:
    names = pl.Series(ids, dtype=pl.String)
    assert valid_iris(names).to_list() == [valid_iri(id) for id in ids]
    keys = pl.Series([f"item:{id}" for id in ids], dtype=pl.String)
    assert node_iris(keys).to_list() == [str(node_iri(key)) for key in keys]


@given(TEXT | IRI_LIKE)
def test_every_iri_is_one(id: str) -> None:
    ox.NamedNode(str(node_iri(f"item:{id}")))
    ox.NamedNode(str(term(id)))
    assert term_name(str(term(id))) == id
    if not valid_iri(id):
        assert node_key(str(node_iri(f"item:{id}"))) == f"item:{id}"


@given(st.lists(TEXT, min_size=2, max_size=2, unique=True))
def test_quoting_is_unambiguous(texts: list[str]) -> None:
    one, other = quoted(pl.Series(texts))
    assert one != other


def test_an_iri_stays_as_it_is() -> None:
    iri = "http://dbpedia.org/resource/Heat_(1995_film)"
    assert str(node_iri(f"item:{iri}")) == iri
    assert str(term(iri)) == iri
    assert node_key(iri) == iri


@pytest.mark.parametrize(
    "id",
    ["urn:kgrec:item:42", "http://x.org/a b", 'http://x.org/"q"', "http://[bad", "http://x/%zz"],
)
def test_what_is_no_iri_gets_one_of_ours(id: str) -> None:
    assert str(node_iri(f"item:{id}")).startswith("urn:kgrec:item:")


def test_edges_differ_where_their_identities_do() -> None:
    rows = [
        {"head": "user:1", "relation": "r", "tail": tail, "timestamp": time, "event": event}
        for tail in ("item:1", "item:1/t=5", "item:http://x.org/1")
        for time in (None, 5)
        for event in (None, "", "a/b", "é")
    ]
    edges = pl.DataFrame(rows, schema={name: EDGES[name] for name in rows[0]})
    iris = edge_iris(edges)
    assert iris.n_unique() == len(rows)
    assert iris[0] == "urn:kgrec:edge:user:1/r/item:1"
    assert iris[6] == "urn:kgrec:edge:user:1/r/item:1/t=5/e=a%2Fb"
    for iri in iris:
        ox.NamedNode(iri)
