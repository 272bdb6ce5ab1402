"""Descriptions from a template: name, type, catalog text, facts."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from kgrec.callbacks import Progress
from kgrec.config import TextConfig
from kgrec.graph.labels import is_named
from kgrec.text.around import (
    GENERIC,
    both_directions,
    clean,
    facts_among,
    listed,
    type_labels,
)
from kgrec.text.descriptions import DescribableGraph, Descriptions
from kgrec.text.plain import plain_texts
from kgrec.vocabulary import Relation, Vocabulary


class TemplateDescriber:
    """Writes ``Toy Story, film. <catalog text>. directed by John Lasseter; genre Comedy``.

    The catalog's own words come first, because what is beyond ``max_words`` is cut. Facts are read
    in both directions (``John Lasseter, person. director of Toy Story``). A relation that links a
    node to few others comes first: a sole director says more than the first of forty actors. Of
    many neighbours the rarest come first ("films about toys" before "American films"); ties go by
    name. Each of these orders was the best of those tried when cold items are found by the
    nearness of their texts to a history. Neighbours without a readable name, users and
    interactions are left out.
    """

    def describe(
        self, graph: DescribableGraph, config: TextConfig, progress: Progress
    ) -> Descriptions:
        """Describe every item, entity and relation; columnar throughout."""
        with progress.stage("Describe", total=3) as bar:
            nodes = graph.nodes.filter(pl.col("kind") != "user")
            facts = both_directions(facts_among(graph.edges, nodes), graph.vocabulary)
            facts = facts.select("key", "phrase", "neighbour").unique()
            bar.advance()
            sentences = _sentences(listed(facts, nodes, config.neighbours))
            bar.advance()
            texts = _assemble(nodes, sentences, graph.vocabulary, config.max_words)
            bar.advance()
        return Descriptions(texts, _relation_texts(graph))


def _sentences(listed: pl.DataFrame) -> pl.DataFrame:
    """One line of facts a node: ``key, facts``."""
    return (
        listed.sort("key", "size", "phrase")
        .group_by("key", maintain_order=True)
        .agg(
            pl.concat_str("phrase", pl.lit(" "), pl.col("names").list.join(", "))
            .str.join("; ")
            .alias("facts")
        )
    )


def _assemble(
    nodes: pl.DataFrame, sentences: pl.DataFrame, vocabulary: Vocabulary, max_words: int
) -> pl.DataFrame:
    head = _head(nodes, vocabulary)
    nodes = nodes.with_columns(plain_texts(nodes["text"]).alias("plain"))
    own = clean("plain")
    parts = pl.concat_list(_nonempty(head), _nonempty(own), pl.col("facts")).list.drop_nulls()
    # A title or a text may end in a full stop of its own.
    ended = parts.list.eval(pl.element().str.strip_chars_end("."))
    words = ended.list.join(". ").str.split(" ")
    return nodes.join(sentences, on="key", how="left", maintain_order="left").select(
        "key",
        words.list.head(max_words).list.join(" ").alias("text"),
        (is_named() | (own.fill_null("") != "")).alias("named"),
    )


def heads(nodes: pl.DataFrame, vocabulary: Vocabulary) -> pl.DataFrame:
    """Name and type of nodes: ``key, head``; empty where a node has neither."""
    return nodes.select("key", _head(nodes, vocabulary).alias("head"))


def _head(nodes: pl.DataFrame, vocabulary: Vocabulary) -> pl.Expr:
    name = pl.when(is_named()).then(clean("label"))
    kind = type_labels(nodes, vocabulary)
    return pl.concat_list(name, kind).list.drop_nulls().list.join(", ")


def _nonempty(text: pl.Expr) -> pl.Expr:
    return pl.when(text != "").then(text)


def _relation_texts(graph: DescribableGraph) -> pl.DataFrame:
    names = graph.edges["relation"].unique().sort()
    texts = [_relation_text(graph.vocabulary.relation(name), graph.vocabulary) for name in names]
    return pl.DataFrame(
        {"relation": names, "text": texts}, schema={"relation": pl.String, "text": pl.String}
    )


def relation_clauses(names: Iterable[str], vocabulary: Vocabulary) -> list[str]:
    """How relations read from head to tail, all of them, and then from tail to head.

    :param names: of ``R`` relations
    :return: ``2 R`` texts
    """
    relations = [vocabulary.relation(name) for name in names]
    clauses = [_clauses(each, vocabulary) for each in relations]
    return [forward for forward, _ in clauses] + [backward for _, backward in clauses]


def _relation_text(relation: Relation, vocabulary: Vocabulary) -> str:
    """``film directed by person; person director of film``."""
    forward, backward = _clauses(relation, vocabulary)
    return forward if forward == backward else f"{forward}; {backward}"


def _clauses(relation: Relation, vocabulary: Vocabulary) -> tuple[str, str]:
    head, tail = (
        "" if name in GENERIC else vocabulary.type(name).label
        for name in (relation.domain, relation.range)
    )
    return _clause(head, relation.label, tail), _clause(tail, relation.inverse_label, head)


def _clause(subject: str, label: str, object_: str) -> str:
    """Subject, label, object; without a type that the label names anyway (``genre genre``)."""
    said = ["", *label.split()]
    words = [*({subject} - {*said}), label, *({object_} - {*said})]
    return " ".join(words)
