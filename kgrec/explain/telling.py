"""An explainer in another language: the same paths and shares, other words."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import polars as pl
from scipy.sparse import csr_matrix

from kgrec.explain.explains import PLAINLY, Telling, Translatable
from kgrec.explain.explanation import Explanation
from kgrec.explain.history import History
from kgrec.explain.languages import Language
from kgrec.explain.sentences import Sentences
from kgrec.explain.walks import Floats, Indices
from kgrec.graph import KnowledgeGraph
from kgrec.vocabulary.translation import Translation, reworded, translated

_NAMES = ("label", "name", "title")


class Teller:
    """Explains in one language; see :meth:`kgrec.explain.Explains.explain`.

    What the language has no words for is told in English, and the explanation says so.

    :param explainer: in English
    :param language: of the sentences
    :ivar graph: with names in the language
    """

    def __init__(self, explainer: Translatable, language: Language) -> None:
        graph = explainer.graph
        self.language = language
        self.translation = translate(graph, language)
        words = Sentences(self.translation.vocabulary, language, item_type=graph.item_type)
        self.graph = in_words_of(graph, language, self.translation)
        self.explainer = explainer.in_words(self.graph, words)

    def explain(self, taken: History, item: str, how: Telling = PLAINLY) -> Explanation:
        """Explain one score."""
        why = self.explainer.explain(taken, item, how)
        return why.told_in(self.language, self._notes(why))

    def parts(self, histories: csr_matrix, items: Indices) -> dict[str, Floats]:
        """The parts of scores, in which there are no words."""
        return self.explainer.parts(histories, items)

    def _notes(self, why: Explanation) -> tuple[str, ...]:
        """Which relations and types of the paths, and how many phrases, are not in the language."""
        language = self.language
        if language.is_english:
            return ()
        used = [relation.name for path in why.paths for relation in path.relations]
        used += [node.type for path in why.paths for node in path.nodes[1:]]
        names = [name for name in dict.fromkeys(used) if self.translation.lacks(name)]
        say, notes = language.say, []
        if names:
            told = ", ".join(names)
            notes.append(say("screen.untranslated", language=language.name, names=told))
        if language.missing:
            count = language.number(len(language.missing))
            notes.append(say("screen.untranslated_phrases", language=language.name, count=count))
        return tuple(notes)


def translate(graph: KnowledgeGraph, language: Language) -> Translation:
    """The vocabulary of a graph in a language; English is what the graph has.

    A file that is English, too, may change words of types and relations.
    """
    if language.is_english:
        return reworded(graph.vocabulary, types=language.types, relations=language.relations)
    return translated(
        graph.vocabulary,
        graph.ontologies,
        language.code,
        generic=language.generic,
        types=language.types,
        relations=language.relations,
    )


def in_words_of(graph: KnowledgeGraph, language: Language, words: Translation) -> KnowledgeGraph:
    """The graph with names in a language, where its nodes have literals of that language."""
    texts = graph.nodes.select("key", "properties").filter(
        pl.col("properties").str.contains('"@language"', literal=True)
    )
    known = {key: _name(json.loads(found), language.code) for key, found in texts.iter_rows()}
    labels = {key: name for key, name in known.items() if name}
    nodes = graph.nodes
    if labels:
        named = pl.col("key").replace_strict(labels, default=None, return_dtype=pl.String)
        nodes = nodes.with_columns(label=pl.coalesce(named, pl.col("label")))
    return replace(graph, nodes=nodes, vocabulary=words.vocabulary)


def _name(properties: dict[str, Any], language: str) -> str | None:
    """The first name in the language among the literals of a node."""
    for key in _NAMES:
        for value in _several(properties.get(key)):
            tag = value.get("@language") if isinstance(value, dict) else None
            if isinstance(tag, str) and tag.lower().partition("-")[0] == language.partition("-")[0]:
                text = str(value.get("@value", "")).strip()
                if text:
                    return text
    return None


def _several(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list) else [value]
