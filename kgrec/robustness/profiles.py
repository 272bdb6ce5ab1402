r"""The profiles of invented users who push an item: four kinds, for behaviour without stars.

Each profile is the target, *filler* items that make it look like anybody's, and maybe *selected*
items that bring it near the users it is meant for (Lam and Riedl, "Shilling Recommender Systems for
Fun and Profit", WWW 2004, https://doi.org/10.1145/988672.988726; Mobasher et al., "Toward
Trustworthy Recommender Systems", TOIT 2007, https://doi.org/10.1145/1278366.1278372). With stars
the kinds differ in the ratings that fillers get; here a filler is taken or it is not:

- ``random``: fillers drawn from all items alike;
- ``average``: fillers drawn as often as real users take them, which needs knowledge of the system;
- ``bandwagon``: the most popular items as selected ones, and random fillers;
- ``segment``: items that share a fact with the target as selected ones, and random fillers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

Kind = Literal["random", "average", "bandwagon", "segment"]
KINDS: tuple[Kind, ...] = get_args(Kind)

Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Market:
    """What an attacker is taken to know.

    :ivar popularity: users of each item, shape ``(I,)``
    :ivar members: which item has which fact, shape ``(I, H)``
    """

    popularity: npt.NDArray[np.float64]
    members: csr_matrix

    def segment(self, target: int, count: int) -> Indices:
        """The items with most facts in common with the target, popular ones first among equals."""
        shared = np.asarray((self.members @ self.members[target].T).todense()).ravel()
        shared[target] = 0
        order = np.lexsort((-self.popularity, -shared))
        return order[: min(count, int((shared > 0).sum()))]


def profiles(
    kind: Kind,
    target: int,
    market: Market,
    count: int,
    *,
    filler: int,
    selected: int,
    random: np.random.Generator,
) -> list[Indices]:
    """Invent the histories of some users.

    :param target: the item they push
    :param count: how many users, at least 0
    :param filler: how many fillers each has
    :param selected: how many selected items each has, in the kinds that have any; fewer if fewer
        items share a fact with the target
    :return: item indices of each user, without repetition, the target among them
    """
    popularity = market.popularity
    chances = popularity if kind == "average" else np.ones(len(popularity))
    chosen = np.zeros(0, dtype=np.int64)
    if kind == "bandwagon":
        order = np.argsort(-popularity, kind="stable")
        chosen = order[order != target][:selected]
    elif kind == "segment":
        chosen = market.segment(target, selected)
    fixed = np.append(chosen, target)
    chances = chances.astype(np.float64).copy()
    chances[fixed] = 0
    size = min(filler, int((chances > 0).sum()))
    if size:
        chances /= chances.sum()
    none = np.zeros(0, dtype=np.int64)

    def history() -> Indices:
        drawn = random.choice(len(chances), size, replace=False, p=chances) if size else none
        return np.sort(np.append(fixed, drawn))

    return [history() for _ in range(count)]
