"""The ontology as Python values: Turtle → declarations → inverses and contradictions → words."""

from kgrec.vocabulary.vocabulary import INTERACTED, NodeType, Property, Relation, Vocabulary

__all__ = ["INTERACTED", "NodeType", "Property", "Relation", "Vocabulary"]
