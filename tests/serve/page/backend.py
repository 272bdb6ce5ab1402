"""A small service that answers the page by the HTTP contract, over the invented films.

    python tests/serve/page/backend.py 8123

It has no limits and no key: the real service does, and takes its place in the tests by the fixture
``base_url``.
"""

from __future__ import annotations

import json
import re
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import polars as pl
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from kgrec.errors import KgrecError
from kgrec.explain.picture import standalone_svg
from kgrec.policies import Policy
from kgrec.recommend import Recommender
from kgrec.recommend.profile import Profile
from kgrec.serve.page import HEADERS, page_files
from kgrec.vocabulary import INTERACTED

KINDS = ("item", "entity", "user")
NEGATION = re.compile(r"\b(but not|without|no|anything except)\b", re.IGNORECASE)


class Backend:
    """The recommender behind the routes; events change it.

    :ivar told: answers by question, until something changes
    """

    def __init__(self, rec: Recommender) -> None:
        self.rec = rec
        self.told: dict[str, dict[str, Any]] = {}

    def once(self, call: Any) -> Any:
        def remembered(asked: dict[str, Any]) -> dict[str, Any]:
            key = call.__name__ + json.dumps(asked, sort_keys=True)
            if key not in self.told:
                self.told[key] = call(asked)
            return self.told[key]

        return remembered

    # What can be found

    def items(self, query: dict[str, str]) -> dict[str, Any]:
        found = self._found("item", query)
        years = [json.loads(row["properties"] or "{}").get("year") for row in found]
        return {
            "items": [
                {**self._brief(row), "year": year} for row, year in zip(found, years, strict=True)
            ]
        }

    def users(self, query: dict[str, str]) -> dict[str, Any]:
        found = self._found("user", query)
        counts = dict(self._events().group_by("head").len().iter_rows())
        return {
            "users": [
                {"id": row["id"], "label": row["label"], "events": counts.get(row["key"], 0)}
                for row in found
            ]
        }

    def user(self, id: str) -> dict[str, Any]:
        row = self._row("user", id)
        mine = self._events().filter(pl.col("head") == row["key"])
        mine = mine.sort("timestamp", descending=True, nulls_last=True)
        history = [
            {
                "item": each["tail"].partition(":")[2],
                "label": self.rec.graph.label(each["tail"]),
                "timestamp": each["timestamp"],
                "weight": each["weight"],
            }
            for each in mine.head(200).iter_rows(named=True)
        ]
        properties = json.loads(row["properties"] or "{}")
        brief = {"id": id, "label": row["label"], "properties": properties}
        return {**brief, "history": history, "events": mine.height}

    def entity(self, id: str, kind: str | None) -> dict[str, Any]:
        row = self._any_row(id, (kind,) if kind else KINDS)
        around = self.rec.graph.neighbours(row["key"]).filter(pl.col("relation") != INTERACTED)
        vocabulary = self.rec.graph.vocabulary
        neighbours = []
        for each in around.head(60).iter_rows(named=True):
            relation, forward = vocabulary.relation(each["relation"]), each["direction"] == "out"
            neighbours.append(
                {
                    "relation": each["relation"],
                    "label": relation.label if forward else relation.inverse_label,
                    "forward": forward,
                    "id": each["neighbour"].partition(":")[2],
                    "name": each["label"],
                    "type": each["type"],
                    "kind": each["neighbour"].partition(":")[0],
                }
            )
        return {
            **self._brief(row),
            "kind": row["kind"],
            "description": row["text"],
            "properties": json.loads(row["properties"] or "{}"),
            "neighbours": neighbours,
            "svg": '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20">'
            '<circle cx="20" cy="10" r="6"/></svg>',
        }

    def facets(self) -> dict[str, Any]:
        graph = self.rec.graph
        facts = graph.edges.filter(
            (pl.col("relation") != INTERACTED) & pl.col("head").str.starts_with("item:")
        )
        facets = []
        for (relation,), of_one in facts.group_by("relation", maintain_order=True):
            counts = of_one.group_by("tail").len().sort("len", "tail", descending=[True, False])
            values = [
                {"id": key.partition(":")[2], "label": graph.label(key), "items": number}
                for key, number in counts.head(40).iter_rows()
            ]
            label = graph.vocabulary.relation(relation).label
            facets.append({"relation": relation, "label": label, "values": values})
        return {"facets": sorted(facets, key=lambda facet: len(facet["values"]))}

    # What is recommended, and why

    def recommend(self, body: dict[str, Any]) -> dict[str, Any]:
        k, user, alpha = body.get("k", 10), body.get("user"), body.get("alpha")
        if user is None:
            profile = body["profile"]
            liked = Profile(tuple(profile.get("liked", ())), tuple(profile.get("entities", ())))
            table = self.rec.recommend_for(liked, k=k, policy=_policy(body)).to_polars()
        else:
            self._row("user", user)
            top = self.rec.recommend(
                users=[user], k=k if alpha is None else 100, policy=_policy(body)
            )
            table = top.to_polars()
            if alpha is not None:
                parts = self.rec.path_share(top)
                scores = parts["paths"] * 2 * (1 - alpha) + parts["content"] * 2 * alpha
                table = table.with_columns(score=scores + parts["popularity"])
                table = table.sort("score", descending=True).head(k)
        items = []
        for rank, row in enumerate(table.iter_rows(named=True), start=1):
            item, id = self._row("item", row["item"]), row["item"]
            if user is None:
                sentence = f"{item['label']}, because it goes with what is liked."
            else:
                sentence = self.rec.explain(user, id).sentence
            items.append(
                {
                    "item": id,
                    "label": item["label"],
                    "type": item["type"],
                    "rank": rank,
                    "score": row["score"],
                    "sentence": sentence,
                    "moved": row.get("moved") or None,
                }
            )
        return {"user": user, "run": "invented", "items": items}

    def explain(self, query: dict[str, str]) -> dict[str, Any]:
        self._row("user", query["user"])
        why = self.rec.explain(query["user"], query["item"], paths=int(query.get("paths", 5)))
        told = why.to_dict()
        if "alpha" in query:
            _make_louder(told, float(query["alpha"]))
        return {**told, "svg": standalone_svg(why)}

    def wish(self, body: dict[str, Any]) -> dict[str, Any]:
        intent = body.get("intent") or self._parsed(body["text"])
        liked = [link["id"] for link in intent["like"]]
        wanted = [link["id"] for link in intent["want"]]
        avoided = [link["id"] for link in intent["avoid"]]
        asked: dict[str, Any] = {"k": body.get("k", 10), "filters": {"never": avoided}}
        if liked or wanted:
            asked["profile"] = {"liked": liked, "entities": wanted}
        elif body.get("user"):
            asked["user"] = body["user"]
        else:
            return {"intent": intent, "items": []}
        return {"intent": intent, "items": self.recommend(asked)["items"]}

    def events(self, body: dict[str, Any]) -> dict[str, Any]:
        known = set(self.rec.features.items)
        good = [event for event in body["events"] if event["item"] in known]
        refused = [
            {"row": row, "reason": f"There is no item '{event['item']}'."}
            for row, event in enumerate(body["events"], start=1)
            if event["item"] not in known
        ]
        if good:
            rows = [(one["user"], one["item"], one.get("timestamp", 1_700_000_000)) for one in good]
            table = pl.DataFrame(rows, schema=["user", "item", "timestamp"], orient="row")
            self.rec = self.rec.update(self.rec.graph.update(events=table))
            self.told.clear()
        return {"accepted": len(good), "refused": refused}

    def _parsed(self, text: str) -> dict[str, Any]:
        """Labels that stand in the text; what follows a negation is unwanted."""
        cue = NEGATION.search(text)
        border = cue.start() if cue else len(text)
        intent: dict[str, Any] = {
            "text": text, "like": [], "want": [], "avoid": [], "free_text": "", "ambiguous": []
        }  # fmt: skip
        nodes = self.rec.graph.nodes.filter(pl.col("kind") != "user").sort("key")
        for row in nodes.iter_rows(named=True):
            start = text.lower().find(row["label"].lower())
            if start < 0:
                continue
            span = [start, start + len(row["label"])]
            link = {**self._brief(row), "kind": row["kind"], "span": span, "how": "label"}
            part = "avoid" if start > border else "like" if row["kind"] == "item" else "want"
            intent[part].append({**link, "score": 1.0})
        surname = re.search(r"\bby (\w+)$", text[:border].strip())
        if surname:
            named = nodes.filter(pl.col("label").str.ends_with(f" {surname[1]}"))
            choices = [
                {**self._brief(row), "kind": "entity", "span": list(surname.span(1)),
                 "how": "fuzzy", "score": 0.6}
                for row in named.iter_rows(named=True)
            ]  # fmt: skip
            intent["ambiguous"].append({"span": list(surname.span(1)), "choices": choices})
        return intent

    # The graph, by ids

    def _events(self) -> pl.DataFrame:
        return self.rec.graph.edges.filter(pl.col("relation") == INTERACTED)

    def _found(self, kind: str, query: dict[str, str]) -> list[dict[str, Any]]:
        wanted, nodes = query.get("q", "").lower(), self.rec.graph.nodes
        rows = nodes.filter(pl.col("kind") == kind).to_dicts()
        hits = [row for row in rows if wanted in row["label"].lower() or wanted == row["id"]]
        hits.sort(
            key=lambda row: (row["id"] != wanted, not row["label"].lower().startswith(wanted))
        )
        return hits[: int(query.get("limit", 20))]

    def _any_row(self, id: str, kinds: tuple[str, ...]) -> dict[str, Any]:
        nodes = self.rec.graph.nodes
        for kind in kinds:
            for row in nodes.filter(pl.col("key") == f"{kind}:{id}").iter_rows(named=True):
                return row
        near = nodes.filter(pl.col("kind") == kinds[0]).head(3)
        raise UnknownError(f"There is no {kinds[0]} '{id}' in the graph.", near.to_dicts())

    def _row(self, kind: str, id: str) -> dict[str, Any]:
        return self._any_row(id, (kind,))

    def _brief(self, row: dict[str, Any]) -> dict[str, Any]:
        return {"id": row["id"], "label": row["label"], "type": row["type"]}


