from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from pathlib import Path

import pytest

from kgrec.data import disk
from kgrec.errors import RunError
from kgrec.serve.journal import Acted, Journal

LargestFile = Callable[[int], AbstractContextManager[None]]
FIRST, REFUSED, NEXT = (Acted(user, "1", 5) for user in ("first", "refused", "next"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events.jsonl"


@pytest.mark.parametrize("room", [0, 10])
def test_an_event_that_was_refused_does_not_come_back(
    path: Path, room: int, largest_file: LargestFile
) -> None:
    with closing(Journal(path)) as journal:
        journal.append([FIRST])
        with largest_file(path.stat().st_size + room), pytest.raises(OSError, match="large"):
            journal.append([REFUSED])
        journal.append([NEXT])
        assert journal.read() == [FIRST, NEXT]
    with closing(Journal(path)) as journal:
        assert journal.read() == [FIRST, NEXT]


def test_what_cannot_be_taken_back_at_once_is_taken_back_before_the_next_event(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise OSError("the disk does not answer")

    with closing(Journal(path)) as journal:
        journal.append([FIRST])
        with monkeypatch.context() as patched:
            patched.setattr("os.fsync", broken)
            patched.setattr("os.ftruncate", broken)
            with pytest.raises(OSError, match="does not answer"):
                journal.append([REFUSED])
        assert journal.read() == [FIRST]
        journal.append([NEXT])
        assert journal.read() == [FIRST, NEXT]
    assert len(path.read_text().splitlines()) == 2


def test_a_line_that_is_being_written_is_not_read(path: Path) -> None:
    with closing(Journal(path)) as journal:
        journal.append([FIRST])
        with path.open("a") as file:
            file.write('{"user": "1", "it')
        assert journal.read() == [FIRST]


@pytest.mark.parametrize("before", ["", json.dumps({"user": "1", "item": "2", "timestamp": 5})])
def test_a_line_without_an_end_is_cut_however_long_it_is(path: Path, before: str) -> None:
    whole = f"{before}\n" if before else ""
    path.write_text(whole + '{"user": "' + "x" * 200_000)
    with closing(Journal(path)) as journal:
        assert path.read_text() == whole
        assert len(journal.read()) == len(whole.splitlines())


def test_a_journal_is_one_service_s(path: Path) -> None:
    events = [Acted("1", "é\u2028\r\n", None), Acted("1", "2", 5, 2.0)]
    with closing(Journal(path)) as journal:
        journal.append(events)
        with pytest.raises(RunError, match="another service"):
            Journal(path)
    with closing(Journal(path)) as journal:
        assert journal.read() == events


def test_where_files_cannot_be_locked_events_are_written_all_the_same(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk, "fcntl", None)
    with closing(Journal(path)) as journal:
        journal.append([FIRST])
        assert journal.read() == [FIRST]


@pytest.mark.parametrize("line", [b"nonsense", b"[1]", b'{"user": "1"}', b"\xff"])
def test_a_broken_journal_says_where(path: Path, line: bytes) -> None:
    good = json.dumps({"user": "1", "item": "2", "timestamp": None}).encode()
    path.write_bytes(good + b"\n" + line + b"\n")
    with closing(Journal(path)) as journal, pytest.raises(RunError, match="line 2"):
        journal.read()


def test_a_journal_that_cannot_be_written_is_one_sentence(path: Path) -> None:
    path.mkdir()
    with pytest.raises(RunError, match="events cannot be written"):
        Journal(path)
