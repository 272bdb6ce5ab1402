from __future__ import annotations

import asyncio
import email.utils
import json
import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kgrec.errors import ConfigError
from kgrec.text.asking import ask
from kgrec.text.asking.replies import ReplyCache
from kgrec.text.writers import Failure, Message, Prompt, Reply, Unasked
from kgrec.text.writers.api import ApiWriter
from kgrec.text.writers.endpoint import retry_after

pytest.importorskip("openai")

KEY = "sk-very-secret-0123456789"


def question(text: str, **more: Any) -> Prompt:
    return Prompt(f"item:{text}", (Message("user", text),), "v1", **{"max_tokens": 20, **more})


def writer_of(server: Any, **more: Any) -> ApiWriter:
    options = {"backoff": 0.01, "timeout": 20.0, **more}
    return ApiWriter(server.url, "some-model", key_variable="KGREC_TEST_KEY", **options)


def write(writer: ApiWriter, *texts: str, **more: Any) -> list[Reply | Failure]:
    answers = dict(writer.write([question(text, **more) for text in texts]))
    assert sorted(answers) == list(range(len(texts)))
    return [answers[place] for place in range(len(texts))]


def test_each_question_has_its_answer(server: Any) -> None:
    texts = [str(number) for number in range(20)]
    answers = write(writer_of(server), *texts)
    assert answers == [Reply(f"about {text}", "stop", 12, 3) for text in texts]
    sent = server.requests[0]
    assert sent.path == "/v1/chat/completions"
    assert sent.tree["model"] == "some-model"
    assert (sent.tree["max_tokens"], sent.tree["temperature"]) == (20, 0.0)
    assert "response_format" not in sent.tree


def test_a_schema_is_sent_along(server: Any) -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string"}}}
    write(writer_of(server), "a", schema=schema)
    assert server.requests[0].tree["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "answer", "schema": schema, "strict": True},
    }


def test_no_more_requests_are_under_way_than_may(server: Any, complete: Callable[..., Any]) -> None:
    def script(tree: dict[str, Any], number: int) -> Any:
        said = complete("fine")
        said.after = 0.02
        return said

    server.script = script
    write(writer_of(server, concurrency=3), *map(str, range(12)))
    assert 2 <= server.most_at_once <= 3


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503])
def test_a_fault_that_passes_costs_nothing(server: Any, say: Any, status: int) -> None:
    usual = server.script
    server.script = lambda tree, number: usual(tree, number) if number else say(b"{}", status)
    assert write(writer_of(server), "a") == [Reply("about a", "stop", 12, 3)]
    assert len(server.requests) == 2


@pytest.mark.parametrize("status", [429, 503])
def test_it_waits_as_long_as_it_is_asked_to(server: Any, say: Any, status: int) -> None:
    usual = server.script
    busy = say(b"{}", status, {"Retry-After": "0.4"})
    server.script = lambda tree, number: usual(tree, number) if number else busy
    answers = write(writer_of(server, concurrency=1), "a", "b")
    assert [answer.text for answer in answers] == ["about a", "about b"]
    times = [request.at for request in server.requests]
    assert times[1] - times[0] >= 0.4


def test_a_wait_of_hours_is_given_up(server: Any, say: Any) -> None:
    server.script = lambda *_: say(b"{}", 429, {"Retry-After": "7200"})
    assert write(writer_of(server), "a") == [Failure("status 429")]
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("2", 2), ("0.5", 0.5), ("-3", 0), ("soon", 0), ("", 0), ("nan", 0)],
)
def test_retry_after_is_a_number(value: str, seconds: float) -> None:
    assert retry_after({"retry-after": value}) == seconds


@pytest.mark.parametrize(("ahead", "least", "most"), [(3600, 3000, 3601), (-3600, 0, 0)])
def test_retry_after_is_a_date(ahead: float, least: float, most: float) -> None:
    value = email.utils.formatdate(time.time() + ahead, usegmt=True)
    assert least <= retry_after({"retry-after": value}) <= most


