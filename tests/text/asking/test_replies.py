from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgrec.errors import DataError
from kgrec.text.asking.replies import Attempt, ReplyCache, reply_key
from kgrec.text.writers import Message, Prompt, Reply

PROMPT = Prompt("item:1", (Message("user", "What is it?"),), "v1", {"type": "object"}, 20)
KEY = reply_key("w", PROMPT)
REPLY = Reply("A film.", "stop", 7, 3)


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[ReplyCache]:
    with ReplyCache(tmp_path / "replies.sqlite") as opened:
        yield opened


@pytest.mark.parametrize(
    "change",
    [
        {"messages": (Message("system", "What is it?"),)},
        {"messages": (*PROMPT.messages, Message("assistant", ""))},
        {"version": "v2"},
        {"schema": None},
        {"schema": {"type": "array"}},
        {"max_tokens": 21},
    ],
)
def test_whatever_an_answer_depends_on_is_in_its_key(change: dict[str, object]) -> None:
    assert reply_key("w", replace(PROMPT, **change)) != KEY
    assert reply_key("w2", PROMPT) != KEY


def test_whom_it_is_about_is_not() -> None:
    assert reply_key("w", replace(PROMPT, key="item:2")) == KEY


@given(
    one=st.lists(st.text(max_size=3), max_size=3), other=st.lists(st.text(max_size=3), max_size=3)
)
def test_other_messages_have_other_keys(one: list[str], other: list[str]) -> None:
    keys = [
        reply_key("w", replace(PROMPT, messages=tuple(Message("user", text) for text in texts)))
        for texts in (one, other)
    ]
    assert (keys[0] == keys[1]) == (one == other)


@pytest.mark.parametrize("text", ["A film.", "电影 🎬\x00\n", "half \ud800 a pair", "x" * 100_000])
def test_what_is_written_is_read(cache: ReplyCache, tmp_path: Path, text: str) -> None:
    cache.write("w", replace(PROMPT, key=text[:9]), replace(REPLY, text=text))
    with ReplyCache(tmp_path / "replies.sqlite") as other:  # at the same time
        assert other.read([KEY, b"none"]) == {KEY: text.replace("\ud800", "?")}


def test_failures_are_kept_apart_until_there_is_an_answer(cache: ReplyCache) -> None:
    attempts = [Attempt("Bad.", "stop", "bad"), Attempt(None, reason="timed out")]
    cache.write_failures("w", PROMPT, attempts)
    assert cache.read([KEY]) == {}
    assert cache.failures([KEY, b"none"]) == {KEY: attempts}
    cache.write_failures("w", PROMPT, attempts[1:])
    assert cache.failures([KEY]) == {KEY: attempts[1:]}
    cache.write("w", PROMPT, REPLY)
    assert (cache.failures([KEY]), cache.read([KEY])) == ({}, {KEY: "A film."})


def test_many_keys_are_read_at_once(cache: ReplyCache) -> None:
    prompts = [replace(PROMPT, max_tokens=number) for number in range(1, 1203)]
    cache.write("w", prompts[0], REPLY)
    cache.write("w", prompts[-1], REPLY)
    assert len(cache.read([reply_key("w", prompt) for prompt in prompts])) == 2


def test_the_users_cache_is_the_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KGREC_CACHE", str(tmp_path))
    with ReplyCache() as cache:
        cache.write("w", PROMPT, REPLY)
    assert (tmp_path / "text/replies.sqlite").is_file()
    assert "replies.sqlite" in repr(cache)


@pytest.mark.parametrize("junk", [b"no database at all, but long enough" * 40, b"SQLite format 3"])
def test_a_damaged_file_is_set_aside_and_rebuilt(tmp_path: Path, junk: bytes) -> None:
    file = tmp_path / "replies.sqlite"
    file.write_bytes(junk)
    with ReplyCache(file) as cache:
        with pytest.warns(RuntimeWarning, match="damaged") as caught:
            cache.write("w", PROMPT, REPLY)
        assert len(caught) == 1
        assert cache.read([KEY]) == {KEY: "A film."}
    assert (tmp_path / "replies.sqlite.damaged").read_bytes() == junk


