"""How fast an endpoint may be asked, and what it may cost."""

from __future__ import annotations

import asyncio
import time

_GLANCE = 0.02  # seconds between two looks at what requests under way have left of a budget


class Pace:
    """Requests and tokens spread evenly over time, so that no minute has more than it may.

    :param requests_per_minute: ``None``: no limit
    :param tokens_per_minute: of questions and answers together; ``None``: no limit
    """

    def __init__(
        self, requests_per_minute: float | None = None, tokens_per_minute: float | None = None
    ) -> None:
        self._rates = (requests_per_minute, tokens_per_minute)
        self._free = [0.0, 0.0]  # when the next request may start, by either limit
        self._paused = 0.0

    async def wait(self, tokens: int) -> None:
        """Wait until a request of so many tokens may start."""
        now = time.monotonic()
        start = max(now, *self._free)
        for which, (rate, amount) in enumerate(zip(self._rates, (1, tokens), strict=True)):
            if rate is not None:
                self._free[which] = start + 60 * amount / rate
        await asyncio.sleep(start - now)
        while (left := self._paused - time.monotonic()) > 0:
            await asyncio.sleep(left)

    def pause(self, seconds: float) -> None:
        """Start nothing for so long: the endpoint has asked for it."""
        self._paused = max(self._paused, time.monotonic() + seconds)


class Budget:
    """What may be spent: nothing begins that may pass it, as far as estimates go.

    What requests under way may cost counts as spent.

    :param limit: in the unit of all amounts; ``None``: no limit
    :ivar spent: so far
    """

    def __init__(self, limit: float | None = None) -> None:
        self.limit = limit
        self.spent = 0.0
        self._reserved = 0.0
        self._under_way = 0

    async def reserve(self, amount: float) -> bool:
        """Set an amount aside; wait for requests under way if it is too much beside them.

        :return: whether it could be
        """
        while self.limit is not None and self.spent + self._reserved + amount > self.limit:
            if not self._under_way:
                return False
            await asyncio.sleep(_GLANCE)
        self._reserved += amount
        self._under_way += 1
        return True

    def release(self, amount: float, spent: float) -> None:
        """Say what became of an amount that was set aside."""
        self._under_way -= 1
        self._reserved = self._reserved - amount if self._under_way else 0.0  # sums of floats drift
        self.spent += spent
