"""Where user and password for Neo4j come from; they are handed on and never kept or shown."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from kgrec.errors import StoreError

Auth = tuple[str, str] | str | Path | None
"""User and password, or a file that holds them, or ``None``: look into the environment."""

_USER = ("KGREC_NEO4J_USER", "NEO4J_USERNAME")
_PASSWORD = ("KGREC_NEO4J_PASSWORD", "NEO4J_PASSWORD")
_DATABASE = ("KGREC_NEO4J_DATABASE", "NEO4J_DATABASE")
FILE = "KGREC_NEO4J_CREDENTIALS"
"""The environment variable that names a file of credentials."""

_SCHEMES = ("bolt", "bolt+s", "bolt+ssc", "neo4j", "neo4j+s", "neo4j+ssc")


def find_credentials(auth: Auth) -> tuple[str, str] | None:
    """User and password from the argument, else from the environment, else from a file.

    :param auth: a pair, or the path of a file with the lines ``NEO4J_USERNAME=…`` and
        ``NEO4J_PASSWORD=…``, as Neo4j Aura gives it out
    :return: ``None`` if there are none anywhere: some servers ask for none
    :raises StoreError: if half of a pair is missing, or if others can read the file
    """
    if isinstance(auth, tuple):
        return auth
    if auth is not None:
        return _read(Path(auth))
    if _first(os.environ, _PASSWORD) is not None:
        return _pair(os.environ, "the environment")
    path = os.environ.get(FILE)
    return _read(Path(path)) if path else None


def find_database(database: str | None) -> str | None:
    """The name of the database: the argument, else the environment, else the server's default."""
    return database or _first(os.environ, _DATABASE)


def check_uri(uri: str) -> str:
    """Return ``uri`` if it is an address of Neo4j without secrets in it.

    :raises StoreError: without showing the secrets
    """
    try:
        parts = urlsplit(uri)
        host, secret = parts.hostname, "@" in parts.netloc
    except ValueError:
        host, secret = None, "@" in uri
    if secret:
        raise StoreError(
            "The address of Neo4j holds a user or a password, where logs would show them; "
            "give them as auth=(user, password) or in the environment (NEO4J_USERNAME, "
            "NEO4J_PASSWORD)."
        )
    if host is None or parts.scheme not in _SCHEMES:
        raise StoreError(
            f"'{uri}' is not an address of Neo4j; it looks like bolt://localhost:7687 or "
            "neo4j+s://example.org."
        )
    return uri


def _read(path: Path) -> tuple[str, str]:
    try:
        with path.open(encoding="utf-8") as file:
            mode = os.fstat(file.fileno()).st_mode
            if os.name == "posix" and mode & 0o077:
                raise StoreError(f"{path}: others can read this password; run: chmod 600 '{path}'.")
            lines = file.read().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8 text"
        raise StoreError(f"{path}: the credentials cannot be read ({reason}).") from error
    pairs = (line.partition("=") for line in lines if not line.lstrip().startswith("#"))
    return _pair({name.strip(): value.strip() for name, _, value in pairs}, str(path))


def _pair(values: Mapping[str, str], place: str) -> tuple[str, str]:
    user, password = _first(values, _USER), _first(values, _PASSWORD)
    if user is None or password is None:
        raise StoreError(f"{place}: NEO4J_USERNAME and NEO4J_PASSWORD must both be set.")
    return user, password


def _first(values: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    return next((values[name] for name in names if values.get(name)), None)
