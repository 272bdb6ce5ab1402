"""Text: the graph described in words, the words as vectors."""

from kgrec.text.cache import CachedEncoder
from kgrec.text.describe import Describer, Descriptions, TemplateDescriber, describe
from kgrec.text.encode import (
    MiniLMEncoder,
    TextEncoder,
    TransformerEncoder,
    encode_descriptions,
    encode_relations,
)

__all__ = [
    "CachedEncoder",
    "Describer",
    "Descriptions",
    "MiniLMEncoder",
    "TemplateDescriber",
    "TextEncoder",
    "TransformerEncoder",
    "describe",
    "encode_descriptions",
    "encode_relations",
]
