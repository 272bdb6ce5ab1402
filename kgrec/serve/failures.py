"""What becomes of errors: a status and a sentence, never a stack trace."""

from __future__ import annotations

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from kgrec.errors import KgrecError, RunError, UnknownIdError
from kgrec.serve.events import in_words
from kgrec.serve.refusal import Refusal
from kgrec.serve.reply import json_reply

_SENTENCES = {
    400: "The body is not JSON that can be read; send one object in UTF-8.",
    404: "There is nothing at this address; GET /openapi.json says what there is.",
    405: "This address does not know the method.",
}


def handle_failures(app: FastAPI) -> None:
    """Turn every error that is raised on purpose into JSON; :class:`Gate` does so with the rest."""

    @app.exception_handler(KgrecError)
    async def kgrec_error(_: Request, error: KgrecError) -> Response:
        refusal = error if isinstance(error, Refusal) else Refusal(_status(error), str(error))
        return json_reply(refusal.body(), refusal.status)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        if first["type"] == "json_invalid":
            return _refused(400, f"The body is not JSON: {first['ctx']['error']}.")
        if first["loc"] == ("body",) and not _is_json(request):
            return _refused(422, "Send JSON with the header Content-Type: application/json.")
        return _refused(422, in_words(first))

    @app.exception_handler(HTTPException)
    async def http(_: Request, error: HTTPException) -> Response:
        return _refused(error.status_code, _SENTENCES.get(error.status_code, str(error.detail)))


def _is_json(request: Request) -> bool:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind == "application/json" or (
        kind.startswith("application/") and kind.endswith("+json")
    )


def _status(error: KgrecError) -> int:
    if isinstance(error, UnknownIdError):
        return 404
    return 503 if isinstance(error, RunError) else 400


def _refused(status: int, sentence: str) -> Response:
    return json_reply(Refusal(status, sentence).body(), status)
