import hashlib
import subprocess
import zipfile
from pathlib import Path

import pytest
from kgrec.loaders import download

from kgrec.errors import DataError

WHEEL = download.Wheel("thing==1.0", "0" * 64)


def pip_that(
    monkeypatch: pytest.MonkeyPatch, code: int, stderr: str = "", archive: Path | None = None
) -> None:
    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        assert command[1:4] == ["-m", "pip", "download"]
        if archive is not None:
            (Path(command[command.index("-d") + 1]) / "t.whl").write_bytes(archive.read_bytes())
        return subprocess.CompletedProcess(command, code, "", stderr)

    monkeypatch.setattr(subprocess, "run", run)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "thing.whl"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("thing/deep/a.txt", "A")
        packed.writestr("thing/b.py", "raise SystemExit")
    return path


def test_only_the_named_files_are_unpacked(
    tmp_path: Path, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pip_that(monkeypatch, 0, archive=archive)
    wheel = download.Wheel("thing==1.0", hashlib.sha256(archive.read_bytes()).hexdigest())
    download.unpack_from_index(wheel, ["thing/deep/a.txt"], tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a.txt"]


def test_another_file_than_expected(
    tmp_path: Path, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pip_that(monkeypatch, 0, archive=archive)
    with pytest.raises(DataError, match=r"sha256 .* expected is 000"):
        download.unpack_from_index(WHEEL, ["thing/deep/a.txt"], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_file_that_is_not_in_the_wheel(tmp_path: Path, archive: Path) -> None:
    with pytest.raises(DataError, match="'thing/c' is not in it"):
        download.unpack(archive, ["thing/deep/a.txt", "thing/c"], tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("stderr", "message"),
    [
        ("/usr/bin/python: No module named pip\n", "-m ensurepip"),
        ("WARNING: retry\nERROR: Could not find a version.\n", "Could not find a version.*network"),
        ("", "pip said nothing"),
    ],
)
def test_pip_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stderr: str, message: str
) -> None:
    pip_that(monkeypatch, 1, stderr)
    with pytest.raises(DataError, match=message):
        download.download(WHEEL, tmp_path)


def test_pip_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(command: list[str], **_: object) -> None:
        raise subprocess.TimeoutExpired(command, 1)

    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(DataError, match="pip took longer"):
        download.download(WHEEL, tmp_path)
