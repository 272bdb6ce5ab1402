from __future__ import annotations

from pathlib import Path

import pytest

from kgrec.errors import GraphError
from kgrec.vocabulary.turtle import (
    builtin_ontology,
    builtin_shapes,
    is_iri,
    local_name,
    parse_turtle,
    read_ontology,
    term,
)


def test_core_is_read_first_and_shapes_are_found() -> None:
    names = [name for name, _ in builtin_ontology()]
    assert names[0] == "core.ttl"
    assert names[1:] == sorted(names[1:])
    assert [name for name, _ in builtin_shapes()] == ["shapes/core.ttl", "shapes/films.ttl"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("@prefix ex: <http://example.org/> .\nex:a ex:b\n", 2),
        ("@prefix ex: <http://example.org/> .\n\nex:a ex:b ex:c ex:d .\n", 3),
        ("nothing:declared a nothing:at_all .", 1),
    ],
)
def test_a_syntax_error_names_file_and_line(text: str, line: int) -> None:
    with pytest.raises(GraphError, match=rf"shop\.ttl, line {line}: not valid Turtle \("):
        parse_turtle("shop.ttl", text)


@pytest.mark.parametrize("text", ["{}", "\x00", "<http://x> <y> 'z"])
def test_rubbish_is_an_error_in_one_sentence(text: str) -> None:
    with pytest.raises(GraphError, match=r"^shop\.ttl.*not valid Turtle"):
        parse_turtle("shop.ttl", text)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(GraphError, match=r"none\.ttl: the ontology cannot be read \(No such"):
        read_ontology(tmp_path / "none.ttl")
    (tmp_path / "latin.ttl").write_bytes("é".encode("latin-1"))
    with pytest.raises(GraphError, match=r"latin\.ttl: .* \(not UTF-8 text\); check the path"):
        read_ontology(tmp_path / "latin.ttl")


def test_a_byte_order_mark_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "windows.ttl").write_bytes(b"\xef\xbb\xbf# nothing")
    assert read_ontology(tmp_path / "windows.ttl")[1] == "# nothing"


@pytest.mark.parametrize(
    ("iri", "name"),
    [
        ("http://x.org/ns#likes", "likes"),
        ("http://x.org/ns/likes/", "likes"),
        ("urn:kgrec:ontology#Film", "Film"),
        ("urn:x:y", "y"),
        ("plain", "plain"),
    ],
)
def test_local_name(iri: str, name: str) -> None:
    assert local_name(iri) == name


@pytest.mark.parametrize(
    ("name", "iri"),
    [
        ("year", "urn:kgrec:ontology#year"),
        ("two words", "urn:kgrec:ontology#two%20words"),
        ("http://x.org/likes", "http://x.org/likes"),
        ("http://x.org/two words", "urn:kgrec:ontology#http%3A%2F%2Fx.org%2Ftwo%20words"),
        ("urn:kgrec:item:1", "urn:kgrec:ontology#urn%3Akgrec%3Aitem%3A1"),
    ],
)
def test_term(name: str, iri: str) -> None:
    assert str(term(name)) == iri
    assert is_iri(name) == (iri == name)
