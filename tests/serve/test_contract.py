from __future__ import annotations

import re
from typing import Any

import pytest

from kgrec.explain.picture.paths import standalone_svg
from kgrec.recommend import Recommender

ITEM = {"item", "label", "type", "rank", "score", "moved"}


def test_a_list_is_that_of_the_recommender(service: Any, fitted: Recommender) -> None:
    wanted = fitted.recommend("7", 5, explain=True)
    answer = service.post("/recommend", {"user": "7", "k": 5, "explain": True})
    assert answer.status_code == 200
    told = answer.json()
    assert told["user"] == "7"
    assert told["run"] == service.get("/health").json()["run"]
    assert [item["item"] for item in told["items"]] == wanted.items
    assert [item["sentence"] for item in told["items"]] == [
        why.sentence for why in wanted.explanations
    ]
    assert [item["score"] for item in told["items"]] == wanted.table["score"].to_list()
    assert [item["rank"] for item in told["items"]] == [1, 2, 3, 4, 5]
    assert all(set(item) == ITEM | {"sentence"} for item in told["items"])
    assert {item["type"] for item in told["items"]} == {"Film"}


def test_sentences_come_only_where_they_are_asked_for(service: Any) -> None:
    items = service.post("/recommend", {"user": "7"}).json()["items"]
    assert len(items) == 10
    assert all(set(item) == ITEM for item in items)


def test_a_list_that_is_asked_for_again_is_the_same_and_is_kept(service: Any) -> None:
    asked = {"user": "8", "k": 4, "explain": True, "diversity": 0.4}
    first = service.post("/recommend", asked)
    before = service.get("/metrics").text
    assert service.post("/recommend", asked).content == first.content
    after = service.get("/metrics").text
    assert hits(after) == hits(before) + 1


def hits(text: str) -> float:
    lines = (
        line for line in text.splitlines() if line.startswith('kgrec_answers_total{cache="hit"')
    )
    return float(next(lines).split()[1])


def test_alpha_says_how_loud_content_is(service: Any, fitted: Recommender) -> None:
    for alpha in (0.0, 0.3, 0.5, 1.0):
        asked = {"user": "3", "k": 6, "alpha": alpha}
        items = service.post("/recommend", asked).json()["items"]
        wanted = fitted.with_alpha(alpha).recommend("3", 6)
        assert [item["item"] for item in items] == wanted.items


def test_filters_keep_items_out_and_let_them_in(service: Any) -> None:
    genre = "genre/Comedy"
    of_genre = {
        each["id"]
        for each in service.get(f"/entities/{genre}").json()["neighbours"]
        if each["kind"] == "item"
    }
    asked = {"user": "5", "k": 10}
    never = service.post("/recommend", {**asked, "filters": {"never": [genre]}}).json()["items"]
    only = service.post("/recommend", {**asked, "filters": {"only": [genre]}}).json()["items"]
    assert never
    assert only
    assert not of_genre & {item["item"] for item in never}
    assert {item["item"] for item in only} <= of_genre


def test_what_was_moved_is_said(service: Any) -> None:
    asked = {"user": "5", "k": 10, "diversity": 1.0}
    items = service.post("/recommend", asked).json()["items"]
    assert any(item["moved"] for item in items)


def test_somebody_who_is_not_in_the_graph_has_a_profile(service: Any) -> None:
    profile = {"liked": ["3"], "attributes": {"has_genre": ["genre/Comedy", "Mystery"]}}
    answer = service.post("/recommend", {"profile": profile, "k": 5, "explain": True}).json()
    assert answer["user"] is None
    assert len(answer["items"]) == 5
    assert "3" not in {item["item"] for item in answer["items"]}
    assert all(item["sentence"].startswith(item["label"]) for item in answer["items"])


def test_nobody_said_to_like_an_item_of_a_liked_genre(service: Any) -> None:
    asked = {"profile": {"entities": ["genre/Comedy"]}, "k": 5, "explain": True}
    sentences = [item["sentence"] for item in service.post("/recommend", asked).json()["items"]]
    assert sentences
    for sentence in sentences:
        liked = re.findall(
            "(?:liked|asked for) (.*?)(?:, as you did|, also|, and because|[.])", sentence
        )
        assert any(name.startswith("Comedy (such as ") for name in liked), sentence


def test_an_explanation_is_that_of_the_command_line_with_a_picture(
    service: Any, fitted: Recommender
) -> None:
    item = fitted.recommend("2").items[0]
    for alpha in (None, 0.2):
        query = {"user": "2", "item": item, "paths": 3} | (
            {} if alpha is None else {"alpha": alpha}
        )
        told = service.get("/explain", params=query).json()
        rec = fitted if alpha is None else fitted.with_alpha(alpha)
        why = rec.explain("2", item, paths=3)
        assert told.pop("svg") == standalone_svg(why)
        assert told == why.to_dict()
    assert service.post("/explain", {"user": "2", "item": item, "paths": 3}).status_code == 200


