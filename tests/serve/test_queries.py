from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kgrec.errors import GraphError
from kgrec.recommend import Recommender
from kgrec.serve import query_child
from kgrec.serve.queries import Queries, longest
from kgrec.serve.query_child import Child
from kgrec.serve.served import Served
from kgrec.serve.settings import Settings

READY = "print('{}', flush=True); input();"
SETTINGS = Settings(run=Path("run"), query_seconds=0.5)


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Lets the process of queries be another script."""
    start = asyncio.create_subprocess_exec

    def use(script: str) -> None:
        async def started(*_: str, **options: Any) -> Any:
            return await start(sys.executable, "-c", script, **options)

        monkeypatch.setattr(asyncio, "create_subprocess_exec", started)

    return use


@pytest.fixture(scope="module")
def served(fitted: Recommender) -> Served:
    return Served(fitted, "run", 0)


def asked(served: Served, times: int = 1) -> list[str]:
    """What is said of queries that fail."""

    async def ask() -> list[str]:
        queries, said = Queries(SETTINGS), []
        for _ in range(times):
            with pytest.raises(GraphError) as caught:
                await queries.ask(served, "RETURN 1", {})
            said.append(str(caught.value))
        await queries.close()
        return said

    return asyncio.run(ask())


@pytest.mark.parametrize(
    ("end", "told", "logged"),
    [
        ("import os; os.kill(os.getpid(), 9)", "more memory than it may", ""),
        ("raise MemoryError", "more memory than it may", "MemoryError"),
        (
            "import os, sys; print('memory allocation of 9 bytes failed', file=sys.stderr);"
            "sys.stderr.flush(); os.abort()",
            "more memory than it may",
            "memory allocation",
        ),
        ("raise ValueError('odd')", "broke down", "ValueError: odd"),
        ("import os; os.kill(os.getpid(), 11)", "broke down", "code -11"),
        ("import time; time.sleep(60)", "longer than 0.5 seconds", ""),
    ],
)
@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_what_ended_a_query_is_told_and_logged(
    scripted: Callable[[str], None],
    served: Served,
    caplog: pytest.LogCaptureFixture,
    *,
    end: str,
    told: str,
    logged: str,
) -> None:
    scripted(READY + end)
    for sentence in asked(served, 2):  # the next query has a process of its own
        assert told in sentence
    assert logged in caplog.text


def test_a_process_that_does_not_get_ready_is_told(
    scripted: Callable[[str], None], served: Served, tmp_path: Path
) -> None:
    scripted("raise OSError('no graph')")
    (sentence,) = asked(served)
    assert sentence.startswith("Queries cannot be answered: The process")
    scripted("input()")

    async def start() -> None:
        await Child.start(tmp_path, 100, seconds=0.2)

    with pytest.raises(GraphError, match=r"took longer than 0\.2 seconds"):
        asyncio.run(start())


def test_an_answer_that_is_no_json_ends_the_process(
    scripted: Callable[[str], None], served: Served
) -> None:
    async def ask() -> None:
        queries = Queries(SETTINGS)
        with pytest.raises(ValueError, match="Expecting"):
            await queries.ask(served, "RETURN 1", {})
        assert queries._child is None

    scripted(READY + "print('no JSON', flush=True); input()")
    asyncio.run(ask())


def test_a_request_may_take_what_its_query_may_take() -> None:
    assert longest(SETTINGS) > query_child.STARTING + SETTINGS.query_seconds
