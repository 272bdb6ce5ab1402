"""The errors of Neo4j's driver → one sentence that a person can act on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import neo4j
import neo4j.exceptions

from kgrec.errors import GraphError, StoreError
from kgrec.graph.stores.in_time import too_slow

fault = neo4j.exceptions

LOST = (fault.ServiceUnavailable, fault.SessionExpired, OSError)
_TIMED_OUT = ("TransactionTimedOut", "TransactionTimedOutClientConfiguration", "LockClient")
_READ_ONLY = (
    "Security.Forbidden",
    "General.ForbiddenOnReadOnlyDatabase",
    "General.WriteOnReadOnlyAccessDatabase",
    "Cluster.NotALeader",
)
_LIMIT = 300


@dataclass(frozen=True)
class Place:
    """What to say about a server: its address and database, and never a secret.

    :ivar uri: without user and password
    :ivar database: ``None`` for the server's default
    """

    uri: str
    database: str | None

    def __str__(self) -> str:
        return f"Neo4j at {self.uri}" + (f", database '{self.database}'" if self.database else "")


@contextmanager
def translated(place: Place, timeout: float | None = None) -> Iterator[None]:
    """Turn the driver's errors into ours.

    :param timeout: of the query, in seconds
    """
    try:
        yield
    except (fault.DriverError, fault.Neo4jError, OSError) as error:
        raise in_plain_words(error, place, timeout) from error


def in_plain_words(error: Exception, place: Place, timeout: float | None = None) -> GraphError:
    """Say what an error of the driver means and how to mend it."""
    if isinstance(error, LOST):
        return StoreError(
            f"{place}: the server cannot be reached, or went away ({_reason(error)}); start it, "
            "or check the address."
        )
    if isinstance(error, fault.Neo4jError):
        return _refusal(error, place, timeout)
    return StoreError(f"{place}: {_first_line(error)}.")


def _refusal(error: fault.Neo4jError, place: Place, timeout: float | None) -> GraphError:
    code = error.code or ""
    if isinstance(error, fault.AuthError):
        return StoreError(
            f"{place}: the server does not accept the user or the password; check both "
            "(NEO4J_USERNAME and NEO4J_PASSWORD in the environment, or auth=)."
        )
    if code.endswith(("DatabaseNotFound", "DatabaseNotFoundError")):
        return StoreError(f"{place}: there is no such database; check its name.")
    if code.endswith("DatabaseUnavailable"):
        return StoreError(f"{place}: the database is not running; start it.")
    if code.endswith(_READ_ONLY):
        return StoreError(
            f"{place}: the user may not do this ({_first_line(error)}); give the user the right to "
            "write, to create constraints and to name new labels, or take another user."
        )
    if code.endswith("Statement.AccessMode"):
        return GraphError("The query may only read, and this one would write.")
    if code.endswith(_TIMED_OUT):
        return too_slow(timeout)
    if code.startswith("Neo.ClientError.Statement"):
        return GraphError(f"The query cannot be answered: {_first_line(error)}.")
    return StoreError(f"{place}: the server refuses: {_first_line(error)} ({code}).")


def _reason(error: BaseException) -> str:
    """Why there is no connection; the driver says it last."""
    text = str(error)
    if "looks like HTTP" in text:
        return "this port speaks HTTP and not Bolt"
    last = re.findall(r"\(reason (?:\[Errno -?\d+\] )?(.*?)\)", text)
    return last[-1] if last else _first_line(error)


def _first_line(error: BaseException) -> str:
    text = (error.message if isinstance(error, fault.Neo4jError) else None) or str(error)
    line = text.strip().partition("\n")[0].rstrip(" .:")
    return line if len(line) <= _LIMIT else line[:_LIMIT] + "…"
