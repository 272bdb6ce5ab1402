"""A table of vectors in one SQLite file, safe for writers side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from kgrec.text.database import Database
from kgrec.text.encoder import Vectors

_TABLE = "CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB) WITHOUT ROWID"
_INSERT = "INSERT OR REPLACE INTO vectors VALUES (?, ?)"
_SELECT = "SELECT key, vector FROM vectors WHERE key IN ({})"


class VectorStore(Database):
    """Vectors by key. It never raises for a fault of the file: it warns once and goes on without.

    A damaged file is removed and begun anew; a row that is damaged counts as missing.

    :param file: the SQLite file, made if need be
    :param size: numbers in a vector; vectors are float32, little-endian
    """

    def __init__(self, file: Path, size: int) -> None:
        super().__init__(file, [_TABLE])
        self._size = size

    def read(self, keys: Sequence[bytes]) -> dict[bytes, Vectors]:
        """Return the vectors of those keys that are stored."""
        vectors = ((key, self._decode(blob)) for key, blob in self.select(_SELECT, keys))
        return {key: vector for key, vector in vectors if vector is not None}

    def write(self, vectors: Mapping[bytes, Vectors]) -> None:
        """Store vectors: all of them or, if interrupted, none."""
        rows = [(key, vector.astype("<f4").tobytes()) for key, vector in vectors.items()]
        self.change(_INSERT, rows)

    def _decode(self, blob: object) -> Vectors | None:
        if not isinstance(blob, bytes) or len(blob) != 4 * self._size:
            return None
        vector = np.frombuffer(blob, dtype="<f4").astype(np.float32)
        return vector if np.isfinite(vector).all() else None
