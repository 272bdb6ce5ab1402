"""A path as a query that returns this very path, in every store that holds the graph.

Cypher and SPARQL answer with the same nodes in the same order: compare
:meth:`kgrec.graph.QueryResult.iris` of both.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from rdflib import URIRef

from kgrec.explain.explanation import PathNode, PathRelation
from kgrec.graph.cypher import quote_string, relationship
from kgrec.graph.rdf import node_iri
from kgrec.graph.schema import kind_of
from kgrec.vocabulary import Vocabulary

# Lists of different users name the same nodes.
_KEPT = 2**14


def cypher(
    nodes: Sequence[PathNode], relations: Sequence[PathRelation], *, name_kinds: bool = False
) -> str:
    """Write a Cypher query whose only row is the path ``p``.

    Where several edges of one relation join two nodes, at different times, any of them will do.

    :param nodes: from the user to the item
    :param relations: one less than nodes
    :param name_kinds: also ask for the kind of each node, where the label alone does not tell it:
        in a graph that has, for instance, an entity of the type ``Item``
    """
    pattern, conditions = _node(nodes[0], name_kinds), []
    for number, (relation, node) in enumerate(zip(relations, nodes[1:], strict=True)):
        edge, condition = relationship(relation.name, f"r{number}")
        left, right = ("-", "->") if relation.forward else ("<-", "-")
        pattern += f"{left}{edge}{right}{_node(node, name_kinds)}"
        conditions += [condition] if condition else []
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return f"MATCH p={pattern}{where} RETURN p LIMIT 1"


def _node(node: PathNode, name_kind: bool) -> str:
    kind = kind_of(node.key)
    more = f", kind: {quote_string(kind)}" if name_kind else ""
    return f"(:{kind.capitalize()} {{id: {quote_string(node.id)}{more}}})"


def sparql(
    nodes: Sequence[PathNode], relations: Sequence[PathRelation], vocabulary: Vocabulary
) -> str:
    """Write a SPARQL query whose only solution names the nodes of the path in order.

    :param nodes: from the user to the item
    :param relations: one less than nodes
    :param vocabulary: knows the IRI of each relation
    """
    names = [f"?n{number}" for number in range(len(nodes))]
    iris = " ".join(_node_term(node.key) for node in nodes)
    triples = []
    for number, relation in enumerate(relations):
        head, tail = names[number : number + 2]
        if not relation.forward:
            head, tail = tail, head
        predicate = _term(vocabulary.relation_iri(relation.name))
        triples.append(f"  {head} {predicate} {tail} .")
    values = f"  VALUES ({' '.join(names)}) {{ ({iris}) }}"
    return "\n".join([f"SELECT DISTINCT {' '.join(names)} WHERE {{", values, *triples, "}"])


@lru_cache(_KEPT)
def _node_term(key: str) -> str:
    return node_iri(key).n3()


@lru_cache(_KEPT)
def _term(iri: str) -> str:
    return URIRef(iri).n3()
