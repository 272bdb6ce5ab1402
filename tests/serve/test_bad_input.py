from __future__ import annotations

import json
import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from kgrec.config import Config
from kgrec.data import DatasetInfo, clean
from kgrec.graph import KnowledgeGraph
from kgrec.recommend import Recommender
from kgrec.serve import gate

HOSTILE = "<script>alert('x')</script>\"&{}"


def raw(service: Any, head: str, body: bytes = b"") -> tuple[int, dict[str, Any]]:
    """Send bytes as they are; status and body of the answer."""
    host, port = service.address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=60) as wire:
        wire.sendall(head.replace("\n", "\r\n").encode() + body)
        answer = b""
        while part := wire.recv(65536):
            answer += part
    head_, _, rest = answer.partition(b"\r\n\r\n")
    return int(head_.split()[1]), json.loads(rest)


def test_a_body_of_100_mb_is_refused_before_it_is_read(service: Any) -> None:
    head = (
        "POST /recommend HTTP/1.1\nHost: localhost\nContent-Type: application/json\n"
        "Content-Length: 100000000\n\n"
    )
    status, body = raw(service, head, b'{"user": "')
    assert status == 413
    assert "1,000,000 bytes" in body["error"]


def test_a_long_body_in_pieces_is_refused_as_well(service: Any) -> None:
    head = (
        "POST /recommend HTTP/1.1\nHost: localhost\nContent-Type: application/json\n"
        "Transfer-Encoding: chunked\n\n"
    )
    pieces = [b"%x\r\n%s\r\n" % (size, b"x" * size) for size in (600_000, 400_001)]
    # Without the end of the last piece: what is left unread would reset the connection.
    assert raw(service, head, b"".join(pieces)[:-2])[0] == 413


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (b'{"user": ', 400, "not JSON"),
        (b"", 422, "'body'|required"),
        (b"[]", 422, "dictionary"),
        (b"null", 422, "required|dictionary"),
        (b'{"user": "1", "profile": {}}', 422, "either 'user' or 'profile'"),
        (b'{"user": 1}', 422, "'user'"),
        (b'{"user": "1", "k": 0}', 422, "'k'"),
        (b'{"user": "1", "k": 1e400}', 422, "'k'"),
        (b'{"user": "1", "alpha": NaN}', 422, "'alpha'"),
        (b'{"user": "1", "alpha": 2}', 422, "'alpha'"),
        (b'{"user": "1", "unknown": 2}', 422, "'unknown'"),
        (b'{"user": "\\ud800"}', 422, "user"),
        (b'{"user": "\xff"}', 400, ""),
        (b"[" * 100_000, 400, ""),
        (b'{"user": "1", "language": "../../etc/passwd"}', 400, "no language"),
        (b'{"user": "1", "language": "/tmp/x.toml"}', 400, "no language"),
        (b'{"profile": {}}', 400, "profile is empty"),
        (b'{"profile": {"attributes": {"age": "1"}}}', 404, "no entity '1'|no relation"),
    ],
)
def test_what_is_no_request_is_refused_in_a_sentence(
    service: Any, body: bytes, status: int, words: str
) -> None:
    with service.client() as client:
        answer = client.post(
            "/recommend", content=body, headers={"content-type": "application/json"}
        )
    assert answer.status_code == status, answer.text
    told = answer.json()
    assert set(told) == {"error", "near"}
    assert any(word in told["error"] for word in words.split("|"))
    assert "Traceback" not in told["error"]


def test_who_is_unknown_may_have_been_meant_otherwise(service: Any) -> None:
    answer = service.post("/recommend", {"user": "3O"})
    assert answer.status_code == 404
    assert "no user '3O'" in answer.json()["error"]
    answer = service.get("/explain", params={"user": "1", "item": "Papr Orchard"})
    assert answer.status_code == 404
    assert {"id": "27", "label": "The Paper Orchard"} in answer.json()["near"]
    answer = service.get("/entities/genre/Comedi")
    assert answer.status_code == 404
    assert {"id": "genre/Comedy", "label": "Comedy"} in answer.json()["near"]
    asked = {"user": "1", "filters": {"never": ["Romanze"]}}
    answer = service.post("/recommend", asked)
    assert answer.status_code == 404
    assert "Romance" in {each["label"] for each in answer.json()["near"]}


