"""The process of :mod:`kgrec.serve.query_process`, seen from the service."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import sys
from asyncio.subprocess import PIPE, Process
from collections import deque
from pathlib import Path
from typing import Any, Self

from kgrec.errors import GraphError
from kgrec.serve.reply import encoded

STARTING = 50.0
"""Seconds that it may take to read its graph."""

_log = logging.getLogger("kgrec.serve")
_LONGEST = 2**26
_LINES = 20
_ENDING = 1.0
_KILLED = -9
"""By the system, which does so where memory is short: nobody else asks a process that is killed."""
_NO_MEMORY = ("memory allocation of", "MemoryError", "bad_alloc")
"""What it says last where it may take no more, in Rust, Python and C++."""


class Child:
    """Answers one question at a time; what it says beside its answers goes to the log.

    :param process: ready to answer
    """

    def __init__(self, process: Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._process, self._ask, self._answers = process, process.stdin, process.stdout
        self._said: deque[str] = deque(maxlen=_LINES)
        self._listening = asyncio.create_task(self._listen())

    @classmethod
    async def start(cls, graph: Path, megabytes: int, seconds: float = STARTING) -> Self:
        """Start the process, and wait until it has read the graph.

        :param graph: the folder of a graph
        :param megabytes: that it may take beside the graph
        :raises GraphError: if it ends, or takes longer than ``seconds``
        """
        child = cls(
            await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "kgrec.serve.query_process", str(graph), str(megabytes)),
                stdin=PIPE,
                stdout=PIPE,
                stderr=PIPE,
                limit=_LONGEST,
            )
        )
        try:
            ready = await asyncio.wait_for(child._answers.readline(), seconds)
        except TimeoutError:
            await child.end()
            raise GraphError(
                f"Queries cannot be answered now: to read the graph for them took longer than "
                f"{seconds:g} seconds."
            ) from None
        except BaseException:
            await child.end()
            raise
        if not ready:
            raise GraphError(f"Queries cannot be answered: {await child.why_it_ended()}")
        return child

    @property
    def is_alive(self) -> bool:
        """Whether it can be asked."""
        return self._process.returncode is None

    async def ask(self, asked: dict[str, Any], seconds: float) -> dict[str, Any] | None:
        """The answer; ``None``: it ended.

        :raises TimeoutError: if there is none within ``seconds``
        """
        try:
            self._ask.write(encoded(asked) + b"\n")
            await self._ask.drain()
            line = await asyncio.wait_for(self._answers.readline(), seconds)
        except TimeoutError:
            raise
        except OSError:  # it ended while it was asked
            return None
        if not line:
            return None
        answer: dict[str, Any] = json.loads(line)
        return answer

    async def why_it_ended(self) -> str:
        """A sentence for who asked; the log has the rest."""
        await self.end(patience=_ENDING)
        code = self._process.returncode
        if code == _KILLED or any(sign in line for line in self._said for sign in _NO_MEMORY):
            return "The query takes more memory than it may; narrow it."
        _log.error("The process that answers queries ended with the code %s.", code)
        return "The process that answers queries broke down; the service's log says how."

    async def end(self, patience: float = 0.0) -> None:
        """End it, if it does not end by itself.

        :param patience: so many seconds
        """
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._process.wait(), patience)
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
        await self._listening

    async def _listen(self) -> None:
        assert self._process.stderr is not None
        async for line in self._process.stderr:
            text = line.decode("utf-8", "replace").rstrip()
            self._said.append(text)
            _log.warning("The process that answers queries: %s", text)
