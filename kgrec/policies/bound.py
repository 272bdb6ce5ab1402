"""A policy that has met a graph: names have become items and groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, hstack

from kgrec.errors import ConfigError, UnknownIdError
from kgrec.features import Features
from kgrec.graph import KnowledgeGraph
from kgrec.policies.diversity import fact_vectors
from kgrec.policies.greedy import Indices, Mask, Numbers
from kgrec.policies.groups import Groups, popularity_groups, relation_groups
from kgrec.policies.names import RuleNames, question, some_of
from kgrec.policies.policy import Exposure, Policy, Rule
from kgrec.sparse import equal_parts


@dataclass(frozen=True, eq=False)
class Exposures:
    """Groups that are to be seen.

    :ivar names: of the groups
    :ivar members: binary, shape ``(I, G)``
    :ivar minimum: share of each group, shape ``(G,)``
    """

    names: tuple[str, ...]
    members: csr_matrix
    minimum: Numbers


@dataclass(frozen=True, eq=False)
class BoundPolicy:
    """What a policy means in one graph.

    :ivar policy: as it was written
    :ivar barred: rule in words → the items that it keeps out, shape ``(I,)``
    :ivar allowed: indices of the items that may be recommended, sorted; ``None``: as before
    :ivar caps: groups and how many of each
    :ivar vectors: what items are compared by; ``None``: no diversity
    :ivar parts: mixtures of the items; ``None``: no calibration
    :ivar exposures: ``None``: none are asked for
    """

    policy: Policy
    barred: Mapping[str, Mask]
    allowed: Indices | None
    caps: tuple[tuple[Groups, int], ...]
    vectors: csr_matrix | None
    parts: csr_matrix | None
    exposures: Exposures | None


def bind(
    policy: Policy, graph: KnowledgeGraph, features: Features, sensitive: Sequence[str] = ()
) -> BoundPolicy:
    """Look up all that a policy names.

    :param features: the graph in numbers
    :param sensitive: relations that only ``exposure`` may name: fairness to groups needs them
    :raises UnknownIdError: if the graph lacks an entity, a type, a relation or a group
    :raises ConfigError: if a sensitive relation is named elsewhere, a rule holds for no item, or a
        relation makes no groups
    """
    names = RuleNames(graph, sensitive)
    barred = _barred(policy, names)
    diversity, calibration = policy.diversity, policy.calibration
    parts = None
    if calibration is not None:  # looked up even if its strength is 0, for the name may be wrong
        groups = _grouped(graph, names, calibration.relation)
        parts = equal_parts(groups.members) if calibration.strength else None
    return BoundPolicy(
        policy=policy,
        barred=barred,
        allowed=_allowed(barred, features) if policy.filters else None,
        caps=tuple((_grouped(graph, names, cap.relation), cap.most) for cap in policy.cap),
        vectors=fact_vectors(features) if diversity and diversity.strength else None,
        parts=parts,
        exposures=_exposures(policy.exposure, graph, features),
    )


def _grouped(graph: KnowledgeGraph, names: RuleNames, relation: str) -> Groups:
    groups = relation_groups(graph, names.relation(relation))
    if not groups.names:
        raise ConfigError(
            f"The relation '{relation}' leads from items to users alone, which makes no groups: "
            "name one that leads to entities or other items."
        )
    return groups


def _barred(policy: Policy, names: RuleNames) -> dict[str, Mask]:
    masks = [(f"never {rule}", names.items_of(rule)) for rule in policy.never]
    masks += [(f"require {rule}", ~names.items_of(rule)) for rule in policy.require]
    if policy.only:
        wanted = [names.items_of(rule) for rule in policy.only]
        words = " or ".join(map(Rule.__str__, policy.only))
        masks.append((f"only {words}", ~np.any(wanted, axis=0)))
    barred: dict[str, Mask] = {}
    for words, mask in masks:  # two rules may read alike, and mean different things
        barred[words] = barred[words] | mask if words in barred else mask
    return barred


def _allowed(barred: Mapping[str, Mask], features: Features) -> Indices:
    allowed = ~np.any(list(barred.values()), axis=0)
    if features.candidates is None:
        return np.flatnonzero(allowed)
    return np.asarray(features.candidates[allowed[features.candidates]])


def _exposures(
    wanted: tuple[Exposure, ...], graph: KnowledgeGraph, features: Features
) -> Exposures | None:
    if not wanted:
        return None
    names: list[str] = []
    members: list[csr_matrix] = []
    minimum: list[float] = []
    for each in wanted:
        groups = _groups(each, graph, features)
        for name, share in each.minimum.items():
            names.append(f"{each.by}: {name}")
            members.append(groups.members[:, [_column(groups, name, each.by)]])
            minimum.append(share)
    whole = hstack(members, format="csr", dtype=np.float32)
    return Exposures(tuple(names), whole, np.array(minimum))


def _groups(exposure: Exposure, graph: KnowledgeGraph, features: Features) -> Groups:
    if exposure.by == "popularity":
        counts: npt.NDArray[np.float64] = np.asarray(
            features.history.sum(axis=0), dtype=np.float64
        ).ravel()
        all_items = np.arange(len(features.items))
        catalog = all_items if features.candidates is None else features.candidates
        return popularity_groups(counts, catalog, exposure.head)
    # Sensitive relations, too: who is to be treated fairly has to be known.
    return relation_groups(graph, RuleNames(graph).relation(exposure.by), labels=True)


def _column(groups: Groups, name: str, by: str) -> int:
    if name in groups.names:
        return groups.names.index(name)
    hint = question(name, groups.names) or some_of(groups.names)
    raise UnknownIdError(f"'exposure' by '{by}' has no group '{name}'; {hint}")
