"""A few threads that make answers, each once, while the event loop goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from kgrec.serve.cache import Answers
from kgrec.serve.refusal import Refusal

_T = TypeVar("_T")


class Work:
    """Threads, and a bound on who waits for them.

    :param threads: how many
    :param most_waiting: beyond so many waiting requests the next one is turned away
    """

    def __init__(self, threads: int, most_waiting: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="kgrec-work")
        self._most, self._waiting = threads + most_waiting, 0
        self._making: dict[tuple[int, Hashable], asyncio.Future[bytes]] = {}

    async def do(self, work: Callable[[], _T]) -> _T:
        """Do something in a thread.

        :raises Refusal: 503, if too many wait
        """
        if self._waiting >= self._most:
            raise Refusal(503, "The service is busy; ask again in a moment.")
        self._waiting += 1
        future = asyncio.get_running_loop().run_in_executor(self._pool, work)
        future.add_done_callback(self._done)
        return await future

    async def make(self, answers: Answers, key: Hashable, work: Callable[[], bytes]) -> bytes:
        """Make an answer and keep it; who asks for the same meanwhile waits for the same."""
        place = (id(answers), key)
        making = self._making.get(place)
        if making is None:
            making = asyncio.ensure_future(self.do(lambda: _kept(answers, key, work())))
            self._making[place] = making
            making.add_done_callback(lambda done: self._made(place, done))
        # One who gives up waiting must not take the answer from the others.
        return await asyncio.shield(making)

    def close(self) -> None:
        """End when what was begun is done."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _done(self, _: object) -> None:
        self._waiting -= 1

    def _made(self, place: tuple[int, Hashable], done: asyncio.Future[bytes]) -> None:
        self._making.pop(place, None)
        if not done.cancelled():
            done.exception()  # else it is reported as never asked for, if all have given up


def _kept(answers: Answers, key: Hashable, answer: bytes) -> bytes:
    answers.put(key, answer)
    return answer
