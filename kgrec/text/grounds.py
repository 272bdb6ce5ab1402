"""The grounds of a text: all that it may say of an item or an entity, and no more."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from kgrec.graph.descriptions import LITERALS, SOURCE, TEXT
from kgrec.graph.extracted import is_extracted
from kgrec.graph.labels import is_named
from kgrec.graph.literals import parse
from kgrec.text.around import both_directions, clean, facts_among, listed, type_labels
from kgrec.text.descriptions import DescribableGraph
from kgrec.text.joiners import shown
from kgrec.text.plain import plain_text
from kgrec.vocabulary import Vocabulary
from kgrec.vocabulary.words import prettify

MOST_FACTS = 10
"""Relations of a node that are told; those that link it to few others come first."""
MOST_TEXT = 1_500
"""Characters of a catalog text that are read; what is beyond the last whole word is cut."""
_MOST_LITERALS = 8
_LONGEST_LITERAL = 80
# What people did, counted: a text that told it would carry behaviour into the features.
_BEHAVIOUR = re.compile(
    r"((num|n|nb|number|count|total|avg|average|mean|user)_?)?(of_?)?"
    r"(popularity|ratings?|reviews?|views?|votes?|plays?|listens|listeners|likes|clicks|purchases|"
    r"sales|downloads|fans|followers|interactions)"
    r"(_?(num|count|counts|total|avg|average|mean|rank|score))?"
)
_ADDRESS = re.compile(r"https?://|www\.|\S@\S")
_CODE = re.compile(r"```[^`]*```")
_SENTENCE = re.compile(r"(?<=[.!?。！？…])\s+|(?<=[。！？])|\n+")
# Sentences of a catalog that speak to a reader of instructions are no description of anything.
_ORDERS = re.compile(
    r"\b(ignore|disregard|forget|override)\b.{0,40}\b(previous|prior|above|earlier|all|any|your)\b"
    r"|\b(system|developer)\s+(prompt|message)\b|\b(as an?|you are an?)\s+(ai|assistant|language)\b"
    r"|\b(assistant|system|user)\s*:|\b(say|output|print|answer|reply|respond|write)\b.{0,30}"
    r"(\bonly\b|\bexactly\b|[\"“'].+[\"”'])|\[/?INST\]"
    r"|<\|\w+\|>|</?(system|user|assistant|instructions?|prompt)>",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class GroundFact:
    """A relation of a node, and those that it leads to.

    :ivar phrase: how it reads from the node: ``"directed by"``
    :ivar names: readable names of the most informative neighbours, by name
    :ivar relation: canonical name
    :ivar forward: whether the node is the head
    """

    phrase: str
    names: tuple[str, ...]
    relation: str
    forward: bool


@dataclass(frozen=True)
class Grounds:
    """All that may be said of a node.

    :ivar key: of the node
    :ivar label: its name; empty where it has none that can be read
    :ivar type: ``"film"``; empty where its type says nothing
    :ivar text: what the catalog says, on one line, without markup and addresses; may be empty
    :ivar literals: label and value of its attributes: ``("year", "1995")``
    :ivar facts: those that link it to the fewest others first
    """

    key: str
    label: str
    type: str = ""
    text: str = ""
    literals: tuple[tuple[str, str], ...] = ()
    facts: tuple[GroundFact, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell: no name, or neither a text nor a fact."""
        return not self.label or not (self.text or self.facts)

    def data(self) -> dict[str, Any]:
        """Everything but the key, ready for JSON, in the order in which it is to be read."""
        found: dict[str, Any] = {"name": self.label, "type": self.type, "text": self.text}
        for label, value in self.literals:
            found.setdefault(label, value)
        facts: dict[str, list[str]] = {}
        for fact in self.facts:
            facts.setdefault(fact.phrase, []).extend(fact.names)
        found["facts"] = facts
        return {name: value for name, value in found.items() if value}


