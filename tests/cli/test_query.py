from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kgrec.graph import KnowledgeGraph
from kgrec.testing import tiny_dataset


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A query needs nothing of a run but its graph."""
    run = tmp_path_factory.mktemp("run")
    KnowledgeGraph.build(tiny_dataset()).save(run / "graph")
    return run


def test_json_is_one_document_on_stdout(cli: Callable[..., Any], folder: Path) -> None:
    result = cli(
        "query", folder, "MATCH (u:User {id: '1'})-[r:interacted]->(m:Item) RETURN u, m.id AS item",
        "--format", "json",
    )  # fmt: skip
    document = json.loads(result.stdout)
    assert list(document) == ["columns", "rows"]
    assert document["columns"] == ["u", "item"]
    assert document["rows"][0][0]["key"] == "user:1"


def test_a_table_shows_labels_and_paths(cli: Callable[..., Any], folder: Path) -> None:
    result = cli(
        "query",
        folder,
        "MATCH p = (:Item {id: '1'})-[:directed_by]->(e)<-[:directed_by]-(:Item) "
        "RETURN p, 0.5 AS half, null AS nothing LIMIT 1",
    )
    assert result.exit_code == 0
    assert "(The Silent Lantern)-[directed_by]->(" in result.stdout
    assert ")<-[directed_by]-(" in result.stdout
    assert "0.5000" in result.stdout


def test_nothing_of_a_long_value_is_cut_in_a_pipe(cli: Callable[..., Any], folder: Path) -> None:
    long = "x" * 500
    assert long in cli("query", folder, f"RETURN '{long}' AS word").stdout


def test_markup_and_control_characters_do_nothing(cli: Callable[..., Any], folder: Path) -> None:
    result = cli("query", folder, "RETURN '[red]loud[/red]' AS a, '\x1b]0;title\x07' AS b")
    assert "[red]loud[/red]" in result.stdout
    assert "\x1b" not in result.stdout
    assert "\x07" not in result.stdout


@pytest.mark.parametrize("query", ["CREATE (n:Item)", "MATCH (n) DETACH DELETE n", "MATCH (n"])
def test_only_reading_is_possible(cli: Callable[..., Any], folder: Path, query: str) -> None:
    result = cli("query", folder, query)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith("kgrec: The query")


def test_sparql_on_a_run(cli: Callable[..., Any], folder: Path) -> None:
    query = (
        "SELECT ?name WHERE { ?m a <urn:kgrec:ontology#Film> ; rdfs:label ?name } ORDER BY ?name"
    )
    prefix = "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
    result = cli("query", folder, prefix + query, "--sparql", "--rows", "2", "--format", "json")
    assert result.exit_code == 0, result.stderr
    assert len(json.loads(result.stdout)["rows"]) == 2
    assert "first 2 rows" in result.stderr


def test_parameters_keep_their_types(cli: Callable[..., Any], folder: Path) -> None:
    result = cli(
        "query", folder, "RETURN $id + 'x' AS a, $n + 1 AS b",
        "--param", "id='}) //", "--param", "n:=41", "--format", "json",
    )  # fmt: skip
    assert json.loads(result.stdout)["rows"] == [["'}) //x", 42]]
    for wrong in ("nothing", "n:=no", "=1"):
        assert cli("query", folder, "RETURN 1", "--param", wrong).exit_code == 2


def test_an_id_is_a_text(cli: Callable[..., Any], folder: Path) -> None:
    query = "MATCH (m:Item {id: $id}) RETURN m.key"
    result = cli("query", folder, query, "--param", "id=1", "--format", "json")
    assert json.loads(result.stdout)["rows"] == [["item:1"]]


def test_the_wrong_language_is_named(cli: Callable[..., Any], folder: Path, tmp_path: Path) -> None:
    KnowledgeGraph.load(folder / "graph").to_rdf(tmp_path / "g.nt")
    result = cli("query", tmp_path / "g.nt", "MATCH (n) RETURN n")
    assert result.exit_code == 1
    assert "speaks SPARQL" in result.stderr


def test_a_copy_is_never_written_to(cli: Callable[..., Any], folder: Path, tmp_path: Path) -> None:
    KnowledgeGraph.load(folder / "graph").to_rdf(tmp_path / "g.nt")
    before = (tmp_path / "g.nt").read_bytes()
    insert = 'INSERT DATA { <urn:a> <urn:b> "c" }'
    for source, words in ((tmp_path / "g.nt", "a file is only read"), (folder, "never written")):
        result = cli("query", source, insert, "--sparql", "--write")
        assert result.exit_code == 1
        assert words in result.stderr
    assert (tmp_path / "g.nt").read_bytes() == before


def test_a_run_is_never_written_to(cli: Callable[..., Any], folder: Path) -> None:
    result = cli("query", folder, "CREATE (n:Item)", "--write")
    assert result.exit_code == 1
    assert "graph.update" in result.stderr


def test_a_file_and_an_rdf_store_can_be_asked(
    cli: Callable[..., Any], folder: Path, tmp_path: Path
) -> None:
    graph = KnowledgeGraph.load(folder / "graph")
    query = "SELECT (COUNT(?m) AS ?films) WHERE { ?m a <urn:kgrec:ontology#Film> }"
    for name in ("graph.nq", "store"):
        graph.to_rdf(tmp_path / name)
        result = cli("query", tmp_path / name, query, "--sparql", "--format", "json")
        assert json.loads(result.stdout)["rows"] == [[40]]
