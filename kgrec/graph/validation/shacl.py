"""Running SHACL, and its results in plain words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rdflib import BNode, Graph
from rdflib.namespace import RDF, SH

from kgrec.errors import GraphError
from kgrec.graph.report import Violation
from kgrec.graph.validation.rules_found import EXAMPLES
from kgrec.graph.validation.shapes import SHAPES, constraint_of, shape_words
from kgrec.graph.validation.user_shapes import UserShapes
from kgrec.vocabulary.turtle import NAMESPACE, local_name

_WORDS = {
    "MinCount": "has too few values of",
    "MaxCount": "has too many values of",
    "QualifiedMinCount": "has too few fitting values of",
    "QualifiedMaxCount": "has too many fitting values of",
    "Datatype": "has a literal of the wrong datatype as",
    "Class": "leads to a node of the wrong class by",
    "NodeKind": "has a value of the wrong kind as",
    "Pattern": "has a value of the wrong form as",
    "In": "has a value outside of the list as",
    "HasValue": "lacks the value it must have as",
    "UniqueLang": "has several values of one language as",
    "Disjoint": "has a forbidden value as",
}
_EDGES = (
    (NAMESPACE.Interaction, NAMESPACE.user, NAMESPACE.item),
    (RDF.Statement, RDF.subject, RDF.object),
)
_RANGE = ("MinInclusive", "MaxInclusive", "MinExclusive", "MaxExclusive", "MinLength", "MaxLength")


@dataclass(frozen=True)
class Focus:
    """Which nodes of an RDF graph are which nodes of kgrec's.

    :ivar keys: key by IRI
    :ivar complete: keys of the nodes all of whose edges are in the RDF graph; ``None``: all
    """

    keys: Mapping[str, str]
    complete: Collection[str] | None = None


def run_shacl(
    graph: Graph, shapes: Graph, focus: Focus, own: UserShapes | None = None
) -> list[Violation]:
    """Run shapes on an RDF graph.

    What a shape says to be missing is believed of complete nodes only, and so is all that a shape
    of the user's says.

    :param own: the user's shapes
    :raises GraphError: if a shape of the user's is not valid SHACL
    """
    all_shapes = shapes + own.graph if own else shapes
    results = _results(graph, all_shapes, own)
    grouped: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for result in results.subjects(RDF.type, SH.ValidationResult):
        shape = str(results.value(result, SH.sourceShape))
        theirs = not shape.startswith(str(SHAPES))
        constraint = constraint_of(shape)[0]
        blamed = _blamed(graph, results.value(result, SH.focusNode), focus)
        if (theirs or constraint == "too-few") and not _is_complete(blamed, focus):
            continue
        words = _own_words(results, result, shape, own) if theirs and own else _words(shape)
        grouped[words].add(blamed)
    return [
        Violation(constraint, severity, message, len(found), relation, _first(found))
        for (constraint, severity, message, relation), found in sorted(grouped.items())
    ]


def _results(graph: Graph, shapes: Graph, own: UserShapes | None) -> Graph:
    import pyshacl  # slow to import, and needed here only

    try:
        _, results, _ = pyshacl.validate(graph, shacl_graph=shapes, inference="none", inplace=True)
    except Exception as error:  # of many kinds: pyshacl's own, of regular expressions, of rdflib
        if own is None:
            raise
        raise _invalid(own, error) from error
    if isinstance(results, Graph):
        return results
    if own is None:
        raise GraphError(f"the shapes of kgrec cannot be run ({results}); report it.")
    raise _invalid(own, results)


def _invalid(own: UserShapes, error: object) -> GraphError:
    reason = " ".join(str(error).split()).rstrip(".")
    for shape in own.owners:
        reason = reason.replace(shape, f"in {local_name(own.owner(shape))}")
    return GraphError(f"{', '.join(own.files)}: not valid SHACL ({reason}); correct the shape.")


def _words(shape: str) -> tuple[str, str, str, str]:
    constraint, relation = constraint_of(shape)
    return constraint, *shape_words(constraint), relation


def _own_words(
    results: Graph, result: Any, shape: str, own: UserShapes
) -> tuple[str, str, str, str]:
    name = local_name(own.owner(shape))
    path = results.value(result, SH.resultPath)
    relation = "" if path is None or isinstance(path, BNode) else local_name(path)
    severity = results.value(result, SH.resultSeverity)
    component = local_name(results.value(result, SH.sourceConstraintComponent) or SH.Violation)
    message = own.message(shape) or _explained(component, name, relation)
    return name, "error" if severity == SH.Violation else "warning", message, relation


def _explained(component: str, name: str, relation: str) -> str:
    component = component.removesuffix("ConstraintComponent")
    words = "has a value out of range as" if component in _RANGE else _WORDS.get(component)
    if words and relation:
        return f"a node {words} '{relation}', says the shape {name}"
    return f"a node breaks the shape {name} ({component})"


def _blamed(graph: Graph, focus_node: Any, focus: Focus) -> str:
    """The node, or the two ends of an edge, that a SHACL result is about."""
    for kind, *ends in _EDGES:
        if (focus_node, RDF.type, kind) in graph:
            iris = (str(graph.value(focus_node, end)) for end in ends)
            return " → ".join(focus.keys.get(iri, iri) for iri in iris)
    return focus.keys.get(str(focus_node), str(focus_node))


def _is_complete(blamed: str, focus: Focus) -> bool:
    return focus.complete is None or " → " in blamed or blamed in focus.complete


def _first(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(found)[:EXAMPLES])
