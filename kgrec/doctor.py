"""Is kgrec well on this machine: versions, extras, stores, caches, and the machine itself?"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

from kgrec.data.cache import cache_root
from kgrec.errors import KgrecError, first_line
from kgrec.processor import has_native_bfloat16

STORE_VARIABLES = ("NEO4J_URI",)
"""Environment variables that name a store to try."""

_DEVELOPMENT = {"test", "dev"}
_GIGABYTE = 1e9


class State(StrEnum):
    """What a check found."""

    ok = "ok"
    absent = "absent"
    """An extra that nobody needs until it is used."""
    wrong = "wrong"


@dataclass(frozen=True)
class Check:
    """One thing that was looked at.

    :ivar part: ``packages``, ``extras``, ``stores``, ``caches`` or ``machine``
    :ivar name: of what was looked at
    :ivar state: how it is
    :ivar found: in words
    :ivar mend: what to do about it; empty where there is nothing to do
    """

    part: str
    name: str
    state: State
    found: str
    mend: str = ""

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def examine(stores: Sequence[str] = ()) -> list[Check]:
    """Look at everything; nothing is changed.

    A package that is there and cannot be loaded is one of the faults that are told.

    :param stores: addresses to connect to, as for :func:`~kgrec.graph.stores.open.open_store`,
        beside those in :data:`STORE_VARIABLES`
    """
    named = [os.environ[name] for name in STORE_VARIABLES if os.environ.get(name)]
    return [
        *_packages(),
        *_extras(),
        *(_store(address) for address in dict.fromkeys([*stores, *named])),
        *_caches(),
        *_machine(),
    ]


def _packages() -> Iterator[Check]:
    yield Check("packages", "python", State.ok, sys.version.split()[0])
    yield Check("packages", "kgrec", State.ok, metadata.version("kgrec"))
    for requirement in _requirements():
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            yield _package(requirement)


def _requirements() -> list[Requirement]:
    return [Requirement(line) for line in metadata.requires("kgrec") or ()]


def _package(requirement: Requirement) -> Check:
    version = _version(requirement.name)
    wanted = f"'{requirement.name}{requirement.specifier}'"
    if version is None:
        mend = f"pip install {wanted}"
        return Check("packages", requirement.name, State.wrong, "not installed", mend)
    if not requirement.specifier.contains(version, prereleases=True):
        found = f"{version}, but kgrec needs {requirement.specifier}"
        mend = f"pip install {wanted}"
        return Check("packages", requirement.name, State.wrong, found, mend)
    return Check("packages", requirement.name, State.ok, version)


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _extras() -> Iterator[Check]:
    requirements = _requirements()
    for extra in metadata.metadata("kgrec").get_all("Provides-Extra") or ():
        if extra in _DEVELOPMENT:
            continue
        needed = [_package(each) for each in requirements if _comes_with(each, extra)]
        lacking = [each for each in needed if each.state is not State.ok]
        if lacking:
            said = ", ".join(f"{each.name} {each.found}" for each in lacking)
            yield Check("extras", extra, State.absent, said, f"pip install 'kgrec[{extra}]'")
        else:
            said = ", ".join(f"{each.name} {each.found}" for each in needed)
            yield Check("extras", extra, State.ok, said)


def _comes_with(requirement: Requirement, extra: str) -> bool:
    """Whether a requirement is one of an extra, and not of kgrec itself."""
    marker = requirement.marker
    return (
        marker is not None
        and marker.evaluate({"extra": extra})
        and not marker.evaluate({"extra": ""})
    )


def _store(address: str) -> Check:
    try:
        from kgrec.graph.stores.open import open_store

        with open_store(address) as store:
            count = sum(store.count().nodes.values())
    except KgrecError as error:
        mend = "start it, or mend the address, the user or the password"
        return Check("stores", _without_password(address), State.wrong, str(error), mend)
    except (ImportError, OSError) as error:
        return Check("stores", _without_password(address), State.wrong, *_unloaded(error))
    return Check("stores", _without_password(address), State.ok, f"{count:,} nodes")


def _without_password(address: str) -> str:
    scheme, slashes, rest = address.partition("://")
    return f"{scheme}{slashes}{rest.rpartition('@')[2]}" if slashes else address


def _caches() -> Iterator[Check]:
    root = cache_root()
    if not root.is_dir():
        yield Check("caches", str(root), State.ok, "nothing yet")
        return
    for folder in sorted(each for each in root.iterdir() if each.is_dir()):
        files, size = _sizes(folder)
        yield Check("caches", str(folder), State.ok, f"{files:,} files, {size / 1e6:,.1f} MB")
    if not os.access(root, os.W_OK):
        mend = "set KGREC_CACHE to a folder that you can write to"
        yield Check("caches", str(root), State.wrong, "cannot be written to", mend)


def _sizes(folder: Path) -> tuple[int, int]:
    """How many files there are below a folder, and their bytes."""
    sizes = [path.stat().st_size for path in folder.rglob("*") if path.is_file()]
    return len(sizes), sum(sizes)


def _machine() -> Iterable[Check]:
    from kgrec.config import Config

    cores = os.cpu_count() or 1
    threads = Config().threads
    used = threads or "as many"
    found = f"{cores} cores; {used} threads by default (--set threads=N)"
    yield Check("machine", "processor", State.ok, found)
    yield _bfloat16()
    free = shutil.disk_usage(_existing(cache_root())).free / _GIGABYTE
    state = State.ok if free >= 1 else State.wrong
    mend = "" if free >= 1 else "make room, or set KGREC_CACHE to another disk"
    yield Check("machine", "disk of the caches", state, f"{free:,.1f} GB free", mend)


def _bfloat16() -> Check:
    try:
        fast = has_native_bfloat16()
    except (ImportError, OSError) as error:  # OSError: a library of another system, or half of one
        return Check("machine", "bfloat16", State.wrong, *_unloaded(error))
    words = "native: texts are encoded in bfloat16" if fast else "no: texts are encoded in float32"
    return Check("machine", "bfloat16", State.ok, words)


def _unloaded(error: ImportError | OSError) -> tuple[str, str]:
    """What is said of a package that cannot be loaded, and what to do about it."""
    package = (getattr(error, "name", None) or "torch").split(".")[0]
    mend = f"pip install --force-reinstall {package}"
    return f"{package} cannot be loaded: {first_line(error)}", mend


def _existing(path: Path) -> Path:
    return next(each for each in (path, *path.parents) if each.exists())
