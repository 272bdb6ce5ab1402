from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from kgrec.serve.app import Service
from kgrec.serve.server import _listening, make_server
from kgrec.serve.settings import Settings

CLIENTS = 4


class Client(threading.Thread):
    """Asks over one connection that it keeps, until nobody is let in any more."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address
        self.answered = 0
        self.lost: list[Exception] = []
        self.warm = threading.Event()

    def run(self) -> None:
        with httpx.Client(
            base_url=self.address, timeout=60, trust_env=False, verify=False
        ) as client:
            while True:
                body = {"user": str(1 + self.answered % 30), "k": 3, "explain": True}
                try:
                    client.post("/recommend", json=body).raise_for_status()
                except httpx.ConnectError:  # nobody was let in, and nothing was sent
                    break
                except httpx.HTTPError as error:
                    self.lost.append(error)
                    break
                self.answered += 1
                if self.answered >= 5:
                    self.warm.set()
        self.warm.set()


def test_sigterm_loses_no_request(
    saved: Path,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    eventually: Callable[[Callable[[], bool]], None],
) -> None:
    """Clients that keep their connections are asked to close them, and all are answered.

    The service runs as ``kgrec serve`` runs it, in the main thread, where signals arrive; a process
    of its own would only take seconds to start.
    """
    settings = Settings(run=saved, port=0, events=tmp_path / "events.jsonl", drain=0.2, seconds=60)
    service = Service(settings)
    handler = signal.getsignal(signal.SIGTERM)
    with _listening(settings) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        clients = [Client(address) for _ in range(CLIENTS)]

        def end() -> None:
            eventually(lambda: server.started)  # before that nobody is let in
            for client in clients:
                client.start()
            for client in clients:
                client.warm.wait(60)
            os.kill(os.getpid(), signal.SIGTERM)

        service.open()
        server = make_server(settings, service)
        ending = threading.Thread(target=end)
        ending.start()
        server.run(sockets=[listener])
        ending.join()
    for client in clients:
        client.join(60)
    assert [error for client in clients for error in client.lost] == []
    assert min(client.answered for client in clients) >= 5
    assert service.draining
    assert signal.getsignal(signal.SIGTERM) is handler
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]
