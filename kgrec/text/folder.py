"""What the files beside an encoder's weights say about how it is to be used.

These are the files that sentence-transformers writes and that E5, BGE, GTE, MiniLM and others come
with: ``modules.json``, ``1_Pooling/config.json``, ``sentence_bert_config.json``,
``config_sentence_transformers.json``. What kgrec cannot do is an error, never a silent default:
vectors that are pooled another way than in training are much worse, and nothing would say so.
"""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, cast, get_args

from kgrec.errors import ConfigError

Pooling = Literal["mean", "cls", "lasttoken", "max"]
Role = Literal["passage", "query"]

_MAX_TOKENS = 256  # where a model's folder states no length
_OLD_NAMES = {
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_cls_token": "cls",
    "pooling_mode_lasttoken": "lasttoken",
    "pooling_mode_max_tokens": "max",
    "pooling_mode_mean_sqrt_len_tokens": "mean_sqrt_len_tokens",
    "pooling_mode_weightedmean_tokens": "weightedmean",
}
# In the order of sentence-transformers' encode_document and encode_query.
_PROMPTS: dict[Role, tuple[str, ...]] = {
    "passage": ("document", "passage", "corpus"),
    "query": ("query",),
}
# Their positions are counted from the padding token on, so that fewer are left.
_OFFSET_POSITIONS = {"roberta", "xlm-roberta", "xlm-roberta-xl", "camembert", "mpnet", "xmod"}
_STEPS = {"Transformer", "Pooling", "Normalize"}


class ModelFolder:
    """The settings of a sentence encoder, read from its folder.

    :param path: holds ``config.json``, the weights and the tokenizer
    :raises ConfigError: from any property, if a file is broken or asks for what kgrec cannot do
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @cached_property
    def embedding_size(self) -> int:
        """Numbers in a vector."""
        size = self._config.get("hidden_size", self._config.get("dim", self._config.get("d_model")))
        if type(size) is not int:
            raise ConfigError(f"{self.path}/config.json states no hidden_size: not an encoder.")
        return size

    @cached_property
    def pooling(self) -> Pooling:
        """How token vectors become one; ``mean`` where nothing is said."""
        modes = self._pooling.get("pooling_mode") or [
            name for key, name in _OLD_NAMES.items() if self._pooling.get(key)
        ]
        modes = [modes] if isinstance(modes, str) else modes or ["mean"]
        if len(modes) != 1 or modes[0] not in get_args(Pooling):
            raise ConfigError(
                f"{self.path} pools by {' and '.join(map(str, modes))}; kgrec can pool by "
                f"{', '.join(get_args(Pooling))}: choose another model."
            )
        return cast(Pooling, modes[0])

    @cached_property
    def max_tokens(self) -> int:
        """Most tokens of a text, with those that the tokenizer adds."""
        limit = self._config.get("max_position_embeddings")
        if limit and self._config.get("model_type") in _OFFSET_POSITIONS:
            limit -= self._config.get("pad_token_id", 1) + 1
        stated = self._read("sentence_bert_config.json").get("max_seq_length")
        return int(min(stated or _MAX_TOKENS, limit or stated or _MAX_TOKENS))

    def prompt(self, role: Role) -> str:
        """What is written before a text: ``"passage: "`` of E5, ``"query: "``; mostly nothing."""
        settings = self._read("config_sentence_transformers.json")
        prompts = settings.get("prompts") or {}
        names = (*_PROMPTS[role], settings.get("default_prompt_name"))
        prompt = next((str(prompts[name] or "") for name in names if name in prompts), "")
        if prompt and self._pooling.get("include_prompt") is False:
            raise ConfigError(
                f"{self.path} leaves the tokens of its prompt out of the pooling, which kgrec does "
                'not: set text.prompt = "" or choose another model.'
            )
        return prompt

    @cached_property
    def _pooling(self) -> dict[str, Any]:
        """The settings of the pooling, after a look at all steps."""
        folder = "1_Pooling"
        for module in self._modules:
            kind = str(module.get("type", "")).rpartition(".")[2]
            if kind not in _STEPS:
                raise ConfigError(
                    f"{self.path}/modules.json has a step '{kind}' after the encoder, which kgrec "
                    "cannot run: choose a model of transformer, pooling and normalisation."
                )
            folder = str(module.get("path")) if kind == "Pooling" else folder
        return self._read(f"{folder}/config.json")

    @cached_property
    def _config(self) -> dict[str, Any]:
        config = self._read("config.json")
        if config.get("is_encoder_decoder"):
            raise ConfigError(f"{self.path} holds an encoder and a decoder; give an encoder.")
        return config

    @cached_property
    def _modules(self) -> list[dict[str, Any]]:
        modules = self._json("modules.json", [])
        return [module for module in modules if isinstance(module, dict)]

    def _read(self, name: str) -> dict[str, Any]:
        content = self._json(name, {})
        return content if isinstance(content, dict) else {}

    def _json(self, name: str, missing: Any) -> Any:
        file = self.path / name
        if not file.is_file():
            return missing
        try:
            return json.loads(file.read_text(encoding="utf-8"))
        except ValueError as error:
            raise ConfigError(f"{file} is not JSON ({error}); fetch the model again.") from None
