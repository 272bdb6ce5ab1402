from __future__ import annotations

import json
from pathlib import Path

import pytest

from kgrec.errors import ConfigError
from kgrec.text.folder import ModelFolder


def folder(path: Path, **files: object) -> ModelFolder:
    files = {"config": {"hidden_size": 8, "max_position_embeddings": 512}, **files}
    for name, content in files.items():
        file = path / (name.replace("__", "/") + ".json")
        file.parent.mkdir(exist_ok=True)
        file.write_text(content if isinstance(content, str) else json.dumps(content))
    return ModelFolder(path)


def steps(*kinds: str) -> list[dict[str, object]]:
    return [
        {
            "idx": n,
            "path": f"{n}_{kind}" if n else "",
            "type": f"sentence_transformers.models.{kind}",
        }
        for n, kind in enumerate(kinds)
    ]


def test_nothing_said_is_the_mean_of_256_tokens(tmp_path: Path) -> None:
    found = folder(tmp_path)
    assert (found.pooling, found.max_tokens, found.embedding_size) == ("mean", 256, 8)
    assert found.prompt("passage") == found.prompt("query") == ""


@pytest.mark.parametrize(
    ("stated", "pooling"),
    [
        ({"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}, "cls"),
        ({"pooling_mode_lasttoken": True}, "lasttoken"),
        ({"pooling_mode_max_tokens": True}, "max"),
        ({"pooling_mode": "cls"}, "cls"),
        ({"pooling_mode": ["mean"]}, "mean"),
    ],
)
def test_old_and_new_files_say_how_to_pool(
    tmp_path: Path, stated: dict[str, object], pooling: str
) -> None:
    modules = steps("Transformer", "Pooling", "Normalize")
    found = folder(tmp_path, modules=modules, **{"1_Pooling__config": stated})
    assert found.pooling == pooling


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"modules": steps("Transformer", "Pooling", "Dense")}, "a step 'Dense'"),
        ({"1_Pooling__config": {"pooling_mode_weightedmean_tokens": True}}, "weightedmean"),
        (
            {"1_Pooling__config": {"pooling_mode_cls_token": 1, "pooling_mode_max_tokens": 1}},
            "by cls and max",
        ),
        ({"1_Pooling__config": "{"}, "is not JSON"),
    ],
)
def test_what_cannot_be_done_is_said(
    tmp_path: Path, files: dict[str, object], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        _ = folder(tmp_path, **files).pooling


def test_prompts_are_those_of_the_role(tmp_path: Path) -> None:
    prompts = {"query": "query: ", "passage": "passage: "}
    found = folder(tmp_path, config_sentence_transformers={"prompts": prompts})
    assert (found.prompt("passage"), found.prompt("query")) == ("passage: ", "query: ")


def test_the_default_prompt_is_that_of_both_roles(tmp_path: Path) -> None:
    stated = {"prompts": {"sts": "Same? "}, "default_prompt_name": "sts"}
    found = folder(tmp_path, config_sentence_transformers=stated)
    assert found.prompt("passage") == found.prompt("query") == "Same? "


def test_a_prompt_outside_of_the_pooling_is_refused(tmp_path: Path) -> None:
    found = folder(
        tmp_path,
        config_sentence_transformers={"prompts": {"document": "d: "}},
        **{"1_Pooling__config": {"pooling_mode_mean_tokens": True, "include_prompt": False}},
    )
    with pytest.raises(ConfigError, match=r"text\.prompt"):
        found.prompt("passage")
    assert found.pooling == "mean"


@pytest.mark.parametrize(
    ("config", "stated", "length"),
    [
        ({"max_position_embeddings": 512}, 512, 512),
        ({"max_position_embeddings": 512}, 9999, 512),
        ({"max_position_embeddings": 64}, None, 64),
        (
            {"model_type": "xlm-roberta", "max_position_embeddings": 514, "pad_token_id": 1},
            514,
            512,
        ),
        ({}, 384, 384),
    ],
)
def test_no_text_is_longer_than_the_positions(
    tmp_path: Path, config: dict[str, object], stated: int | None, length: int
) -> None:
    files = {"sentence_bert_config": {"max_seq_length": stated}} if stated else {}
    assert folder(tmp_path, config=config, **files).max_tokens == length


def test_what_is_no_encoder_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="hidden_size"):
        _ = folder(tmp_path, config={}).embedding_size
    with pytest.raises(ConfigError, match="an encoder and a decoder"):
        _ = folder(tmp_path, config={"is_encoder_decoder": True, "d_model": 8}).embedding_size
