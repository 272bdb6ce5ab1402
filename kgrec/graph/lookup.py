"""Where each of many strings stands among unique ones, without a join of strings."""

from __future__ import annotations

import numpy as np
import polars as pl

_CHUNK = 1 << 20


class Lookup:
    """Row numbers by key.

    Keys are told apart by hashes of 64 bits: among ten million strings and two million keys, the
    odds that a string is taken for a key that it is not are one in a million. In return a lookup
    takes a quarter of the time of a join.

    :param keys: strings; of equal ones the first row counts
    """

    def __init__(self, keys: pl.Series) -> None:
        hashes = _hashes(keys)
        self._order = np.argsort(hashes, kind="stable")
        self._sorted = hashes[self._order]
        bits = max(1, min(len(keys) * 2, 1 << 24).bit_length() - 1)
        self._shift = np.uint64(64 - bits)
        edges = np.arange((1 << bits) + 1, dtype=np.float64) * 2.0 ** (64 - bits)
        starts = np.minimum(edges[:-1], 2.0**64 - 2048).astype(np.uint64)
        self._start = np.append(np.searchsorted(self._sorted, starts), len(keys)).astype(np.int32)

    def rows(self, keys: pl.Series) -> np.ndarray:
        """The row of each key, shape ``(n,)``; -1 for one that is not there."""
        found = np.full(len(keys), -1, dtype=np.int32)
        if len(self._sorted):
            for begin in range(0, len(keys), _CHUNK):
                part = keys.slice(begin, _CHUNK)
                self._find(_hashes(part), found[begin : begin + len(part)])
        found[keys.is_null().to_numpy()] = -1
        return found

    def _find(self, hashes: np.ndarray, found: np.ndarray) -> None:
        """Begin at the first key that shares the leading bits, and step on until they differ."""
        bucket = hashes >> self._shift
        place, end = self._start[bucket], self._start[bucket + np.uint64(1)]
        open_ = np.flatnonzero(place < end)
        place, end, wanted = place[open_], end[open_], hashes[open_]
        while len(open_):
            hit = self._sorted[place] == wanted
            found[open_[hit]] = self._order[place[hit]]
            place = place + 1
            more = ~hit & (place < end)
            open_, place, end, wanted = open_[more], place[more], end[more], wanted[more]


def _hashes(keys: pl.Series) -> np.ndarray:
    return keys.hash(seed=0).to_numpy()
