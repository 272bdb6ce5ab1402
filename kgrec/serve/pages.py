"""The page at ``/`` and its files; see :mod:`kgrec.serve.page`."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from fastapi import FastAPI, Response

from kgrec.serve.refusal import Refusal

_PAGE = "kgrec.serve.page"


def add_page(app: FastAPI) -> None:
    """Serve the page, if it is installed."""
    files: Any = import_module(_PAGE).page_files() if find_spec(_PAGE) else {}

    def file(name: str) -> Response:
        if name not in files:
            raise Refusal(404, "There is no such page.")
        found = files[name]
        headers = {"cache-control": "no-cache"}
        return Response(found.content, media_type=found.media_type, headers=headers)

    @app.get("/", include_in_schema=False)
    async def index() -> Response:
        return file("index.html")

    @app.get("/page/{name}", include_in_schema=False)
    async def page(name: str) -> Response:
        return file(name)
