from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest


@dataclass
class Said:
    """What the server does with one request.

    :ivar body: sent as it is
    :ivar promised: bytes that the header promises; the rest never comes
    :ivar after: seconds of silence before
    """

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    kind: str = "application/json"
    promised: int | None = None
    after: float = 0.0


def completion(text: object, finish: object = "stop", **more: Any) -> Said:
    """An answer as OpenAI's protocol has it."""
    tree = {
        "id": "1",
        "object": "chat.completion",
        "created": 0,
        "model": "m",
        "choices": [
            {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": finish}
        ],
        "usage": {"prompt_tokens": 12, "completion_tokens": 3, "total_tokens": 15},
        **more,
    }
    return Said(json.dumps(tree).encode())


@dataclass
class Request:
    path: str
    headers: dict[str, str]
    tree: dict[str, Any]
    at: float


class _QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Clients that go away are what is tested."""


class ScriptedServer:
    """An endpoint on the loopback that answers by a function of a request and its number."""

    def __init__(self) -> None:
        self.script: Callable[[dict[str, Any], int], Said] = lambda tree, _: completion(
            f"about {tree['messages'][-1]['content']}"
        )
        self.requests: list[Request] = []
        self.most_at_once = 0
        self._under_way = 0
        self._lock = threading.Lock()
        self._server = _QuietServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    def __enter__(self) -> ScriptedServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(server) -> type[BaseHTTPRequestHandler]:  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                tree = json.loads(self.rfile.read(int(self.headers["content-length"])))
                with server._lock:
                    number = len(server.requests)
                    request = Request(self.path, dict(self.headers), tree, time.monotonic())
                    server.requests.append(request)
                    server._under_way += 1
                    server.most_at_once = max(server.most_at_once, server._under_way)
                said = server.script(tree, number)
                time.sleep(said.after)
                with server._lock:
                    server._under_way -= 1
                self._send(said)

            def do_GET(self) -> None:
                server.requests.append(Request(self.path, {}, {}, time.monotonic()))
                self._send(Said(b"{}"))

            def _send(self, said: Said) -> None:
                try:
                    self.send_response(said.status)
                    for name, value in said.headers.items():
                        self.send_header(name, value)
                    self.send_header("content-type", said.kind)
                    length = len(said.body) if said.promised is None else said.promised
                    self.send_header("content-length", str(length))
                    self.end_headers()
                    self.wfile.write(said.body)
                except OSError:  # the client has gone
                    self.close_connection = True
                if said.promised is not None:
                    self.close_connection = True

            def log_message(self, *_: object) -> None:
                pass

        return Handler


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedServer]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with ScriptedServer() as running:
        yield running


@pytest.fixture(scope="session")
def say() -> Callable[..., Said]:
    """What a scripted server says: the bytes of a body, its status and more."""
    return Said


@pytest.fixture(scope="session")
def complete() -> Callable[..., Said]:
    """A right answer of a scripted server."""
    return completion
