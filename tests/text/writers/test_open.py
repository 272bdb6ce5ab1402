from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from kgrec.config import Config, WriterConfig
from kgrec.errors import ConfigError, MissingExtraError
from kgrec.text.writers import open_writer


def settings(**more: Any) -> WriterConfig:
    return Config().replace({f"writer.{name}": value for name, value in more.items()}).writer


def test_the_template_asks_nobody() -> None:
    assert open_writer(Config().writer) is None


@pytest.mark.parametrize("kind", ["local", "api"])
def test_a_model_must_be_named(kind: str) -> None:
    with pytest.raises(ConfigError, match=r"writer\.model is not set"):
        open_writer(settings(kind=kind))


def test_an_endpoint_is_opened() -> None:
    pytest.importorskip("openai")
    writer = open_writer(settings(kind="api", model="m", base_url="http://localhost:1/v1/"))
    assert repr(writer) == "ApiWriter('http://localhost:1/v1', 'm')"
    other = open_writer(settings(kind="api", model="m", temperature=1))
    assert "https://api.openai.com/v1 m" in other.identity


def test_a_model_on_this_machine_is_opened(tmp_path: Path) -> None:
    (tmp_path / "m.gguf").write_bytes(b"GGUF")
    writer = open_writer(settings(kind="local", model=str(tmp_path / "m.gguf")))
    assert repr(writer) == "LocalWriter('m.gguf')"
    with pytest.raises(ConfigError, match="neither"):
        open_writer(settings(kind="local", model=str(tmp_path / "none")))


def test_a_missing_package_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("openai", "gguf"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(MissingExtraError, match=r"pip install 'kgrec\[llm\]'"):
        open_writer(settings(kind="api", model="m"))
    (tmp_path / "m.gguf").write_bytes(b"GGUF")
    writer = open_writer(settings(kind="local", model=str(tmp_path / "m.gguf")))
    with pytest.raises(MissingExtraError, match="gguf is not installed"):
        writer._weights  # noqa: B018
