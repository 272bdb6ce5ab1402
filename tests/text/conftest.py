"""Tiny encoders with random weights, made as those of the hub are: a folder each."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from tokenizers.trainers import UnigramTrainer
from transformers import (
    BertConfig,
    BertModel,
    PreTrainedTokenizerFast,
    XLMRobertaConfig,
    XLMRobertaModel,
)

TEXTS = [
    "一位年轻的厨师开了一家餐馆。",
    "宇航员被困在太空站里。",
    "فيلم عن رحلة إلى القمر",
    "طباخ شاب يفتح مطعما",
    "A film about a rocket 🚀 and the moon 🌕",
    "🍝👨‍🍳",
    "passage: query: red green blue one two three four five six",
]
_SIZES = {
    "hidden_size": 32,
    "num_hidden_layers": 3,
    "num_attention_heads": 2,
    "intermediate_size": 64,
    "initializer_range": 0.2,
}

MakeEncoder = Callable[..., Path]


def _bert_tokenizer() -> tuple[Tokenizer, dict[str, str]]:
    """Words in pieces, Chinese by the character: the tokenizer of BERT and of Chinese BGE."""
    names = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    letters = sorted({letter for text in TEXTS for letter in text.lower() if letter != " "})
    letters += [
        letter for letter in "abcdefghijklmnopqrstuvwxyz0123456789.,;'" if letter not in letters
    ]
    pieces = [*names.values(), *letters, *(f"##{letter}" for letter in letters)]
    model = models.WordPiece({piece: n for n, piece in enumerate(pieces)}, unk_token="[UNK]")
    tokenizer = Tokenizer(model)
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    return tokenizer, names


def _unigram_tokenizer() -> tuple[Tokenizer, dict[str, str]]:
    """A sentencepiece of unigrams: the tokenizer of XLM-R, multilingual E5 and BGE-M3."""
    names = {"bos_token": "<s>", "pad_token": "<pad>", "eos_token": "</s>", "unk_token": "<unk>"}
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = UnigramTrainer(
        vocab_size=160, special_tokens=list(names.values()), unk_token="<unk>", show_progress=False
    )
    tokenizer.train_from_iterator(TEXTS, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    return tokenizer, names


def _make(folder: Path, kind: str = "bert", **files: object) -> Path:
    """Write an encoder; ``1_Pooling__config={…}`` and the like are its further JSON files."""
    torch.manual_seed(0)
    tokenizer, names = _bert_tokenizer() if kind == "bert" else _unigram_tokenizer()
    size = tokenizer.get_vocab_size()
    if kind == "bert":
        network = BertModel(BertConfig(vocab_size=size, max_position_embeddings=48, **_SIZES))
    else:
        config = XLMRobertaConfig(
            vocab_size=size, max_position_embeddings=34, pad_token_id=1, **_SIZES
        )
        network = XLMRobertaModel(config)
    network.save_pretrained(folder)
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, **names).save_pretrained(folder)
    for name, content in files.items():
        file = folder / (name.replace("__", "/") + ".json")
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps(content), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def make_encoder() -> MakeEncoder:
    """``make_encoder(folder, "bert" | "xlmr", modules=[…], config_sentence_transformers={…})``."""
    return _make


@pytest.fixture(scope="session")
def tiny_bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _make(tmp_path_factory.mktemp("encoders") / "bert")
