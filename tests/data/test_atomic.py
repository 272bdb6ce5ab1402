from __future__ import annotations

import multiprocessing
import os
import runpy
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kgrec.data import fresh_folder, replaced_folder
from kgrec.data.atomic import kept_still
from kgrec.data.disk import locked
from kgrec.errors import DataError


def test_a_folder_appears_when_it_is_complete(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "run"
    with fresh_folder(target) as folder:
        (folder / "a").write_text("1")
        assert not target.exists()
    assert (target / "a").read_text() == "1"
    assert [path.name for path in target.parent.iterdir()] == ["run"]


def test_nothing_is_left_of_a_failure(tmp_path: Path) -> None:
    def fail() -> None:
        with fresh_folder(tmp_path / "run") as folder:
            (folder / "a").write_text("1")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1")
    with pytest.raises(DataError, match="something is there already"), fresh_folder(tmp_path):
        pass
    assert (tmp_path / "a").read_text() == "1"


def test_another_process_can_be_faster(tmp_path: Path) -> None:
    def race() -> None:
        with fresh_folder(tmp_path / "run"):
            (tmp_path / "run").mkdir()
            (tmp_path / "run" / "a").write_text("theirs")

    with pytest.raises(DataError, match="cannot be put in place"):
        race()
    assert (tmp_path / "run" / "a").read_text() == "theirs"


def test_an_empty_folder_can_be_filled(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    with fresh_folder(tmp_path / "run") as folder:
        (folder / "a").touch()
    assert (tmp_path / "run" / "a").exists()


def write(folder: Path, content: str) -> None:
    with replaced_folder(folder) as fresh:
        (fresh / "a").write_text(content)
        (fresh / "deep").mkdir()
        (fresh / "deep" / "b").write_text(content)


def read(folder: Path) -> str:
    with kept_still(folder):
        one, other = (folder / "a").read_text(), (folder / "deep" / "b").read_text()
    assert one == other
    return one


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_folder_is_replaced_as_a_whole(tmp_path: Path) -> None:
    write(tmp_path / "run", "1")
    write(tmp_path / "run", "2")
    assert read(tmp_path / "run") == "2"
    assert names(tmp_path) == ["run"]


def test_what_is_written_is_on_the_disk_before_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    descriptors = Path("/proc/self/fd")
    if not descriptors.exists():
        pytest.skip("only Linux says which file a descriptor belongs to")
    flushed: list[str] = []
    fsync, rename = os.fsync, Path.rename

    def noted_fsync(handle: int) -> None:
        flushed.append((descriptors / str(handle)).readlink().name)
        fsync(handle)

    def noted_rename(path: Path, target: Path) -> Path:
        flushed.append(f"-> {Path(target).name}")
        return rename(path, target)

    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(Path, "rename", noted_rename)
    write(tmp_path / "run", "1")
    assert set(flushed[:4]) == {"a", "b", "deep", "new"}
    assert flushed[4:] == ["-> run", tmp_path.name]


# Every moment at which a process can die: before each call that changes something on the disk.

WRITER = """
import os, shutil, signal
from pathlib import Path
from kgrec.data import replaced_folder

calls = 0

def mortal(call):
    def die_or_call(*args, **kwargs):
        global calls
        calls += 1
        if calls == deadline:
            os.kill(os.getpid(), signal.SIGKILL)
        return call(*args, **kwargs)
    return die_or_call

for owner, name in [
    (Path, "mkdir"), (Path, "rename"), (Path, "write_text"), (os, "fsync"), (os, "unlink"),
    (os, "rmdir"), (os, "mkdir"),
]:
    setattr(owner, name, mortal(getattr(owner, name)))

with replaced_folder(folder) as fresh:
    (fresh / "a").write_text(content)
    (fresh / "deep").mkdir()
    (fresh / "deep" / "b").write_text(content)
done.send(calls)
"""


@pytest.fixture
def writer(tmp_path: Path) -> Callable[[str, int], int | None]:
    """Write in a process that is killed before its n-th call; how many it made if it lived."""
    script = tmp_path / "writer.py"
    script.write_text(WRITER)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["kgrec.graph"])

    def start(content: str, deadline: int = 0) -> int | None:
        receive, send = context.Pipe(duplex=False)
        given: dict[str, Any] = {"folder": tmp_path / "here" / "run", "content": content}
        given |= {"deadline": deadline, "done": send}
        process = context.Process(target=runpy.run_path, args=(str(script), given))
        process.start()
        send.close()
        process.join()
        if process.exitcode == -9:
            return None
        assert process.exitcode == 0
        return int(receive.recv())

    return start


def test_whenever_a_writer_dies_the_folder_is_whole(
    writer: Callable[..., int | None], tmp_path: Path
) -> None:
    folder = tmp_path / "here" / "run"
    write(folder, "0")
    calls = writer("1")
    assert calls is not None
    expected, outcomes = "1", set()
    for deadline in range(1, calls + 1):
        content = f"new {deadline}"
        assert writer(content, deadline) is None
        found = read(folder)
        assert found in (expected, content)
        outcomes.add(found == content)
        expected = found
    assert outcomes == {False, True}
    write(folder, "last")
    assert read(folder) == "last"
    assert names(folder.parent) == ["run"]


def test_writers_may_die_one_after_the_other(
    writer: Callable[..., int | None], tmp_path: Path
) -> None:
    """Nobody reads in between, so that nobody mends anything but the writers."""
    folder = tmp_path / "here" / "run"
    write(folder, "0")
    calls = writer("1") or 0
    possible = {"1"}
    for deadline in range(calls, 0, -1):
        possible.add(f"new {deadline}")
        assert writer(f"new {deadline}", deadline) is None
    assert read(folder) in possible
    assert writer("last") is not None
    assert read(folder) == "last"
    assert names(folder.parent) == ["run"]


def test_what_a_dead_writer_moved_away_is_put_back(tmp_path: Path) -> None:
    write(tmp_path / "run", "1")
    work = tmp_path / ".run.abc.writing"
    (work / "new").mkdir(parents=True)
    (tmp_path / "run").rename(work / "old")
    assert read(tmp_path / "run") == "1"
    write(tmp_path / "run", "2")
    assert names(tmp_path) == ["run"]


def test_a_writer_that_lives_is_not_cleaned_up(tmp_path: Path) -> None:
    with replaced_folder(tmp_path / "run") as fresh:
        (fresh / "a").write_text("slow")
        write(tmp_path / "run", "quick")
        assert (fresh / "a").read_text() == "slow"
    assert (tmp_path / "run" / "a").read_text() == "slow"
    assert names(tmp_path) == ["run"]


def test_writers_of_other_folders_are_left_alone(tmp_path: Path) -> None:
    for name in (".run.mine", ".runs.abc.writing", ".run"):
        (tmp_path / name).mkdir()
    write(tmp_path / "run", "1")
    assert names(tmp_path) == [".run", ".run.mine", ".runs.abc.writing", "run"]


def test_writers_wait_for_readers(tmp_path: Path) -> None:
    write(tmp_path / "run", "1")
    thread = threading.Thread(target=write, args=(tmp_path / "run", "2"))
    with kept_still(tmp_path / "run"):
        thread.start()
        thread.join(0.3)
        assert thread.is_alive()
        assert (tmp_path / "run" / "a").read_text() == "1"
        with kept_still(tmp_path / "run"):
            pass
    thread.join()
    assert read(tmp_path / "run") == "2"


def test_a_rename_that_fails_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And not what some other writer moved away, and died before it could delete it."""
    write(tmp_path / "run", "1")
    rename = Path.rename

    def failing(path: Path, target: Path) -> Path:
        if path.name == "new":
            raise OSError("no space left on device")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", failing)

    def write_beside_a_dead_writer() -> None:
        with replaced_folder(tmp_path / "run"):
            (tmp_path / ".run.0.writing" / "old").mkdir(parents=True)

    with pytest.raises(OSError, match="no space"):
        write_beside_a_dead_writer()
    assert read(tmp_path / "run") == "1"
    monkeypatch.undo()
    write(tmp_path / "run", "2")
    assert names(tmp_path) == ["run"]


def test_reading_what_is_not_there_waits_for_nobody(tmp_path: Path) -> None:
    with kept_still(tmp_path / "nothing"), kept_still(tmp_path / "no" / "parent"):
        pass
    assert names(tmp_path) == []


def test_without_locks_nothing_is_cleaned_up_that_may_live(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kgrec.data import disk

    monkeypatch.setattr(disk, "fcntl", None)
    (tmp_path / ".run.abc.writing" / "new").mkdir(parents=True)
    write(tmp_path / "run", "1")
    assert read(tmp_path / "run") == "1"
    assert names(tmp_path) == [".run.abc.writing", "run"]
    with locked(tmp_path, wait=False) as held:
        assert not held
