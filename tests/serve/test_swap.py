from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kgrec.recommend import Recommender


def test_a_new_run_is_served_without_a_lost_request(
    run: Path, serving: Callable[..., Any], eventually: Callable[..., None], fitted: Recommender
) -> None:
    other = fitted.with_alpha(0.05)
    with serving(run=run) as service:
        service.post(
            "/events", {"events": [{"user": "2", "item": "40", "timestamp": 1_900_000_000}]}
        )
        before = service.get("/health").json()["run"]
        statuses: list[int] = []
        runs: set[str] = set()
        ended = threading.Event()

        def ask() -> None:
            with service.client() as client:
                while not ended.is_set():
                    answer = client.post("/recommend", json={"user": "1", "k": 5})
                    statuses.append(answer.status_code)
                    runs.add(answer.json().get("run", "none"))

        threads = [threading.Thread(target=ask) for _ in range(3)]
        for thread in threads:
            thread.start()
        other.save(run)
        eventually(lambda: service.get("/health").json()["run"] != before)
        items = service.post("/recommend", {"user": "1", "k": 5}).json()["items"]
        ended.set()
        for thread in threads:
            thread.join()
        assert set(statuses) == {200}
        assert runs <= {before, service.get("/health").json()["run"]}
        assert [item["item"] for item in items] == other.recommend("1", 5).items
        # What came before the run was replaced is not in it, and is not forgotten.
        assert service.get("/users/2").json()["history"][0]["item"] == "40"


def test_a_broken_run_is_not_served(
    run: Path,
    serving: Callable[..., Any],
    eventually: Callable[..., None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    with serving(run=run) as service:
        before = service.post("/recommend", {"user": "1"}).content
        model = run / "model.safetensors"
        whole = model.read_bytes()
        (run / "fresh").write_bytes(whole[: len(whole) // 2])
        (run / "fresh").replace(model)
        eventually(lambda: "The new run is not served" in caplog.text)
        assert service.post("/recommend", {"user": "1"}).content == before
        (run / "fresh").write_bytes(whole)
        (run / "fresh").replace(model)
        eventually(lambda: service.service.now.number == 1)
        assert service.post("/recommend", {"user": "1"}).content == before


def test_a_run_may_be_read_again_on_request(
    run: Path, serving: Callable[..., Any], eventually: Callable[..., None]
) -> None:
    with serving(run=run) as service:
        service.service.background.reload()
        eventually(lambda: service.service.now.number == 1)
