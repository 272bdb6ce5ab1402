"""The words of a graph: node types and relations, read from the Turtle files of ``ontology/``.

A name that no file knows is not an error: it gets a generic type or relation whose label is made
from the name (``music.artist.origin`` reads "origin"), so that any graph can be loaded and read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from kgrec.vocabulary.reading import read_terms
from kgrec.vocabulary.terms import VAGUE, NodeType, Property, Relation, generic_type, worded
from kgrec.vocabulary.turtle import builtin_ontology, read_ontology, term
from kgrec.vocabulary.words import camel, prettify, snake


class Vocabulary:
    """Node types, relations and literal properties by name.

    :ivar types: every declared :class:`NodeType` by name
    :ivar relations: every declared :class:`Relation` by name; of two inverses only the one kept
    :ivar properties: every declared :class:`Property` by name
    :ivar make_words: gives a relation that has a label alone the rest of its words
    """

    def __init__(
        self,
        types: Mapping[str, NodeType],
        relations: Mapping[str, Relation],
        properties: Mapping[str, Property] | None = None,
        make_words: Callable[[str, str], Relation] | None = None,
    ) -> None:
        self.make_words = make_words or worded
        self.types = dict(types)
        self.relations = dict(relations)
        self.properties = dict(properties or {})
        self._classes = {alias: one.name for one in self.types.values() for alias in one.aliases}
        self._names = _index_names(self.relations.values())
        self._columns = _index_columns(self.relations.values())

    def __repr__(self) -> str:
        return (
            f"Vocabulary({len(self.types)} types, {len(self.relations)} relations, "
            f"{len(self.properties)} properties)"
        )

    @staticmethod
    def load(extra_files: Iterable[str | Path] = (), *, language: str = "en") -> Vocabulary:
        """Read the ontology of the package, then ``extra_files``; a later file overrules.

        :param extra_files: Turtle files of the user
        :param language: the language tag of labels and patterns
        :raises GraphError: if a file is missing or not Turtle, or if it contradicts itself: a
            circle of subclasses, a class that is a user and an item, two relations of one name …
        """
        return Vocabulary.parse(map(read_ontology, extra_files), language=language)

    @staticmethod
    def parse(extra: Iterable[tuple[str, str]] = (), *, language: str = "en") -> Vocabulary:
        """Like :meth:`load`, from pairs of a name and a Turtle text."""
        return _vocabulary(builtin_ontology() + tuple(extra), language)

    def relation(self, name: str) -> Relation:
        """Return the relation that a graph calls so; a generic one where nobody declared it.

        In a graph a name that is an alias is a relation of its own: its edges have ends that the
        declared relation cannot have. What an alias in data may mean, :meth:`canonical` says.
        """
        return self.relations.get(name) or self._generic(name)

    def canonical(self, name: str) -> tuple[str, bool]:
        """Return the canonical name, and whether ``name`` runs from tail to head.

        An unknown name is returned as it is.
        """
        return self._names.get(name) or self._names.get(snake(name)) or (name, False)

    def is_own_name(self, name: str) -> bool:
        """Whether a relation, or its declared inverse, itself has this name or this IRI."""
        canonical, inverse = self.canonical(name)
        relation = self.relations.get(canonical)
        if relation is None:
            return False
        own = relation.inverse if inverse else canonical
        return name in (own, str(term(own))) or (not inverse and name == relation.iri)

    def type(self, name: str) -> NodeType:
        """Return the type of this name, alias or label; a generic one where nobody declared it."""
        for known in (name, camel(prettify(name))):
            found = self.types.get(known) or self.types.get(self._classes.get(known, ""))
            if found is not None:
                return found
        return generic_type(name)

    def relation_iri(self, name: str) -> str:
        """The IRI of a relation in RDF, declared or not."""
        relation = self.relations.get(name)
        return (relation and relation.iri) or str(term(name))

    def type_iri(self, name: str) -> str:
        """The IRI of a type in RDF, declared or not."""
        node_type = self.types.get(name)
        return (node_type and node_type.iri) or str(term(name))

    def property_iri(self, name: str) -> str:
        """The IRI of a literal property in RDF, declared or not."""
        declared = self.properties.get(name)
        return declared.iri if declared else str(term(name))

    def attribute(self, column: str, kind: str, type_name: str = "") -> Relation:
        """Return the relation that an attribute column stands for.

        :param column: for instance ``"genres"``
        :param kind: ``"item"`` or ``"user"``: whose attribute it is
        :param type_name: the type of those nodes, where it is known: a ``writer`` is one relation
            for films and another one for music
        :return: the declared relation that such a node can have, else a generic ``has_<column>``
        """
        node_type = self._known_type(type_name)
        fitting = [
            relation
            for relation in self._claiming(column, node_type is None)
            if self._may_have(kind, node_type, relation.domain)
        ]
        if fitting:  # the narrowest domain says most; of equal ones a name, then a mere column
            return max(fitting, key=lambda one: self._depth(one.domain) if node_type else 0)
        return replace(self._generic(f"has_{snake(column)}"), domain=kind.capitalize())

    def is_literal(self, column: str, kind: str, type_name: str = "") -> bool:
        """Whether a column is declared to hold literals, and means no relation of such nodes.

        A name can be both: the ``source`` of an article is an outlet, that of a film a literal.

        :param column: for instance ``"year"``
        :param kind: ``"item"`` or ``"user"``
        :param type_name: the type of those nodes, where it is known
        """
        declared = self.properties.get(column) or self.properties.get(snake(column))
        node_type = self._known_type(type_name)
        if declared is None or not self._may_have(kind, node_type, declared.domain):
            return False
        return node_type is None or not self.attribute(column, kind, type_name).known

    def fits(self, wanted: str, kind: str, type_name: str | None = None) -> bool:
        """Whether nothing speaks against a node being a ``wanted``.

        :param wanted: the domain or the range of a relation
        :param kind: of the node
        :param type_name: its type; ``None``: unknown, which speaks against nothing but a user
        """
        other = self.type(wanted)
        if wanted in ("Node", kind.capitalize()):
            return True
        if type_name is None or "user" in (kind, other.kind):
            return (kind == "user") == (other.kind == "user")
        one = self.type(type_name)
        if one.is_a(wanted) or other.is_a(one.name):
            return True
        # A singer who is stated to be a person may well be an artist: both are agents.
        related = not set(one.standards).isdisjoint(other.standards)
        return related and one.kind == other.kind == "entity"

    def _claiming(self, column: str, vague: bool) -> list[Relation]:
        """Relations that a column may stand for; of items of no known type, only a sure one."""
        name, inverse = self.canonical(column)
        named = [self.relations[name]] if name in self.relations and not inverse else []
        others = [self.relations[other] for other in self._columns.get(snake(column), ())]
        return named + (others if not vague or len(others) == 1 else [])

    def _depth(self, name: str) -> int:
        return -1 if name == "Node" else len(self.type(name).parents)

    def _known_type(self, name: str) -> NodeType | None:
        """The declared type of this name, if it says more than what kind of node it is."""
        found = self.types.get(self.type(name).name)
        return None if found is None or found.name in VAGUE else found

    def _may_have(self, kind: str, node_type: NodeType | None, domain: str) -> bool:
        if node_type is not None:
            return node_type.is_a(domain) or domain == kind.capitalize()
        return domain == "Node" or self.type(domain).kind == kind

    def _generic(self, name: str) -> Relation:
        # The values of an attribute have a type of their own; the tail of a fact, only a known one.
        words = prettify(name.removeprefix("has_"))
        named = camel(words)
        is_attribute = name.startswith("has_")
        return replace(
            self.make_words(name, words),
            range=named if is_attribute or named in self.types else "Node",
            known=False,
        )


@lru_cache(maxsize=8)
def _vocabulary(texts: tuple[tuple[str, str], ...], language: str) -> Vocabulary:
    return Vocabulary(*read_terms(texts, language))


def _index_names(relations: Iterable[Relation]) -> dict[str, tuple[str, bool]]:
    index: dict[str, tuple[str, bool]] = {}
    for relation in relations:
        forward = (relation.name, *relation.aliases)
        index.update(dict.fromkeys(forward, (relation.name, False)))
        backward = (relation.name, not relation.symmetric)
        index.update(dict.fromkeys(relation.inverse_aliases, backward))
    return index


def _index_columns(relations: Iterable[Relation]) -> dict[str, tuple[str, ...]]:
    index: dict[str, list[str]] = {}
    for relation in relations:
        for column in relation.columns:
            index.setdefault(column, []).append(relation.name)
    return {column: tuple(names) for column, names in index.items()}
