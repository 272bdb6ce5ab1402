"""A run as a service over HTTP (extra ``serve``): lists, reasons, search, behaviour, and a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kgrec.serve.settings import Settings

if TYPE_CHECKING:
    from fastapi import FastAPI

__all__ = ["Settings", "make_app", "serve"]


def make_app(settings: Settings) -> FastAPI:
    """The service as an ASGI application, which loads its run when it is started.

    :raises MissingExtraError: if the extra ``serve`` is not installed
    """
    _require()
    from kgrec.serve.app import make_app

    return make_app(settings)


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or Ctrl-C, and answer all that was accepted before it ends.

    :raises MissingExtraError: if the extra ``serve`` is not installed
    :raises RunError: if the run cannot be read
    :raises ConfigError: if the address cannot be had
    """
    _require()
    from kgrec.serve.server import serve

    serve(settings)


def _require() -> None:
    from importlib.util import find_spec

    from kgrec.errors import MissingExtraError

    for package in ("fastapi", "uvicorn", "httptools", "prometheus_client"):
        if find_spec(package) is None:
            raise MissingExtraError(package, "serve")
