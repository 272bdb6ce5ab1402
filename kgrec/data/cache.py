"""Where downloaded and computed files stay between runs."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

VARIABLE = "KGREC_CACHE"
"""The environment variable that moves the cache."""


def cache_folder(name: str) -> Path:
    """Return a folder of the user's cache, made if need be.

    It is below ``$KGREC_CACHE`` if that is set, else where the operating system keeps caches.

    :param name: one path component, for instance ``"datasets"``
    """
    folder = cache_root() / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def cache_root() -> Path:
    """The folder that holds all of them, whether it exists or not."""
    chosen = os.environ.get(VARIABLE)
    return Path(chosen).expanduser() if chosen else platformdirs.user_cache_path("kgrec")