def test_10_000_items_in_a_profile_are_too_many(service: Any) -> None:
    liked = [str(1 + number % 40) for number in range(10_000)]
    answer = service.post("/recommend", {"profile": {"liked": liked}})
    assert answer.status_code == 422
    assert "1000" in answer.json()["error"]
    assert service.post("/recommend", {"profile": {"liked": liked[:1_000]}}).status_code == 200


def test_there_is_nothing_elsewhere(service: Any) -> None:
    for path in ("/nothing", "/docs", "/page/../app.py", "/page/%2e%2e%2fapp.py", "/page/app.py"):
        answer = service.get(path)
        assert answer.status_code == 404
        assert set(answer.json()) == {"error", "near"}
    with service.client() as client:
        assert client.delete("/recommend").status_code == 405


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "", "127.0.0.2:80"])
def test_a_page_elsewhere_cannot_borrow_the_address(service: Any, host: str) -> None:
    head = f"GET /health HTTP/1.1\nHost: {host}\nConnection: close\n\n"
    assert raw(service, head)[0] == 400


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:8000", "127.0.0.1:1", "[::1]:8000", "[::1]"]
)
def test_this_machine_has_several_names(service: Any, host: str) -> None:
    head = f"GET /health HTTP/1.1\nHost: {host}\nConnection: close\n\n"
    assert raw(service, head)[0] == 200


@pytest.fixture(scope="module")
def locked(saved: Path, serving: Callable[..., Any], tmp_path_factory: Any) -> Iterator[Any]:
    events = tmp_path_factory.mktemp("locked") / "events.jsonl"
    with serving(run=saved, events=events, key="a secret key", hosts=("shop.example",)) as service:
        yield service


def test_a_key_opens_all_doors_but_those_that_are_open(locked: Any) -> None:
    assert locked.get("/health").status_code == 200
    assert locked.get("/").status_code in (200, 404)
    closed = ("/items", "/metrics", "/openapi.json", "/entities/1", "/nothing", "/facets")
    for path in closed:
        answer = locked.get(path)
        assert answer.status_code == 401, path
        assert "X-API-Key" in answer.json()["error"]
        assert locked.get(path, headers={"X-API-Key": "another key"}).status_code == 401
    assert locked.post("/recommend", {"user": "1"}).status_code == 401
    for headers in ({"X-API-Key": "a secret key"}, {"Authorization": "Bearer a secret key"}):
        assert locked.get("/items", headers=headers).status_code == 200
    assert locked.get("/items", headers={"X-API-Key": b"\xff\xfe"}).status_code == 401
    assert locked.get("/items", headers={"Authorization": "Basic a secret key"}).status_code == 401


def test_a_name_may_be_allowed(locked: Any) -> None:
    for host, status in (("shop.example", 200), ("other.example", 400)):
        head = f"GET /health HTTP/1.1\nHost: {host}\nConnection: close\n\n"
        assert raw(locked, head)[0] == status


def test_a_fault_says_nothing_of_the_inside(
    service: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any) -> list[str]:
        raise RuntimeError("a secret of the inside")

    monkeypatch.setattr(type(service.service.now.served.items), "find", broken)
    answer = service.get("/items", params={"q": "x"})
    assert answer.status_code == 500
    assert answer.json() == {"error": "The service failed; its log says why.", "near": []}
    assert "a secret of the inside" in caplog.text


