from __future__ import annotations

import json
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import kgrec
from kgrec.callbacks import Progress
from kgrec.errors import ConfigError, KgrecError
from kgrec.text.asking import Answer, Patience, RefusedError, Tally, ask
from kgrec.text.asking.replies import ReplyCache
from kgrec.text.writers import Estimate, Failure, Message, Prompt, Reply, Unasked

PATIENT = Patience(most_failures=1)

Script = Callable[[Prompt, int], Reply | Failure | str]


class Scripted:
    """A writer that answers by a function of a question and of how often it was asked."""

    def __init__(self, script: Script, identity: str = "scripted") -> None:
        self.identity = identity
        self.asked: list[Prompt] = []
        self._script = script

    def estimate(self, prompts: Sequence[Prompt]) -> Estimate:  # noqa: ARG002
        return Estimate(0, 0)

    def write(self, prompts: Sequence[Prompt]) -> Iterator[tuple[int, object]]:
        for place, prompt in reversed(list(enumerate(prompts))):  # any order is allowed
            before = sum(each.key == prompt.key for each in self.asked)
            self.asked.append(prompt)
            said = self._script(prompt, before)
            yield place, Reply(said, "stop", 10, 5, 0.5) if isinstance(said, str) else said


def question(key: str, content: str | None = None) -> Prompt:
    return Prompt(key, (Message("system", "Be brief."), Message("user", content or key)), "v1")


def shout(prompt: Prompt, text: str) -> str:
    if text.startswith("bad"):
        raise RefusedError("bad word", text)
    return text.upper()


def echo(prompt: Prompt, before: int) -> str:
    return f"about {prompt.key}"


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[ReplyCache]:
    with ReplyCache(tmp_path / "replies.sqlite") as opened:
        yield opened


def test_answers_come_in_the_order_of_the_questions(cache: ReplyCache) -> None:
    answers = ask(Scripted(echo), [question("a"), question("b")], shout, cache=cache)
    assert list(answers) == [Answer("ABOUT A"), Answer("ABOUT B")]
    tally = answers.tally
    assert (tally.prompts, tally.accepted, tally.asked, tally.cached) == (2, 2, 2, 0)
    assert (tally.prompt_tokens, tally.tokens, tally.cost) == (20, 10, 1.0)
    assert answers[1:] == (Answer("ABOUT B"),)


def test_nothing_is_asked_twice(cache: ReplyCache) -> None:
    ask(Scripted(echo), [question("a"), question("b")], shout, cache=cache)
    writer = Scripted(echo)
    answers = ask(writer, [question("b"), question("c"), question("a")], shout, cache=cache)
    assert [each.key for each in writer.asked] == ["c"]
    assert [each.value for each in answers] == ["ABOUT B", "ABOUT C", "ABOUT A"]
    assert [each.cached for each in answers] == [True, False, True]
    assert answers.tally.cached == 2


def test_without_a_cache_all_is_asked() -> None:
    for _ in range(2):
        writer = Scripted(echo)
        assert ask(writer, [question("a")], shout)[0].value == "ABOUT A"
        assert len(writer.asked) == 1


def test_equal_questions_are_asked_once_and_judged_for_each() -> None:
    def judge(prompt: Prompt, text: str) -> str:
        return f"{prompt.key}: {text}"

    writer = Scripted(lambda *_: "fine")
    answers = ask(writer, [question("a", "same"), question("b", "same")], judge)
    assert [each.value for each in answers] == ["a: fine", "b: fine"]
    assert len(writer.asked) == 1
    assert answers.tally.accepted == answers.tally.prompts == 2


