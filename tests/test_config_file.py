from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgrec.config import Config
from kgrec.config_file import changed, leaves, read_config, to_toml
from kgrec.errors import ConfigError

CHANGES: dict[str, st.SearchStrategy[Any]] = {
    "seed": st.integers(0, 10**9),
    "text.enabled": st.booleans(),
    "text.model": st.text(max_size=20),
    "gnn.learning_rate": st.floats(1e-300, 1e300),
    "gnn.layers": st.integers(0, 2),
}


@given(st.fixed_dictionaries({}, optional=CHANGES))
def test_what_is_written_is_read_again(changes: dict[str, Any]) -> None:
    config = Config().replace(changes)
    text = to_toml(changed(config), ("for you",))
    assert text.startswith("# for you\n")
    assert Config().replace(dict(flat(tomllib.loads(text)))) == config


def flat(tree: dict[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, value in tree.items():
        if isinstance(value, dict):
            found += flat(value, f"{prefix}{name}.")
        else:
            found.append((prefix + name, value))
    return found


def test_toml_json_and_the_file_of_a_run_say_the_same(tmp_path: Path) -> None:
    config = Config().replace({"gnn.epochs": 3, "seed": 7})
    (tmp_path / "a.toml").write_text("seed = 7\n[gnn]\nepochs = 3\n", encoding="utf-8")
    (tmp_path / "b.json").write_text(json.dumps({"seed": 7, "gnn": {"epochs": 3}}), "utf-8")
    run = {"format": 1, "settings": config.model_dump()}
    (tmp_path / "config.json").write_text(json.dumps(run), encoding="utf-8")
    assert all(read_config(path) == config for path in tmp_path.iterdir())


def test_nothing_is_changed_in_the_defaults() -> None:
    assert changed(Config()) == {}
    some = {"seed": 3, "text.enabled": False}
    assert changed(Config().replace(some)) == some
    assert leaves(Config())["gnn.layers"] == Config().gnn.layers


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("a.toml", "gnn = 3 4", "is not TOML"),
        ("a.json", "{", "is not JSON"),
        ("a.json", "[1]", "holds no settings"),
        ("a.toml", "[gnn]\nlayer = 1", "a.toml: Setting 'gnn.layer'"),
        ("a.toml", "[gnn]\nepochs = 0", "a.toml: Setting 'gnn.epochs' cannot be 0"),
        ("a.toml", "\0", "is not TOML"),
    ],
)
def test_a_bad_file_is_named(tmp_path: Path, name: str, text: str, sentence: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=sentence) as caught:
        read_config(tmp_path / name)
    assert str(tmp_path / name) in str(caught.value)


def test_bytes_and_missing_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="is not TOML"):
        read_config(tmp_path / "a.toml")
    with pytest.raises(ConfigError, match="cannot be read"):
        read_config(tmp_path / "b.toml")
    with pytest.raises(ConfigError, match="cannot be read"):
        read_config(tmp_path)
