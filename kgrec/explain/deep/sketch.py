"""Messages between chosen nodes, and the core of them.

As PaGE-Link does (Zhang et al., WWW 2023, https://arxiv.org/abs/2302.12465), the graph around a
user and an item is pruned to its 2-core: a node with a single edge is on no path between others.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kgrec.explain.deep.asked import Asked
from kgrec.explain.deep.choose import Chosen, places_between
from kgrec.explain.deep.whole import Indices

USER, ITEM = 0, 1
"""The first local nodes: the user who asks, and the item."""

_Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Sketch:
    """Messages between local nodes, sorted by row, each of shape ``(M,)``.

    :ivar nodes: in the whole graph, shape ``(n,)``; -1 for the user who asks
    :ivar keeps: nodes that stay, whatever their edges, shape ``(n,)``
    :ivar rows: local nodes that hear
    :ivar columns: local nodes that are heard
    :ivar values: how much, in each layer
    :ivar means: how much, before the first layer
    :ivar ids: of the edges that carry the messages
    """

    nodes: Indices
    keeps: _Bools
    rows: Indices
    columns: Indices
    kinds: Indices
    values: npt.NDArray[np.float32]
    means: npt.NDArray[np.float32]
    ids: Indices

    @staticmethod
    def of(asked: Asked, item: int, chosen: Chosen) -> Sketch:
        """All messages between chosen nodes, and those to the user who asks."""
        nodes = np.concatenate([[-1, item], chosen.near])
        history = asked.items[chosen.history]
        keeps = np.isin(nodes, np.concatenate([[-1, item, asked.node], history]))
        hearing, order = asked.whole.hearing, np.argsort(nodes)
        places = places_between(asked.whole, nodes[order][1:])
        ends = hearing.edges.rows.numpy()[places], hearing.edges.columns.numpy()[places]
        places, ends = places[ends[0] != ends[1]], tuple(e[ends[0] != ends[1]] for e in ends)
        rows, columns = (order[np.searchsorted(nodes, each, sorter=order)] for each in ends)
        taken = order[np.searchsorted(nodes, history, sorter=order)]
        kinds, values, means, ids = (
            each.numpy()[places]
            for each in (hearing.kinds, hearing.values, hearing.means, hearing.ids)
        )
        at = chosen.history
        sketch = Sketch(
            nodes=nodes,
            keeps=keeps,
            rows=np.concatenate([np.full(len(taken), USER), rows]),
            columns=np.concatenate([taken, columns]),
            kinds=np.concatenate([np.full(len(taken), asked.whole.of_items), kinds]),
            values=np.concatenate([asked.values.numpy()[at], values]),
            means=np.concatenate([asked.means.numpy()[at], means]),
            ids=np.concatenate([asked.ids[at], ids]),
        )
        # Stable: of an edge's messages, those to the user who asks stay first.
        return sketch._some(np.lexsort((sketch.columns, sketch.rows)))

    def core(self) -> Sketch:
        """The 2-core, without the nodes that are in no message any more."""
        sketch = self
        while True:
            ends = sketch.ends()[np.unique(sketch.ids, return_index=True)[1]]
            stays = sketch.keeps | (np.bincount(ends.ravel(), minlength=len(self.nodes)) > 1)
            used = stays[sketch.rows] & stays[sketch.columns]
            if used.all():
                return sketch._renumbered(stays)
            sketch = sketch._some(np.flatnonzero(used))

    def ends(self) -> Indices:
        """Local nodes that the edge of each message joins, shape ``(M, 2)``.

        The first message of an edge tells: where the user who asks hears it, it joins this user,
        and not the same one in the graph.
        """
        return np.column_stack([self.rows, self.columns])

    def _some(self, places: Indices) -> Sketch:
        names = ("rows", "columns", "kinds", "values", "means", "ids")
        return dataclasses.replace(self, **{name: getattr(self, name)[places] for name in names})

    def _renumbered(self, stays: _Bools) -> Sketch:
        numbers = np.cumsum(stays) - 1
        return dataclasses.replace(
            self,
            nodes=self.nodes[stays],
            keeps=self.keeps[stays],
            rows=numbers[self.rows],
            columns=numbers[self.columns],
        )
