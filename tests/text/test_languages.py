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
from kgrec.recommend.texts import transformer_encoder
from kgrec.text import TransformerEncoder
from kgrec.text.windows import Windows

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


@pytest.mark.parametrize("kind", ["bert", "xlmr"])
@pytest.mark.parametrize("prompt", ["query: ", "为这个句子："])
def test_each_window_begins_with_the_prompt(
    tmp_path: Path, make_encoder, kind: str, prompt: str
) -> None:
    tokenizer = AutoTokenizer.from_pretrained(make_encoder(tmp_path / "model", kind))
    texts = ["red", "one two three four five six " * 4, "red green"]
    found = Windows.of(texts, tokenizer, 24, 3, prompt)
    for owner, text in enumerate(texts):
        own = [found.tokens[at] for at in np.flatnonzero(found.owners == owner)]
        whole = tokenizer(prompt + text)["input_ids"]
        alone = tokenizer(prompt, add_special_tokens=False)["input_ids"]
        shared = 0  # a tokenizer may end a prompt in another way where a text follows
        while shared < len(alone) and whole[1 + shared] == alone[shared]:
            shared += 1
        assert shared > 0
        first = tokenizer(prompt + text, truncation=True, max_length=24)["input_ids"]
        assert own[0] == first
        assert len(own) <= 3
        assert all(len(each) <= 24 for each in own)
        heads = {tuple(each[: 1 + shared]) for each in own}
        assert heads == {tuple(whole[: 1 + shared])}
    assert np.bincount(found.owners).tolist()[0] == 1
    assert np.bincount(found.owners).tolist()[1] > 1


def test_later_windows_go_on_where_the_text_was_cut(tmp_path: Path, make_encoder) -> None:
    tokenizer = AutoTokenizer.from_pretrained(make_encoder(tmp_path / "model"))
    text, prompt = "one two three four five six " * 9, "query: "
    found = Windows.of([text], tokenizer, 30, 64, prompt)
    told = len(tokenizer(prompt, add_special_tokens=False)["input_ids"])
    read = [token for each in found.tokens for token in each[1 + told : -1]]
    assert read == tokenizer(text, add_special_tokens=False)["input_ids"]


def test_a_prompt_that_leaves_no_room(tmp_path: Path, make_encoder) -> None:
    folder = make_encoder(tmp_path / "model")
    with pytest.raises(ConfigError, match=r"text\.prompt"):
        TransformerEncoder(folder, prompt="one two three " * 20).encode(["red"])


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
