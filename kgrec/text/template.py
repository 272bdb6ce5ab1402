"""Descriptions from a template: name, type, catalog text, facts."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import polars as pl

from kgrec.callbacks import Progress
from kgrec.config import TextConfig
from kgrec.graph.labels import is_named
from kgrec.text.descriptions import DescribableGraph, Descriptions
from kgrec.text.plain import plain_texts
from kgrec.vocabulary import INTERACTED, Relation, Vocabulary

SIMILAR_TEXT = "similar_text"
"""The relation of what is described alike; a description does not tell of it."""

_GENERIC = ("Node", "Item", "Entity")  # "The Golden Compass, item" says nothing


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
            facts = _both_directions(_facts(graph.edges, nodes), graph.vocabulary)
            bar.advance()
            sentences = _sentences(_listed(facts, nodes, config.neighbours))
            bar.advance()
            texts = _assemble(nodes, sentences, graph.vocabulary, config.max_words)
            bar.advance()
        return Descriptions(texts, _relation_texts(graph))


def _facts(edges: pl.DataFrame, nodes: pl.DataFrame) -> pl.DataFrame:
    """Facts between ``nodes``: no interactions, and no attributes of users either."""
    told = ~pl.col("relation").is_in([INTERACTED, SIMILAR_TEXT])
    facts = edges.filter(told & pl.col("split").is_null())
    among = facts.join(nodes, left_on="head", right_on="key", how="semi").join(
        nodes, left_on="tail", right_on="key", how="semi"
    )
    return among.select("head", "relation", "tail")


def _both_directions(facts: pl.DataFrame, vocabulary: Vocabulary) -> pl.DataFrame:
    """Each fact as seen from either end: ``key, phrase, neighbour``."""
    forward = facts.select(
        pl.col("head").alias("key"),
        _phrase(facts, vocabulary, lambda relation: relation.label),
        pl.col("tail").alias("neighbour"),
    )
    backward = facts.select(
        pl.col("tail").alias("key"),
        _phrase(
            facts,
            vocabulary,
            lambda relation: relation.label if relation.symmetric else relation.inverse_label,
        ),
        pl.col("head").alias("neighbour"),
    )
    return pl.concat([forward, backward]).unique()


def _phrase(
    facts: pl.DataFrame, vocabulary: Vocabulary, read: Callable[[Relation], str]
) -> pl.Expr:
    words = {name: read(vocabulary.relation(name)) for name in facts["relation"].unique()}
    named = pl.col("relation").replace_strict(words, default=None, return_dtype=pl.String)
    return named.alias("phrase")


def _listed(facts: pl.DataFrame, nodes: pl.DataFrame, neighbours: int) -> pl.DataFrame:
    """The neighbours to name: ``key, phrase, names, size``; few names a phrase."""
    names = nodes.filter(is_named()).select(pl.col("key").alias("neighbour"), _clean("label"))
    degrees = facts.group_by("neighbour").len("degree")
    return (
        facts.join(names, on="neighbour")
        .join(degrees, on="neighbour")
        .sort("key", "phrase", "degree", "label", "neighbour")
        .group_by("key", "phrase", maintain_order=True)
        .agg(pl.col("label").head(neighbours).alias("names"), pl.len().alias("size"))
        .filter(pl.col("names").list.len() > 0)
    )


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
    types = {
        name: None if name in _GENERIC else vocabulary.type(name).label
        for name in nodes["type"].drop_nulls().unique()
    }
    kind = pl.col("type").replace_strict(types, default=None, return_dtype=pl.String)
    name = pl.when(is_named()).then(_clean("label"))
    nodes = nodes.with_columns(plain_texts(nodes["text"]).alias("plain"))
    head = pl.concat_list(name, kind).list.drop_nulls().list.join(", ")
    own = _clean("plain")
    parts = pl.concat_list(_nonempty(head), _nonempty(own), pl.col("facts")).list.drop_nulls()
    # A title or a text may end in a full stop of its own.
    ended = parts.list.eval(pl.element().str.strip_chars_end("."))
    words = ended.list.join(". ").str.split(" ")
    return nodes.join(sentences, on="key", how="left", maintain_order="left").select(
        "key",
        words.list.head(max_words).list.join(" ").alias("text"),
        (is_named() | (own.fill_null("") != "")).alias("named"),
    )


def _clean(column: str) -> pl.Expr:
    """Every run of white space becomes one blank."""
    return pl.col(column).str.replace_all(r"\s+", " ").str.strip_chars()


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
        "" if name in _GENERIC else vocabulary.type(name).label
        for name in (relation.domain, relation.range)
    )
    return _clause(head, relation.label, tail), _clause(tail, relation.inverse_label, head)


def _clause(subject: str, label: str, object_: str) -> str:
    """Subject, label, object; without a type that the label names anyway (``genre genre``)."""
    said = ["", *label.split()]
    words = [*({subject} - {*said}), label, *({object_} - {*said})]
    return " ".join(words)
