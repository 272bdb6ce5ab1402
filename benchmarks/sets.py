"""Bench sets: dataset folders in the plain layout, and how to tell that one has changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_SPLIT = ("train", "valid", "test")
_SUFFIXES = (".parquet", ".csv")


@dataclass(frozen=True)
class BenchSet:
    """One dataset folder with a fixed split.

    :ivar folder: where it lies
    """

    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def has_facts(self) -> bool:
        return _has(self.folder, "facts")

    @property
    def is_cold(self) -> bool:
        """Whether only some items may be recommended: those that nobody has taken before."""
        return _has(self.folder, "candidates")

    def fingerprint(self) -> str:
        """A hash of all files; another one means other data."""
        return digest(file for file in self.folder.iterdir() if file.is_file())


def find_sets(folders: Iterable[Path]) -> list[BenchSet]:
    """Take each folder that is a set, and all sets inside each that is none, by name.

    :raises SystemExit: if there is none, or two have the same name: results are kept by name
    """
    found = []
    for folder in folders:
        inside = sorted(folder.iterdir()) if folder.is_dir() else []
        new = [folder] if _is_set(folder) else [each for each in inside if _is_set(each)]
        if not new:
            raise SystemExit(
                f"{folder} has no tables train, valid and test, and no folder has: name another."
            )
        found += [BenchSet(each.resolve()) for each in new]
    names = [each.name for each in found]
    for name in names:
        if names.count(name) > 1:
            raise SystemExit(f"Two sets are called {name}: rename one, results are kept by name.")
    return found


def digest(files: Iterable[Path]) -> str:
    """A hash of names and contents, whatever the order."""
    whole = hashlib.sha256()
    for file in sorted(files):
        whole.update(file.name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return whole.hexdigest()[:16]


def _is_set(folder: Path) -> bool:
    return all(_has(folder, table) for table in _SPLIT)


def _has(folder: Path, table: str) -> bool:
    return any((folder / (table + suffix)).exists() for suffix in _SUFFIXES)
