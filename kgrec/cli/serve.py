"""``kgrec serve``: a run as a service over HTTP, with a page."""

from __future__ import annotations

import logging
import os
import secrets
from pathlib import Path
from typing import Annotated

import typer

from kgrec.cli.options import Run
from kgrec.cli.output import hushed, warn

_KEY = "KGREC_API_KEY"


def serve(
    run: Run,
    host: Annotated[str, typer.Option(help="The address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="0: any that is free.")] = 8000,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(help="A further name of the service; may be repeated.", metavar="NAME"),
    ] = None,
    events: Annotated[
        Path | None,
        typer.Option(help="The journal of new behaviour; RUN.events.jsonl by default."),
    ] = None,
    prepare: Annotated[
        int,
        typer.Option(min=-1, help="Make answers for so many users beforehand; -1: for all."),
    ] = 1000,
    threads: Annotated[int, typer.Option(min=1, max=64, help="Threads that make answers.")] = 2,
) -> None:
    """Serve lists, reasons, search, queries and new behaviour, and a page at /.

    Requests need a key unless only this machine can reach the service: that of the environment
    variable KGREC_API_KEY, or one that is made and printed at the start. A new run in the same
    folder is noticed and taken over; SIGHUP asks for it.
    """
    from kgrec.serve import Settings
    from kgrec.serve import serve as run_service
    from kgrec.serve.settings import is_loopback

    logging.basicConfig(
        level=logging.WARNING if hushed() else logging.INFO, format="kgrec: %(message)s"
    )
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    key = os.environ.get(_KEY)
    if key is None and not is_loopback(host):
        key = secrets.token_urlsafe(24)
        warn(f"Requests need the header X-API-Key: {key}")
    settings = Settings(
        run=run,
        host=host,
        port=port,
        key=key,
        hosts=tuple(allow_host or ()),
        events=events,
        prepare=prepare,
        threads=threads,
    )
    run_service(settings)
