"""Queries in a process of their own: one that never ends, or takes all memory, is killed there."""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import sys
import tempfile
from asyncio.subprocess import DEVNULL, PIPE, Process
from pathlib import Path
from typing import Any

from kgrec.errors import GraphError
from kgrec.serve.reply import encoded
from kgrec.serve.served import Served
from kgrec.serve.settings import Settings

_GRACE = 1.0
_STARTING = 50.0
_LONGEST = 2**26


class Queries:
    """Asks the graph that is served, one query at a time.

    The process is started when the first query comes, and again after one was killed or the graph
    has changed.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._process: Process | None = None
        self._served: Served | None = None
        self._one_at_a_time = asyncio.Lock()

    async def ask(self, served: Served, cypher: str, parameters: dict[str, Any]) -> dict[str, Any]:
        """The answer: ``columns``, ``rows`` and ``truncated``.

        :raises GraphError: if the query would write, cannot be answered, or takes too much
        """
        limits = {"seconds": self.settings.query_seconds, "rows": self.settings.query_rows}
        asked = {"cypher": cypher, "parameters": parameters, **limits}
        async with self._one_at_a_time:
            process = await self._ready(served)
            answer = await self._exchange(process, asked, limits["seconds"] + _GRACE)
        if "error" in answer:
            raise GraphError(answer["error"])
        return answer

    async def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def _exchange(
        self, process: Process, asked: dict[str, Any], seconds: float
    ) -> dict[str, Any]:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(encoded(asked) + b"\n")
            await process.stdin.drain()
            line = await asyncio.wait_for(process.stdout.readline(), seconds)
            if line:
                answer: dict[str, Any] = json.loads(line)
                return answer
        except TimeoutError:
            await self.close()
            limit = self.settings.query_seconds
            return {"error": f"The query took longer than {limit:g} seconds; narrow it."}
        except (OSError, ValueError):
            pass
        except asyncio.CancelledError:
            await self.close()  # its answer would be taken for that of the next query
            raise
        await self.close()
        return {"error": "The query takes more memory than it may; narrow it."}

    async def _ready(self, served: Served) -> Process:
        process = self._process
        if process is not None and process.returncode is None and self._served is served:
            return process
        await self.close()
        folder = Path(tempfile.mkdtemp(prefix="kgrec-query-"))
        try:
            await asyncio.to_thread(served.graph.save, folder / "graph")
            self._process = process = await self._start(folder / "graph")
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        self._served = served
        return process

    async def _start(self, graph: Path) -> Process:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "kgrec.serve.query_process"),
            *(str(graph), str(self.settings.query_memory)),
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            limit=_LONGEST,
        )
        assert process.stdout is not None
        try:
            ready = await asyncio.wait_for(process.stdout.readline(), _STARTING)
        except BaseException:
            process.kill()
            await process.wait()
            raise
        if not ready:
            await process.wait()
            raise GraphError("The process that answers queries cannot be started.")
        return process
