from __future__ import annotations

import hashlib
import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kgrec.callbacks import Progress
from kgrec.text import CachedEncoder
from kgrec.text import cache as module


class Fake:
    """Vectors from a hash; remembers what it was asked."""

    embedding_size = 4

    def __init__(self, identity: str = "fake", fail_after: int | None = None) -> None:
        self.identity = identity
        self.asked: list[str] = []
        self._fail_after = fail_after

    def encode(self, texts: Sequence[str], progress: Progress | None = None):  # noqa: ARG002
        if self._fail_after is not None and len(self.asked) >= self._fail_after:
            raise KeyboardInterrupt
        self.asked += texts
        return np.stack([self._vector(text) for text in texts])

    def _vector(self, text: str) -> np.ndarray:
        content = (self.identity + text).encode("utf-8", "surrogatepass")
        digest = hashlib.sha256(content).digest()
        return np.frombuffer(digest[:4], dtype=np.uint8).astype(np.float32)


def test_a_text_is_encoded_once(tmp_path: Path) -> None:
    encoder = Fake()
    cached = CachedEncoder(encoder, tmp_path)
    first = cached.encode(["b", "a", "b"])
    assert sorted(encoder.asked) == ["a", "b"]
    again = CachedEncoder(encoder, tmp_path).encode(["a", "b", "c"])
    assert sorted(encoder.asked) == ["a", "b", "c"]
    assert again[:2].tolist() == first[[1, 0]].tolist()


def test_another_encoder_shares_nothing(tmp_path: Path) -> None:
    one, two = Fake("one"), Fake("two")
    CachedEncoder(one, tmp_path).encode(["a"])
    vectors = CachedEncoder(two, tmp_path).encode(["a"])
    assert two.asked == ["a"]
    assert vectors.tolist() == two.encode(["a"]).tolist()


def test_it_looks_like_its_encoder(tmp_path: Path) -> None:
    cached = CachedEncoder(Fake(), tmp_path)
    assert (cached.identity, cached.embedding_size) == ("fake", 4)
    assert cached.encode([]).shape == (0, 4)


def test_the_users_cache_is_the_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KGREC_CACHE", str(tmp_path))
    CachedEncoder(Fake()).encode(["a"])
    assert (tmp_path / "text/vectors.sqlite").is_file()


@given(lists=st.lists(st.lists(st.text(max_size=4), max_size=8), min_size=1, max_size=3))
@settings(max_examples=30, deadline=None)
def test_it_returns_what_the_encoder_returns(
    lists: list[list[str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("cache")
    for texts in [*lists, *lists]:
        found = CachedEncoder(Fake(), folder).encode(texts)
        expected = Fake().encode(texts) if texts else np.zeros((0, 4), np.float32)
        assert found.dtype == np.float32
        assert found.tolist() == expected.tolist()


def test_half_a_surrogate_pair_is_a_text_too(tmp_path: Path) -> None:
    assert CachedEncoder(Fake(), tmp_path).encode(["\ud800"]).shape == (1, 4)


def test_an_interruption_keeps_what_was_encoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_CHUNK", 2)
    texts = list("abcdef")
    with pytest.raises(KeyboardInterrupt):
        CachedEncoder(Fake(fail_after=4), tmp_path).encode(texts)
    encoder = Fake()
    vectors = CachedEncoder(encoder, tmp_path).encode(texts)
    assert encoder.asked == ["e", "f"]
    assert vectors.tolist() == Fake().encode(texts).tolist()


@pytest.mark.parametrize(
    "junk", [b"not a database at all, but long enough" * 40, b"SQLite format 3"]
)
def test_a_damaged_file_is_rebuilt(tmp_path: Path, junk: bytes) -> None:
    (tmp_path / "vectors.sqlite").write_bytes(junk)
    with pytest.warns(RuntimeWarning, match="damaged") as caught:
        vectors = CachedEncoder(Fake(), tmp_path).encode(["a"])
    assert len(caught) == 1
    assert vectors.tolist() == Fake().encode(["a"]).tolist()
    encoder = Fake()
    CachedEncoder(encoder, tmp_path).encode(["a"])
    assert encoder.asked == []


def test_damage_inside_the_file_is_survived(tmp_path: Path) -> None:
    texts = [str(number) for number in range(3000)]
    CachedEncoder(Fake(), tmp_path).encode(texts)
    file = tmp_path / "vectors.sqlite"
    content = bytearray(file.read_bytes())
    content[4096:20000] = b"\xff" * (20000 - 4096)
    file.write_bytes(bytes(content))
    with pytest.warns(RuntimeWarning, match="damaged"):
        vectors = CachedEncoder(Fake(), tmp_path).encode(texts)
    assert vectors.tolist() == Fake().encode(texts).tolist()


@pytest.mark.parametrize("blob", [b"short", np.full(4, np.nan, "<f4").tobytes(), 7])
def test_a_damaged_row_is_encoded_again(tmp_path: Path, blob: object) -> None:
    CachedEncoder(Fake(), tmp_path).encode(["a"])
    with sqlite3.connect(tmp_path / "vectors.sqlite") as connection:
        connection.execute("UPDATE vectors SET vector = ?", (blob,))
    connection.close()
    encoder = Fake()
    vectors = CachedEncoder(encoder, tmp_path).encode(["a"])
    assert encoder.asked == ["a"]
    assert vectors.tolist() == Fake().encode(["a"]).tolist()


def test_a_place_that_cannot_be_written_costs_only_the_cache(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.warns(RuntimeWarning, match="going on without") as caught:
        vectors = CachedEncoder(Fake(), tmp_path / "file").encode(["a"])
    assert len(caught) == 1
    assert vectors.tolist() == Fake().encode(["a"]).tolist()


def test_a_full_disk_costs_only_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = sqlite3.connect

    def full(*place: Any, **options: Any) -> sqlite3.Connection:
        connection = usual(*place, **options)
        connection.execute("PRAGMA max_page_count = 4")  # what SQLite then says is disk full
        return connection

    monkeypatch.setattr("kgrec.text.database.sqlite3.connect", full)
    texts = [str(number) for number in range(2_000)]
    with pytest.warns(RuntimeWarning, match=r"full.*going on without"):
        vectors = CachedEncoder(Fake(), tmp_path).encode(texts)
    assert vectors.tolist() == Fake().encode(texts).tolist()


def test_writers_side_by_side(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_CHUNK", 5)
    texts = [str(number) for number in range(60)]
    results: list[np.ndarray] = []

    def work(offset: int) -> None:
        mine = texts[offset:] + texts[:offset]
        rows = CachedEncoder(Fake(), tmp_path).encode(mine)
        results.append(np.roll(rows, offset, axis=0))

    threads = [threading.Thread(target=work, args=(offset,)) for offset in (0, 20, 40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [result.tolist() for result in results] == [Fake().encode(texts).tolist()] * 3
