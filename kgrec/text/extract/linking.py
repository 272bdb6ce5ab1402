"""Which node of the graph a name in a text means.

The same name never means the same node by itself: the node's type must fit the relation, and it
must be the only one. What could be several is told with the list and linked to none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from rapidfuzz import fuzz, process

from kgrec.text.encoder import TextEncoder, Vectors
from kgrec.text.extract.claim import Claim
from kgrec.text.extract.names import Named, Names
from kgrec.text.extract.relations import TITLED, VAGUE
from kgrec.text.extract.tokens import name_of
from kgrec.text.verify.languages import languages, written
from kgrec.vocabulary import NodeType, Relation, Vocabulary

_MOST_CANDIDATES = 5
_LONGEST_NAME = 8  # words
_SAME = 95.0  # a likeness of spelling, of 100, from which a name that is alone with it is taken
_ALIKE = 88.0  # from which a person has to say
# A cosine of the encoder's vectors from which a person has to say. Vectors of names are close where
# what they name is of a kind, so that they alone never link.
_NEAR = 0.9
SHARED = ("Person", "Character")
"""Types of which many have the same name."""
_LIST_MARK = re.compile(r"[,;/|&]")
# What may stand behind the comma of one name.
_AFTER_NAME = re.compile(r",?\s+(?:Jr|Sr|I{2,3}|IV|Inc|Ltd|LLC|Co)\.?$", re.IGNORECASE)


class Linker:
    """Links the tails of claims to nodes.

    :param names: of the graph
    :param vocabulary: its types
    :param encoder: finds names that mean the same in other words; ``None``: spelling alone
    """

    def __init__(
        self,
        names: Names,
        vocabulary: Vocabulary,
        encoder: TextEncoder | None = None,
    ) -> None:
        self._names, self._vocabulary, self._encoder = names, vocabulary, encoder
        self._pools: dict[str, _Pool] = {}

    def link(self, claim: Claim, relation: Relation) -> Claim:
        """The claim with its tail, or held back with the reason and the nodes that may be meant.

        A tail that is nowhere in the graph is a new entity, whose id is made of type and name, so
        that all claims of a run and of later ones mean the same; items are never made.
        """
        exact = self._names.exactly(claim.tail_label)
        fitting = [node for node in exact if self._fits(node, relation)]
        if len(fitting) > 1:
            return _several(claim, fitting, "several nodes have this name")
        if fitting:
            return linked(claim, fitting[0])
        alike = self._alike(claim.tail_label, relation)
        if isinstance(alike, Named):
            return linked(claim, alike)
        if alike:
            return _several(claim, alike, "nodes have a name like this")
        return self._new(claim, relation)

    def _fits(self, node: Named, relation: Relation) -> bool:
        return self._vocabulary.fits(relation.range, node.kind, node.type)

    def _new(self, claim: Claim, relation: Relation) -> Claim:
        words = name_of(claim.tail_label)
        if relation.range in VAGUE:
            return claim.held_back("quarantined", "nobody knows the type of the tail")
        wanted = self._vocabulary.type(relation.range)
        if wanted.kind != "entity":
            return claim.held_back("quarantined", f"there is no such {wanted.label}")
        if not words or len(words) > _LONGEST_NAME or not any(map(str.isalpha, "".join(words))):
            return claim.held_back("quarantined", "the tail is no name")
        lower = claim.tail_label == claim.tail_label.lower() != claim.tail_label.upper()
        if lower and not wanted.is_concept:
            return claim.held_back("quarantined", "the tail is no name")
        doubt, nodes = self._doubt_of(claim.tail_label, words, wanted, relation)
        if doubt:
            return _several(claim, nodes, doubt)
        found = f"text:{wanted.name}/{' '.join(words)}"
        return replace(claim, tail=found, tail_kind="entity", tail_type=wanted.name)

    def _doubt_of(
        self, label: str, words: tuple[str, ...], wanted: NodeType, relation: Relation
    ) -> tuple[str, list[Named]]:
        """Why a name that is nowhere in the graph may be that of no one thing; and of what else."""
        if not any(map(wanted.is_a, TITLED)) and _is_list(label, words):
            return "the tail may be several names", self._inside(words, relation, least=1)
        inside = self._inside(words, relation, least=2)
        if inside:
            return "a known name is part of the tail", inside
        if len(words) == 1 and any(map(wanted.is_a, SHARED)):
            nodes = self._pool(relation).nodes
            return "one word names nobody for sure", [
                node for node in nodes if words[0] in name_of(node.label)
            ]
        return "", []

    def _inside(self, words: tuple[str, ...], relation: Relation, least: int) -> list[Named]:
        """Nodes whose names are a part of a name, from so many words on."""
        parts = (
            words[first:last]
            for first in range(len(words))
            for last in range(first + least, len(words) + 1)
        )
        found = (node for part in parts for node in self._names.by_words.get(part, ()))
        return list(dict.fromkeys(node for node in found if self._fits(node, relation)))

    def _alike(self, label: str, relation: Relation) -> Named | list[Named]:
        pool = self._pool(relation)
        if not pool.nodes:
            return []
        found = pool.spelled_like(label)
        same = [node for node, score in found if score >= _SAME]
        if len(same) == 1 and only_spelling(label, same[0].label):
            return same[0]
        if found:
            return [node for node, _ in found]
        return pool.near(label, self._encoder) if self._encoder else []

    def _pool(self, relation: Relation) -> _Pool:
        if relation.range not in self._pools:
            nodes = [node for node in self._names.nodes.values() if self._fits(node, relation)]
            self._pools[relation.range] = _Pool(nodes)
        return self._pools[relation.range]


class _Pool:
    """The nodes that may be the tail of a relation."""

    def __init__(self, nodes: list[Named]) -> None:
        self.nodes = nodes
        self._spelled = [" ".join(name_of(node.label)) for node in nodes]
        self._vectors: Vectors | None = None

    def spelled_like(self, label: str) -> list[tuple[Named, float]]:
        found = process.extract(
            " ".join(name_of(label)),
            self._spelled,
            scorer=fuzz.ratio,
            score_cutoff=_ALIKE,
            limit=_MOST_CANDIDATES,
        )
        return [(self.nodes[place], float(score)) for _, score, place in found]

    def near(self, label: str, encoder: TextEncoder) -> list[Named]:
        if self._vectors is None:
            self._vectors = encoder.encode([node.label for node in self.nodes])
        cosines = self._vectors @ encoder.encode([label])[0]
        best = np.argsort(-cosines, kind="stable")[:_MOST_CANDIDATES]
        return [self.nodes[place] for place in best.tolist() if cosines[place] >= _NEAR]


def only_spelling(one: str, other: str) -> bool:
    """Whether two names differ in the spelling of long words alone, not in numbers or small words.

    "Steven Spielberg" and "Stephen Spielberg" do, "Rocky II" and "Rocky III" do not.
    """
    ours, theirs = name_of(one), name_of(other)
    if len(ours) != len(theirs):
        return "".join(ours) == "".join(theirs)
    different = [pair for pair in zip(ours, theirs, strict=True) if pair[0] != pair[1]]
    return all(
        min(map(len, pair)) >= 4 and all(map(str.isalpha, pair)) and pair[0][0] == pair[1][0]
        for pair in different
    )


def _is_list(label: str, words: Sequence[str]) -> bool:
    """Whether a name has a mark or a word of lists: "Ann Lee and Bob Ray"."""
    if _LIST_MARK.search(_AFTER_NAME.sub("", label)):
        return True
    joins = frozenset[str]().union(*(written(code, "joins") for code in languages()))
    return any(word in joins for word in words[1:-1])


def linked(claim: Claim, node: Named) -> Claim:
    """The claim with a node as its tail."""
    return replace(claim, tail=node.id, tail_kind=node.kind, tail_type=node.type)


def _several(claim: Claim, nodes: Sequence[Named], reason: str) -> Claim:
    return claim.held_back("quarantined", reason, *(node.key for node in nodes[:_MOST_CANDIDATES]))
