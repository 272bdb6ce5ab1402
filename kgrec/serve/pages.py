"""The page at ``/`` and its files; see :mod:`kgrec.serve.page`."""

from __future__ import annotations

from fastapi import FastAPI, Response

from kgrec.serve.page import page_files
from kgrec.serve.refusal import Refusal


def add_page(app: FastAPI) -> None:
    """Serve the page."""
    files = page_files()

    def file(name: str) -> Response:
        if name not in files:
            raise Refusal(404, "There is no such page.")
        found = files[name]
        return Response(
            found.content, media_type=found.media_type, headers={"cache-control": "no-cache"}
        )

    @app.head("/", include_in_schema=False)
    @app.get("/", include_in_schema=False)
    async def index() -> Response:
        return file("index.html")

    @app.head("/page/{name}", include_in_schema=False)
    @app.get("/page/{name}", include_in_schema=False)
    async def page(name: str) -> Response:
        return file(name)