def test_a_fault_that_stays_fails_after_some_tries(server: Any, say: Any) -> None:
    server.script = lambda *_: say(b"oh no", 500)
    assert write(writer_of(server, tries=3), "a") == [Failure("status 500")]
    assert len(server.requests) == 3


@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_bad_question_is_asked_once(server: Any, say: Any, status: int) -> None:
    usual = server.script

    def script(tree: dict[str, Any], number: int) -> Any:
        bad = tree["messages"][0]["content"] == "bad"
        return say(b'{"error": {"message": "too long"}}', status) if bad else usual(tree, number)

    server.script = script
    answers = write(writer_of(server), "bad", "good")
    assert answers[0] == Failure(f"status {status}")
    assert answers[1].text == "about good"
    assert len(server.requests) == 2


def test_an_endpoint_that_is_silent_times_out(server: Any) -> None:
    usual = server.script

    def script(tree: dict[str, Any], number: int) -> Any:
        said = usual(tree, number)
        said.after = 1.0 if tree["messages"][0]["content"] == "slow" else 0.0
        return said

    server.script = script
    answers = write(writer_of(server, timeout=0.4, tries=2), "slow")
    assert answers[0].reason == "timed out after 0.4 s"
    assert len(server.requests) == 2


def test_a_connection_that_closes_in_the_middle_is_made_again(server: Any) -> None:
    usual = server.script

    def script(tree: dict[str, Any], number: int) -> Any:
        said = usual(tree, number)
        if number == 0 or tree["messages"][0]["content"] == "b":
            said.promised = len(said.body) + 100
        return said

    server.script = script
    writer = writer_of(server, tries=2, concurrency=1)
    answers = write(writer, "a", "b", "c")
    assert [isinstance(answer, Reply) for answer in answers] == [True, False, True]
    assert answers[1].reason == "the connection was lost"


def test_nobody_there_is_a_failure(server: Any) -> None:
    writer = ApiWriter("http://127.0.0.1:9/v1", "m", tries=2, backoff=0.01)
    assert write(writer, "a") == [Failure("the endpoint cannot be reached")]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"choices": [', "application/json"),
        (b"<html>Welcome to the hotel</html>", "text/html"),
        (b"", "application/json"),
        (b"[1, 2]", "application/json"),
        (b"null", "application/json"),
        (b"\xff\xfe\x00", "application/json"),
        (b"{}", "application/json"),
        (b'{"choices": []}', "application/json"),
        (b'{"choices": [{"message": null}]}', "application/json"),
        (b'{"choices": [{"message": {"content": {"a": 1}}}]}', "application/json"),
        (b"[" * 100_000, "application/json"),
    ],
)
def test_an_answer_that_is_none_fails_one_question(
    server: Any, say: Any, body: bytes, kind: str
) -> None:
    usual = server.script

    def script(tree: dict[str, Any], number: int) -> Any:
        bad = tree["messages"][0]["content"] == "bad"
        return say(body, kind=kind) if bad else usual(tree, number)

    server.script = script
    answers = write(writer_of(server), "bad", "good")
    assert answers[0].reason == "the endpoint's answer is not a completion"
    assert answers[1].text == "about good"


@pytest.mark.parametrize(
    ("finish", "expected"),
    [("stop", "stop"), (None, "stop"), ("length", "length")],
)
def test_how_it_ended_is_told(server: Any, complete: Any, finish: Any, expected: str) -> None:
    server.script = lambda *_: complete("A text", finish)
    assert write(writer_of(server), "a")[0].finish == expected


def test_no_text_is_an_empty_answer(server: Any, complete: Any) -> None:
    server.script = lambda *_: complete(None)
    assert write(writer_of(server), "a")[0].text == ""


def test_an_answer_that_was_filtered_is_none(server: Any, complete: Any) -> None:
    server.script = lambda *_: complete("A te", "content_filter")
    assert write(writer_of(server), "a")[0].reason == "the endpoint ended it (content_filter)"


