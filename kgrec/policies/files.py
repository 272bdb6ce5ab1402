"""Policies in a file: TOML as a person writes it, or JSON.

::

    never = ["theme/violence", { relation = "has_genre", name = "Horror" }]
    cap = { relation = "part_of_series", most = 1 }
    diversity = { method = "mmr", strength = 0.3 }
    exposure = { by = "popularity", minimum = { tail = 0.2 } }
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kgrec.config_file import read_tree
from kgrec.errors import ConfigError
from kgrec.policies.policy import Policy, parse_policy

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def read_policy(path: str | Path) -> Policy:
    """Read a policy; what does not end in ``.json`` is TOML.

    :raises ConfigError: if the file cannot be read, or an entry does not exist or is out of range
    """
    tree = read_tree(Path(path), "policy", '{"never": ["genre/Horror"]}')
    try:
        return parse_policy(tree)
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from None


def policy_toml(policy: Policy) -> str:
    """Write a policy as TOML that :func:`read_policy` reads; defaults are left out."""
    tree = policy.model_dump(mode="json", exclude_defaults=True)
    return "".join(f"{name} = {_value(value)}\n" for name, value in tree.items())


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        # A rule that is a name alone; the shares of groups, one of them called "name", are numbers.
        if value.keys() == {"name"} and isinstance(value["name"], str):
            return _value(value["name"])
        pairs = ", ".join(f"{_key(name)} = {_value(each)}" for name, each in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    # In TOML as in JSON, but for the one control character that JSON leaves as it is.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else _value(name)
