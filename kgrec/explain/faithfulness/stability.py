"""Does another seed give the same reasons?"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from kgrec.errors import ConfigError
from kgrec.explain.explanation import Explanation, Path
from kgrec.explain.faithfulness.names import path_name, path_pattern


@dataclass(frozen=True)
class Stability:
    """How far seeds agree on the strongest path of the same recommendations.

    :ivar recommendations: how many were compared
    :ivar same_type: share of pairs of seeds whose strongest paths are of one type (the same
        relations in the same directions), averaged over recommendations, in [0, 1]
    :ivar same_path: the same of the very path
    :ivar all_same_type: share of recommendations where all seeds agree on the type, in [0, 1]
    :ivar all_same_path: the same of the very path
    """

    recommendations: int
    same_type: float
    same_path: float
    all_same_type: float
    all_same_path: float


def stability(explanations: Iterable[Sequence[Explanation]]) -> Stability:
    """Compare the strongest paths of recommenders that differ in their seed.

    An explanation without a path agrees with another without a path.

    :param explanations: for each recommendation one explanation a seed, of the same user and item;
        at least one recommendation and two seeds
    :raises ConfigError: if there are fewer, or explanations of different things are mixed
    """
    groups = [_checked(group) for group in explanations]
    if not groups:
        raise ConfigError("There is no recommendation whose explanations could be compared.")
    types = [_agreement(group, path_pattern) for group in groups]
    paths = [_agreement(group, path_name) for group in groups]
    return Stability(
        recommendations=len(groups),
        same_type=sum(types) / len(types),
        same_path=sum(paths) / len(paths),
        all_same_type=sum(share == 1 for share in types) / len(types),
        all_same_path=sum(share == 1 for share in paths) / len(paths),
    )


def _checked(group: Sequence[Explanation]) -> Sequence[Explanation]:
    if len(group) < 2:
        raise ConfigError("One seed shows no spread: give explanations of at least two.")
    if len({(each.user, each.item) for each in group}) > 1:
        raise ConfigError("The explanations to compare must be of the same user and item.")
    return group


def _agreement(group: Sequence[Explanation], name: Callable[[Path], Hashable]) -> float:
    """The share of pairs with the same strongest path, by some name."""
    names = [name(each.paths[0]) if each.paths else None for each in group]
    pairs = list(combinations(names, 2))
    return sum(one == other for one, other in pairs) / len(pairs)