def test_a_damaged_file_that_cannot_be_moved_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "replies.sqlite"
    file.write_bytes(b"no database" * 1000)
    (tmp_path / "replies.sqlite.damaged").mkdir()
    with ReplyCache(file) as cache:
        with pytest.warns(RuntimeWarning, match="going on without"):
            cache.write("w", PROMPT, REPLY)
        assert cache.read([KEY]) == {}
    assert file.read_bytes() == b"no database" * 1000


def test_damage_that_is_found_on_the_way_does_not_stop_the_run(tmp_path: Path) -> None:
    file = tmp_path / "replies.sqlite"
    prompts = [replace(PROMPT, max_tokens=number) for number in range(1, 400)]
    with ReplyCache(file) as cache:
        for prompt in prompts:
            cache.write("w", prompt, replace(REPLY, text="long " * 50))
    content = bytearray(file.read_bytes())
    content[4096:-1] = b"\xff" * (len(content) - 4097)
    file.write_bytes(bytes(content))
    with ReplyCache(file) as cache:
        with pytest.warns(RuntimeWarning, match="damaged"):
            cache.read([reply_key("w", prompt) for prompt in prompts])
        cache.write("w", PROMPT, REPLY)
    with ReplyCache(file) as cache:
        assert cache.read([KEY]) == {KEY: "A film."}


def test_a_place_that_cannot_be_written_costs_only_the_cache(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with ReplyCache(tmp_path / "file/replies.sqlite") as cache:
        with pytest.warns(RuntimeWarning, match="going on without") as caught:
            cache.write("w", PROMPT, REPLY)
        assert cache.read([KEY]) == {}
        assert len(caught) == 1


def test_a_full_disk_costs_only_the_cache(cache: ReplyCache) -> None:
    cache.write("w", PROMPT, REPLY)
    connection = cache._database._connection
    assert connection is not None
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages}")  # what SQLite then says is disk full
    prompts = [replace(PROMPT, max_tokens=number) for number in (30, 31)]
    long = replace(REPLY, text="long " * 10_000)
    with pytest.warns(RuntimeWarning, match=r"full.*going on without"):
        cache.write("w", prompts[0], long)
    cache.write("w", prompts[1], long)  # warnings are errors here
    assert cache.read([KEY]) == {}


@pytest.mark.parametrize(("text", "read"), [(7, "7"), (b"bytes", None)])
def test_a_damaged_row_counts_as_missing(
    cache: ReplyCache, tmp_path: Path, text: object, read: str | None
) -> None:
    cache.write("w", PROMPT, REPLY)
    connection = sqlite3.connect(tmp_path / "replies.sqlite")
    with connection:
        connection.execute("UPDATE replies SET text = ?", (text,))
    connection.close()
    assert cache.read([KEY]).get(KEY) == read  # SQLite makes a text of a number


def test_answers_travel_in_a_file(cache: ReplyCache, tmp_path: Path) -> None:
    prompts = [replace(PROMPT, max_tokens=number) for number in range(1, 6)]
    for prompt in prompts:
        cache.write("w", prompt, replace(REPLY, text=f"Number {prompt.max_tokens} 电影"))
    assert cache.export(tmp_path / "new/replies.parquet") == 5
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["replies.parquet"]
    keys = [reply_key("w", prompt) for prompt in prompts]
    with ReplyCache(tmp_path / "other.sqlite") as other:
        other.write("w", prompts[0], replace(REPLY, text="known"))
        assert other.import_(tmp_path / "new/replies.parquet") == 5
        assert other.read(keys) == cache.read(keys) | {keys[0]: "known"}


def test_an_empty_cache_travels_too(cache: ReplyCache, tmp_path: Path) -> None:
    assert cache.export(tmp_path / "replies.parquet") == 0
    assert cache.import_(tmp_path / "replies.parquet") == 0


@pytest.mark.parametrize("what", ["missing", "junk", "another table"])
def test_another_file_is_refused(cache: ReplyCache, tmp_path: Path, what: str) -> None:
    file = tmp_path / "replies.parquet"
    if what == "junk":
        file.write_bytes(b"PAR1 no it is not")
    elif what == "another table":
        pl.DataFrame({"key": ["a"]}).write_parquet(file)
    with pytest.raises(DataError, match=r"replies.parquet: .*ReplyCache.export wrote"):
        cache.import_(file)


def test_an_export_that_cannot_be_written_says_so(cache: ReplyCache, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DataError, match="cannot be written"):
        cache.export(tmp_path / "file/replies.parquet")