def read_grounds(
    graph: DescribableGraph,
    *,
    neighbours: int = 4,
    vocabulary: Vocabulary | None = None,
    hidden: Iterable[str] = (),
) -> list[Grounds]:
    """The grounds of every item and entity of a graph, in the order of its nodes.

    Users, what they did and how often are nowhere in it, and no fact that only a text states: what
    a model asserted would come back as what the catalog says. Sensitive relations must have been
    taken out (:func:`~kgrec.graph.sensitive.without_sensitive`); literals are named here.

    :param neighbours: at most so many names for each relation and direction, the rarest; see
        :class:`~kgrec.text.template.TemplateDescriber`, whose order was measured
    :param vocabulary: the words of types and relations; by default those of the graph
    :param hidden: literals that are left out
    """
    words = vocabulary or graph.vocabulary
    nodes = graph.nodes.filter(pl.col("kind") != "user")
    stated = graph.edges.filter(~is_extracted())
    facts = both_directions(facts_among(stated, nodes), words)
    by = ("key", "relation", "forward", "phrase")
    groups = listed(facts, nodes, neighbours, by).sort("key", "size", "phrase", "relation")
    around = (
        # By name, so that the degree of a neighbour, which others change, does not change a text.
        groups.with_columns(pl.col("names").list.unique().list.sort())
        .group_by("key", maintain_order=True)
        .agg(pl.struct("phrase", "names", "relation", "forward").head(MOST_FACTS).alias("facts"))
    )
    left_out = frozenset(hidden)
    rows = nodes.select(
        "key",
        pl.when(is_named()).then(clean("label")).otherwise(pl.lit("")).alias("label"),
        type_labels(nodes, words).fill_null("").alias("kind"),
        "text",
        "properties" if "properties" in nodes.columns else pl.lit("{}").alias("properties"),
    ).join(around, on="key", how="left", maintain_order="left")
    return [_grounds(row, words, left_out) for row in rows.iter_rows(named=True)]


def _grounds(row: Mapping[str, Any], vocabulary: Vocabulary, hidden: frozenset[str]) -> Grounds:
    literals = parse(row["properties"])
    texts = [row["text"]]
    if SOURCE not in literals and isinstance(literals.get(TEXT), str):
        texts.append(literals[TEXT])  # a column of the catalog
    shown = {
        name: value
        for name, value in literals.items()
        if name not in LITERALS and name not in hidden and not _BEHAVIOUR.fullmatch(name.lower())
    }
    return Grounds(
        key=row["key"],
        label=row["label"],
        type=row["kind"],
        text=prose_of(" ".join(dict.fromkeys(filter(None, texts)))),
        literals=tuple(_literals(shown, vocabulary))[:_MOST_LITERALS],
        facts=tuple(
            GroundFact(each["phrase"], tuple(each["names"]), each["relation"], each["forward"])
            for each in row["facts"] or ()
        ),
    )


def prose_of(text: str) -> str:
    """A catalog's text as one line of prose.

    Of markup stays what a reader sees (:func:`~kgrec.text.plain.plain_text`); code and control
    characters become blanks, but joiners within words stay; sentences with an address are left
    out, and those that give orders to a language model; of the rest :data:`MOST_TEXT` characters
    stay.
    """
    # Far more than is kept: markup may take most of it.
    prose = _CODE.sub(" ", plain_text(text[: 8 * MOST_TEXT]))
    kept = [
        sentence
        for sentence in _SENTENCE.split(prose)
        if not _ADDRESS.search(sentence) and not _ORDERS.search(sentence)
    ]
    words = " ".join(shown(" ".join(kept)).split())
    if len(words) <= MOST_TEXT:
        return words
    whole, blank, _ = words[: MOST_TEXT + 1].rpartition(" ")
    return whole if blank else words[:MOST_TEXT]


def _literals(literals: Mapping[str, Any], vocabulary: Vocabulary) -> Iterable[tuple[str, str]]:
    for name, value in literals.items():
        text = _written(value)
        if text and len(text) <= _LONGEST_LITERAL and not _ADDRESS.search(text):
            declared = vocabulary.properties.get(name)
            yield declared.label if declared else prettify(name), text


def _written(value: Any) -> str:
    """A literal as a text would say it; empty where a text could not."""
    if isinstance(value, Mapping):
        value = value.get("@value")
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ""  # vectors, and lists that have no order of their own
    if value is None or isinstance(value, bool):
        return ""
    text = value if isinstance(value, str) else json.dumps(value)
    return " ".join(text.split()) if shown(text) == text else ""
