"""The server: uvicorn, with a way to end that loses no request."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import Iterator
from types import FrameType
from typing import Any

import uvicorn

from kgrec.errors import ConfigError
from kgrec.serve.app import Service, make_app
from kgrec.serve.protocol import Protocol
from kgrec.serve.settings import Settings

_GRACE = 30
_PAUSE = 0.01


class Server(uvicorn.Server):
    """Before it ends, it tells clients to close their connections.

    A connection that is kept alive may bring a request at the very moment in which it is closed,
    and that request would be lost. So for a moment all are answered, each with ``Connection:
    close``, and only then nobody is let in any more. Whoever stands at the door then comes in.
    """

    def __init__(self, config: uvicorn.Config, service: Service) -> None:
        super().__init__(config)
        self.service = service

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """At the first signal begin to end; at the second one end at once."""
        if self.service.draining:
            super().handle_exit(sig, frame)
            return
        self.service.draining = True
        later = self.service.settings.drain
        self._loop.call_soon_threadsafe(self._loop.call_later, later, self._end)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say where."""
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        for listener in sockets or ():
            host, port = listener.getsockname()[:2]
            shown = f"[{host}]" if ":" in host else host
            run = self.service.settings.run
            print(f"kgrec serves {run} at http://{shown}:{port}/", file=sys.stderr, flush=True)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let nobody in any more, answer those who are in, and end."""
        self.service.draining = True
        waiting = [each for listener in sockets or () for each in _at_the_door(listener)]
        for listener in (*self.servers, *(sockets or ())):
            listener.close()
        for connection in waiting:
            await self._loop.connect_accepted_socket(self._protocol, connection)
        end = self._loop.time() + self.service.settings.drain
        while self.server_state.connections and self._loop.time() < end:
            await asyncio.sleep(_PAUSE)
        await super().shutdown(sockets)

    def _protocol(self) -> asyncio.Protocol:
        kind: Any = self.config.http_protocol_class
        protocol: asyncio.Protocol = kind(
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )
        return protocol

    def _end(self) -> None:
        self.should_exit = True


def _at_the_door(listener: socket.socket) -> Iterator[socket.socket]:
    """Connections that are made and that nobody has accepted yet; to close now would lose them."""
    try:
        while True:
            yield listener.accept()[0]
    except OSError:  # there is none left
        return


def make_server(settings: Settings, service: Service) -> Server:
    """A server of the service, to be run on a socket."""
    config = uvicorn.Config(
        make_app(settings, service),
        http=Protocol,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_GRACE,
    )
    return Server(config, service)


def serve(settings: Settings) -> None:
    """See :func:`kgrec.serve.serve`."""
    service = Service(settings)
    with _listening(settings) as listener:
        service.open()
        make_server(settings, service).run(sockets=[listener])


def _listening(settings: Settings) -> socket.socket:
    """Have the address before the run is read, which takes seconds.

    :raises ConfigError: if it cannot be had
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # asyncio sends small parts at once (TCP_NODELAY) only where the protocol is named: without it
    # every answer waits 40 ms for the client to acknowledge its headers.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((settings.host, settings.port))
    except OSError as error:
        listener.close()
        raise ConfigError(
            f"{settings.host}:{settings.port}: the service cannot listen there "
            f"({error.strerror or error}); give another --port or --host."
        ) from error
    return listener
