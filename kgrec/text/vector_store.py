"""A table of vectors in one SQLite file, safe for writers side by side."""

from __future__ import annotations

import sqlite3
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

import numpy as np

from kgrec.text.encoder import Vectors

_TABLE = "CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB) WITHOUT ROWID"
_INSERT = "INSERT OR REPLACE INTO vectors VALUES (?, ?)"
_KEYS_A_QUERY = 500  # SQLite's oldest limit of variables in a statement is 999
_PATIENCE = 60.0  # seconds to wait for another writer


class VectorStore:
    """Vectors by key. It never raises for a fault of the file: it warns once and goes on without.

    A damaged file is removed and begun anew; a row that is damaged counts as missing.

    :param file: the SQLite file, made if need be
    :param size: numbers in a vector; vectors are float32, little-endian
    """

    def __init__(self, file: Path, size: int) -> None:
        self._file = file
        self._size = size
        self._connection: sqlite3.Connection | None = None
        self._warned = False

    def __enter__(self) -> VectorStore:
        for _ in range(2):  # the second time after a damaged file was removed
            with self._guard():
                self._connection = self._connect()
            if self._connection is not None:
                break
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close()

    def read(self, keys: Sequence[bytes]) -> dict[bytes, Vectors]:
        """Return the vectors of those keys that are stored."""
        found: dict[bytes, Vectors] = {}
        with self._guard():
            for start in range(0, len(keys), _KEYS_A_QUERY):
                found |= self._read_chunk(keys[start : start + _KEYS_A_QUERY])
        return found

    def write(self, vectors: Mapping[bytes, Vectors]) -> None:
        """Store vectors: all of them or, if interrupted, none."""
        rows = [(key, vector.astype("<f4").tobytes()) for key, vector in vectors.items()]
        with self._guard():
            if self._connection is not None:
                with self._connection:
                    self._connection.executemany(_INSERT, rows)

    def _connect(self) -> sqlite3.Connection:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self._file, timeout=_PATIENCE)
        try:
            with connection:
                connection.execute(_TABLE)
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def _read_chunk(self, keys: Sequence[bytes]) -> dict[bytes, Vectors]:
        if self._connection is None:
            return {}
        marks = ",".join("?" * len(keys))
        query = f"SELECT key, vector FROM vectors WHERE key IN ({marks})"
        vectors = ((key, self._decode(blob)) for key, blob in self._connection.execute(query, keys))
        return {key: vector for key, vector in vectors if vector is not None}

    def _decode(self, blob: object) -> Vectors | None:
        if not isinstance(blob, bytes) or len(blob) != 4 * self._size:
            return None
        vector = np.frombuffer(blob, dtype="<f4").astype(np.float32)
        return vector if np.isfinite(vector).all() else None

    @contextmanager
    def _guard(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.OperationalError, OSError) as error:  # locked, full, read-only
            self._close()
            self._warn(
                f"The text cache {self._file} cannot be used ({error}); going on without it."
            )
        except sqlite3.DatabaseError as error:  # not a database, malformed
            self._close()
            self._file.unlink(missing_ok=True)
            self._warn(f"The text cache {self._file} was damaged ({error}) and is rebuilt.")

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _warn(self, message: str) -> None:
        if not self._warned:
            self._warned = True
            warnings.warn(message, RuntimeWarning, stacklevel=2)
