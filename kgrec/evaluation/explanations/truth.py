"""Does all that an explanation names exist?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import polars as pl

from kgrec.explain import Path
from kgrec.graph import KnowledgeGraph

# A word that begins with a capital, or a number. Scripts without capitals show numbers only.
_NAME = re.compile(r"\b[A-ZÀ-ÖØ-Þ]\w*|\d[\d.,]*")


@dataclass(frozen=True)
class Truth:
    """What was looked up, and what was not found.

    :ivar sentences: how many were read
    :ivar unknown_entities: nodes of paths that the graph lacks
    :ivar unknown_facts: steps of paths that are no edge of the graph
    :ivar foreign_names: capitalised words and numbers of sentences that are neither part of a
        label of the path, nor of the words of its relations, nor the number of its walks
    """

    sentences: int
    unknown_entities: int
    unknown_facts: int
    foreign_names: int


class Lookup:
    """Looks paths and sentences up in a graph, explanation after explanation.

    :param graph: the graph that is served
    """

    def __init__(self, graph: KnowledgeGraph) -> None:
        self.graph = graph
        self._nodes: set[str] = set()
        self._steps: set[tuple[str, str, str]] = set()
        self._sentences = self._foreign = 0

    def add(self, paths: Iterable[Path]) -> None:
        """Read the sentences of some paths, and note their nodes and edges."""
        for path in paths:
            self._sentences += 1
            self._foreign += len(self.foreign_names(path))
            self._nodes.update(node.key for node in path.nodes)
            self._steps.update(_steps(path))

    def result(self) -> Truth:
        """Look up all that was noted."""
        schema = dict.fromkeys(("head", "relation", "tail"), pl.String)
        steps = pl.DataFrame(list(self._steps), schema=schema, orient="row")
        return Truth(
            sentences=self._sentences,
            unknown_entities=len(self._nodes - set(self.graph.nodes["key"])),
            unknown_facts=steps.join(self.graph.edges, on=list(schema), how="anti").height,
            foreign_names=self._foreign,
        )

    def foreign_names(self, path: Path) -> list[str]:
        """Names and numbers in the sentence of a path that the path does not have."""
        left = path.sentence
        for label in sorted({node.label for node in path.nodes}, key=len, reverse=True):
            # A number is not to be found within another.
            edges = (r"(?<!\d)", r"(?!\d)") if label.isdigit() else ("", "")
            left = re.sub(edges[0] + re.escape(label) + edges[1], " ", left)
        known = set(_NAME.findall(" ".join(self._words(path))))
        known |= {str(path.walks), f"{path.walks:,}"}
        return [name for name in _NAME.findall(left) if name.rstrip(".,") not in known]

    def _words(self, path: Path) -> Iterable[str]:
        for relation in path.relations:
            known = self.graph.vocabulary.relation(relation.name)
            yield from (known.label, known.inverse_label, known.anonymous)
            yield from (known.pattern, known.inverse_pattern)
        for node in path.nodes:
            yield self.graph.vocabulary.type(node.type).label


def _steps(path: Path) -> Iterator[tuple[str, str, str]]:
    """The edges of a path, from head to tail."""
    for left, relation, right in zip(path.nodes, path.relations, path.nodes[1:], strict=False):
        head, tail = (left, right) if relation.forward else (right, left)
        yield head.key, relation.name, tail.key
