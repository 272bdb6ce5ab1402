r"""Places for groups, where a greedy list cannot serve several of them: an integer program.

Items of the same groups are alike here, so that the unknowns are few: which *kind* of item,
:math:`c`, has place :math:`t`.

.. math:: \max \sum_{t} v_t\, x_{c_0(t), t} \quad\text{s.t.}\quad
    \sum_c x_{ct} = 1,\;\; \sum_t x_{ct} \le n_c,\;\;
    \sum_{c \ni g} \sum_t v_t\, x_{ct} \ge m_g \sum_t v_t,\;\; x_{ct} \in \{0, 1\}

with :math:`c_0(t)` the kind that the list had at :math:`t`: as much attention as possible stays
where it was. Solved by HiGHS through :func:`scipy.optimize.milp`.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix, eye, kron

from kgrec.policies.exposure import attention
from kgrec.policies.greedy import Indices, Mask, Numbers

_SECONDS = 5.0


def planned_kinds(
    members: Mask, minimum: Numbers, before: Indices
) -> tuple[Indices, Indices] | None:
    """Find a kind of item for every place of a list.

    :param members: groups of the pool's items, shape ``(n, G)``
    :param minimum: share of each group, shape ``(G,)``
    :param before: the list as places in the pool, shape ``(k,)``
    :return: the kind of every item, ``(n,)``, and of every place of the list, ``(k,)``; ``None``
        if no choice and order of the items has all shares
    """
    kinds, of_item, sizes = np.unique(members, axis=0, return_inverse=True, return_counts=True)
    of_item = of_item.ravel()
    number, length = len(kinds), len(before)
    given = attention(length)
    kept = np.zeros((number, length))
    kept[of_item[before], np.arange(length)] = given
    one_each = kron(np.ones((1, number)), eye(length))
    enough = kron(eye(number), np.ones((1, length)))
    exposed = kron(csr_matrix(kinds.T.astype(np.float64)), given[None])
    result = milp(
        -kept.ravel(),
        integrality=np.ones(number * length),
        bounds=Bounds(0, 1),
        constraints=[
            LinearConstraint(one_each, 1, 1),
            LinearConstraint(enough, 0, sizes),
            LinearConstraint(exposed, minimum * given.sum(), np.inf),
        ],
        options={"time_limit": _SECONDS},
    )
    if result.x is None:
        return None
    return of_item, result.x.reshape(number, length).argmax(axis=0)


class Planned:
    """Leaves, for every place, the items of the kind that the plan has there.

    :param of_item: kind of every item of the pool, shape ``(n,)``
    :param of_place: kind of every place of the list, shape ``(k,)``
    """

    def __init__(self, of_item: Indices, of_place: Indices) -> None:
        self._of_item, self._of_place, self._rank = of_item, of_place, 0

    def narrow(self, open_: Mask) -> Mask:
        """Leave items of the planned kind, if any is open."""
        found = open_ & (self._of_item == self._of_place[self._rank])
        return found if found.any() else open_

    def add(self, _place: int) -> None:
        """Go on to the next place."""
        self._rank += 1
