"""Bounds of numbers that the shapes of the package state, for the columnar rules."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import ClassVar

from rdflib import Graph, URIRef
from rdflib.namespace import RDF, SH
from rdflib.term import Literal, Node

from kgrec.graph.validation.shapes import SHAPES, builtin_shape_graph
from kgrec.vocabulary.turtle import local_name


@dataclass(frozen=True)
class Bounds:
    """The values of one property of the nodes of one class.

    :ivar constraint: name of the shape
    :ivar target: name of the class
    :ivar property: name of the property
    :ivar low: least value
    :ivar high: greatest value
    """

    constraint: str
    target: str
    property: str
    low: float
    high: float

    json: ClassVar[str] = r"-?\d{1,15}(?:\.\d{1,15})?"
    """A regular expression of the numbers in JSON that any machine compares exactly enough."""

    def holds(self, value: Literal) -> bool:
        """Whether a literal is a number within the bounds."""
        number = value.value
        if isinstance(number, bool) or not isinstance(number, (int, float, Decimal)):
            return False
        return self.low <= number <= self.high


@lru_cache(maxsize=1)
def bounds() -> tuple[Bounds, ...]:
    """The bounds in all shapes of the package."""
    graph = builtin_shape_graph()
    return tuple(
        _read(graph, target, shape)
        for node_shape in sorted(graph.subjects(RDF.type, SH.NodeShape), key=str)
        for target in graph.objects(node_shape, SH.targetClass)
        for shape in sorted(graph.objects(node_shape, SH.property), key=str)
        if isinstance(graph.value(shape, SH.path), URIRef)
        and ((shape, SH.minInclusive, None) in graph or (shape, SH.maxInclusive, None) in graph)
    )


def _read(graph: Graph, target: Node, shape: Node) -> Bounds:
    def limit(predicate: URIRef, otherwise: float) -> float:
        value = graph.value(shape, predicate)
        return otherwise if value is None else float(str(value))

    return Bounds(
        constraint=str(shape).removeprefix(str(SHAPES)),
        target=local_name(target),
        property=local_name(str(graph.value(shape, SH.path))),
        low=limit(SH.minInclusive, -math.inf),
        high=limit(SH.maxInclusive, math.inf),
    )
