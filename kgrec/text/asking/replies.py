"""Accepted answers of language models on disk, so that none is asked for twice."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from kgrec.text.database import Database
from kgrec.text.writers.base import Prompt, Reply

_OPENING = (
    # With a log beside the file, readers and writers do not wait for one another, and what was
    # committed outlives the process however it ends.
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    "CREATE TABLE IF NOT EXISTS replies (key BLOB PRIMARY KEY, text TEXT NOT NULL, writer TEXT, "
    "version TEXT, asked TEXT, prompt_tokens INTEGER, tokens INTEGER) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS failures (key BLOB, attempt INTEGER, reason TEXT NOT NULL, "
    "text TEXT, finish TEXT, writer TEXT, version TEXT, asked TEXT, PRIMARY KEY (key, attempt)) "
    "WITHOUT ROWID",
)
_READ = "SELECT key, text FROM replies WHERE key IN ({})"
_READ_FAILURES = (
    "SELECT key, text, finish, reason FROM failures WHERE key IN ({}) ORDER BY key, attempt"
)
_WRITE = "INSERT OR REPLACE INTO replies VALUES (?, ?, ?, ?, ?, ?, ?)"
_KEEP = "INSERT OR IGNORE INTO replies VALUES (?, ?, ?, ?, ?, ?, ?)"
_FAIL = "INSERT OR REPLACE INTO failures VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_ALL = (
    "SELECT key, text, writer, version, asked, prompt_tokens, tokens FROM replies "
    "WHERE key NOT IN ({}) ORDER BY asked, key"
)
_FORGET = "DELETE FROM failures WHERE key = ?"


def reply_key(writer: str, prompt: Prompt) -> bytes:
    """Hash of all that an answer depends on.

    :param writer: its ``identity``: weights or endpoint and model, and the parameters of sampling
    :return: 32 bytes; they do not depend on ``prompt.key``, so equal questions share an answer
    """
    parts = [
        writer,
        prompt.version,
        [[message.role, message.content] for message in prompt.messages],
        prompt.schema,
        prompt.max_tokens,
    ]
    # ASCII with escapes: half a surrogate pair is bad, but no reason to fail. The order of a
    # schema's keys is kept, for it is the order in which a model writes them.
    return hashlib.sha256(json.dumps(parts).encode("ascii")).digest()


@dataclass(frozen=True)
class Attempt:
    """One answer to a question, or a request that had none.

    :ivar text: of the answer; ``None``: there was none
    :ivar finish: of the answer: whether it ended by itself
    :ivar reason: why it was not used
    """

    text: str | None
    finish: Literal["stop", "length"] | None = None
    reason: str = ""


class ReplyCache:
    """Answers that were accepted, by :func:`reply_key`; what was refused or failed is kept apart.

    Each answer is on disk when :meth:`write` returns: a process that is killed loses none. Many
    processes may write at the same time. No fault of the file is raised: a damaged one is set
    aside as ``NAME.damaged`` and begun anew, and a disk that is full is done without; a warning
    says so. Close it, or use it in a ``with`` block.

    :param file: by default ``replies.sqlite`` in the folder ``text`` of the user's cache
    """

    def __init__(self, file: str | Path | None = None) -> None:
        self._file = Path(file) if file is not None else _default_file()
        self._database = Database(self._file, _OPENING, keep_damaged=True)

    def __repr__(self) -> str:
        return f"ReplyCache({str(self._file)!r})"

    def __enter__(self) -> ReplyCache:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file; the next use opens it again."""
        self._database.close()

    def read(self, keys: Sequence[bytes]) -> dict[bytes, str]:
        """Return the accepted answers of those keys that have one."""
        rows = self._database.select(_READ, keys)
        return {key: text for key, text in rows if isinstance(text, str)}

    def failures(self, keys: Sequence[bytes]) -> dict[bytes, list[Attempt]]:
        """Return what was refused or failed when a key was last asked, oldest first."""
        found: dict[bytes, list[Attempt]] = {}
        for key, *attempt in self._database.select(_READ_FAILURES, keys):
            found.setdefault(key, []).append(Attempt(*attempt))
        return found

    def write(self, writer: str, prompt: Prompt, reply: Reply) -> None:
        """Keep an answer that was accepted.

        :param writer: the identity of who wrote it
        :param prompt: the question, without what was added for a second attempt
        """
        key = reply_key(writer, prompt)
        counts = (reply.prompt_tokens, reply.tokens)
        row = (key, _clean(reply.text), writer, prompt.version, _clean(prompt.key), *counts)
        self._database.change(_WRITE, [row])
        self._database.change(_FORGET, [(key,)])

    def write_failures(self, writer: str, prompt: Prompt, attempts: Iterable[Attempt]) -> None:
        """Keep why a question has no answer, in the place of what was kept of it before."""
        key = reply_key(writer, prompt)
        self._database.change(_FORGET, [(key,)])
        asked = (writer, prompt.version, _clean(prompt.key))
        rows = [
            (key, number, _clean(each.reason), each.text and _clean(each.text), each.finish, *asked)
            for number, each in enumerate(attempts)
        ]
        self._database.change(_FAIL, rows)

    def export(self, file: str | Path) -> int:
        """Write all accepted answers to a Parquet file, to be shipped with a dataset.

        :return: how many
        :raises DataError: if the file cannot be written
        """
        from kgrec.text.asking.replies_file import write_replies

        return write_replies(Path(file), self._database.select(_ALL, [0]))

    def import_(self, file: str | Path) -> int:
        """Take over the answers of a file that :meth:`export` wrote; those known are kept.

        They are judged like all others when they are used.

        :return: how many the file holds
        :raises DataError: if it cannot be read, or is something else
        """
        from kgrec.text.asking.replies_file import read_replies

        rows = read_replies(Path(file))
        self._database.change(_KEEP, rows)
        return len(rows)


def _default_file() -> Path:
    from kgrec.data.cache import cache_folder

    return cache_folder("text") / "replies.sqlite"


def _clean(text: str) -> str:
    """Half a surrogate pair cannot be kept."""
    return text.encode("utf-8", "replace").decode("utf-8")
