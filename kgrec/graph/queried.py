"""Asking a graph in Cypher: by a store in memory, made at the first query."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from functools import cached_property
from typing import Any, Self

from kgrec.graph.content import Content
from kgrec.graph.result import QueryResult
from kgrec.graph.stores.embedded import EmbeddedStore
from kgrec.graph.versions.identity import identity_after
from kgrec.graph.versions.versioned import Versioned


class Queried(Versioned):
    """The part of a :class:`~kgrec.graph.KnowledgeGraph` that answers queries.

    A graph of the next version begins with the store of an earlier one, if that has been loaded.
    """

    _ancestor: tuple[EmbeddedStore, int] | None = None  # with its version, until there is an own

    @abstractmethod
    def content(self) -> Content:
        """All of the graph, for a store."""

    def cypher(
        self,
        query: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        timeout: float = 60.0,
        row_limit: int = 1_000_000,
        write: bool = False,
    ) -> QueryResult:
        """Ask the graph in Cypher; it can only be read.

        Nodes carry the labels of their kind and of their type, relationships the name of their
        relation: ``MATCH (u:User {id: $user})-[:interacted]->(m:Film) RETURN m.label``.

        :param parameters: values for ``$name`` in the query
        :param timeout: seconds
        :param row_limit: rows beyond it are cut, and the result says so
        :param write: must stay false: a graph is changed by :meth:`update`, a store of Neo4j's by
            its own ``query(…, write=True)``
        :raises GraphError: if the query would write, is not valid, or takes too long
        """
        return self._store.query(
            query, parameters, timeout=timeout, row_limit=row_limit, write=write
        )

    @cached_property
    def _store(self) -> EmbeddedStore:
        content = self.content()
        ancestor = self._ancestor
        self._descend_from(None)
        if ancestor is None:
            store = EmbeddedStore()
            store.write(content)
            return store
        store, version = ancestor
        for change in self.changes[version - self.history.start :]:
            after = {"version": change.version, "identity": identity_after(change)}
            store = store.successor(change, {**content.header, **after})
        return store

    def _hand_store_to(self, newer: Self) -> None:
        """Let the next version begin with the store that is there, and not with nothing."""
        if self._is_loaded:
            newer._descend_from((self._store, self.version))
        elif self._ancestor is not None:
            newer._descend_from(self._ancestor)

    def _descend_from(self, ancestor: tuple[EmbeddedStore, int] | None) -> None:
        object.__setattr__(self, "_ancestor", ancestor)  # a graph is frozen, but for what it keeps

    @property
    def _is_loaded(self) -> bool:
        return "_store" in self.__dict__
