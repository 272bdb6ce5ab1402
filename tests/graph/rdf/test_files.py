from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from rdflib.compare import isomorphic

from kgrec.errors import StoreError
from kgrec.graph import KnowledgeGraph
from kgrec.graph.content import Content
from kgrec.graph.rdf import node_iri, read_triples
from kgrec.graph.rdf.files import WRITTEN, read_file, write_file

Check = Callable[[Content, Content], None]
KG = "urn:kgrec:ontology#"
RDFLIB = {".ttl": "turtle", ".nt": "nt", ".nq": "nquads", ".jsonld": "json-ld", ".trig": "trig"}


@pytest.fixture
def content(graph: KnowledgeGraph) -> Content:
    return graph.content()


@pytest.mark.parametrize("ending", WRITTEN)
@pytest.mark.parametrize("ontology", [False, True])
def test_a_graph_comes_back(
    content: Content, check_same: Check, ending: str, ontology: bool, tmp_path: Path
) -> None:
    path = tmp_path / f"graph{ending}"
    write_file(content, path, ontology=ontology)
    check_same(read_file(path), content)


@pytest.mark.parametrize("ending", WRITTEN)
def test_round_trips_lose_nothing(
    ending: str, any_content: st.SearchStrategy[Content], check_same: Check, tmp_path: Path
) -> None:
    path = tmp_path / f"graph{ending}"

    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
    @given(any_content)
    def check(content: Content) -> None:
        assume(node_iri_is_unique(content))
        write_file(content, path)
        check_same(read_file(path), content)

    check()


def node_iri_is_unique(content: Content) -> bool:
    iris = [str(node_iri(key)) for key in content.nodes["key"]]
    return len(set(iris)) == len(iris)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of rdflib, by rdflib
@pytest.mark.parametrize("ending", WRITTEN)
def test_rdflib_reads_what_is_written(content: Content, ending: str, tmp_path: Path) -> None:
    lines, path = tmp_path / "graph.nt", tmp_path / f"graph{ending}"
    write_file(content, lines)
    write_file(content, path)
    ours = rdflib.Graph().parse(lines, format="nt")
    theirs = rdflib.Dataset(default_union=True).parse(path, format=RDFLIB[ending])
    merged = rdflib.Graph()
    for triple in theirs.triples((None, None, None)):
        merged.add(triple)
    assert len(merged) == read_triples(path).height
    assert isomorphic(ours, merged)


@pytest.mark.parametrize("ending", [".ttl", ".nt", ".jsonld"])
def test_what_rdflib_writes_is_read(
    content: Content, check_same: Check, ending: str, tmp_path: Path
) -> None:
    path = tmp_path / "graph.nt"
    write_file(content, path)
    other = tmp_path / f"other{ending}"
    rdflib.Graph().parse(path).serialize(other, format=RDFLIB[ending], encoding="utf-8")
    check_same(read_file(other), content)


def test_turtle_is_readable(content: Content, tmp_path: Path) -> None:
    path = tmp_path / "graph.ttl"
    write_file(content, path)
    text = path.read_text()
    assert "@prefix kg: <urn:kgrec:ontology#> ." in text
    block = text.partition("\nitem:1 a ")[2].partition(" .\n")[0]
    assert 'kg:Film ;\n\trdfs:label "The Silent Lantern"' in block
    assert "kg:directed_by entity:" in block
    assert "user:1 kg:interacted" not in text  # each subject once


def test_quads_stand_in_one_graph(content: Content, tmp_path: Path) -> None:
    path = tmp_path / "graph.nq"
    write_file(content, path)
    graphs = {quad.graph_name for quad in ox.parse(path=path)}
    assert graphs == {ox.NamedNode("urn:kgrec:graph:tiny")}


def test_the_ontology_comes_along_on_request(content: Content, tmp_path: Path) -> None:
    for ontology in (False, True):
        path = tmp_path / "graph.nt"
        write_file(content, path, ontology=ontology)
        found = rdflib.Graph().parse(path)
        label = found.value(rdflib.URIRef(f"{KG}Film"), rdflib.RDFS.label)
        assert str(label) == ("film" if ontology else "None")


