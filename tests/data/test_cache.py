from pathlib import Path

import platformdirs
import pytest

from kgrec.data import cache_folder


def test_the_environment_moves_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KGREC_CACHE", str(tmp_path / "c"))
    assert cache_folder("x") == tmp_path / "c" / "x"
    assert (tmp_path / "c" / "x").is_dir()


def test_by_default_the_system_says_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KGREC_CACHE", raising=False)
    monkeypatch.setattr(platformdirs, "user_cache_path", lambda name: tmp_path / name)
    assert cache_folder("x") == tmp_path / "kgrec" / "x"
