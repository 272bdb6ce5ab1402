"""The SHACL shapes in a user's own ontology."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rdflib import BNode, Graph, URIRef
from rdflib.namespace import RDF, SH
from rdflib.term import Literal, Node

from kgrec.errors import GraphError
from kgrec.vocabulary.turtle import local_name, parse_turtle

_ANONYMOUS = "urn:kgrec:shape:"
# Nothing that a file brings is run: no query, no script, no rule.
_CODE = (SH.sparql, SH.select, SH.ask, SH.construct, SH.js, SH.rule, SH.expression, SH.jsLibrary)


@dataclass(frozen=True, eq=False)
class UserShapes:
    """Shapes, and which of them stands inside of which.

    :ivar graph: the files that hold shapes, in one graph
    :ivar owners: IRI of the shape around a property shape
    :ivar files: names of the files
    """

    graph: Graph
    owners: Mapping[str, str]
    files: tuple[str, ...]

    def owner(self, shape: str) -> str:
        """The IRI of the outermost shape around a shape."""
        while shape in self.owners:
            shape = self.owners[shape]
        return shape

    def message(self, shape: str) -> str:
        """What the shape, or the one around it, says in its ``sh:message``; English first."""
        while shape:
            texts = list(self.graph.objects(URIRef(shape), SH.message))
            if texts:
                return str(min(texts, key=_preference))
            shape = self.owners.get(shape, "")
        return ""


def user_shapes(ontologies: Iterable[tuple[str, str]]) -> UserShapes | None:
    """The shapes in ontology files; ``None`` if there are none.

    :param ontologies: name and Turtle of each file
    :raises GraphError: if a file is not Turtle, or a shape brings code
    """
    whole, files = Graph(), []
    for name, text in ontologies:
        graph = parse_turtle(name, text)
        if any((None, RDF.type, kind) in graph for kind in (SH.NodeShape, SH.PropertyShape)):
            _refuse_code(name, graph)
            files.append(name)
            whole += graph
    if not files:
        return None
    owners = _name_property_shapes(whole)
    return UserShapes(whole, owners, tuple(files))


def _refuse_code(file: str, graph: Graph) -> None:
    for predicate in _CODE:
        for subject in graph.subjects(predicate):
            owner = next(
                (s for s in graph.transitive_subjects(None, subject) if isinstance(s, URIRef)),
                subject,
            )
            named = "a shape" if isinstance(owner, BNode) else f"'{local_name(owner)}'"
            raise GraphError(
                f"{file}: {named} brings code (sh:{local_name(predicate)}), which kgrec never "
                "runs; say it with the constraints of SHACL Core."
            )


def _name_property_shapes(graph: Graph) -> dict[str, str]:
    """Give the property shapes without a name one: results must be traced to them."""
    owners = {}
    for number, (outer, shape) in enumerate(sorted(graph.subject_objects(SH.property))):
        if isinstance(shape, BNode):
            name = URIRef(f"{_ANONYMOUS}{number}")
            _rename(graph, shape, name)
            shape = name
        owners[str(shape)] = str(outer)
    return {shape: owner for shape, owner in owners.items() if shape != owner}


def _rename(graph: Graph, old: BNode, new: URIRef) -> None:
    for subject, predicate, value in [*graph.triples((old, None, None))]:
        graph.remove((subject, predicate, value))
        graph.add((new, predicate, value))
    for subject, predicate, value in [*graph.triples((None, None, old))]:
        graph.remove((subject, predicate, value))
        graph.add((subject, predicate, new))


def _preference(text: Node) -> tuple[bool, bool, str]:
    language = text.language if isinstance(text, Literal) else None
    return language != "en", language is not None, str(text)
