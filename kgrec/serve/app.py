"""The application: its parts, put together when it is started."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import torch
from fastapi import FastAPI

from kgrec.serve.background import Background, Load
from kgrec.serve.failures import handle_failures
from kgrec.serve.gate import Gate
from kgrec.serve.lists import recommended, request_key
from kgrec.serve.metrics import Metrics
from kgrec.serve.models import RecommendRequest
from kgrec.serve.pages import add_page
from kgrec.serve.queries import Queries
from kgrec.serve.routes import add_routes
from kgrec.serve.settings import Settings
from kgrec.serve.state import Now, State
from kgrec.serve.work import Work

USUAL = {"k": 10, "explain": True}
"""What is asked for most, and made beforehand."""


class Service:
    """All that the routes need.

    :param settings: of the service
    :ivar state: what is served; it is there once the application is started
    :ivar draining: whether the service is about to end
    """

    state: State
    background: Background
    queries: Queries

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.metrics, self.load = Metrics(), Load()
        self.work = Work(settings.threads, settings.most_waiting)
        self.draining = False

    @property
    def now(self) -> Now:
        """What is served at this moment."""
        return self.state.now

    def open(self) -> None:
        """Read the run and the journal, which takes seconds.

        :raises RunError: if one of them cannot be read
        """
        if not hasattr(self, "state"):
            self.state = State(self.settings)
            self.background = Background(self.state, self.load, prepare)
            self.queries = Queries(self.settings)

    async def close(self) -> None:
        """End what was begun."""
        await asyncio.to_thread(self.background.stop)
        await self.queries.close()
        self.work.close()
        self.state.close()


def prepare(now: Now, user: str) -> bool:
    """Make the usual answer for a user and keep it; says whether there was none."""
    asked = RecommendRequest(user=user, **USUAL)  # type: ignore[arg-type]
    key = request_key(now, asked)
    answers = now.served.answers
    if key in answers:
        return False
    answers.put(key, recommended(now, asked))
    return True


def make_app(settings: Settings, service: Service | None = None) -> FastAPI:
    """The application.

    :param service: its parts; ``None``: new ones
    """
    service = service or Service(settings)

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        # Answers are made side by side: more threads for each would only wait for one another.
        torch.set_num_threads(1)
        await asyncio.to_thread(service.open)
        service.background.start()
        with suppress(NotImplementedError, RuntimeError, ValueError, AttributeError):
            loop = asyncio.get_running_loop()
            loop.add_signal_handler(signal.SIGHUP, service.background.reload)
        yield
        await service.close()

    app = FastAPI(
        title="kgrec",
        summary="Recommendations from a knowledge graph, each with the paths that caused it.",
        version=_version(),
        lifespan=life,
        docs_url=None,  # their pages load scripts from other hosts
        redoc_url=None,
    )
    handle_failures(app)
    add_routes(app, service)
    add_page(app)
    app.add_middleware(
        Gate,
        settings=settings,
        metrics=service.metrics,
        load=service.load,
        is_draining=lambda: service.draining,
    )
    return app


def _version() -> str:
    from importlib.metadata import version

    return version("kgrec")