def test_a_refused_answer_is_asked_for_again_with_the_reason(cache: ReplyCache) -> None:
    writer = Scripted(lambda _, before: "good" if before else "bad one")
    answers = ask(writer, [question("a")], shout, cache=cache)
    assert answers[0] == Answer("GOOD", ("bad word: bad one",))
    assert answers.tally.refused == {"bad word": 1}
    roles = [message.role for message in writer.asked[1].messages]
    assert roles == ["system", "user", "assistant", "user"]
    assert "bad word: bad one" in writer.asked[1].messages[-1].content
    again = Scripted(echo)
    assert ask(again, [question("a")], shout, cache=cache)[0].value == "GOOD"
    assert again.asked == []


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("", "empty"),
        (" \n", "empty"),
        (Reply("It is a", "length", 1, 160), "longer than it may be: 160 tokens"),
    ],
)
def test_no_text_and_half_a_text_are_no_answers(said: Reply | str, reason: str) -> None:
    writer = Scripted(lambda *_: said)
    answers = ask(writer, [question("a")], shout, patience=PATIENT)
    assert answers[0] == Answer(None, (reason, reason))
    roles = [message.role for message in writer.asked[1].messages]
    assert all(one != other for one, other in pairwise(roles))
    assert all(message.content.strip() for message in writer.asked[1].messages)


def test_what_a_parser_cannot_read_is_refused() -> None:
    writer = Scripted(lambda prompt, _: "{" if prompt.key == "a" else "[" * 100_000)
    answers = ask(
        writer,
        [question("a"), question("b")],
        lambda _, text: json.loads(text),
        patience=Patience(0, 1),
    )
    assert [each.value for each in answers] == [None, None]
    assert answers.tally.refused == {"not readable": 2}


def test_one_bad_answer_does_not_cost_the_others(cache: ReplyCache) -> None:
    def script(prompt: Prompt, before: int) -> Failure | str:
        return Failure("timed out") if prompt.key == "b" else echo(prompt, before)

    prompts = [question(key) for key in "abc"]
    answers = ask(Scripted(script), prompts, shout, cache=cache)
    assert [each.value for each in answers] == ["ABOUT A", None, "ABOUT C"]
    assert answers[1].refusals == ("timed out",)
    assert answers.tally.failed == {"timed out": 1}
    writer = Scripted(echo)
    assert ask(writer, prompts, shout, cache=cache)[1].value == "ABOUT B"
    assert [each.key for each in writer.asked] == ["b"]


def test_what_was_refused_is_not_asked_again_unless_it_is_wished(cache: ReplyCache) -> None:
    prompts = [question("a"), question("b")]

    def script(prompt: Prompt, before: int) -> str:
        return "bad" if prompt.key == "a" else "good"

    ask(Scripted(script), prompts, shout, cache=cache)
    writer = Scripted(echo)
    answers = ask(writer, prompts, shout, cache=cache)
    assert (answers[0].value, answers[0].cached, writer.asked) == (None, True, [])
    assert answers.tally.refused == {"bad word": 2}
    more = ask(writer, prompts, shout, cache=cache, patience=Patience(retries=2))
    assert more[0].value == "ABOUT A"
    assert [len(each.messages) for each in writer.asked] == [4]


def test_a_wish_to_ask_again_starts_anew(cache: ReplyCache) -> None:
    prompts = [question("a"), question("b")]
    ask(Scripted(lambda *_: "bad"), prompts, shout, cache=cache, patience=PATIENT)
    writer = Scripted(echo)
    answers = ask(writer, prompts, shout, cache=cache, patience=Patience(again=True))
    assert [each.value for each in answers] == ["ABOUT A", "ABOUT B"]
    assert [len(each.messages) for each in writer.asked] == [2, 2]


def test_a_judge_who_changes_his_mind_is_heard(cache: ReplyCache) -> None:
    prompts = [question("a")]
    ask(Scripted(lambda *_: "bad"), prompts, shout, cache=cache, patience=PATIENT)
    writer = Scripted(echo)
    mild = ask(writer, prompts, lambda _, text: text, cache=cache)
    assert (mild[0].value, writer.asked) == ("bad", [])

    def strict(prompt: Prompt, text: str) -> str:
        raise RefusedError("no")

    assert ask(writer, prompts, strict, cache=cache, patience=PATIENT)[0].value is None