def test_an_explanation_for_a_profile_sums_to_its_score(service: Any) -> None:
    asked = {"profile": {"liked": ["3", "9"]}, "item": "5"}
    told = service.post("/explain", asked).json()
    shares = sum(path["share"] for path in told["paths"])
    assert shares + sum(told["rest"].values()) == pytest.approx(told["score"], abs=1e-6)
    assert told["user"] is None


def test_items_are_found_by_what_is_typed(service: Any) -> None:
    def found(q: str) -> list[str]:
        return [item["label"] for item in service.get("/items", params={"q": q}).json()["items"]]

    assert found("the paper orchard")[0] == "The Paper Orchard"
    assert "orchard" in found("orchard")[0].lower()
    assert "Orchard" in found("orchrad")[0]
    assert len(found("")) == 20
    years = service.get("/items", params={"q": "orchard"}).json()["items"]
    assert all(1960 <= item["year"] <= 2020 for item in years)


def test_users_are_found_too(service: Any) -> None:
    found = service.get("/users", params={"q": "12"}).json()["users"]
    assert found[0]["id"] == "12"
    assert found[0]["events"] > 0
    assert len(service.get("/users", params={"limit": 3}).json()["users"]) == 3


def test_a_user_has_a_history_the_latest_first(service: Any, fitted: Recommender) -> None:
    told = service.get("/users/4").json()
    times = [each["timestamp"] for each in told["history"]]
    assert times == sorted(times, reverse=True)
    assert told["events"] == len(times)
    assert {each["item"] for each in told["history"]} == {
        fitted.features.items[item] for item in fitted.history("4").items
    }
    assert told["properties"]["age"]


def test_a_node_tells_its_facts(service: Any) -> None:
    film = service.get("/entities/1", params={"kind": "item"}).json()
    assert film["kind"] == "item"
    assert film["description"]
    assert film["properties"]["year"]
    assert film["events"] > 0
    director = next(each for each in film["neighbours"] if each["relation"] == "directed_by")
    assert director["forward"]
    person = service.get(f"/entities/entity:{director['id']}").json()
    assert person["label"] == director["name"]
    back = next(each for each in person["neighbours"] if each["id"] == "1")
    assert not back["forward"]
    assert back["label"] == "director of"


def test_facets_are_what_filters_may_name(service: Any) -> None:
    facets = service.get("/facets").json()["facets"]
    sizes = [len(facet["values"]) for facet in facets]
    assert sizes == sorted(sizes)
    genres = next(facet for facet in facets if facet["relation"] == "has_genre")
    assert {value["label"] for value in genres["values"]} == {
        "Mystery",
        "Comedy",
        "Romance",
        "Adventure",
    }
    for value in genres["values"]:
        asked = {"user": "1", "filters": {"only": [value["id"]]}}
        assert service.post("/recommend", asked).status_code == 200


def test_metrics_count_requests_by_route_and_status(service: Any) -> None:
    service.get("/users/4")
    service.get("/users/nobody")
    text = service.get("/metrics").text
    assert 'kgrec_requests_total{method="GET",route="/users/{id:path}",status="200"}' in text
    assert 'kgrec_requests_total{method="GET",route="/users/{id:path}",status="404"}' in text
    assert "kgrec_request_seconds_bucket" in text
    assert "kgrec_run_info" in text


def test_every_address_has_an_example_in_the_document(service: Any) -> None:
    document = service.get("/openapi.json").json()
    for path in ("/recommend", "/explain", "/query", "/events", "/wish"):
        content = document["paths"][path]["post"]["requestBody"]["content"]["application/json"]
        name = content["schema"]["$ref"].rsplit("/", 1)[1]
        assert document["components"]["schemas"][name]["examples"], path
    for path, methods in document["paths"].items():
        for method in methods.values():
            assert method["summary"], path
    assert service.get("/docs").status_code == 404


def test_who_only_asks_whether_it_is_there_gets_no_body(service: Any) -> None:
    for path in ("/", "/health", "/page/page.css"):
        asked = service.head(path)
        assert (asked.status_code, asked.content) == (200, b"")
        assert asked.headers["content-type"] == service.get(path).headers["content-type"]


def test_headers_keep_pages_of_others_out(service: Any) -> None:
    headers = service.get("/health").headers
    assert "default-src 'self'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert "access-control-allow-origin" not in headers
    assert "server" not in headers
