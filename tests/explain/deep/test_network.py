"""The network around a user and an item is the network, on random worlds with random weights."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from kgrec.config import Config
from kgrec.errors import RunError
from kgrec.explain.deep import choose
from kgrec.explain.deep.asked import Asked
from kgrec.explain.deep.gradients import integrated_gradients
from kgrec.explain.deep.local import Local
from kgrec.explain.deep.whole import Whole
from kgrec.features import Features
from kgrec.gnn.deep.kgat import KgatEncoder
from kgrec.gnn.deep.model import VectorModel
from kgrec.gnn.deep.rgcn import RgcnEncoder
from kgrec.gnn.inputs import NodeInputs
from kgrec.gnn.saved import model_of

Make = Callable[..., Features]
KINDS = {"rgcn": RgcnEncoder, "kgat": KgatEncoder}
worlds = given(
    st.integers(0, 300), st.sampled_from(sorted(KINDS)), st.integers(0, 2), st.integers(0, 7)
)


def network(features: Features, kind: str, layers: int, seed: int = 0) -> Whole:
    settings = {"gnn.layers": layers, "gnn.embedding_size": 8, "gnn.init_scale": 1.0}
    torch.manual_seed(seed)
    config = Config().replace(settings).gnn
    encoder = KINDS[kind](features, NodeInputs(), config, features.train)
    for name, parameter in encoder.named_parameters():
        if name.endswith("bias"):  # 0 before training: a vector of length 1 would jump there
            torch.nn.init.normal_(parameter.data)
    model = VectorModel.of(encoder, features.train, 0.5)
    # What a run keeps is enough.
    return Whole.of(model_of(kind, model.tensors()), features, features.train)


def score(whole: Whole, history: csr_matrix, item: int) -> float:
    return float(whole.model.score(history)[0, item]) - float(whole.model.bias[item])


@settings(max_examples=15)
@worlds
def test_with_all_edges_the_score_is_the_models_own(
    random_features: Make, seed: int, kind: str, layers: int, user: int
) -> None:
    features = random_features(seed)
    whole = network(features, kind, layers)
    # What the user has now is more than what was fitted on.
    history = csr_matrix(features.history[[user]])
    if not history.nnz:
        return
    asked = Asked.of(whole, history, user)
    for item in (0, 3, 6):
        expected = pytest.approx(score(whole, history, item), rel=1e-5, abs=2e-5)
        assert asked.score(item) == expected
        local = Local.around(asked, item)
        assert local.score(torch.ones(len(local.ids))).item() == expected
        nobody = Local.around(Asked.of(whole, history, None), item)
        assert nobody.score(torch.ones(len(nobody.ids))).item() == expected


@settings(max_examples=10)
@worlds
def test_an_edge_is_gone_for_the_whole_network(
    random_features: Make, seed: int, kind: str, layers: int, user: int
) -> None:
    features = random_features(seed)
    whole = network(features, kind, layers)
    history = csr_matrix(features.train[[user]])
    if not history.nnz or not whole.num_facts:
        return
    asked = Asked.of(whole, history, user)
    rng = np.random.default_rng(seed)
    removed = np.sort(rng.choice(whole.num_edges, whole.num_edges // 3, replace=False))
    # The same by hand: messages are summed densely, without those edges.
    hearing, side = whole.hearing, whole.model.side
    stays = torch.from_numpy(~np.isin(hearing.ids.numpy(), removed)).float()
    place = whole.num_core + user
    nodes = whole.own.clone()
    rows, columns = hearing.edges.rows, hearing.edges.columns
    nodes.index_add_(0, rows, (hearing.means * stays)[:, None] * whole.own[columns])
    states = [nodes]
    for layer in range(side.layers):
        sent = nodes[columns]
        if kind == "rgcn":
            messages = whole.model.network.messages
            matrices = torch.einsum("kb,bij->kij", messages.parts[layer], messages.bases[layer])
            sent = torch.einsum("mi,mij->mj", sent, matrices[hearing.kinds])
        heard = torch.zeros(len(nodes), sent.shape[1])
        heard.index_add_(0, rows, (hearing.values * stays)[:, None] * sent)
        nodes = side.step(layer, nodes, heard)
        states.append(nodes)
    vectors = side.join(states)
    for item in (0, 4):
        expected = float(asked.scale * (vectors[place] * vectors[item]).sum())
        assert asked.score(item, removed) == pytest.approx(expected, rel=1e-4, abs=1e-4)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_attributions_sum_to_the_change_of_the_score(random_features: Make, kind: str) -> None:
    features = random_features(4)
    whole = network(features, kind, 2)
    asked = Asked.of(whole, csr_matrix(features.train[[0]]), 0)
    local = Local.around(asked, 2)
    size = len(local.ids)
    with torch.no_grad():
        change = float(local.score(torch.ones(size)) - local.score(torch.zeros(size)))
    errors = [
        abs(integrated_gradients(local.score, size, steps).sum() - change) for steps in (2, 64)
    ]
    assert errors[1] < 0.02 * abs(change)
    assert errors[1] <= errors[0]


def test_an_edge_that_no_message_of_the_score_uses_is_given_nothing(random_features: Make) -> None:
    features = random_features(4)
    whole = network(features, "rgcn", 1)
    asked = Asked.of(whole, csr_matrix(features.train[[0]]), 0)
    item = 2
    local = Local.around(asked, item)
    attributions = integrated_gradients(local.score, len(local.ids), 2)
    # One layer: of the facts, the score hears those of the item alone.
    facts = local.ids < whole.num_facts
    elsewhere = facts & ~(local.nodes[local.ends] == item).any(axis=1)
    assert elsewhere.any()
    assert not attributions[elsewhere].any()
    assert attributions[facts & ~elsewhere].all()
    assert asked.score(item, local.ids[elsewhere]) == pytest.approx(asked.score(item), rel=1e-6)


def test_a_polynomial_is_attributed_exactly() -> None:
    factors = torch.tensor([1.0, -2.0, 3.0])
    found = integrated_gradients(lambda left: (factors * left).sum() ** 2, 3, 2)
    assert found == pytest.approx([2.0, -4.0, 6.0])


def test_hubs_are_pruned_and_the_score_stays(
    random_features: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    features = random_features(5, users=60, items=30)
    whole = network(features, "kgat", 2)
    asked = Asked.of(whole, csr_matrix(features.train[[0]]), 0)
    every = Local.around(asked, 3)
    assert every.left_out == 0
    monkeypatch.setattr(choose, "WIDEST", 2)
    monkeypatch.setattr(choose, "_LOOKED_AT", 8)
    few = Local.around(asked, 3)
    assert few.left_out > 10
    assert len(few.ids) < len(every.ids) / 2
    assert set(few.ids) <= set(every.ids)
    assert few.score(torch.ones(len(few.ids))).item() == pytest.approx(asked.score(3), rel=1e-5)
    monkeypatch.setattr(choose, "_HUB", 0)
    assert len(Local.around(asked, 3).ids) < len(few.ids)


def test_another_graph_is_refused(random_features: Make) -> None:
    one, other = random_features(1), random_features(2)
    with pytest.raises(RunError, match="does not belong to the graph"):
        Whole.of(network(one, "rgcn", 1).model, other, other.train)
