from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kgrec.graph import KnowledgeGraph
from kgrec.graph.content import Content
from kgrec.testing import tiny_dataset

Cli = Callable[..., Any]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = tmp_path_factory.mktemp("run")
    KnowledgeGraph.build(tiny_dataset()).save(run / "graph")
    return run


def check_equal(one: Content, other: Content) -> None:
    assert set(one.nodes["key"]) == set(other.nodes["key"])
    assert one.edges.sort(one.edges.columns).equals(other.edges.sort(other.edges.columns))
    assert one.header == other.header


@pytest.mark.parametrize("name", ["g.ttl", "g.nt", "g.nq", "g.jsonld", "store", "g.graphml"])
def test_what_is_written_can_be_read(cli: Cli, folder: Path, tmp_path: Path, name: str) -> None:
    result = cli("export", folder, "--to", tmp_path / name)
    assert result.exit_code == 0, result.stderr
    assert result.stdout == ""
    assert "103 nodes and 437 edges" in result.stderr
    graph = KnowledgeGraph.load(folder / "graph")
    read = KnowledgeGraph.from_graphml if name.endswith("graphml") else KnowledgeGraph.from_rdf
    check_equal(read(tmp_path / name).content(), graph.content())


def test_to_bolt_and_ask_there(
    cli: Cli, folder: Path, bolt: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    secrets = tmp_path / "secrets.txt"
    secrets.write_text(f"NEO4J_USERNAME={bolt.auth[0]}\nNEO4J_PASSWORD={bolt.auth[1]}\n")
    secrets.chmod(0o600)
    monkeypatch.setenv("NEO4J_DATABASE", bolt.database)
    result = cli("export", folder, "--to", bolt.uri, "--credentials", secrets)
    assert result.exit_code == 0, result.stderr
    assert bolt.auth[1] not in result.stderr
    monkeypatch.setenv("KGREC_NEO4J_CREDENTIALS", str(secrets))
    query = "MATCH (n:Film) RETURN count(n) AS films"
    answer = json.loads(cli("query", bolt.uri, query, "--format", "json").stdout)
    assert answer == {"columns": ["films"], "rows": [[40]]}


def test_without_credentials_it_says_so(
    cli: Cli, folder: Path, bolt: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NEO4J_USERNAME", "NEO4J_PASSWORD", "KGREC_NEO4J_CREDENTIALS"):
        monkeypatch.delenv(name, raising=False)
    result = cli("export", folder, "--to", bolt.uri)
    assert result.exit_code == 1
    assert "password" in result.stderr.lower()


def test_an_unknown_ending_is_named(cli: Cli, folder: Path, tmp_path: Path) -> None:
    result = cli("export", folder, "--to", tmp_path / "g.xlsx")
    assert result.exit_code == 1
    assert ".xlsx" in result.stderr or "g.xlsx" in result.stderr
    assert not (tmp_path / "g.xlsx").exists()


@pytest.mark.parametrize("address", ["ftp://x/y", "BOLD://localhost", "file:///tmp/x"])
def test_an_unknown_address_is_no_path(
    cli: Cli, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.chdir(tmp_path)
    result = cli("export", folder, "--to", address)
    assert result.exit_code == 1
    assert "no address that kgrec knows" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_is_missing(cli: Cli, tmp_path: Path) -> None:
    result = cli("export", tmp_path / "no", "--to", tmp_path / "g.ttl")
    assert result.exit_code == 1
    assert "no graph is saved here" in result.stderr
