"""The wishes of a file beside this module."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def wishes(name: str) -> list[dict[str, Any]]:
    return list(tomllib.loads((HERE / f"{name}.toml").read_text("utf-8"))["wish"])
