"""Encoders of other languages by a setting: Chinese BERT, and XLM-R with a sentencepiece."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoModel, AutoTokenizer

from kgrec.config import Config
from kgrec.errors import ConfigError
from kgrec.recommend.inputs import transformer_encoder
from kgrec.text import TransformerEncoder

TEXTS = [
    "一位年轻的厨师开了一家餐馆。",
    "宇航员",
    "فيلم عن رحلة إلى القمر",
    "🚀🌕",
    "a film 🍝",
    " ",
]
PROMPTS = {"prompts": {"passage": "passage: ", "query": "query: "}}


def by_hand(folder: Path, text: str, pooling: str) -> np.ndarray:
    """The vector of one text with ``transformers`` alone."""
    tokens = AutoTokenizer.from_pretrained(folder)([text], return_tensors="pt")
    with torch.no_grad():
        network = AutoModel.from_pretrained(folder)
        hidden = network(tokens["input_ids"], tokens["attention_mask"]).last_hidden_state[0]
    vector = {"mean": hidden.mean(0), "cls": hidden[0], "lasttoken": hidden[-1]}[pooling]
    return (vector / vector.norm()).numpy()


@pytest.mark.parametrize(
    ("kind", "pooling"), [("bert", "cls"), ("xlmr", "mean"), ("xlmr", "lasttoken")]
)
def test_any_script_has_vectors_of_its_own(
    tmp_path: Path, make_encoder, kind: str, pooling: str
) -> None:
    folder = make_encoder(
        tmp_path / "model", kind, **{"1_Pooling__config": {"pooling_mode": pooling}}
    )
    encoder = transformer_encoder(Config().replace({"text.model": str(folder)}))
    vectors = encoder.encode(TEXTS)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), [1, 1, 1, 1, 1, 0], atol=1e-5)
    cosines = vectors[:5] @ vectors[:5].T
    assert (cosines - np.eye(5)).max() < 0.999
    for text, vector in zip(TEXTS[:5], vectors, strict=False):
        np.testing.assert_allclose(vector, by_hand(folder, text, pooling), atol=1e-5)


@pytest.mark.parametrize("kind", ["bert", "xlmr"])
def test_a_long_text_is_within_the_positions(tmp_path: Path, make_encoder, kind: str) -> None:
    encoder = TransformerEncoder(make_encoder(tmp_path / "model", kind))
    assert np.linalg.norm(encoder.encode(["厨师 film " * 500])) == pytest.approx(1, abs=1e-5)


def test_prompts_come_from_the_folder_or_the_setting(tmp_path: Path, make_encoder) -> None:
    folder = make_encoder(tmp_path / "e5", "xlmr", config_sentence_transformers=PROMPTS)
    plain = TransformerEncoder(folder, prompt="")
    passage, query = TransformerEncoder(folder), TransformerEncoder(folder, role="query")
    for encoder, prompt in ((passage, "passage: "), (query, "query: ")):
        expected = plain.encode([prompt + TEXTS[0]])
        np.testing.assert_allclose(encoder.encode(TEXTS[:1]), expected, atol=1e-5)
    assert len({each.identity for each in (plain, passage, query)}) == 3
    named = Config().replace({"text.model": str(folder), "text.prompt": "query: "})
    assert transformer_encoder(named).identity == query.identity


def test_no_code_of_a_model_is_run(tmp_path: Path, make_encoder) -> None:
    folder = make_encoder(tmp_path / "model")
    trap = tmp_path / "trap"
    (folder / "evil.py").write_text(f"import pathlib\npathlib.Path({str(trap)!r}).touch()\n")
    config = json.loads((folder / "config.json").read_text())
    config |= {
        "model_type": "evil",
        "auto_map": {"AutoModel": "evil.Model", "AutoConfig": "evil.C"},
    }
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(ConfigError, match="cannot be loaded"):
        TransformerEncoder(folder).encode(["x"])
    assert not trap.exists()
