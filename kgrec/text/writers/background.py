"""Asynchronous work behind a plain iterator, also where an event loop runs already (notebooks)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

Result = TypeVar("Result")


class _End:
    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


def in_background(work: Callable[[Callable[[Result], None]], Awaitable[None]]) -> Iterator[Result]:
    """Run work in a thread of its own and yield what it hands over, as it comes.

    An error of the work is raised here. Whoever stops reading cancels the work.

    :param work: gets a function that takes a result
    """
    queue: SimpleQueue[Any] = SimpleQueue()
    loop = asyncio.new_event_loop()

    async def run() -> None:
        await work(queue.put)

    task = loop.create_task(run())

    def serve() -> None:
        end = _End()
        try:
            loop.run_until_complete(task)
        except asyncio.CancelledError:
            pass
        except BaseException as error:
            end = _End(error)
        finally:
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.close()
            queue.put(end)

    thread = Thread(target=serve, name="kgrec-writer", daemon=True)
    thread.start()
    try:
        while not isinstance(result := queue.get(), _End):
            yield result
        if result.error is not None:
            raise result.error
    finally:
        with suppress(RuntimeError):  # the loop is closed: the work has ended by itself
            loop.call_soon_threadsafe(task.cancel)
        thread.join()
