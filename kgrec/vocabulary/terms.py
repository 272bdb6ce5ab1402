"""Node types, relations and properties as values, and those that nobody declared."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kgrec.vocabulary.words import prettify

INTERACTED = "interacted"
"""The relation of an interaction: user → item."""

VAGUE = ("User", "Item", "Entity", "Node")
"""Types that say nothing of what a node is."""

_CONCEPT = "http://www.w3.org/2004/02/skos/core#Concept"

# "directed by", "has part", "lives in": a label that already is the verb of a sentence.
_VERBAL = re.compile(r"^(has|is|was|in|from|at|about) | (by|of|in|to|from|with|at|on|for|as)$")


@dataclass(frozen=True)
class NodeType:
    """A class of nodes.

    :ivar name: local name in the ontology, ``"Film"``
    :ivar label: singular, ``"film"``
    :ivar plural: ``"films"``
    :ivar parents: names of all broader types, nearest first: ``("Item", "Node")``
    :ivar kind: what such a node usually is: ``"user"``, ``"item"`` or ``"entity"``
    :ivar iri: under which the ontology declares it; empty for a generic type
    :ivar description: what it is, in a sentence; may be empty
    :ivar aliases: names and IRIs of classes under which data bring it: ``"Movie"``
    :ivar standards: IRIs of classes of other vocabularies that it and its parents stand below
    """

    name: str
    label: str
    plural: str
    parents: tuple[str, ...] = ()
    kind: str = "entity"
    iri: str = ""
    description: str = ""
    aliases: tuple[str, ...] = ()
    standards: tuple[str, ...] = ()

    @property
    def is_concept(self) -> bool:
        """Whether such nodes are ideas (a genre, a theme) and no things: concepts of SKOS."""
        return _CONCEPT in self.standards

    def is_a(self, name: str) -> bool:
        """Whether every node of this type is also a ``name``; everything is a ``"Node"``."""
        return name in ("Node", self.name, *self.parents)


@dataclass(frozen=True)
class Relation:
    """An edge type and how it reads.

    :ivar name: canonical name, ``"directed_by"``
    :ivar label: from head to tail, ``"directed by"``
    :ivar inverse_label: from tail to head, ``"director of"``
    :ivar domain: node type of the head
    :ivar range: node type of the tail
    :ivar pattern: a shared tail as a reason, ``"also directed by {entity}"``
    :ivar anonymous: the same for a tail without a readable name, ``"by the same director"``
    :ivar inverse_pattern: a shared head as a reason, ``"also starring in {entity}"``
    :ivar symmetric: whether head and tail may be exchanged
    :ivar aliases: names under which data bring it in this direction
    :ivar inverse_aliases: names under which data bring it the other way round
    :ivar known: whether an ontology declares it; ``False`` for a generic relation
    :ivar iri: under which the ontology declares it; empty for a generic relation
    :ivar description: what it is, in a sentence; may be empty
    :ivar columns: names of catalog columns that mean it where nodes of its domain have them
    :ivar transitive: whether it is a hierarchy, in which nothing stands above itself
    :ivar max_count: how many tails a head has at most; ``None``: any number
    :ivar min_count: how many tails every node of the domain has at least
    :ivar inverse: name of the declared relation that is this one the other way round
    """

    name: str
    label: str
    inverse_label: str
    domain: str = "Node"
    range: str = "Node"
    pattern: str = "also {entity}"
    anonymous: str = "with something in common"
    inverse_pattern: str = "also {entity}"
    symmetric: bool = False
    aliases: tuple[str, ...] = ()
    inverse_aliases: tuple[str, ...] = ()
    known: bool = True
    iri: str = ""
    description: str = ""
    columns: tuple[str, ...] = ()
    transitive: bool = False
    max_count: int | None = None
    min_count: int | None = None
    inverse: str = ""


@dataclass(frozen=True)
class Property:
    """A literal that nodes have: a year, a price.

    :ivar name: local name in the ontology, ``"year"``
    :ivar label: ``"year"``
    :ivar datatype: IRI of the values' datatype, ``"http://www.w3.org/2001/XMLSchema#integer"``
    :ivar iri: under which the ontology declares it
    :ivar domain: type of the nodes that usually have it
    :ivar description: what it is, in a sentence; may be empty
    """

    name: str
    label: str
    datatype: str
    iri: str
    domain: str = "Node"
    description: str = ""


def worded(name: str, label: str) -> Relation:
    """A relation whose sentences are made from its label, in English."""
    verbal = bool(_VERBAL.search(label))
    return Relation(
        name=name,
        label=label,
        inverse_label=f"reached by '{label}' from" if verbal else f"{label} of",
        pattern=f"also {label} {{entity}}" if verbal else f"with the same {label}: {{entity}}",
        anonymous=f"{label} the same" if verbal else f"with the same {label}",
        inverse_pattern="also linked to {entity}" if verbal else f"also {label} of {{entity}}",
    )


def generic_type(name: str) -> NodeType:
    """A type that nobody declared; its label is made from its name."""
    label = prettify(name)
    return NodeType(name, label, f"{label}s", ("Entity", "Node"))