class UnknownError(Exception):
    def __init__(self, message: str, near: list[dict[str, Any]]) -> None:
        super().__init__(message)
        self.near = [{"id": row["id"], "label": row["label"]} for row in near]


def _policy(body: dict[str, Any]) -> Policy:
    filters, strength = body.get("filters") or {}, body.get("diversity", 0)
    asked: dict[str, Any] = {part: list(filters.get(part, ())) for part in ("only", "never")}
    return Policy.model_validate(
        asked | ({"diversity": {"strength": strength}} if strength else {})
    )


def _make_louder(told: dict[str, Any], alpha: float) -> None:
    for path in told["paths"]:
        path["share"] *= 2 * (1 - alpha)
    loud = {"popularity": 1.0, "content": 2 * alpha, "text": 2 * alpha}
    told["rest"] = {
        name: value * loud.get(name, 2 * (1 - alpha)) for name, value in told["rest"].items()
    }
    told["score"] = sum(path["share"] for path in told["paths"]) + sum(told["rest"].values())


def make_app(rec: Recommender) -> Starlette:
    backend = Backend(rec)

    def answer(call: Any) -> JSONResponse:
        try:
            return JSONResponse(call())
        except UnknownError as error:
            return JSONResponse({"error": str(error), "near": error.near}, status_code=404)
        except KgrecError as error:
            return JSONResponse({"error": str(error), "near": []}, status_code=400)

    def get(path: str, call: Any) -> Route:
        async def endpoint(request: Request) -> JSONResponse:
            return answer(lambda: call(dict(request.query_params), **request.path_params))

        return Route(path, endpoint)

    def post(path: str, call: Any) -> Route:
        async def endpoint(request: Request) -> JSONResponse:
            body = await request.json()
            return answer(lambda: call(body))

        return Route(path, endpoint, methods=["POST"])

    files = page_files()

    async def page(request: Request) -> Response:
        file = files.get(request.path_params.get("name", "index.html"))
        if file is None:
            return JSONResponse({"error": "There is no such file.", "near": []}, status_code=404)
        return Response(file.content, media_type=file.media_type, headers=HEADERS)

    return Starlette(
        routes=[
            Route("/", page),
            Route("/page/{name}", page),
            get("/openapi.json", lambda _: {"paths": {"/explain": {"get": {}}}}),
            get("/items", backend.items),
            get("/users", backend.users),
            get("/users/{id}", lambda _, id: backend.user(id)),
            get("/entities/{id:path}", lambda query, id: backend.entity(id, query.get("kind"))),
            get("/facets", lambda _: backend.facets()),
            get("/explain", backend.once(backend.explain)),
            post("/recommend", backend.once(backend.recommend)),
            post("/wish", backend.wish),
            post("/events", backend.events),
        ]
    )


@contextmanager
def serving(app: Any, port: int = 0) -> Iterator[str]:
    """Serve in a thread of this process.

    :return: the address
    """
    listening = socket.create_server(("127.0.0.1", port))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


if __name__ == "__main__":
    from kgrec.config import Config
    from kgrec.graph import KnowledgeGraph
    from kgrec.testing import tiny_dataset

    quick = {"text.enabled": False, "kge.enabled": False, "gnn.epochs": 6, "threads": 1}
    fitted = Recommender(Config().replace(quick)).fit(KnowledgeGraph.build(tiny_dataset()))
    with serving(make_app(fitted), int(sys.argv[1])) as address:
        print(address, flush=True)
        threading.Event().wait()