@pytest.mark.parametrize("most", [0.0, 0.4, 0.5, 1.0])
def test_too_many_failures_end_in_an_error_that_says_so(cache: ReplyCache, most: float) -> None:
    def script(prompt: Prompt, before: int) -> Failure | str:
        return Failure("status 500") if prompt.key in "ab" else echo(prompt, before)

    prompts, patience = [question(key) for key in "abcd"], Patience(most_failures=most)
    if most >= 0.5:
        answers = ask(Scripted(script), prompts, shout, cache=cache, patience=patience)
        assert answers.tally.lost == 2
    else:
        with pytest.raises(KgrecError, match=r"2 of 4 .*\(2 times\): status 500.*run it again"):
            ask(Scripted(script), prompts, shout, cache=cache, patience=patience)
    writer = Scripted(echo)
    ask(writer, prompts, shout, cache=cache)
    assert sorted(each.key for each in writer.asked) == ["a", "b"]


def test_it_stops_as_soon_as_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kgrec.text.asking.run._FIRST", 4)
    writer = Scripted(lambda *_: Failure("the endpoint cannot be reached"))
    with pytest.raises(KgrecError, match="cannot be reached"):
        ask(
            writer,
            [question(str(number)) for number in range(100)],
            shout,
            patience=Patience(most_failures=0.9),
        )
    assert len(writer.asked) == 4


def test_a_spent_budget_is_no_failure(cache: ReplyCache) -> None:
    def script(prompt: Prompt, before: int) -> Failure | str:
        return echo(prompt, before) if prompt.key == "a" else Unasked("the budget of 5 is spent")

    prompts = [question("a"), *(question(f"b{number}", "b") for number in range(3))]
    answers = ask(Scripted(script), prompts, shout, cache=cache, patience=Patience(most_failures=0))
    assert [each.value for each in answers] == ["ABOUT A", None, None, None]
    assert (answers.tally.unasked, answers.tally.lost, answers.tally.asked) == (3, 0, 1)
    assert ask(Scripted(echo), prompts, shout, cache=cache)[1].value == "ABOUT B0"


def test_a_writer_that_skips_a_question_has_failed_it() -> None:
    class Silent(Scripted):
        def write(self, *_: object) -> Iterator[object]:
            yield from ()

    answers = ask(Silent(echo), [question("a")], shout, patience=PATIENT)
    assert answers[0].refusals == ("no answer came",)


@pytest.mark.parametrize("wrong", [{"retries": -1}, {"most_failures": 1.5}])
def test_settings_out_of_range_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match="at least 0"):
        Patience(**wrong)  # type: ignore[arg-type]


def test_progress_reaches_the_end_and_says_what_it_took() -> None:
    steps, notes = [], []

    class Seen(Progress):
        @contextmanager
        def stage(self, _: str, total: int | None = None) -> Iterator[object]:
            assert total == 3

            class Bar:
                def advance(self, number: int = 1) -> None:
                    steps.append(number)

                def note(self, text: str) -> None:
                    notes.append(text)

            yield Bar()

    writer = Scripted(lambda _, before: "bad" if not before else "good")
    ask(writer, [question("a"), question("b"), question("c", "b")], shout, progress=Seen())
    assert sum(steps) == 3
    assert notes[-1] == "60 tokens, cost 2, 0:00 left"


def test_a_tally_reads_as_a_sentence_and_adds_up() -> None:
    tally = Tally(prompts=3, accepted=1, asked=4, tokens=1500, cost=0.25, unasked=1)
    tally.refused["unknown name"] = 2
    both = tally + Tally(prompts=1, accepted=1, cached=1)
    assert (both.prompts, both.accepted, both.cached, both.cost, both.lost) == (4, 2, 1, 0.25, 1)
    assert str(tally) == (
        "3 questions; 1 accepted; 0 known from before; 4 asked; 2 refused (2 x unknown name); "
        "1 not asked; 1,500 tokens, cost 0.25"
    )


