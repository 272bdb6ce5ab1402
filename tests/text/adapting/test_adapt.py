from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from kgrec.config import AdaptConfig, Config
from kgrec.errors import ConfigError, MissingExtraError
from kgrec.text import TransformerEncoder
from kgrec.text.adapter import Adapter
from kgrec.text.adapting.adapt import Adapted, adapt, with_lora
from kgrec.text.adapting.contrast import PairedTexts, contrastive_loss
from kgrec.text.adapting.targets import targets_of

# Texts of a letter each, and their partners: a pair has nothing in common but that it is one.
LETTERS = "abcdefgh"
TEXTS = [f"{letter} {number}" for letter in LETTERS for number in range(4)]
PARTNERS = [
    f"{letter.translate(str.maketrans(LETTERS, 'stuvwxyz'))} {number}"
    for letter in LETTERS
    for number in range(4)
]
ALL = [*TEXTS, *PARTNERS]
PAIRS = np.column_stack([np.arange(32), 32 + np.arange(32)])[
    np.random.default_rng(0).permutation(32)
]
FAST = AdaptConfig(
    epochs=12, batch_size=8, learning_rate=0.02, held_out=0.25, patience=12, rank=4, dropout=0.0
)


@pytest.fixture(scope="module")
def encoder(tiny_bert: Path) -> TransformerEncoder:
    return TransformerEncoder(tiny_bert, precision="float32")


@pytest.fixture(scope="module")
def adapted(encoder: TransformerEncoder) -> Adapted:
    return adapt(encoder, ALL, PAIRS, FAST)


def with_adapter(encoder: TransformerEncoder, adapter: Adapter) -> TransformerEncoder:
    return TransformerEncoder(encoder.folder, precision="float32", adapter=adapter)


def margin(encoder: TransformerEncoder, pairs: np.ndarray) -> float:
    """How much nearer partners are than others."""
    vectors = encoder.encode(ALL)
    cosines = vectors[pairs[:, 0]] @ vectors[pairs[:, 1]].T
    return float(np.diag(cosines).mean() - cosines.mean())


def test_pairs_that_it_never_saw_become_nearer_than_others(
    encoder: TransformerEncoder, adapted: Adapted
) -> None:
    assert adapted.epochs > 0
    assert adapted.losses[adapted.epochs] < adapted.losses[0]
    changed = with_adapter(encoder, adapted.adapter)
    assert margin(changed, PAIRS[-8:]) > margin(encoder, PAIRS[-8:])
    assert set(adapted.summary()) == {
        "epochs of the text encoder",
        "loss of pairs of texts, before",
        "loss of pairs of texts, after",
    }


def test_markup_teaches_nothing(encoder: TransformerEncoder) -> None:
    short = FAST.model_copy(update={"epochs": 1})
    marked = [f"<p>{text.replace(' ', '&#32;')}</p>" for text in ALL]
    found = adapt(encoder, marked, PAIRS, short).adapter.identity
    assert found == adapt(encoder, ALL, PAIRS, short).adapter.identity
    texts = PairedTexts(encoder, ["a 1", "<b>a</b> 1", "b 1"], np.array([[0, 2], [1, 2]]), 16)
    assert texts.no_negatives([0, 2], [2, 1]).tolist() == [[False, True], [True, False]]


def test_the_same_seed_learns_the_same(encoder: TransformerEncoder) -> None:
    short, state = FAST.model_copy(update={"epochs": 2}), torch.random.get_rng_state()
    first, again, other = (adapt(encoder, ALL, PAIRS, short, seed=seed) for seed in (0, 0, 1))
    assert again.adapter.identity == first.adapter.identity
    assert again.losses == first.losses
    assert other.adapter.identity != first.adapter.identity
    assert torch.equal(state, torch.random.get_rng_state())


def test_the_identity_tells_the_adapted_from_the_other(
    encoder: TransformerEncoder, adapted: Adapted
) -> None:
    changed = with_adapter(encoder, adapted.adapter)
    assert changed.identity != encoder.identity
    assert changed.base.identity == encoder.identity
    fewer = TransformerEncoder(encoder.folder, precision="float32", windows=2)
    assert fewer.base.identity == fewer.identity != encoder.identity
    other = adapt(encoder, ALL, PAIRS, FAST.model_copy(update={"epochs": 1}))
    assert with_adapter(encoder, other.adapter).identity != changed.identity