def test_tokens_that_are_not_told_are_estimated(server: Any, complete: Any) -> None:
    server.script = lambda *_: complete("A text", usage=None)
    answer = write(writer_of(server), "abcdefgh")[0]
    assert (answer.prompt_tokens, answer.tokens) == (6, 20)


def test_tokens_that_cannot_be_are_estimated_and_cost_nothing_but_themselves(
    server: Any, complete: Any, tmp_path: Path
) -> None:
    counts = {"prompt_tokens": 10**30, "completion_tokens": 2**63, "total_tokens": 10**30}
    server.script = lambda *_: complete("A text", usage=counts)
    prompts = [question("abcdefgh")]
    with ReplyCache(tmp_path / "replies.sqlite") as cache:
        answers = ask(writer_of(server), prompts, lambda _, text: text, cache=cache)
        assert answers[0].value == "A text"
        assert (answers.tally.prompt_tokens, answers.tally.tokens) == (6, 20)
        again = ask(writer_of(server), prompts, lambda _, text: text, cache=cache)
        assert again.tally.cached == 1


@pytest.mark.parametrize("status", [401, 402, 403, 404])
def test_what_is_the_same_for_all_ends_at_once(server: Any, say: Any, status: int) -> None:
    server.script = lambda *_: say(b"{}", status)
    with pytest.raises(ConfigError, match=str(status)):
        write(writer_of(server, concurrency=2), *map(str, range(50)))
    assert len(server.requests) <= 4


def test_an_empty_account_ends_at_once(server: Any, say: Any) -> None:
    body = json.dumps({"error": {"message": "pay", "code": "insufficient_quota"}}).encode()
    server.script = lambda *_: say(body, 429)
    with pytest.raises(ConfigError, match="account is empty"):
        write(writer_of(server), "a")


def test_a_redirect_is_not_followed(server: Any, say: Any) -> None:
    elsewhere = {"Location": f"{server.url}/elsewhere"}
    server.script = lambda *_: say(b"", 307, elsewhere)
    assert write(writer_of(server), "a") == [Failure("status 307")]
    assert [request.path for request in server.requests] == ["/v1/chat/completions"]


