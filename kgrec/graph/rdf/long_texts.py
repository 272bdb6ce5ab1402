"""JSON-LD with texts that are too long for pyoxigraph, which gives up at some megabytes."""

from __future__ import annotations

import io
import json
import mmap
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from uuid import uuid4

import numpy as np
import polars as pl

LONG = 1_000_000
"""Bytes of a text that is taken out."""

_SLICE = 16 * 1024 * 1024
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)


@contextmanager
def short_texts(path: Path) -> Iterator[tuple[IO[bytes], dict[str, str]]]:
    """A JSON-LD file in which short names stand for long texts, and the text of each name.

    :raises ValueError: if a long text is not valid JSON
    """
    with path.open("rb") as stream:
        if path.stat().st_size < LONG:
            yield stream, {}
            return
        with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
            if not _may_be_long(data):
                yield stream, {}
                return
            text, long = _shortened(data)
        yield io.BytesIO(text), long


def with_long_texts(triples: pl.DataFrame, long: dict[str, str]) -> pl.DataFrame:
    """Put the long texts back where their names are."""
    if not long:
        return triples
    return triples.with_columns(pl.col("subject", "predicate", "object").replace(long))


def _may_be_long(data: mmap.mmap) -> bool:
    """Whether two quotes that surely begin or end a text are far from each other."""
    marks = np.frombuffer(data, dtype=np.uint8)
    last, found = 0, False
    for begin in range(1, len(marks), _SLICE):
        part = marks[begin : begin + _SLICE]
        escaped = marks[begin - 1 : begin - 1 + len(part)] == ord("\\")
        quotes = np.flatnonzero((part == ord('"')) & ~escaped) + begin
        places = np.concatenate([[last], quotes])
        last = int(places[-1])
        found = found or bool((np.diff(places) >= LONG).any())
    del marks, part, escaped  # a mapped file cannot be closed while arrays look at it
    return found


def _shortened(data: mmap.mmap) -> tuple[bytes, dict[str, str]]:
    token, end = uuid4().hex, 0
    parts: list[bytes] = []
    long: dict[str, str] = {}
    for match in _STRING.finditer(data):
        if match.end() - match.start() < LONG:
            continue
        name = f"urn:kgrec:long-text:{token}:{len(long)}"
        long[name] = str(json.loads(match.group()))
        parts += [data[end : match.start()], json.dumps(name).encode()]
        end = match.end()
    return b"".join([*parts, data[end:]]), long
