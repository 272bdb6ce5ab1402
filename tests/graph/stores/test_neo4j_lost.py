"""Servers that go away, and writes that go on where they stopped."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from kgrec.callbacks import Bar, Progress
from kgrec.errors import StoreError
from kgrec.graph import KnowledgeGraph
from kgrec.graph.stores.neo4j import Neo4jStore


class Proxy:
    """Forwards a port to another, until it is cut."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self._closed = False
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client = self._listener.accept()[0]
                server = socket.create_connection(("127.0.0.1", self._target))
                self._open += [client, server]
                threading.Thread(target=self._pump, args=(client, server), daemon=True).start()

    def _pump(self, client: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError):
            while True:
                for source in select.select([client, server], [], [])[0]:
                    data = source.recv(65536)
                    if not data:
                        return
                    (server if source is client else client).sendall(data)

    def blink(self) -> None:
        """End all connections."""
        for end in self._open:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def cut(self) -> None:
        """End all connections and take no more."""
        self.blink()
        # Closing alone would leave accept() waiting in its thread.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        for end in (self._listener, *self._open):
            end.close()


@contextmanager
def proxy(port: int) -> Iterator[Proxy]:
    it = Proxy(port)
    try:
        yield it
    finally:
        it.cut()


class Watch(Progress):
    """Calls something once so many rows are written, and counts what was reported at once."""

    def __init__(self, after: int, call: Callable[[], None]) -> None:
        self.first: int | None = None
        self.done = 0
        self._after, self._call = after, call

    @contextmanager
    def stage(self, name: str, total: int | None = None) -> Iterator[Bar]:  # noqa: ARG002
        yield self

    def advance(self, steps: int = 1) -> None:
        self.first = self.first or steps
        self.done += steps
        if self.done >= self._after:
            self._after = 10**9
            self._call()

    def note(self, text: str) -> None:
        pass


def test_a_write_goes_on_where_the_connection_was_lost(
    bolt: Any, open_bolt: Callable[..., Neo4jStore], graph: KnowledgeGraph, check_same: Any
) -> None:
    content = graph.content()
    with proxy(bolt.port) as line:
        store = open_bolt(bolt, f"bolt://127.0.0.1:{line.port}", batch_size=20, retry_seconds=0)
        watch = Watch(200, line.cut)
        with pytest.raises(StoreError, match=r"\d+ of \d+ batches are written; the same call goes"):
            store.write(content, progress=watch)
    again = open_bolt(bolt, batch_size=20)
    with pytest.raises(StoreError, match="cut off"):
        again.read()
    written = watch.done
    assert 200 <= written < content.nodes.height + content.edges.height
    bolt.run("MATCH (n:KgrecNode {key: 'item:1'}) SET n.seen = true")
    again.write(content)
    # The first batches were not written once more: a mark made in between is still there.
    assert bolt.run("MATCH (n {seen: true}) RETURN n.key") == [["item:1"]]
    bolt.run("MATCH (n {seen: true}) REMOVE n.seen")
    check_same(again.read(), content)


def test_a_server_that_is_killed_in_the_middle(
    own_bolt: Any, open_bolt: Callable[..., Neo4jStore], graph: KnowledgeGraph
) -> None:
    store = open_bolt(own_bolt, batch_size=20, retry_seconds=0)
    started = time.monotonic()
    with pytest.raises(StoreError, match="went away") as caught:
        store.write(graph.content(), progress=Watch(100, own_bolt.kill))
    assert time.monotonic() - started < 60
    assert own_bolt.auth[1] not in str(caught.value)
    with pytest.raises(StoreError, match="cannot be reached"):
        store.count()


def test_a_short_loss_is_bridged(
    bolt: Any, open_bolt: Callable[..., Neo4jStore], graph: KnowledgeGraph, check_same: Any
) -> None:
    with proxy(bolt.port) as line:
        uri = f"bolt://127.0.0.1:{line.port}"
        store = open_bolt(bolt, uri, batch_size=50, retry_seconds=20)
        store.write(graph.content(), progress=Watch(100, line.blink))
        check_same(store.read(), graph.content())
