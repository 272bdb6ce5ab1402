"""Vectors on disk by the content of their text, so that no text is encoded twice."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from kgrec.callbacks import Progress
from kgrec.data.cache import cache_folder
from kgrec.text.encoder import TextEncoder, Vectors
from kgrec.text.vector_store import VectorStore

_CHUNK = 1024  # texts between two commits: what an interruption can cost


class CachedEncoder:
    """Asks ``encoder`` only for texts that it has never seen; equal texts count once.

    Vectors are kept as they are, so a second run reads exactly what the first computed. What was
    encoded before an interruption stays. A cache that is damaged is rebuilt, and one that cannot be
    written (a full or read-only disk) is done without: a warning says so, the result is the same.

    :param encoder: who encodes what is missing
    :param folder: where the cache file lives; by default the folder ``text`` of the user's cache
    """

    def __init__(self, encoder: TextEncoder, folder: str | Path | None = None) -> None:
        self._encoder = encoder
        self._folder = folder

    def __repr__(self) -> str:
        return f"CachedEncoder({self._encoder!r})"

    @property
    def identity(self) -> str:
        """That of the encoder."""
        return self._encoder.identity

    @property
    def embedding_size(self) -> int:
        """That of the encoder."""
        return self._encoder.embedding_size

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Encode texts; see :class:`~kgrec.text.encoder.TextEncoder`."""
        if not texts:
            return np.zeros((0, self.embedding_size), dtype=np.float32)
        unique = list(dict.fromkeys(texts))
        keys = [_key(self.identity, text) for text in unique]
        with self._open() as store:
            found = store.read(keys)
            missing = [
                (key, text) for key, text in zip(keys, unique, strict=True) if key not in found
            ]
            # Neighbours in length share a batch, hence the order; the text itself makes it unique.
            missing.sort(key=lambda pair: (len(pair[1]), pair[1]))
            found |= self._encode_missing(missing, store, progress or Progress())
        row_of = {text: row for row, text in enumerate(unique)}
        matrix = np.stack([found[key] for key in keys])
        return matrix[[row_of[text] for text in texts]]

    def _open(self) -> VectorStore:
        folder = Path(self._folder) if self._folder is not None else cache_folder("text")
        return VectorStore(folder / "vectors.sqlite", self.embedding_size)

    def _encode_missing(
        self, missing: list[tuple[bytes, str]], store: VectorStore, progress: Progress
    ) -> dict[bytes, Vectors]:
        encoded: dict[bytes, Vectors] = {}
        if not missing:
            return encoded
        with progress.stage("Encode texts", total=len(missing)) as bar:
            for start in range(0, len(missing), _CHUNK):
                chunk = missing[start : start + _CHUNK]
                vectors = self._encoder.encode([text for _, text in chunk])
                fresh = {key: vector for (key, _), vector in zip(chunk, vectors, strict=True)}
                store.write(fresh)
                encoded |= fresh
                bar.advance(len(chunk))
        return encoded


def _key(identity: str, text: str) -> bytes:
    # surrogatepass: a text with half a surrogate pair is bad, but no reason to fail
    content = f"{identity}\0{text}".encode("utf-8", "surrogatepass")
    return hashlib.sha256(content).digest()
