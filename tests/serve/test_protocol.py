from __future__ import annotations

import socket
from typing import Any

import pytest

from kgrec.serve import protocol

HEAD = b"GET /health HTTP/1.1\r\nHost: localhost\r\n"


def wire(service: Any) -> socket.socket:
    host, port = service.address.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=30)


def heard(connection: socket.socket) -> bytes:
    """All that comes until the service closes."""
    answer = b""
    try:
        while part := connection.recv(65_536):
            answer += part
    except ConnectionResetError:  # it did not read all that was sent
        pass
    return answer


@pytest.mark.parametrize(
    "head",
    [
        HEAD + b"".join(b"X-%d: %s\r\n" % (number, b"x" * 1_000) for number in range(70)),
        HEAD + b"X: " + b"x" * 70_000,
        b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n",
    ],
    ids=["many", "one without an end", "address"],
)
def test_a_head_has_a_longest_size(service: Any, head: bytes) -> None:
    with wire(service) as connection:
        connection.sendall(head)
        assert heard(connection).startswith(b"HTTP/1.1 431 ")


def test_a_long_head_that_is_allowed_is_answered(service: Any) -> None:
    long = HEAD + b"X: " + b"x" * 50_000 + b"\r\n"
    with wire(service) as connection:
        connection.sendall((long + b"\r\n") * 2 + long + b"Connection: close\r\n\r\n")
        assert heard(connection).count(b"HTTP/1.1 200 ") == 3


@pytest.mark.parametrize("sent", [b"", HEAD, HEAD + b"\r\n\r\n" + HEAD])
def test_a_head_that_never_ends_is_not_waited_for(
    service: Any, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(protocol, "SECONDS", 0.1)
    with wire(service) as connection:
        connection.sendall(sent)
        answer = heard(connection)
    assert answer.count(b"HTTP/1.1 200") == sent.count(b"\r\n\r\n")
