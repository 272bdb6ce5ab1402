from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kgrec.cli.options import config_of
from kgrec.errors import ConfigError


def test_settings_and_seed_reach_the_configuration() -> None:
    config = config_of(["gnn.epochs=7", "text.enabled = false"], 3)
    assert (config.gnn.epochs, config.text.enabled, config.seed) == (7, False, 3)
    assert config_of(None, None).seed == 0


def test_the_seed_may_be_a_setting() -> None:
    assert config_of(["seed=4"], None).seed == 4


def test_unknown_settings_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"no setting 'gnn.epoch'.*gnn.epochs"):
        config_of(["gnn.epoch=7"], None)


@pytest.mark.parametrize("setting", ["gnn.epochs", "=3"])
def test_what_is_no_pair_is_a_usage_error(
    cli: Callable[..., Any], tmp_path: Path, setting: str
) -> None:
    result = cli("train", tmp_path, "--out", tmp_path / "run", "--set", setting)
    assert result.exit_code == 2
    assert "NAME=VALUE" in result.stderr
