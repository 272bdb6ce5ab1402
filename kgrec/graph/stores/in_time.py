"""Waiting for a query no longer than it may take."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread
from typing import TypeVar

from kgrec.errors import GraphError

_T = TypeVar("_T")


def in_time(work: Callable[[Event], _T], seconds: float, *, grace: float = 0.0) -> _T:
    """Do something in a thread, and give up waiting for it after a time.

    :param work: should keep nothing, and end soon, once its event is set
    :param seconds: how long it may take
    :param grace: seconds more that it has to say itself that it takes too long
    :raises GraphError: if it takes too long
    """
    late = Event()
    done: list[_T] = []
    failed: list[BaseException] = []

    def target() -> None:
        try:
            done.append(work(late))
        except BaseException as error:
            failed.append(error)

    thread = Thread(target=target, daemon=True, name="kgrec-query")
    thread.start()
    thread.join(seconds + grace)
    if thread.is_alive():
        late.set()
        raise too_slow(seconds)
    if failed:
        raise failed[0]
    return done[0]


def too_slow(seconds: float | None) -> GraphError:
    """What to say of a query that took too long."""
    limit = f" than {seconds:g} seconds" if seconds is not None else ""
    return GraphError(f"The query took longer{limit}; narrow it or raise the timeout.")
