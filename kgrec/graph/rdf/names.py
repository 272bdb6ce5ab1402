"""Types and relations ↔ IRIs, so that each name comes back as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import quote

from kgrec.errors import StoreError
from kgrec.graph.rdf.iris import term_name, valid_iri
from kgrec.graph.rdf.namespaces import KG, RDF_TYPE
from kgrec.vocabulary import Vocabulary


class Names:
    """The IRIs of the types and relations of one graph.

    :param vocabulary: declares some of them, maybe in other namespaces
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._types = {value.iri: name for name, value in vocabulary.types.items() if value.iri}
        self._relations = {
            value.iri: name for name, value in vocabulary.relations.items() if value.iri
        }

    @property
    def declared_types(self) -> Mapping[str, Any]:
        """Those that an ontology declares, by name."""
        return self._vocabulary.types

    @staticmethod
    def of(header: Mapping[str, Any]) -> Names:
        """Those of a graph with this header: the package's ontology, then its own."""
        ontologies = header.get("ontologies") or ()
        return Names(Vocabulary.parse((str(name), str(text)) for name, text in ontologies))

    def types(self, names: Iterable[str]) -> dict[str, str]:
        """The IRI of each type.

        :raises StoreError: if two names would have one IRI
        """
        return _iris("type", names, self._vocabulary.type_iri, self.type_name)

    def relations(self, names: Iterable[str]) -> dict[str, str]:
        """The IRI of each relation.

        :raises StoreError: if two names would have one IRI
        """
        return _iris("relation", names, self._vocabulary.relation_iri, self.relation_name)

    def type_name(self, iri: str) -> str:
        """The name of a type."""
        return self._types.get(iri) or term_name(iri)

    def relation_name(self, iri: str) -> str:
        """The name of a relation."""
        return self._relations.get(iri) or term_name(iri)


def _iris(
    what: str, names: Iterable[str], iri_of: Callable[[str], str], name_of: Callable[[str], str]
) -> dict[str, str]:
    found = {}
    for name in names:
        iri = iri_of(name)
        # rdf:type already says of which type a node is.
        usable = (valid_iri(iri) or iri.startswith(KG)) and iri != RDF_TYPE
        if not (usable and name_of(iri) == name):
            iri = KG + quote(name, safe="")
        if name_of(iri) != name:
            raise StoreError(
                f"the {what}s '{name}' and '{name_of(iri)}' would have the same IRI ({iri}); "
                "rename one of them."
            )
        found[name] = iri
    return found
