from __future__ import annotations

from pathlib import Path

import pytest

from kgrec.errors import ConfigError
from kgrec.tune import Dimension
from kgrec.tune.space_file import read_space

TOML = """
seed = { choices = [1, 2] }
["gnn.dropout"]
low = 0.0
high = 0.5

[gnn]
layers = { low = 0, high = 2 }

[gnn.learning_rate]
low = 0.001
high = 0.1
log = true
"""


def test_a_file_may_nest_or_dot_its_names(tmp_path: Path) -> None:
    path = tmp_path / "space.toml"
    path.write_text(TOML, encoding="utf-8")
    assert read_space(path) == {
        "seed": Dimension(choices=(1, 2)),
        "gnn.dropout": Dimension(0.0, 0.5),
        "gnn.layers": Dimension(0, 2),
        "gnn.learning_rate": Dimension(0.001, 0.1, log=True),
    }


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("gnn = [", "is not TOML"),
        ("gnn = 3", "'gnn' is no dimension; write"),
        ("[gnn]\nlayers = 3\n[gnn.dropout]\nlow = 1", "'gnn.layers' is no dimension; write"),
        ("[gnn.layers]\nlow = 1\nhig = 2", "'gnn.layers' has a key that is none of low, high"),
        ("[gnn.layers]\nlow = 3\nhigh = 2", r"'gnn.layers': low \(3\) must be below"),
        ("[gnn.layers]", "'gnn.layers': it needs two numbers"),
    ],
)
def test_a_bad_file_is_named_and_its_key(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "space.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=sentence) as caught:
        read_space(path)
    assert str(path) in str(caught.value)
