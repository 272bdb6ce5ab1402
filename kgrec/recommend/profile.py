"""Somebody who is not in the graph: what they like, as a history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.sparse import csr_matrix

from kgrec.config import GraphConfig
from kgrec.errors import ConfigError, UnknownIdError
from kgrec.features import Features
from kgrec.graph import KnowledgeGraph
from kgrec.graph.schema import key
from kgrec.graph.sensitive import sensitive_relations, without_sensitive

PROFILE = "profile"
"""What stands in the place of a user's id."""


@dataclass(frozen=True)
class Profile:
    """What a new user likes; at least one thing.

    :ivar items: ids of items; they are not recommended again
    :ivar entities: ids of entities, of a director or a genre, say
    :ivar attributes: relation to the label or id of its entity, ``{"has_genre": "Comedy"}``, or
        of several
    """

    items: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    attributes: Mapping[str, str | Sequence[str]] = field(default_factory=dict)


def reasons_of(features: Features, config: GraphConfig) -> Features:
    """The features without facts that may be no reasons: a profile is told by what items have."""
    return features if config.extracted == "explain" else _stated(features)


def _stated(features: Features) -> Features:
    """The features without facts that only texts state."""
    if features.only_text is None:
        return features
    return replace(features, facts=features.facts[~features.only_text], only_text=None)


def profile_history(
    profile: Profile, graph: KnowledgeGraph, features: Features, sensitive: Iterable[str] = ()
) -> tuple[csr_matrix, csr_matrix]:
    """The profile as a history.

    An entity is as good as an item, shared among the items that have it.

    :param sensitive: relations that count for nothing
    :return: weights above 0, and 1 for the liked items alone; float32, both of shape ``(1, I)``
    :raises UnknownIdError: if an item or an entity is not in the graph
    :raises ConfigError: if nothing is liked, no item has what is liked, or a liked relation is
        sensitive
    """
    _check_attributes(profile, sensitive_relations(graph, sensitive))
    graph = without_sensitive(graph, sensitive)
    liked = np.zeros((1, len(features.items)), dtype=np.float32)
    liked[0, [features.item_index(item) for item in profile.items]] = 1.0
    weights = liked.copy()
    for members in _members(profile, graph, features):
        weights[0, members] += 1 / max(len(members), 1)
    if not weights.any():
        raise ConfigError("The profile is empty, or no item has what it asks for: name an item.")
    return csr_matrix(weights), csr_matrix(liked)


def profile_names(profile: Profile, graph: KnowledgeGraph, features: Features) -> dict[int, str]:
    """What items of a profile's history are told as that are not liked themselves.

    :return: number of an item → ``"Comedy (such as Airplane!)"``, which says so where only a text
        states that the item has it
    :raises UnknownIdError: if an entity is not in the graph
    """
    liked = {features.item_index(item) for item in profile.items}
    named = (
        *profile.entities,
        *(each for many in profile.attributes.values() for each in _all(many)),
    )
    names: dict[int, str] = {}
    every = _members(profile, graph, features)
    stated = _members(profile, graph, _stated(features))
    for name, members, sure in zip(named, every, stated, strict=True):
        number = _entity(graph, features, name) - len(features.items)
        label = graph.label(key("entity", features.entities[number]))
        by_text = set(members.tolist()) - set(sure.tolist())
        for item in set(members.tolist()) - liked - names.keys():
            source = ", according to the text" if item in by_text else ""
            title = graph.label(key("item", features.items[item]))
            names[item] = f"{label} (such as {title}{source})"
    return names


def _check_attributes(profile: Profile, sensitive: frozenset[str]) -> None:
    for relation in sorted(sensitive & profile.attributes.keys()):
        raise ConfigError(
            f"The relation '{relation}' is sensitive by the setting 'graph.sensitive': leave it "
            "out of the profile."
        )


def _members(
    profile: Profile, graph: KnowledgeGraph, features: Features
) -> Iterable[npt.NDArray[np.int64]]:
    for entity in profile.entities:
        yield _having(features, _entity(graph, features, entity), None)
    for relation, value in profile.attributes.items():
        if relation not in features.relations:
            known = ", ".join(features.relations[:8])
            raise UnknownIdError(f"There is no relation '{relation}' in the graph; it has {known}.")
        number = features.relations.index(relation)
        for name in _all(value):
            yield _having(features, _entity(graph, features, name), number)


def _all(values: str | Sequence[str]) -> Sequence[str]:
    return (values,) if isinstance(values, str) else values


def _entity(graph: KnowledgeGraph, features: Features, name: str) -> int:
    """The node of an entity by its id, or by its label where only one has it."""
    entities = graph.nodes.filter(pl.col("kind") == "entity")
    ids = entities.filter(pl.col("id") == name)["id"].to_list()
    ids = ids or entities.filter(pl.col("label") == name)["id"].to_list()
    if len(ids) != 1:
        what = f"{len(ids)} entities are called" if ids else "There is no entity"
        raise UnknownIdError(f"{what} '{name}' in the graph; give the id of one.")
    return len(features.items) + features.entities.index(ids[0])


def _having(features: Features, node: int, relation: int | None) -> npt.NDArray[np.int64]:
    """Items with a fact about a node, in either direction."""
    head, kind, tail = features.facts.T
    wanted = np.ones(len(kind), dtype=bool) if relation is None else kind == relation
    items = np.concatenate([head[wanted & (tail == node)], tail[wanted & (head == node)]])
    return np.unique(items[items < len(features.items)])
