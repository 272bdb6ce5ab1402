from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.sparse import csr_matrix

from kgrec.features import Features
from kgrec.gnn.linear.alignment import relation_gates
from kgrec.gnn.linear.hubs import FactHubs


def test_gates_are_never_negative_and_scale_facts_to_users(
    random_features: Callable[..., Features],
) -> None:
    for seed in range(30):
        features = random_features(seed, users=20)
        hubs = FactHubs.of(features)
        gates = relation_gates(hubs, features.train)
        assert gates.dtype == np.float32
        assert gates.shape == (len(hubs.relations),)
        assert (gates >= 0).all()
        weight = (hubs.members @ gates[hubs.roles]).mean()
        np.testing.assert_allclose(weight, features.train.sum() / 7, rtol=1e-4)


def test_where_behaviour_is_scarce_all_gates_are_equal(
    random_features: Callable[..., Features],
) -> None:
    hubs = FactHubs.of(random_features(0))
    gates = relation_gates(hubs, csr_matrix(np.eye(8, 7, dtype=np.float32)))
    assert gates.min() == gates.max() > 0


def test_no_hub_no_gate() -> None:
    hubs = FactHubs(csr_matrix((3, 0), dtype=np.float32), np.zeros(0, int), np.zeros(0, int), ())
    assert relation_gates(hubs, csr_matrix(np.ones((5, 3), dtype=np.float32))).shape == (0,)
