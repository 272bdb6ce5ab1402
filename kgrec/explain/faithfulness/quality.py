r"""Path quality as the literature measures it: recency, popularity and diversity of explanations.

LIR, SEP and PTD (there: ETD) are of Balloccu, Boratto, Fenu and Marras, "Post Processing
Recommender Systems with Knowledge Graphs for Recency, Popularity, and Diversity of Explanations",
SIGIR 2022 (https://doi.org/10.1145/3477495.3532041); LID, SED and PTC of their "Reinforcement
Recommendation Reasoning through Knowledge Graphs for Explanation Path Quality", Knowledge-Based
Systems 2023 (https://arxiv.org/abs/2209.04954). They are as the papers' formulas and hopwise's code
have them; :func:`smoothed` says where these differ or leave something open. They look at one path
for each recommended item, the one that is shown. In each, the *linking interaction* is the user's
own, with which the path begins; the *shared entity* is the last node before the item; the *type* of
a path is its last relation.

The metrics say what explanations look like, not whether they are true.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from statistics import fmean

import numpy as np
import numpy.typing as npt

from kgrec.errors import ConfigError
from kgrec.explain.explanation import Path
from kgrec.explain.faithfulness.names import hub_key, path_type
from kgrec.explain.faithfulness.ranks import Floats


def smoothed(values: npt.ArrayLike, beta: float | None = None) -> Floats:
    r"""The exponential moving average of sorted values, scaled to [0, 1].

    .. math:: e_1 = v_1, \qquad e_i = (1 - \beta)\, e_{i-1} + \beta\, v_i, \qquad
        (e_i - \min e) / (\max e - \min e)

    hopwise weighs the first values of the average otherwise (by pandas' ``adjust=True``); this is
    the formula. Nobody says what becomes of equal values, whose averages would depend on their
    order: here they share the mean of theirs. If all values are equal, all are 0.

    :param values: times, or numbers of edges, in any order, shape ``(n,)``
    :param beta: in (0, 1]; ``None``: :math:`2 / (n + 1)`, as in hopwise
    :return: by place of ``values``, ascending with them, shape ``(n,)``
    :raises ConfigError: if ``beta`` is out of range
    """
    numbers = np.asarray(values, dtype=np.float64)
    beta = 2 / (len(numbers) + 1) if beta is None else beta
    if not 0 < beta <= 1:
        raise ConfigError(f"The decay beta must be above 0 and at most 1, not {beta}.")
    levels, places, counts = np.unique(numbers, return_inverse=True, return_counts=True)
    if len(levels) < 2:
        return np.zeros(len(numbers))
    # Differences alone matter; times in seconds would lose digits.
    average, means = 0.0, np.empty(len(levels))
    for place, (level, count) in enumerate(zip(levels - levels[0], counts, strict=True)):
        # count steps towards the same level leave (1 - beta)^n of the distance each.
        left = (1 - beta) ** np.arange(0 if place == 0 else 1, count + (place > 0))
        means[place] = level + (average - level) * left.mean()
        average = level + (average - level) * (1 - beta) ** count
    return np.asarray((means - means[0]) / (means[-1] - means[0]))[places]


def linking_interaction_recency(
    paths: Iterable[Path], recency: Mapping[tuple[str, str], float]
) -> float:
    """LIR: how recent the linking interactions are; 1: the user's latest. Higher is better.

    The mean of :func:`smoothed` times over the paths; 0 where a time is not known.

    :param paths: one for each recommendation
    :param recency: by keys of user and item; see
        :func:`~kgrec.explain.faithfulness.recencies`
    :return: in [0, 1]; NaN without paths
    """
    return _mean(recency.get((path.nodes[0].key, path.nodes[1].key), 0.0) for path in paths)


def shared_entity_popularity(paths: Iterable[Path], popularity: Mapping[str, float]) -> float:
    """SEP: how well known the shared entities are among those of their type; 1: the best known.

    The mean over the paths of :func:`smoothed` numbers of edges, within each type.

    :param paths: one for each recommendation
    :param popularity: by key of the node; see :func:`~kgrec.explain.faithfulness.popularities`
    :return: in [0, 1]; NaN without paths
    """
    return _mean(popularity.get(hub_key(path), 0.0) for path in paths)


def linking_interaction_diversity(lists: Iterable[Sequence[Path]]) -> float:
    r"""LID: different linking interactions of a user's explanations.

    :math:`\frac{1}{|U|} \sum_u |\mathrm{LI}_u| / |P_u|` over the paths :math:`P_u` of each user.

    :param lists: the paths of each user, one for each recommendation; empty lists are left out
    :return: in (0, 1]; NaN without paths
    """
    return _diversity(lists, lambda path: path.nodes[1].key)


def shared_entity_diversity(lists: Iterable[Sequence[Path]]) -> float:
    r"""SED: different shared entities, :math:`\frac{1}{|U|} \sum_u |\mathrm{SE}_u| / |P_u|`.

    :param lists: the paths of each user, one for each recommendation; empty lists are left out
    :return: in (0, 1]; NaN without paths
    """
    return _diversity(lists, hub_key)


def path_type_diversity(lists: Iterable[Sequence[Path]], num_types: int) -> float:
    r"""PTD: different path types, :math:`\frac{1}{|U|} \sum_u |T_u| / \min(|P_u|, |T|)`.

    :param lists: the paths of each user, one for each recommendation; empty lists are left out
    :param num_types: :math:`|T|`, the relations by which a path can end, at least 1
    :return: in (0, 1]; NaN without paths
    """
    return _mean(
        len(set(map(path_type, paths))) / min(len(paths), num_types) for paths in lists if paths
    )


def path_type_concentration(lists: Iterable[Sequence[Path]]) -> float:
    r"""PTC: how evenly the path types are represented; high where no type is preferred.

    The complement of Simpson's index, :math:`1 - \sum_t n_{ut} (n_{ut} - 1) / (N_u (N_u - 1))` with
    :math:`n_{ut}` of the user's :math:`N_u` paths being of type :math:`t`, averaged over users; 0
    for a user with a single path.

    :param lists: the paths of each user, one for each recommendation; empty lists are left out
    :return: in [0, 1]; NaN without paths
    """
    return _mean(_evenness(paths) for paths in lists if paths)


def _evenness(paths: Sequence[Path]) -> float:
    total = len(paths)
    if total < 2:
        return 0.0
    same = sum(count * (count - 1) for count in Counter(map(path_type, paths)).values())
    return 1 - same / (total * (total - 1))


def _diversity(lists: Iterable[Sequence[Path]], name: Callable[[Path], Hashable]) -> float:
    return _mean(len(set(map(name, paths))) / len(paths) for paths in lists if paths)


def _mean(values: Iterable[float]) -> float:
    numbers = list(values)
    return fmean(numbers) if numbers else math.nan
