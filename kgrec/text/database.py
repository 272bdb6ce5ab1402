"""One SQLite file that a cache can lose, and that never stops the work it serves."""

from __future__ import annotations

import sqlite3
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

_KEYS_A_QUERY = 500  # SQLite's oldest limit of variables in a statement is 999
_PATIENCE = 60.0  # seconds to wait for another writer


class Database:
    """The connection to a file, for writers side by side; no fault of the file is raised.

    It is opened at first use. A file that cannot be used (locked for a minute, on a disk that is
    full or read-only) is done without from then on; one that is damaged is moved out of the way or
    removed, and begun anew. A warning says so, once.

    :param file: the SQLite file, made if need be
    :param statements: are run whenever it is opened: its pragmas and tables
    :param keep_damaged: whether a damaged file is kept beside the new one, as ``NAME.damaged``
    """

    def __init__(
        self, file: Path, statements: Sequence[str], *, keep_damaged: bool = False
    ) -> None:
        self._file = file
        self._statements = statements
        self._keep_damaged = keep_damaged
        self._connection: sqlite3.Connection | None = None
        self._given_up = False
        self._warned = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file; the next use opens it again."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def select(self, query: str, keys: Sequence[Any]) -> list[tuple[Any, ...]]:
        """Rows of a query with ``{}`` in the place of a list of keys; what was read of them."""
        rows: list[tuple[Any, ...]] = []
        with self._guard():
            for start in range(0, len(keys), _KEYS_A_QUERY):
                chunk = keys[start : start + _KEYS_A_QUERY]
                connection = self._open()
                if connection is not None:
                    marks = ",".join("?" * len(chunk))
                    rows += connection.execute(query.format(marks), chunk).fetchall()
        return rows

    def change(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        """Run a statement for each row: for all of them or, if interrupted, for none."""
        for _ in range(2):  # the second time in a new file, if this one was damaged
            with self._guard():
                connection = self._open()
                if connection is not None:
                    with connection:
                        connection.executemany(statement, rows)
                return

    def _open(self) -> sqlite3.Connection | None:
        for _ in range(2):  # the second time after a damaged file was removed
            if self._connection is None and not self._given_up:
                with self._guard():
                    self._connection = self._connect()
        return self._connection

    def _connect(self) -> sqlite3.Connection:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self._file, timeout=_PATIENCE)
        try:
            with connection:
                for statement in self._statements:
                    connection.execute(statement)
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    @contextmanager
    def _guard(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.OperationalError, OSError) as error:  # locked, full, read-only
            self.close()
            self._given_up = True
            self._warn(
                f"The text cache {self._file} cannot be used ({error}); going on without it."
            )
        except sqlite3.DatabaseError as error:  # not a database, malformed
            self.close()
            self._set_aside()
            self._warn(f"The text cache {self._file} was damaged ({error}) and is rebuilt.")

    def _set_aside(self) -> None:
        with self._guard():  # what cannot be moved is not deleted either
            if self._keep_damaged:
                self._file.replace(self._file.with_name(f"{self._file.name}.damaged"))
            for name in (self._file.name, f"{self._file.name}-wal", f"{self._file.name}-shm"):
                self._file.with_name(name).unlink(missing_ok=True)

    def _warn(self, message: str) -> None:
        if not self._warned:
            self._warned = True
            warnings.warn(message, RuntimeWarning, stacklevel=2)