def test_who_takes_too_long_is_let_go(
    run: Path, serving: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    ended = threading.Event()
    with serving(run=run, seconds=0.3, threads=1, most_waiting=1) as service:
        finder = type(service.service.now.served.items)
        monkeypatch.setattr(finder, "find", lambda *_: ended.wait(60))
        answers = []
        threads = [
            threading.Thread(target=lambda: answers.append(service.get("/items"))) for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert {answer.status_code for answer in answers} == {503}
        sentences = {answer.json()["error"] for answer in answers}
        assert any("longer than 0.3 seconds" in each for each in sentences)
        assert any("busy" in each for each in sentences)
        ended.set()


def test_labels_of_the_data_are_only_data(
    quick: Callable[..., Config], serving: Callable[..., Any], tmp_path: Path
) -> None:
    pairs = pl.DataFrame(
        [
            (f"u{user}{HOSTILE}", f"i{item}{HOSTILE}")
            for user in range(4)
            for item in range(user, 6)
        ],
        schema=["user", "item"],
        orient="row",
    )
    titles = pairs["item"].unique(maintain_order=True)
    items = pl.DataFrame({"item": titles, "title": "Film " + titles, "genres": [HOSTILE] * 6})
    graph = KnowledgeGraph.build(clean({"train": pairs, "items": items}, DatasetInfo("hostile")))
    Recommender(quick()).fit(graph).save(tmp_path / "hostile")
    with serving(run=tmp_path / "hostile") as service:
        user = pairs["user"][-1]
        items_ = service.post("/recommend", {"user": user, "explain": True}).json()["items"]
        assert items_
        assert all(HOSTILE in item["label"] for item in items_)
        item = items_[0]["item"]
        told = service.get("/explain", params={"user": user, "item": item})
        assert told.headers["content-type"] == "application/json"
        assert "<script" not in told.json()["svg"]
        for path in ("/facets", "/items", "/users"):
            answer = service.get(path)
            assert answer.headers["content-type"] == "application/json"
        from urllib.parse import quote

        for id, kind in ((user, "user"), (item, "item")):
            path = f"/entities/{quote(id, safe='')}"
            assert service.get(path, params={"kind": kind}).json()["id"] == id
        assert service.get(f"/users/{quote(user, safe='')}").json()["id"] == user


def test_queries_read_and_end(saved: Path, tmp_path: Path, serving: Callable[..., Any]) -> None:
    limits = {"query_seconds": 2.0, "query_rows": 5, "query_memory": 600}
    with serving(run=saved, events=tmp_path / "events.jsonl", **limits) as service:

        def ask(cypher: str, **parameters: Any) -> Any:
            answer = service.post("/query", {"cypher": cypher, "parameters": parameters})
            return answer.status_code, answer.json()

        status, told = ask("MATCH (m:Item {id: $id}) RETURN m.label AS label", id="27")
        assert status == 200, told
        assert told == {"columns": ["label"], "rows": [["The Paper Orchard"]], "truncated": False}
        status, told = ask("MATCH (m:Item) RETURN m.id")
        assert (len(told["rows"]), told["truncated"]) == (5, True)
        for query in (
            "CREATE (m:Item {id: '1'})",
            "MATCH (m:Item) DETACH DELETE m",
            "MATCH (m:Item) SET m.label = 'x'",
            "LOAD CSV FROM 'file:///etc/passwd' AS row RETURN row",
        ):
            status, told = ask(query)
            assert status == 400, query
            assert "may only read" in told["error"]
        status, told = ask("this is no query")
        assert status == 400
        status, told = ask("MATCH (a),(b),(c),(d),(e) RETURN count(*)")
        assert status == 400
        status, told = ask("WITH reduce(s = 'x', i IN range(1, 40) | s + s) AS t RETURN size(t)")
        assert status == 400
        assert "memory" in told["error"] or "longer" in told["error"]
        # What was killed is there again.
        assert ask("RETURN 1 AS one")[1]["rows"] == [[1]]


def test_methods_that_nobody_knows_are_one_label() -> None:
    assert gate._method({"method": "INVENTED"}) == "other"
    assert gate._method({"method": "GET"}) == "GET"


def test_a_run_that_is_gone_is_no_reason_to_stop(
    run: Path, serving: Callable[..., Any], eventually: Callable[..., None]
) -> None:
    with serving(run=run) as service:
        shutil.move(run, run.with_name("elsewhere"))
        assert service.post("/recommend", {"user": "1"}).status_code == 200