def test_adding_the_change_is_what_peft_would_do(encoder: TransformerEncoder) -> None:
    wrapped = with_lora(encoder.network(), FAST)
    for name, value in wrapped.named_parameters():
        if "lora_B" in name:  # which begins with zeros
            torch.nn.init.normal_(value, generator=torch.Generator().manual_seed(0))
    ours = encoder.network()
    Adapter.of(wrapped.base_model.model, FAST.alpha / FAST.rank, "").apply(ours)
    theirs = wrapped.merge_and_unload().state_dict()
    changed = [
        not torch.equal(value, ours.state_dict()[name])
        for name, value in encoder.network().state_dict().items()
    ]
    assert sum(changed) == 6
    for name, value in ours.state_dict().items():
        torch.testing.assert_close(value, theirs[name])


def test_only_the_targets_change(encoder: TransformerEncoder, adapted: Adapted) -> None:
    before, after = encoder.network(), encoder.network()
    adapted.adapter.apply(after)
    changed = {
        name
        for name, value in before.state_dict().items()
        if not torch.equal(value, after.state_dict()[name])
    }
    parts = [
        f"encoder.layer.{n}.attention.self.{part}" for n in range(3) for part in ("query", "value")
    ]
    assert changed == {f"{part}.weight" for part in parts}


def test_lower_layers_stay_as_they_are(encoder: TransformerEncoder) -> None:
    network = encoder.network()
    upper = targets_of(network, ["query", "key"], frozen_layers=2)
    assert upper == [f"encoder.layer.2.attention.self.{part}" for part in ("key", "query")]
    with pytest.raises(ConfigError, match="has 3 layers"):
        targets_of(network, ["query"], frozen_layers=3)
    with pytest.raises(ConfigError, match=r"'gate'.*has dense, key, query, value"):
        targets_of(network, ["query", "gate"])


def test_where_nothing_is_learned_nothing_changes(encoder: TransformerEncoder) -> None:
    wild = FAST.model_copy(update={"learning_rate": 1e4, "epochs": 3, "patience": 1})
    found = adapt(encoder, ALL, PAIRS, wild)
    assert (found.epochs, len(found.losses)) == (0, 2)
    vectors = with_adapter(encoder, found.adapter).encode(ALL)
    np.testing.assert_array_equal(vectors, encoder.encode(ALL))


def test_a_few_pairs_will_do(encoder: TransformerEncoder) -> None:
    few = adapt(encoder, ALL, PAIRS[:3], FAST.model_copy(update={"epochs": 1, "batch_size": 2}))
    assert (few.losses, few.epochs) == ((), 1)
    with pytest.raises(ConfigError, match="1 pairs"):
        adapt(encoder, ALL, PAIRS[:1])


def test_without_peft_it_says_what_to_install(
    encoder: TransformerEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "peft", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'kgrec\[llm\]'"):
        adapt(encoder, ALL, PAIRS, FAST)


def test_serving_needs_no_peft(
    encoder: TransformerEncoder, adapted: Adapted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "peft", None)
    assert with_adapter(encoder, adapted.adapter).encode(["a"]).shape == (1, 32)


def test_an_adapter_of_another_encoder_is_refused(
    tmp_path: Path, make_encoder, adapted: Adapted
) -> None:
    other = make_encoder(tmp_path / "other", sentence_bert_config={"max_seq_length": 9})
    with pytest.raises(ConfigError, match="another encoder"):
        TransformerEncoder(other, adapter=adapted.adapter).encode(["a"])


def test_the_loss_is_a_softmax_both_ways_round() -> None:
    first = torch.nn.functional.normalize(
        torch.randn(3, 4, generator=torch.Generator().manual_seed(0))
    )
    second = torch.nn.functional.normalize(
        torch.randn(3, 4, generator=torch.Generator().manual_seed(1))
    )
    none = torch.zeros(3, 3, dtype=torch.bool)
    cosines = (first @ second.T / 0.5).exp()
    right = cosines.diag()
    by_hand = -((right / cosines.sum(1)).log() + (right / cosines.sum(0)).log()).mean() / 2
    torch.testing.assert_close(contrastive_loss(first, second, none, 0.5), by_hand)
    none[0, 1] = True
    cosines[0, 1] = 0
    by_hand = -((right / cosines.sum(1)).log() + (right / cosines.sum(0)).log()).mean() / 2
    torch.testing.assert_close(contrastive_loss(first, second, none, 0.5), by_hand)


def test_targets_can_be_named_on_the_command_line() -> None:
    config = Config().replace({"text.adapt.targets": "query, key"})
    assert config.text.adapt.targets == ("query", "key")
    assert not Config().text.adapt.enabled
