"""The names under which a graph knows its nodes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from kgrec.graph import KnowledgeGraph
from kgrec.graph.labels import is_named
from kgrec.graph.schema import id_of, kind_of
from kgrec.text.extract.tokens import Token, has_ideographs, is_joined, name_of

_ALIASES = ("alias", "aliases", "alternateName", "altLabel", "alt_label", "also_known_as")
_YEAR = re.compile(r"\s*\((?:\d{4})(?:[–-]\d{0,4})?\)\s*$")
_ARTICLE = re.compile(r"^(.*), (The|A|An|Le|La|Les|Der|Die|Das|El|Il)$", re.IGNORECASE)


@dataclass(frozen=True)
class Named:
    """A node that has a name.

    :ivar key: ``"entity:7"``
    :ivar label: as the graph writes it
    :ivar type: its type
    """

    key: str
    label: str
    type: str

    @property
    def kind(self) -> str:
        """``"item"`` or ``"entity"``."""
        return kind_of(self.key)

    @property
    def id(self) -> str:
        """The id that the data use."""
        return id_of(self.key)


class Names:
    """Nodes by name; users are left out, on purpose: no text may speak of one.

    :param graph: whose items and entities
    """

    def __init__(self, graph: KnowledgeGraph) -> None:
        self.nodes: dict[str, Named] = {}
        self.written: dict[str, tuple[str, ...]] = {}
        self.by_words: dict[tuple[str, ...], list[Named]] = {}
        rows = graph.nodes.filter((pl.col("kind") != "user") & is_named())
        for key, label, kind, properties in rows.select(
            "key", "label", "type", "properties"
        ).iter_rows():
            node = Named(key, label, kind)
            self.nodes[key] = node
            self.written[key] = tuple(dict.fromkeys(_names(label, properties)))
            for words in dict.fromkeys(map(name_of, self.written[key])):
                if words:
                    self.by_words.setdefault(words, []).append(node)

    def exactly(self, text: str) -> list[Named]:
        """The nodes of which a text is a name, but for case, white space and punctuation."""
        return self.by_words.get(name_of(text), [])


def bare(label: str) -> str:
    """A title without the year, the article in front: "Matrix, The (1999)" is "The Matrix"."""
    title = _YEAR.sub("", label).strip()
    turned = _ARTICLE.match(title)
    return f"{turned[2]} {turned[1]}" if turned else title


def own_names(*labels: str) -> frozenset[tuple[str, ...]]:
    """The words of the names under which a text may speak of its own item."""
    found = (name_of(name) for label in labels for name in (label, bare(label)))
    return frozenset(words for words in found if words)


def is_within_name(
    words: Sequence[Token], first: int, last: int, is_common: Callable[[Token], bool]
) -> bool:
    """Whether a capital letter before or behind shows that words are part of a longer name.

    :param words: of the sentence
    :param first: place of the first of the words
    :param last: place behind the last
    :param is_common: whether a word with a capital letter is none of a name
    """
    if has_ideographs(words[first].text) or words[first].text[0].islower():
        return False
    around = [(first - 1, first, first - 1)] if first else []
    around += [(last - 1, last, last)] if last < len(words) else []
    return any(
        is_joined(words[one], words[next_])
        and words[other].text[0].isupper()
        and not is_common(words[other])
        for one, next_, other in around
    )


def _names(label: str, properties: str) -> Iterator[str]:
    yield label
    if bare(label):
        yield bare(label)
    if any(f'"{name}"' in properties for name in _ALIASES):
        known: dict[str, Any] = json.loads(properties)
        for name in _ALIASES:
            for value in _several(known.get(name)):
                text = value.get("@value") if isinstance(value, dict) else value
                if isinstance(text, str) and text.strip():
                    yield text.strip()


def _several(value: Any) -> list[Any]:
    if isinstance(value, str):
        return value.split("|")
    return value if isinstance(value, list) else [] if value is None else [value]
