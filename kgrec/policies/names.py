"""Which items a rule means: from names to items, down the hierarchies of the graph."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from kgrec.data.alike import alike
from kgrec.errors import ConfigError, UnknownIdError
from kgrec.graph import KnowledgeGraph
from kgrec.graph.sensitive import sensitive_relations, without_sensitive
from kgrec.policies.policy import Rule
from kgrec.vocabulary import INTERACTED

Mask = npt.NDArray[np.bool_]


class RuleNames:
    """Finds items by what facts say of them.

    :param graph: the graph that is served
    :param sensitive: relations that no rule may name, and whose facts no rule sees
    """

    def __init__(self, graph: KnowledgeGraph, sensitive: Sequence[str] = ()) -> None:
        self.graph = graph
        self.sensitive = sensitive_relations(graph, sensitive)
        seen = without_sensitive(graph, sensitive)
        self.nodes = seen.nodes.filter(pl.col("kind") != "user").select(
            "key", "kind", "id", "type", "label"
        )
        self.items = self.nodes.filter(pl.col("kind") == "item")["key"]
        facts = seen.edges.filter(pl.col("relation") != INTERACTED)
        self.facts = facts.select("head", "relation", "tail")

    def items_of(self, rule: Rule) -> Mask:
        """Whether the rule holds, for each item, shape ``(I,)``.

        :raises UnknownIdError: if the graph has no such entity, type or relation; the message
            suggests names that look alike
        :raises ConfigError: if the relation is sensitive, or the rule holds for no item at all
        """
        relation = rule.relation and self.relation(rule.relation)
        nodes = self._named(rule.name, rule.type) if rule.name else self._of_type(rule.type)
        if nodes is None and rule.name and "/" in rule.name:
            first, rest = rule.name.split("/", 1)
            if relation is None and (self._find_relation(first) or self._is_sensitive(first)):
                relation, nodes = self.relation(first), self._named(rest, rule.type)
            elif rule.type is None and self._known_type(first):
                nodes = self._named(rest, first)
        if nodes is None and rule.name and rule.type is None and self._known_type(rule.name):
            nodes = self._of_type(rule.name)
        if nodes is None:
            raise UnknownIdError(self._unknown(rule))
        mask = self._having(None if rule.name is rule.type is None else nodes, relation)
        if not mask.any():
            raise ConfigError(
                f"The rule '{rule}' holds for no item: no fact about an item says that. Name what "
                "items have, or leave it out."
            )
        return mask

    def relation(self, name: str) -> str:
        """The relation of facts about items that a name, or the name of a column, means.

        :raises UnknownIdError: if there is none in the graph
        :raises ConfigError: if it is sensitive
        """
        if self._is_sensitive(name):
            raise ConfigError(
                f"The relation '{name}' is sensitive by the setting 'graph.sensitive': only "
                "'exposure' may name it."
            )
        found = self._find_relation(name)
        if found is None:
            known = sorted(self._relations)
            raise UnknownIdError(
                f"There is no relation '{name}' of facts about items in the graph; "
                f"{question(name, known) or some_of(known)}"
            )
        return found

    def _is_sensitive(self, name: str) -> bool:
        return bool(sensitive_relations(self.graph, [name]) & self.sensitive)

    def _find_relation(self, name: str) -> str | None:
        words = self.graph.vocabulary
        column = words.attribute(name, "item", self.graph.item_type).name
        return next(
            (one for one in (name, words.canonical(name)[0], column) if one in self._relations),
            None,
        )

    @cached_property
    def _relations(self) -> frozenset[str]:
        """Those of facts about items: what only users have says nothing of any item."""
        items = self.items.implode()
        about = self.facts.filter(pl.col("head").is_in(items) | pl.col("tail").is_in(items))
        return frozenset(about["relation"].unique())

    @cached_property
    def _types(self) -> list[str]:
        return self.nodes["type"].drop_nulls().unique().sort().to_list()

    def _known_type(self, name: str) -> bool:
        found = self.graph.vocabulary.type(name).name
        return found in self._types or found in self.graph.vocabulary.types

    def _of_type(self, name: str | None) -> pl.Series | None:
        """Keys of all nodes of a type or below it; all nodes if there is no name."""
        if name is None:
            return self.nodes["key"]
        if not self._known_type(name):
            return None
        words = self.graph.vocabulary
        wanted = words.type(name).name
        below = [each for each in self._types if words.type(each).is_a(wanted) or each == wanted]
        return self.nodes.filter(pl.col("type").is_in(below))["key"]

    def _named(self, name: str | None, type_name: str | None) -> pl.Series | None:
        """Keys of the entities of this id, else of this label, else but for upper case."""
        known = self._of_type(type_name)
        if known is None:
            return None
        among = self.nodes.filter(
            (pl.col("kind") == "entity") & pl.col("key").is_in(known.implode())
        )
        lower = str(name).lower()
        for meant in (
            pl.col("id") == name,
            pl.col("label") == name,
            pl.col("id").str.to_lowercase() == lower,
            pl.col("label").str.to_lowercase() == lower,
        ):
            found = among.filter(meant)["key"]
            if len(found):
                return found
        return None

    def _having(self, nodes: pl.Series | None, relation: str | None) -> Mask:
        """Items that are one of the nodes or below, or have a fact about such a node."""
        facts = self.facts
        if relation is not None:
            facts = facts.filter(pl.col("relation") == relation)
        if nodes is None:
            linked = pl.concat([facts["head"], facts["tail"]])
        else:
            nodes = self._below(nodes)
            wanted = nodes.implode()
            linked = pl.concat(
                [
                    facts.filter(pl.col("tail").is_in(wanted))["head"],
                    facts.filter(pl.col("head").is_in(wanted))["tail"],
                    *([nodes] if relation is None else []),
                ]
            )
        return self.items.is_in(linked.unique().implode()).to_numpy()

    def _below(self, nodes: pl.Series) -> pl.Series:
        """The nodes, and all that leads to them along transitive relations; circles end."""
        found = wave = nodes.unique()
        while len(wave):
            next_wave = self._hierarchy.filter(pl.col("tail").is_in(wave.implode()))["head"]
            wave = next_wave.filter(~next_wave.is_in(found.implode())).unique()
            found = pl.concat([found, wave])
        return found

    @cached_property
    def _hierarchy(self) -> pl.DataFrame:
        words = self.graph.vocabulary
        every = self.facts["relation"].unique()
        names = [name for name in every if words.relation(name).transitive]
        return self.facts.filter(pl.col("relation").is_in(names))

    def _unknown(self, rule: Rule) -> str:
        entities = self.nodes.filter(pl.col("kind") == "entity")
        if rule.type is not None and not self._known_type(rule.type):
            hint = question(rule.type, self._types) or some_of(self._types)
            return f"There is no type '{rule.type}' in the graph; {hint}"
        among = f" of the type '{rule.type}'" if rule.type else ""
        last = str(rule.name).rpartition("/")[2]
        known = list(dict.fromkeys([*entities["label"], *entities["id"], *self._types]))
        hint = question(last, known) or question(str(rule.name), known) or "name an id or a label."
        return f"There is no entity '{rule.name}'{among} in the graph; {hint}"


def question(name: str, known: Sequence[str]) -> str:
    """A question whether one of the known names was meant; empty if none looks like it."""
    quoted = [f"'{each}'" for each in alike(name, known)]
    return f"did you mean {' or '.join(quoted)}?" if quoted else ""


def some_of(known: Sequence[str]) -> str:
    """The first of the known names, in words."""
    return f"there are {', '.join(known[:8]) or 'none'}."
