"""The package ``benchmarks`` is not installed: its tests take it from the repository."""

from __future__ import annotations

import importlib.util
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from kgrec.testing import write_tiny_folder

HOME = Path(__file__).parents[2] / "benchmarks"

if "benchmarks" not in sys.modules:
    _spec = importlib.util.spec_from_file_location(
        "benchmarks", HOME / "__init__.py", submodule_search_locations=[str(HOME)]
    )
    assert _spec is not None
    assert _spec.loader is not None
    sys.modules["benchmarks"] = importlib.util.module_from_spec(_spec)
    _spec.loader.exec_module(sys.modules["benchmarks"])


@pytest.fixture
def peer_module(monkeypatch: pytest.MonkeyPatch) -> object:
    """Import a module of the peers as their own interpreter does: by its bare name."""
    for folder in (HOME / "peers", HOME / "peers" / "shims"):
        monkeypatch.syspath_prepend(str(folder))

    def load(name: str) -> ModuleType:
        return import_module(name)

    before = set(sys.modules)
    yield load
    for name in set(sys.modules) - before:
        file = getattr(sys.modules[name], "__file__", None) or ""
        if Path(file).is_relative_to(HOME):
            del sys.modules[name]


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    folder = tmp_path / "tiny"
    write_tiny_folder(folder)
    return folder
