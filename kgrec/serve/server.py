"""The server: uvicorn, with a way to end that loses no request."""

from __future__ import annotations

import asyncio
import socket
import sys
from types import FrameType

import uvicorn

from kgrec.errors import ConfigError
from kgrec.serve.app import Service, make_app
from kgrec.serve.settings import Settings

_GRACE = 30


class Server(uvicorn.Server):
    """Before it ends, it tells clients to close their connections.

    A connection that is kept alive may bring a request at the very moment in which it is closed,
    and that request would be lost. So for a moment all are answered, each with ``Connection:
    close``, and only then nobody is let in any more.
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
        self._loop.call_soon_threadsafe(self._loop.call_later, later, self._end, sig)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say where."""
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)

    def _end(self, sig: int) -> None:  # noqa: ARG002
        self.should_exit = True


def serve(settings: Settings) -> None:
    """See :func:`kgrec.serve.serve`."""
    service = Service(settings)
    with _listening(settings) as listener:
        service.open()
        host, port = listener.getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        config = uvicorn.Config(
            make_app(settings, service),
            http="httptools",
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_GRACE,
        )
        print(f"kgrec serves {settings.run} at http://{shown}:{port}/", file=sys.stderr, flush=True)
        Server(config, service).run(sockets=[listener])


def _listening(settings: Settings) -> socket.socket:
    """Have the address before the run is read, which takes seconds.

    :raises ConfigError: if it cannot be had
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
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
