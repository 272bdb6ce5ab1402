"""Work that nobody waits for: new runs, new versions of the graph, answers made beforehand."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

from kgrec.serve.refusal import Refusal
from kgrec.serve.state import Now, State

_log = logging.getLogger("kgrec.serve")
_QUIET = 0.2
_PAUSE = 0.02
_ENDING = 10.0


class Load:
    """How busy the service is.

    :ivar running: requests that are being answered
    """

    def __init__(self) -> None:
        self.running, self._last = 0, 0.0

    def begin(self) -> None:
        """A request has come."""
        self.running += 1

    def end(self) -> None:
        """A request was answered."""
        self.running -= 1
        self._last = time.monotonic()

    @property
    def is_idle(self) -> bool:
        """Whether nobody has asked for a moment."""
        return not self.running and time.monotonic() - self._last > _QUIET


class Background:
    """A thread of low priority.

    :param state: what is served
    :param load: how busy the service is
    :param prepare: makes the usual answer for a user, if there is none yet; says whether
    :ivar prepared: users for whom an answer was made, of what is served now
    """

    def __init__(self, state: State, load: Load, prepare: Callable[[Now, str], bool]) -> None:
        self.state, self.load, self._prepare = state, load, prepare
        self.prepared = 0
        self._ended, self._reload = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="kgrec-background")

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, when what is being done is done; waits for that a while.

        A thread that is still in native code when the interpreter ends aborts the process.
        """
        self._ended.set()
        self._thread.join(timeout=_ENDING)

    def reload(self) -> None:
        """Read the run again, even if it looks the same."""
        self._reload.set()

    def _run(self) -> None:
        if hasattr(os, "setpriority"):  # on Linux, of this thread alone
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)
        looked, number = 0.0, -1
        waiting: Iterator[str] = iter(())
        while not self._ended.is_set():
            try:
                if time.monotonic() - looked >= self.state.settings.watch or self._reload.is_set():
                    anyway = self._reload.is_set()
                    self._reload.clear()
                    self.state.reload_if_replaced(anyway=anyway) or self.state.fold_if_due()
                    looked = time.monotonic()
                if self.state.now.number != number:
                    number, self.prepared = self.state.now.number, 0
                    waiting = self._users()
                    self.state.now.served.granter.prepare()
                if not self._prepare_next(waiting):
                    self._ended.wait(min(self.state.settings.watch, 0.2))
            except Exception:
                _log.exception("Work in the background failed.")
                self._ended.wait(1.0)

    def _users(self) -> Iterator[str]:
        most = self.state.settings.prepare
        users = self.state.now.served.active
        return iter(users if most < 0 else users[:most])

    def _prepare_next(self, waiting: Iterator[str]) -> bool:
        """Make one answer; says whether there may be more to do."""
        if not self.load.is_idle:
            self._ended.wait(_PAUSE)
            return True
        user = next(waiting, None)
        if user is None:
            return self._renew()
        self._prepare(self.state.now, user)
        self.prepared += 1
        return True

    def _renew(self) -> bool:
        """Make the answer of somebody who did something since, anew; says whether there was one."""
        if not self.state.acted:
            return False
        with suppress(Refusal):  # of a user of whom a new run knows nothing any more
            self._prepare(self.state.now, self.state.acted.popleft())
        return True
