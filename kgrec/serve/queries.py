"""Queries in a process of their own: one that never ends, or takes all memory, is killed there."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from pathlib import Path
from typing import Any

from kgrec.errors import GraphError
from kgrec.serve.query_child import STARTING, Child
from kgrec.serve.served import Served
from kgrec.serve.settings import Settings

_GRACE = 1.0


class Queries:
    """Asks the graph that is served, one query at a time.

    The process is started when the first query comes, and again after one was killed or the graph
    has changed.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._child: Child | None = None
        self._served: Served | None = None
        self._one_at_a_time = asyncio.Lock()

    async def ask(self, served: Served, cypher: str, parameters: dict[str, Any]) -> dict[str, Any]:
        """The answer: ``columns``, ``rows`` and ``truncated``.

        :raises GraphError: if the query would write, cannot be answered, or takes too much
        """
        limits = {"seconds": self.settings.query_seconds, "rows": self.settings.query_rows}
        asked = {"cypher": cypher, "parameters": parameters, **limits}
        async with self._one_at_a_time:
            child = await self._ready(served)
            answer = await self._answer(child, asked)
        if "error" in answer:
            raise GraphError(answer["error"])
        return answer

    async def close(self) -> None:
        """End the process."""
        child, self._child = self._child, None
        if child is not None:
            await child.end()

    async def _answer(self, child: Child, asked: dict[str, Any]) -> dict[str, Any]:
        limit = self.settings.query_seconds
        try:
            answer = await child.ask(asked, limit + _GRACE)
        except TimeoutError:
            await self.close()
            return {"error": f"The query took longer than {limit:g} seconds; narrow it."}
        except BaseException:
            await self.close()  # its answer would be taken for that of the next query
            raise
        return {"error": await child.why_it_ended()} if answer is None else answer

    async def _ready(self, served: Served) -> Child:
        child = self._child
        if child is not None and child.is_alive and self._served is served:
            return child
        await self.close()
        folder = Path(tempfile.mkdtemp(prefix="kgrec-query-"))
        try:
            await asyncio.to_thread(served.graph.save, folder / "graph")
            child = await Child.start(folder / "graph", self.settings.query_memory)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        self._child, self._served = child, served
        return child


def longest(settings: Settings) -> float:
    """Seconds that the answer to a query may take, that the process is started included."""
    return STARTING + settings.query_seconds + _GRACE
