"""Which items are pushed: by a stated rule, not by hand."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from kgrec.errors import ConfigError

Rule = Literal["unpopular", "middle"]
RULES: tuple[Rule, ...] = get_args(Rule)

# Of the items that anybody took, by popularity: the lowest quarter, and the fifth in the middle.
_RANGES: dict[Rule, tuple[float, float]] = {"unpopular": (0.0, 0.25), "middle": (0.4, 0.6)}


def choose_targets(
    popularity: npt.NDArray[np.float64],
    allowed: npt.NDArray[np.bool_],
    rule: Rule,
    count: int,
    random: np.random.Generator,
) -> npt.NDArray[np.int64]:
    """Draw the items to push.

    :param popularity: users of each item, shape ``(I,)``
    :param allowed: which items may be recommended at all, shape ``(I,)``
    :param rule: ``unpopular``: from the quarter with the fewest users, ``middle``: from the fifth
        in the middle; items without users count for neither
    :param count: how many, at least 1
    :return: sorted indices
    :raises ConfigError: if there are too few such items
    """
    taken = np.flatnonzero(allowed & (popularity > 0))
    order = taken[np.argsort(popularity[taken], kind="stable")]
    low, high = (round(part * len(order)) for part in _RANGES[rule])
    pool = order[low:high]
    if not len(pool):
        raise ConfigError(
            f"There are no {rule} items to push: of {len(order)} items that some users have and "
            f"others can be shown, none counts as that. Take the other rule, or more data."
        )
    if not 1 <= count <= len(pool):
        raise ConfigError(
            f"{count} targets were asked for, and there are {len(pool)} {rule} items: ask for "
            f"{'1' if len(pool) == 1 else f'1 to {len(pool)}'}."
        )
    return np.sort(random.choice(pool, count, replace=False))
