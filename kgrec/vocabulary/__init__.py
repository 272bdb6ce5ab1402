"""The ontology as Python values: Turtle → declarations → inverses and contradictions → terms."""

from kgrec.vocabulary.terms import INTERACTED, NodeType, Property, Relation
from kgrec.vocabulary.vocabulary import Vocabulary

__all__ = ["INTERACTED", "NodeType", "Property", "Relation", "Vocabulary"]
