"""Orders of the same paths by other rules than their shares: what an explanation must beat.

Each takes an explanation and returns the places of all its paths, first the one that the rule holds
for the best reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from kgrec.explain.explanation import Explanation
from kgrec.explain.faithfulness.names import Name, hub_key, path_pattern
from kgrec.explain.faithfulness.neighbourhoods import Neighbourhoods

Order = Callable[[Explanation], list[int]]


def strongest(explanation: Explanation) -> list[int]:
    """The explanation's own order: the largest shares first."""
    return _by([-path.share for path in explanation.paths], None)


def random_order(seed: int) -> Order:
    """Connecting paths by chance, all alike.

    :param seed: same seed and same calls, same orders
    """
    generator = np.random.default_rng(seed)
    return lambda explanation: generator.permutation(len(explanation.paths)).tolist()


def random_of_kind(seed: int) -> Order:
    """Connecting paths by chance, but each of the kind that the strongest has at its place.

    The kind is the pattern of relations. A path through users stands for many walks and one through
    a fact for one, so a random path is mostly a weak one; this control takes that away.

    :param seed: same seed and same calls, same orders
    """
    generator = np.random.default_rng(seed)

    def order(explanation: Explanation) -> list[int]:
        kinds: dict[Name, list[int]] = {}
        for place, path in enumerate(explanation.paths):
            kinds.setdefault(path_pattern(path), []).append(place)
        dealt = {kind: iter(generator.permutation(places)) for kind, places in kinds.items()}
        return [
            int(next(dealt[path_pattern(explanation.paths[place])]))
            for place in strongest(explanation)
        ]

    return order


def shortest(seed: int) -> Order:
    """Short paths first; among those of one length chance decides."""
    generator = np.random.default_rng(seed)
    return lambda explanation: _by([len(path.nodes) for path in explanation.paths], generator)


def attention(neighbourhoods: Neighbourhoods, seed: int) -> Order:
    r"""Where a random walker would go.

    A linear model has no attention weights. In their place stand those of a network that attends
    to all neighbours alike, multiplied along the path as in attention rollout (Abnar and Zuidema,
    ACL 2020): :math:`\prod_v 1 / \deg(v)` over all nodes but the last, the probability that a
    random walk from the user takes this path. A path through users counts all of them.

    :param neighbourhoods: of the graph
    :param seed: decides among equals
    """
    generator = np.random.default_rng(seed)
    return lambda explanation: _by(
        [-neighbourhoods.probability(path) for path in explanation.paths], generator
    )


def popularity(neighbourhoods: Neighbourhoods, seed: int) -> Order:
    """Paths through the best-known hub first: the one with the most edges.

    Of a path through users the one who is shown counts.

    :param neighbourhoods: of the graph
    :param seed: decides among equals
    """
    generator = np.random.default_rng(seed)
    return lambda explanation: _by(
        [-neighbourhoods.degree(hub_key(path)) for path in explanation.paths], generator
    )


def controls(neighbourhoods: Neighbourhoods, seed: int = 0) -> Mapping[str, Order]:
    """All controls by name: ``random``, ``random_of_kind``, ``shortest``, ``attention``,
    ``popularity``.
    """
    return {
        "random": random_order(seed),
        "random_of_kind": random_of_kind(seed),
        "shortest": shortest(seed),
        "attention": attention(neighbourhoods, seed),
        "popularity": popularity(neighbourhoods, seed),
    }


def _by(values: npt.ArrayLike, generator: np.random.Generator | None) -> list[int]:
    """Places in ascending order of the values; equals in order, or by chance."""
    numbers = np.asarray(values, dtype=np.float64)
    if generator is None:
        return [int(place) for place in np.argsort(numbers, kind="stable")]
    return [int(place) for place in np.lexsort([generator.random(len(numbers)), numbers])]