def test_the_key_goes_into_the_header_and_nowhere_else(
    server: Any,
    say: Any,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("KGREC_TEST_KEY", KEY)
    usual = server.script

    def script(tree: dict[str, Any], number: int) -> Any:
        sent = server.requests[number].headers["authorization"]
        body = json.dumps({"error": {"message": f"You sent {sent}"}}).encode()
        status = {"bad": 400, "wrong": 401}.get(tree["messages"][0]["content"])
        return say(body, status) if status else usual(tree, number)

    server.script = script
    caplog.set_level(logging.DEBUG)
    writer = writer_of(server)
    file = tmp_path / "replies.sqlite"
    with ReplyCache(file) as cache:
        ask(writer, [question("bad"), question("a")], lambda _, text: text, cache=cache)
        with pytest.raises(ConfigError, match="KGREC_TEST_KEY") as raised:
            ask(writer, [question("wrong")], lambda _, text: text, cache=cache)
        kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"
    shown = [repr(writer), repr(vars(writer)), writer.identity, str(raised.value), caplog.text]
    assert all(KEY not in text for text in shown)
    assert KEY.encode() not in kept


def test_an_endpoint_without_a_key_is_asked_without(
    server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KGREC_TEST_KEY", raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    assert write(writer_of(server), "a")[0].text == "about a"
    assert KEY not in str(server.requests[0].headers)


def test_prices_make_a_cost(server: Any) -> None:
    writer = writer_of(server, price_in=1.0, price_out=10.0)
    assert write(writer, "a")[0].cost == pytest.approx(42e-6)
    assert writer.spent == pytest.approx(42e-6)
    estimate = writer.estimate([question("abcdefgh"), question("abc")])
    assert (estimate.prompt_tokens, estimate.tokens) == (6 + 5, 40)
    assert estimate.cost == pytest.approx(411e-6)
    assert writer_of(server).estimate([question("a")]).cost is None
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("budget", "prices"), [(105, {}), (105e-6, {"price_in": 1.0, "price_out": 1.0})]
)
def test_a_budget_is_never_exceeded(server: Any, budget: float, prices: dict[str, float]) -> None:
    writer = writer_of(server, budget=budget, **prices)
    answers = write(writer, *"abcdefghijkl")
    unit = 1e-6 if prices else 1
    # A question may take 5 + 20 tokens and takes 15: after the sixth, 90 of 105 are spent.
    assert sum(isinstance(answer, Reply) for answer in answers) == 6
    assert writer.spent == pytest.approx(90 * unit)
    assert sum(isinstance(answer, Unasked) for answer in answers) == 6
    assert write(writer, "m") == [Unasked(f"the budget of {budget:g} is spent")]
    assert len(server.requests) == 6


def test_a_spent_budget_keeps_what_was_answered(server: Any, tmp_path: Path) -> None:
    prompts = [question(text) for text in "abcdefgh"]
    with ReplyCache(tmp_path / "replies.sqlite") as cache:
        first = ask(writer_of(server, budget=50), prompts, lambda _, text: text, cache=cache)
        assert first.tally.unasked == 8 - first.tally.accepted > 0
        second = ask(writer_of(server), prompts, lambda _, text: text, cache=cache)
    assert second.tally.asked == first.tally.unasked
    assert all(answer.value for answer in second)


@pytest.mark.parametrize("limit", [{"requests_per_minute": 600}, {"tokens_per_minute": 15_000}])
def test_requests_are_spread_over_the_minute(server: Any, limit: dict[str, float]) -> None:
    started = time.monotonic()  # a question has 25 tokens: by either limit 0.1 s lie between two
    write(writer_of(server, **limit), *"abcd")
    assert time.monotonic() - started >= 0.3


def test_it_works_where_an_event_loop_runs(server: Any) -> None:
    async def notebook() -> list[Reply | Failure]:
        return write(writer_of(server), "a")

    assert asyncio.run(notebook())[0].text == "about a"


def test_who_stops_reading_stops_the_asking(server: Any) -> None:
    answers = writer_of(server, concurrency=1).write([question(str(n)) for n in range(500)])
    next(answers)
    answers.close()
    seen = len(server.requests)
    assert seen < 500
    assert write(writer_of(server), "a")[0].text == "about a"
    assert len(server.requests) <= seen + 2


def test_identity_has_all_that_an_answer_depends_on() -> None:
    def identity(url: str = "https://a.example/v1", model: str = "m", **more: Any) -> str:
        return ApiWriter(url, model, **more).identity

    others = [
        identity("https://b.example/v1"),
        identity(model="n"),
        identity(temperature=0.5),
        identity(temperature=None),
        identity(top_p=0.9),
        identity(seed=1),
    ]
    assert len({identity(), *others}) == 7
    assert identity(concurrency=2, timeout=5, budget=1) == identity("https://a.example/v1/")


@pytest.mark.parametrize(
    "url",
    ["", "localhost:8080", "ftp://a/v1", "http://", "http://[::1/v1", "file:///etc/passwd"],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="base_url"):
        ApiWriter(url, "m")


@pytest.mark.parametrize("url", [f"https://me:{KEY}@a.example/v1", f"https://a/v1?key={KEY}"])
def test_a_key_in_the_address_is_refused_and_not_shown(url: str) -> None:
    with pytest.raises(ConfigError, match="environment") as raised:
        ApiWriter(url, "m")
    assert KEY not in str(raised.value)


@pytest.mark.parametrize("wrong", [{"timeout": 0}, {"concurrency": 0}, {"tries": 0}])
def test_numbers_out_of_range_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        ApiWriter("http://localhost/v1", "m", **wrong)
