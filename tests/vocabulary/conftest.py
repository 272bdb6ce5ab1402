from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kgrec.vocabulary import Relation, Vocabulary

PREFIXES = """
@prefix kg: <urn:kgrec:ontology#> .
@prefix ex: <http://example.org/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    return Vocabulary.load()


@pytest.fixture
def load(tmp_path: Path) -> Callable[[str], Vocabulary]:
    """Load kgrec's ontology with some Turtle of a user's own."""

    def load(text: str) -> Vocabulary:
        (tmp_path / "own.ttl").write_text(PREFIXES + text, encoding="utf-8")
        return Vocabulary.load([tmp_path / "own.ttl"])

    return load


@pytest.fixture(scope="session")
def meant() -> Callable[[Vocabulary, str], Relation]:
    """The relation that a name stands for."""
    return lambda vocabulary, name: vocabulary.relations[vocabulary.canonical(name)[0]]
