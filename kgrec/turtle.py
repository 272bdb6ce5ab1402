"""Turtle → plain declarations; what they mean is for :mod:`kgrec.vocabulary` to say."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import quote

from rdflib import Graph, Namespace, URIRef
from rdflib.namespace import OWL, RDF, RDFS, SKOS
from rdflib.plugins.parsers.notation3 import BadSyntax
from rdflib.term import Literal, Node

from kgrec.errors import GraphError

NAMESPACE = Namespace("urn:kgrec:ontology#")

_ABSOLUTE = re.compile(r"(?:urn:|[a-z][a-z0-9+.\-]*://)[^\x00-\x20<>\"{}|^`\\]+", re.IGNORECASE)

_PREFIXES = {"http://dbpedia.org/ontology/": "dbo:", "https://schema.org/": "schema:"}


@dataclass
class Declarations:
    """What Turtle files declare, by local name; a later file adds to and overrules an earlier one.

    :ivar types: ``label, plural, parents`` of each class
    :ivar relations: ``label, inverse_label, domain, range, pattern, …`` of each relation
    """

    types: dict[str, dict[str, Any]] = field(default_factory=dict)
    relations: dict[str, dict[str, Any]] = field(default_factory=dict)


def read_declarations(texts: Iterable[tuple[str, str]], language: str) -> Declarations:
    """Read ontology files in order.

    :param texts: name and Turtle of each file
    :param language: the language tag of labels and patterns; a text without a tag fits always
    :raises GraphError: if a text is not Turtle
    """
    declarations = Declarations()
    for name, text in texts:
        graph = parse_turtle(name, text)
        for subject in _iris(graph.subjects(RDF.type, RDFS.Class)):
            _merge(declarations.types, local_name(subject), _type(graph, subject, language))
        for subject in _relations(graph):
            _merge(declarations.relations, local_name(subject), _relation(graph, subject, language))
    return declarations


@lru_cache(maxsize=1)
def builtin_ontology() -> tuple[tuple[str, str], ...]:
    """Name and text of the ontology files of this package, the core first."""
    folder = files("kgrec.ontology")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".ttl"))
    names.sort(key=lambda name: name != "core.ttl")
    return tuple((name, (folder / name).read_text(encoding="utf-8")) for name in names)


@lru_cache(maxsize=1)
def builtin_shapes() -> tuple[tuple[str, str], ...]:
    """Name and text of the SHACL files of this package."""
    folder = files("kgrec.ontology.shapes")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".ttl"))
    return tuple((f"shapes/{name}", (folder / name).read_text(encoding="utf-8")) for name in names)


def read_ontology(path: str | Path) -> tuple[str, str]:
    """Name and text of a user's ontology file.

    :raises GraphError: if it cannot be read
    """
    try:
        return str(path), Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8 text"
        raise GraphError(
            f"{path}: the ontology cannot be read ({reason}); check the path."
        ) from error


def parse_turtle(name: str, text: str) -> Graph:
    """Parse Turtle.

    :raises GraphError: with file and line, if it is not
    """
    try:
        return Graph().parse(data=text, format="turtle")
    except BadSyntax as error:
        line = error.lines + 1
        raise GraphError(
            f"{name}, line {line}: not valid Turtle ({error._why}); correct it."
        ) from error
    except Exception as error:  # rdflib lets plain ValueErrors of IRIs and literals through
        raise GraphError(f"{name}: not valid Turtle ({error}); correct it.") from error


def local_name(iri: Node) -> str:
    """The part of an IRI behind the last ``#``, ``/`` or ``:``."""
    text = str(iri).rstrip("/#")
    return text[max(text.rfind(mark) for mark in "#/:") + 1 :]


def is_iri(name: str) -> bool:
    """Whether a name is an absolute IRI as it stands, with no character that IRIs forbid."""
    return bool(_ABSOLUTE.fullmatch(name)) and not name.startswith("urn:kgrec:")


def term(name: str) -> URIRef:
    """The IRI of a type, relation or property of any name: its own, where it is one."""
    return URIRef(name if is_iri(name) else NAMESPACE + quote(name, safe=""))


def _iris(nodes: Iterable[Node]) -> list[URIRef]:
    return sorted({node for node in nodes if isinstance(node, URIRef)})


def _relations(graph: Graph) -> list[URIRef]:
    """Declared relations, and those of an earlier file that this one only gives more aliases."""
    extended = (
        subject
        for predicate in (NAMESPACE.alias, NAMESPACE.inverseAlias)
        for subject in graph.subjects(predicate)
    )
    return _iris([*graph.subjects(RDF.type, NAMESPACE.Relation), *extended])


def _merge(into: dict[str, dict[str, Any]], name: str, values: dict[str, Any]) -> None:
    earlier = into.setdefault(name, {})
    for key, value in values.items():
        if isinstance(value, tuple):
            earlier[key] = tuple(dict.fromkeys(earlier.get(key, ()) + value))
        elif value:
            earlier[key] = value


def _text(graph: Graph, subject: Node, predicate: Node, language: str) -> str | None:
    literals = [value for value in graph.objects(subject, predicate) if isinstance(value, Literal)]
    fitting = [str(value) for value in literals if value.language == language]
    plain = [str(value) for value in literals if value.language is None]
    return min(fitting or plain, default=None)


def _names(graph: Graph, subject: Node, predicate: Node) -> tuple[str, ...]:
    return tuple(sorted(str(value) for value in graph.objects(subject, predicate)))


def _type(graph: Graph, subject: URIRef, language: str) -> dict[str, Any]:
    return {
        "iri": str(subject),
        "label": _text(graph, subject, RDFS.label, language),
        "plural": _text(graph, subject, NAMESPACE.plural, language),
        "parents": tuple(
            local_name(parent) for parent in _iris(graph.objects(subject, RDFS.subClassOf))
        ),
    }


def _relation(graph: Graph, subject: URIRef, language: str) -> dict[str, Any]:
    ends = {
        key: next((local_name(value) for value in graph.objects(subject, predicate)), None)
        for key, predicate in (("domain", RDFS.domain), ("range", RDFS.range))
    }
    words = {
        key: _text(graph, subject, predicate, language)
        for key, predicate in (
            ("label", RDFS.label),
            ("inverse_label", NAMESPACE.inverseLabel),
            ("pattern", NAMESPACE.pattern),
            ("anonymous", NAMESPACE.anonymousPattern),
            ("inverse_pattern", NAMESPACE.inversePattern),
        )
    }
    return {
        "iri": str(subject),
        **ends,
        **words,
        "symmetric": (subject, RDF.type, OWL.SymmetricProperty) in graph,
        "aliases": _names(graph, subject, NAMESPACE.alias) + _matches(graph, subject),
        "inverse_aliases": _names(graph, subject, NAMESPACE.inverseAlias),
    }


def _matches(graph: Graph, subject: URIRef) -> tuple[str, ...]:
    """The IRI of the relation and of the standard terms that it matches, long and prefixed."""
    iris = [
        subject,
        *graph.objects(subject, SKOS.closeMatch),
        *graph.objects(subject, SKOS.exactMatch),
    ]
    long = sorted(map(str, iris))
    short = [
        prefix + iri.removeprefix(base)
        for iri in long
        for base, prefix in _PREFIXES.items()
        if iri.startswith(base)
    ]
    return tuple(long + short)