def test_an_unknown_ending_is_refused(content: Content, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"use one of \.ttl, \.nt"):
        write_file(content, tmp_path / "graph.xyz")
    (tmp_path / "graph.xyz").write_text("")
    with pytest.raises(StoreError, match=r"'\.xyz' says nothing about RDF"):
        read_file(tmp_path / "graph.xyz")


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"none\.ttl: it cannot be read .* check the path\.$"):
        read_file(tmp_path / "none.ttl")


@pytest.mark.parametrize("ending", [".ttl", ".nt", ".nq"])
def test_a_syntax_error_names_file_and_line(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"broken{ending}"
    path.write_text("<urn:a:b> <urn:a:c> <urn:a:d> .\n<urn:a:b> <urn:a:c> ;;; .\n")
    with pytest.raises(StoreError, match=rf"broken\{ending}, line 2: not valid RDF"):
        read_file(path)


def test_a_foreign_file_has_no_graph(tmp_path: Path) -> None:
    path = tmp_path / "foreign.ttl"
    path.write_text("<urn:a:b> <urn:a:c> 5 .")
    with pytest.raises(StoreError, match=r"foreign\.ttl: .*from_rdf and a mapping\.$"):
        read_file(path)


def test_a_failure_leaves_the_earlier_file(content: Content, tmp_path: Path) -> None:
    path = tmp_path / "graph.ttl"
    write_file(content, path)
    before = path.read_bytes()
    broken = Content(content.nodes.head(1), content.edges, content.header)
    with pytest.raises(StoreError, match="that is no node of the graph"):
        write_file(broken, path)
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["graph.ttl"]


def test_two_nodes_of_one_iri_are_refused(content: Content, tmp_path: Path) -> None:
    iri = "http://x.org/heat"
    twins = pl.DataFrame(
        [
            {**content.nodes.row(0, named=True), "key": f"{kind}:{iri}", "kind": kind, "id": iri}
            for kind in ("item", "entity")
        ],
        schema=content.nodes.schema,
    )
    both = Content(pl.concat([content.nodes, twins]), content.edges, content.header)
    with pytest.raises(StoreError, match=rf"'item:{iri}' and 'entity:{iri}' would be one"):
        write_file(both, tmp_path / "graph.nt")


@pytest.mark.parametrize("where", ['{"a": "\\ud800"}', '{"\\ud800": 1}'])
def test_half_a_character_is_refused(content: Content, where: str, tmp_path: Path) -> None:
    nodes = content.nodes.with_columns(properties=pl.lit(where))
    with pytest.raises(StoreError, match="half of a character"):
        write_file(Content(nodes, content.edges, content.header), tmp_path / "graph.nt")


def test_others_may_add_what_they_like(content: Content, check_same: Check, tmp_path: Path) -> None:
    path = tmp_path / "graph.ttl"
    write_file(content, path)
    with path.open("a") as file:
        file.write(
            "<urn:kgrec:item:1> a <https://schema.org/Movie> ; "
            "<http://x.org/seen> <http://x.org/yesterday> .\n"
            "[] a rdf:Statement ; rdf:subject user:1 ; rdf:predicate kg:knows ; "
            "rdf:object user:2 ; <http://x.org/source> 'hearsay' .\n"
        )
    check_same(read_file(path), content)


def test_a_hand_written_graph(tmp_path: Path) -> None:
    path = tmp_path / "mine.ttl"
    path.write_text(
        """
        @prefix kg: <urn:kgrec:ontology#> .
        @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
        <urn:kgrec:graph> kg:header "{}" .
        <urn:x:ann> a kg:User ; kg:key "user:ann" .
        <urn:x:heat> a kg:Item , kg:Film ; kg:key "item:heat" ; rdfs:label "Heat"@en ;
            kg:aka "Fuego contra fuego"@es , "Heat" ; kg:year 1995 .
        [] a kg:Interaction ; kg:user <urn:x:ann> ; kg:item <urn:x:heat> .
        """
    )
    found = read_file(path)
    assert found.nodes.select("key", "type", "label").rows() == [
        ("user:ann", "User", None),
        ("item:heat", "Film", "Heat"),
    ]
    assert found.nodes["properties"][1] == (
        '{"aka":["Heat",{"@value":"Fuego contra fuego","@language":"es"}],"year":1995}'
    )
    assert found.edges.select("head", "relation", "tail", "weight").rows() == [
        ("user:ann", "interacted", "item:heat", 1.0)
    ]
