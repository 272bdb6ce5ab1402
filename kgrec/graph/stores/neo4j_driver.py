"""Neo4j's driver, or a word on how to install it."""

from __future__ import annotations

from kgrec.errors import MissingExtraError

try:
    import neo4j
    import neo4j.exceptions
    import neo4j.graph
except ImportError as error:
    raise MissingExtraError("neo4j", "neo4j") from error

__all__ = ["neo4j"]
