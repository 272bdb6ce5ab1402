from __future__ import annotations

import numpy as np
import pytest
import torch

from kgrec.gnn.linear.propagation import RelationalAdjacency

# Two relations between the same pair, a fact and its opposite, a node with no fact, a loop.
FACTS = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 0], [2, 1, 0], [3, 0, 1], [2, 0, 2]])


def test_gradients_equal_finite_differences() -> None:
    layer = RelationalAdjacency(FACTS, 5, 2)
    layer.norms = layer.norms.double()
    generator = torch.Generator().manual_seed(0)
    gates, vectors = (
        torch.randn(*shape, dtype=torch.float64, generator=generator, requires_grad=True)
        for shape in ((4,), (5, 3))
    )

    def forward(gates: torch.Tensor, vectors: torch.Tensor) -> torch.Tensor:
        return layer.edges.product(layer.norms * gates[layer.kinds], vectors)

    assert torch.autograd.gradcheck(forward, (gates, vectors))


def test_more_relations_than_pairs_of_nodes() -> None:
    facts = np.array([[0, relation, 1] for relation in range(3)])
    layer = RelationalAdjacency(facts, 2, 3)
    vectors = torch.ones(2, 4, requires_grad=True)
    layer(vectors).sum().backward()
    assert layer.gates.grad is not None
    torch.testing.assert_close(layer.gates.grad, torch.full((6,), 4 / 3))


def test_a_node_without_facts_hears_nothing() -> None:
    layer = RelationalAdjacency(FACTS, 5, 2)
    heard = layer(torch.ones(5, 2)).detach()
    assert heard[4].tolist() == [0, 0]
    assert (heard[:4] > 0).all()


@pytest.mark.parametrize("relations", [0, 2])
def test_no_facts_at_all(relations: int) -> None:
    layer = RelationalAdjacency(np.zeros((0, 3), dtype=np.int64), 3, relations)
    vectors = torch.ones(3, 2, requires_grad=True)
    layer(vectors).sum().backward()
    assert vectors.grad is not None
    assert not vectors.grad.any()
