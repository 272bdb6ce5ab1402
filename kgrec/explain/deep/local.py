r"""The part of a network around a user and an item, as a function of how much is left of each edge.

What a node hears from outside (:mod:`kgrec.explain.deep.sketch`) stays what it is in the whole
network, so that with all edges the score is the model's own, and the work for one score is bounded
by the edges that were chosen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from kgrec.explain.deep.asked import Asked
from kgrec.explain.deep.choose import choose
from kgrec.explain.deep.sketch import ITEM, USER, Sketch
from kgrec.explain.deep.whole import Indices
from kgrec.gnn.pattern import Pattern


@dataclass(frozen=True, eq=False)
class _Messages:
    """Messages between local nodes, and the sum of those from elsewhere."""

    edges: Pattern
    kinds: torch.Tensor
    values: torch.Tensor
    at: torch.Tensor
    elsewhere: torch.Tensor


@dataclass(frozen=True, eq=False)
class Local:
    """A user, an item, and the edges around them.

    :ivar nodes: in the whole graph, shape ``(n,)``; the first is the user who asks, -1
    :ivar ids: of the edges, sorted, shape ``(K,)``
    :ivar ends: the local nodes that each edge joins, shape ``(K, 2)``
    :ivar kinds: of the messages from the second of these to the first, shape ``(K,)``
    :ivar left_out: neighbours that were passed over because there were too many
    """

    asked: Asked
    nodes: Indices
    ids: Indices
    ends: Indices
    kinds: Indices
    left_out: int
    _first: _Messages
    _layers: tuple[_Messages, ...]

    @staticmethod
    @torch.no_grad()
    def around(asked: Asked, item: int) -> Local:
        """Look around a user and an item.

        :param item: its index
        """
        chosen = choose(asked, item)
        sketch = Sketch.of(asked, item, chosen).core()
        ids, tells, at = np.unique(sketch.ids, return_index=True, return_inverse=True)
        layers = asked.whole.model.side.layers
        return Local(
            asked=asked,
            nodes=sketch.nodes,
            ids=ids,
            ends=sketch.ends()[tells],
            kinds=sketch.kinds[tells],
            left_out=chosen.left_out,
            _first=_first(asked, sketch, at),
            _layers=tuple(_layer(asked, sketch, at, n, n + 1 == layers) for n in range(layers)),
        )

    def score(self, left: torch.Tensor) -> torch.Tensor:
        """The score without the popularity, a scalar; with a gradient.

        :param left: how much is left of each edge, 0–1, shape ``(K,)``
        """
        model, first = self.asked.whole.model, self._first
        own = _rows(self.asked.whole.own, self.nodes)
        nodes = first.elsewhere + first.edges.product(first.values * left[first.at], own)
        states = [nodes[:2]]
        for number, layer in enumerate(self._layers):
            values = layer.values * left[layer.at]
            heard = model.network.messages.heard(number, layer.edges, layer.kinds, values, nodes)
            nodes = model.side.step(number, nodes[: len(heard)], heard + layer.elsewhere)
            states.append(nodes[:2])
        vectors = model.side.join(states)
        return self.asked.scale * (vectors[USER] * vectors[ITEM]).sum()


def _first(asked: Asked, sketch: Sketch, at: Indices) -> _Messages:
    """Users as means of their histories."""
    used = sketch.means > 0
    part = _messages(sketch, at, used, len(sketch.nodes), sketch.means)
    inside = part.edges.product(part.values, _rows(asked.whole.own, sketch.nodes))
    return _with(part, _states(asked, sketch.nodes, 0) - inside)


def _layer(asked: Asked, sketch: Sketch, at: Indices, number: int, last: bool) -> _Messages:
    """All messages; in the last layer only those to the user and the item are of use."""
    rows = 2 if last else len(sketch.nodes)
    part = _messages(sketch, at, sketch.rows < rows, rows, sketch.values)
    messages = asked.whole.model.network.messages
    inside = messages.heard(
        number, part.edges, part.kinds, part.values, _states(asked, sketch.nodes, number)
    )
    heard = _rows(asked.whole.states.heard[number], sketch.nodes[:rows])
    heard[USER] = asked.states.heard[number][0]
    return _with(part, heard - inside)


def _messages(
    sketch: Sketch,
    at: Indices,
    used: npt.NDArray[np.bool_],
    rows: int,
    values: npt.NDArray[np.float32],
) -> _Messages:
    edges = Pattern(sketch.rows[used], sketch.columns[used], (rows, len(sketch.nodes)))
    kinds, kept, places = (torch.from_numpy(each[used]) for each in (sketch.kinds, values, at))
    return _Messages(edges, kinds, kept, places, torch.zeros(0))


def _with(part: _Messages, elsewhere: torch.Tensor) -> _Messages:
    return _Messages(part.edges, part.kinds, part.values, part.at, elsewhere)


def _states(asked: Asked, nodes: Indices, layer: int) -> torch.Tensor:
    states = _rows(asked.whole.states.nodes[layer], nodes)
    states[USER] = asked.states.nodes[layer][0]
    return states


def _rows(vectors: torch.Tensor, nodes: Indices) -> torch.Tensor:
    """Vectors of local nodes; 0 for the user who asks."""
    rows = vectors[torch.from_numpy(nodes)]
    rows[USER] = 0.0
    return rows
