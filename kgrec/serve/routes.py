"""The addresses of the service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import FastAPI, Path, Query, Response

from kgrec.graph.view import neighbourhood
from kgrec.serve import models
from kgrec.serve.events import sorted_out
from kgrec.serve.journal import Acted
from kgrec.serve.lists import check_user, explained, recommended, request_key
from kgrec.serve.metrics import CONTENT_TYPE
from kgrec.serve.models import ErrorReply, Id, Searched
from kgrec.serve.past import user_page
from kgrec.serve.refusal import Refusal
from kgrec.serve.reply import encoded, reply
from kgrec.serve.wish import wished

if TYPE_CHECKING:
    from kgrec.serve.app import Service

Kind = Literal["item", "user", "entity"]
_ITEM = Annotated[Id, Query(description="The id of an item.", examples=["1"])]
_SEARCHED = Annotated[Searched, Query(description="What somebody typed.")]
_LIMIT = Annotated[int, Query(ge=1, le=100)]
_PATHS = Annotated[int, Query(ge=0, le=100)]
_ALPHA = Annotated[float | None, Query(ge=0, le=1, allow_inf_nan=False)]

_MOST_DRAWN = 20
"""Nodes in the picture of a node, whose names are still to be read beside a list."""


def _says(model: type, **examples: Any) -> dict[int | str, dict[str, Any]]:
    """What a route may answer."""
    content = {"application/json": {"example": examples}} if examples else {}
    refused = {"model": ErrorReply}
    statuses: tuple[int, ...] = (400, 401, 404, 413, 422, 500, 503)
    return {200: {"model": model, "content": content}, **dict.fromkeys(statuses, refused)}


def add_routes(app: FastAPI, service: Service) -> None:
    """Add them all."""
    _add_lists(app, service)
    _add_graph(app, service)
    _add_events(app, service)
    _add_health(app, service)


def _add_lists(app: FastAPI, service: Service) -> None:
    @app.post(
        "/recommend",
        responses=_says(models.RecommendReply),
        summary="The best items for a user or a profile",
    )
    async def recommend(asked: models.RecommendRequest) -> Response:
        now = service.now
        key = request_key(now, asked)
        if key is None:
            return reply(await service.work.do(lambda: recommended(now, asked)))
        kept = now.served.answers.get(key)
        service.metrics.answer(hit=kept is not None)
        if kept is None:
            answers = now.served.answers
            kept = await service.work.make(answers, key, lambda: recommended(now, asked))
        return reply(kept)

    @app.get("/explain", responses=_says(models.ExplainReply), summary="Why an item has its score")
    async def explain(
        user: Annotated[Id, Query(description="The id of a user.", examples=["1"])],
        item: _ITEM,
        paths: _PATHS = 5,
        alpha: _ALPHA = None,
        language: Id = "en",
    ) -> Response:
        asked = models.ExplainRequest(
            user=user, item=item, paths=paths, alpha=alpha, language=language
        )
        now = service.now
        return reply(await service.work.do(lambda: explained(now, asked)))

    @app.post(
        "/explain", responses=_says(models.ExplainReply), summary="The same, also for a profile"
    )
    async def explain_somebody(asked: models.ExplainRequest) -> Response:
        now = service.now
        return reply(await service.work.do(lambda: explained(now, asked)))

    @app.post("/wish", responses=_says(models.WishReply), summary="Items for a wish in words")
    async def wish(asked: models.WishRequest) -> Response:
        now = service.now
        return reply(await service.work.do(lambda: wished(now, asked)))


def _add_graph(app: FastAPI, service: Service) -> None:
    @app.get("/items", responses=_says(models.ItemsReply), summary="Search items")
    async def items(q: _SEARCHED = "", limit: _LIMIT = 20) -> Response:
        served = service.now.served

        def found() -> bytes:
            rows = served.items.find(q, limit).iter_rows(named=True)
            return encoded({"items": [_item(row, served.years) for row in rows]})

        return reply(await service.work.do(found))

    @app.get("/users", responses=_says(models.UsersReply), summary="Search users")
    async def users(q: _SEARCHED = "", limit: _LIMIT = 20) -> Response:
        now = service.now

        def found() -> bytes:
            rows = now.served.users.find(q, limit).select("id", "label", "events").to_dicts()
            return encoded({"users": rows})

        return reply(await service.work.do(found))

    @app.get("/users/{id:path}", responses=_says(models.UserReply), summary="What a user did")
    async def user(id: Annotated[Id, Path(examples=["1"])]) -> Response:
        now = service.now

        def told() -> bytes:
            check_user(now, id)
            return encoded(user_page(now, id))

        return reply(await service.work.do(told))

    @app.get("/entities/{id:path}", responses=_says(models.EntityReply), summary="A node")
    async def entity(
        id: Annotated[Id, Path(examples=["1"])],
        kind: Annotated[
            Kind | None, Query(description="Which is meant, where several kinds have the id.")
        ] = None,
    ) -> Response:
        served = service.now.served

        def told() -> bytes:
            key = served.nodes.key_of(id, kind)
            if key is None:
                near = served.entities.near(id, 3) + served.items.near(id, 2)
                raise Refusal(404, f"There is no node '{id}' in the graph.", near)
            svg = neighbourhood(served.graph, key, most=_MOST_DRAWN).svg()
            return encoded({**served.nodes.describe(key), "svg": svg})

        return reply(await service.work.do(told))

    @app.get("/facets", responses=_says(models.FacetsReply), summary="What filters may name")
    async def facets() -> Response:
        served = service.now.served
        return reply(await service.work.do(lambda: encoded({"facets": served.nodes.facets})))

    @app.post("/query", responses=_says(models.QueryReply), summary="Cypher that reads")
    async def query(asked: models.QueryRequest) -> Response:
        served = service.now.served
        return reply(encoded(await service.queries.ask(served, asked.cypher, asked.parameters)))


def _add_events(app: FastAPI, service: Service) -> None:
    @app.post("/events", responses=_says(models.EventsReply), summary="New behaviour")
    async def events(asked: models.EventsRequest) -> Response:
        def take() -> tuple[list[Acted], list[dict[str, Any]]]:
            taken, refused = sorted_out(asked.events, service.now.served)
            if taken:
                service.state.accept(taken)
            return taken, refused

        taken, refused = await service.work.do(take)
        service.metrics.events(len(taken))
        return reply(encoded({"accepted": len(taken), "refused": refused}))


def _add_health(app: FastAPI, service: Service) -> None:
    @app.head("/health", include_in_schema=False)
    @app.get("/health", responses=_says(models.HealthReply), summary="Whether it can answer")
    async def health() -> Response:
        now = service.now
        features = now.served.rec.features
        state = {
            "status": "ok",
            "run": now.served.run,
            "users": len(features.users),
            "items": len(features.items),
            "pending": len(now.pending.events),
            "prepared": service.background.prepared,
        }
        return reply(encoded(state))

    @app.get("/metrics", response_class=Response, summary="For Prometheus")
    async def metrics() -> Response:
        text = service.metrics.text(service.now, service.background.prepared)
        return Response(text, media_type=CONTENT_TYPE)


def _item(row: dict[str, Any], years: Mapping[str, int]) -> dict[str, Any]:
    found = {name: row[name] for name in ("id", "label", "type")}
    year = years.get(row["id"])
    return found if year is None else {**found, "year": year}
