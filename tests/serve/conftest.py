from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from kgrec.recommend import Recommender
from kgrec.serve.app import Service
from kgrec.serve.server import Server, make_server
from kgrec.serve.settings import Settings


@dataclass
class Running:
    """A service that runs in a thread of this process, on a port of its own."""

    service: Service
    address: str
    server: Server

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.address, timeout=100, trust_env=False, verify=False)

    def get(self, path: str, **options: Any) -> httpx.Response:
        with self.client() as client:
            return client.get(path, **options)

    def head(self, path: str) -> httpx.Response:
        with self.client() as client:
            return client.head(path)

    def post(self, path: str, body: Any, **options: Any) -> httpx.Response:
        with self.client() as client:
            return client.post(path, json=body, **options)


@contextmanager
def running(**settings: Any) -> Iterator[Running]:
    # The machine of the tests may be slow: only a test of limits sets any.
    service = Service(
        Settings(**{"seconds": 100.0, "drain": 0.05, "watch": 0.1, "prepare": 0, **settings})
    )
    server = make_server(service.settings, service)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            while not server.started:
                assert thread.is_alive(), "the service did not start"
                time.sleep(0.01)
            yield Running(service, address, server)
        finally:
            server.should_exit = True
            thread.join(60)
    assert not thread.is_alive()


@pytest.fixture(scope="session")
def saved(fitted: Recommender, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run; do not change it."""
    folder = tmp_path_factory.mktemp("saved") / "run"
    fitted.save(folder)
    return folder


@pytest.fixture
def run(saved: Path, tmp_path: Path) -> Path:
    """A run of this test alone."""
    return Path(shutil.copytree(saved, tmp_path / "run"))


@pytest.fixture(scope="session")
def serving() -> Callable[..., Any]:
    return running


@pytest.fixture(scope="module")
def service(saved: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A service for several tests; events that they post are of users of their own."""
    events = tmp_path_factory.mktemp("service") / "events.jsonl"
    with running(run=saved, events=events) as service:
        yield service


def until(done: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait for something that comes by itself."""
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)


@pytest.fixture(scope="session")
def eventually() -> Callable[..., None]:
    return until