@given(
    fates=st.lists(st.sampled_from(["good", "bad", "second", "fail", "unasked"]), max_size=12),
    retries=st.integers(0, 2),
)
def test_every_question_has_one_fate(fates: list[str], retries: int) -> None:
    def script(prompt: Prompt, before: int) -> Failure | str:
        fate = fates[int(prompt.key)]
        if fate in ("fail", "unasked"):
            return (Failure if fate == "fail" else Unasked)(fate)
        return "good" if fate == "good" or (fate == "second" and before) else "bad"

    prompts = [question(str(number)) for number in range(len(fates))]
    answers = ask(Scripted(script), prompts, shout, patience=Patience(retries, 1))
    right = {"good", "second"} if retries else {"good"}
    assert [each.value is not None for each in answers] == [fate in right for fate in fates]
    tally = answers.tally
    assert tally.accepted + tally.lost + tally.unasked == len(fates)
    assert tally.failed.total() == fates.count("fail")
    assert tally.unasked == fates.count("unasked")


CHILD = """
import sys, types
package = types.ModuleType("kgrec.text")  # without what the package imports: torch takes seconds
package.__path__ = [sys.argv[1]]
sys.modules["kgrec.text"] = package
from kgrec.callbacks import Progress
from kgrec.text.asking import ask
from kgrec.text.asking.replies import ReplyCache
from kgrec.text.writers import Message, Prompt, Reply

class Writer:
    identity = "scripted"
    def write(self, prompts):
        for place, prompt in enumerate(prompts):
            yield place, Reply(f"about {prompt.key}", "stop", 1, 1)

class Loud(Progress):
    def stage(self, name, total=None):
        return self
    def __enter__(self):
        return self
    def __exit__(self, *_):
        pass
    def note(self, text):
        pass
    def advance(self, steps=1):
        print("settled", flush=True)

turn = Message("system", "Be brief.")
prompts = [Prompt(str(n), (turn, Message("user", str(n))), "v1") for n in range(int(sys.argv[3]))]
with ReplyCache(sys.argv[2]) as cache:
    ask(Writer(), prompts, lambda prompt, text: text, cache=cache, progress=Loud())
"""


def start(file: Path, number: int) -> subprocess.Popen[str]:
    folder = Path(kgrec.__file__).parent / "text"
    command = [sys.executable, "-c", textwrap.dedent(CHILD), str(folder), str(file), str(number)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9")
def test_a_run_that_is_killed_goes_on_where_it_was(tmp_path: Path) -> None:
    file, number = tmp_path / "replies.sqlite", 2000
    with start(file, number) as child:
        assert child.stdout is not None
        for _ in range(60):
            assert child.stdout.readline() == "settled\n"
        child.send_signal(signal.SIGKILL)
        settled = 60 + child.stdout.read().count("settled\n")
    assert settled < number
    writer = Scripted(echo)
    prompts = [question(str(each)) for each in range(number)]
    with ReplyCache(file) as cache:
        answers = ask(writer, prompts, shout, cache=cache)
    assert number - settled - 1 <= len(writer.asked) <= number - settled
    assert [each.value for each in answers] == [f"ABOUT {each}" for each in range(number)]


def test_processes_write_side_by_side(tmp_path: Path) -> None:
    file = tmp_path / "replies.sqlite"
    with start(file, 150) as one, start(file, 150) as other:
        for child in (one, other):
            assert child.stdout is not None
            assert child.stdout.read().count("settled\n") == 150
    assert (one.returncode, other.returncode) == (0, 0)
    writer = Scripted(echo)
    with ReplyCache(file) as cache:
        ask(writer, [question(str(each)) for each in range(150)], shout, cache=cache)
    assert writer.asked == []
