"""The weights, tokenizer and chat template of a language model on this machine."""

from __future__ import annotations

import hashlib
from contextlib import redirect_stderr
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import torch

from kgrec.errors import ConfigError, MissingExtraError
from kgrec.processor import has_native_bfloat16
from kgrec.text.encode import quiet_transformers
from kgrec.text.whole import check_tokenizer, check_weights

_MAGIC = b"GGUF"
_PARTS = (".safetensors", ".json", ".txt", ".model", ".jinja")


@dataclass(frozen=True)
class Weights:
    """A model in memory.

    :ivar network: for causal language modelling
    :ivar tokenizer: fast, with a chat template; pads on the left
    """

    network: Any
    tokenizer: Any


def precision() -> torch.dtype:
    """bfloat16 where the processor multiplies it natively, else float32."""
    return torch.bfloat16 if has_native_bfloat16() else torch.float32


def check_model(model: Path) -> None:
    """See that a path can be a model at all, before anything is loaded.

    :raises ConfigError: if it is neither a GGUF file nor the folder of a saved model
    """
    if model.is_file():
        with model.open("rb") as stream:
            if stream.read(len(_MAGIC)) != _MAGIC:
                raise ConfigError(f"{model} is no GGUF file: give one, or a model's folder.")
    elif not (model / "config.json").is_file():
        raise ConfigError(
            f"{model} is neither a GGUF file nor the folder of a saved model: set writer.model."
        )


def fingerprint(model: Path) -> str:
    """Hash of the weights, tokenizer and chat template: 32 hexadecimal digits.

    :raises ConfigError: if they cannot be read
    """
    files = [model] if model.is_file() else sorted(model.iterdir())
    digest = hashlib.sha256()
    try:
        for file in files:
            if file == model or file.suffix in _PARTS:
                digest.update(file.name.encode() if file != model else b"")
                with file.open("rb") as stream:
                    digest.update(hashlib.file_digest(stream, "sha256").digest())
    except OSError as error:
        raise ConfigError(f"{model} cannot be read ({error.strerror}).") from error
    return digest.hexdigest()[:32]


def load_weights(model: Path) -> Weights:
    """Load a model; nothing that it brings along is run but its chat template, in a sandbox.

    :raises ConfigError: if it is damaged or not whole, of an unknown kind, or has no chat template
    :raises MissingExtraError: if the package ``gguf`` is needed and not installed
    """
    folder, options = model, dict[str, Any](local_files_only=True, trust_remote_code=False)
    if model.is_file():
        try:
            import gguf  # noqa: F401
        except ImportError as error:
            raise MissingExtraError("gguf", "llm") from error
        folder, options = model.parent, {**options, "gguf_file": model.name}
    try:
        # The reader of GGUF files draws a bar that no setting of transformers turns off.
        with redirect_stderr(StringIO()), quiet_transformers() as transformers:
            tokenizer = transformers.AutoTokenizer.from_pretrained(folder, **options)
            loader = transformers.AutoModelForCausalLM
            options |= {"dtype": precision(), "output_loading_info": True}
            network, report = loader.from_pretrained(folder, **_only_safetensors(model), **options)
    except Exception as error:  # a damaged file can raise anything, from struct.error to KeyError
        reason = next(iter(str(error).splitlines()), "") or type(error).__name__
        raise ConfigError(
            f"The language model {model} cannot be loaded ({reason[:200]}): fetch it again, "
            "or give one that transformers knows."
        ) from error
    check_weights(f"The language model {model}", network, report)
    check_tokenizer(f"The language model {model}", tokenizer)
    if not tokenizer.chat_template:
        raise ConfigError(f"{model} has no chat template: give a model that follows instructions.")
    tokenizer.padding_side = "left"
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    return Weights(network.eval(), tokenizer)


def _only_safetensors(model: Path) -> dict[str, Any]:
    # The other format of folders is pickle, which can run anything.
    return {} if model.is_file() else {"use_safetensors": True}
