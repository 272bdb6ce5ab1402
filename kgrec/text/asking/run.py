"""One run of questions: from the cache, from the writer, judged, and asked once more."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Generic, cast

from kgrec.callbacks import Bar, Progress
from kgrec.errors import KgrecError
from kgrec.text.asking.answers import Answer, Answers, Judge, RefusedError, Value
from kgrec.text.asking.patience import Patience
from kgrec.text.asking.question import Question, chunks
from kgrec.text.asking.replies import Attempt, ReplyCache, reply_key
from kgrec.text.asking.tally import Meter, Tally, too_many
from kgrec.text.writers.base import Failure, Prompt, Reply, Unasked, Writer

_CHUNK = 256  # questions handed over at once: enough for batches of like length
_FIRST = 8  # questions that show whether anybody answers at all


def ask(
    writer: Writer,
    prompts: Sequence[Prompt],
    judge: Judge[Value],
    *,
    cache: ReplyCache | None = None,
    patience: Patience | None = None,
    progress: Progress | None = None,
) -> Answers[Value]:
    """Ask every question to which no right answer is known yet.

    An answer is in the cache as soon as it is accepted, so that a run that is killed goes on where
    it was; one that is known is judged again before it is used. Equal questions are asked once. An
    answer that is refused, empty, or cut is asked for again, with the reason added to the
    conversation. Where all answers were refused, they are remembered as well: a later run judges
    them again, and asks only if more ``retries`` are allowed by then. A question that failed, as
    the endpoint was down, is asked again in the next run.

    :param writer: the language model
    :param prompts: the questions
    :param judge: gets a question and the text of an answer, and returns what is kept of it or
        raises :class:`RefusedError`; a ``ValueError``, as parsers raise it, refuses too
    :param cache: where accepted answers are kept; ``None``: nowhere
    :param patience: how often a question is asked, and when the run is given up; ``None``: the
        defaults
    :param progress: who shows tokens, cost and the time left
    :return: answers in the order of ``prompts``; the ``value`` of one is ``None`` if there was no
        right one, or none was asked for as a budget is spent
    :raises KgrecError: if more than ``most_failures`` of the questions stay without an answer, as
        soon as that is certain, or if nobody answers at all; what was accepted is in the cache
    :raises ConfigError: if nothing can be asked at all: a missing model, a key that is refused
    """
    identity = writer.identity
    questions: list[Question[Value]] = [
        Question(reply_key(identity, each), each) for each in prompts
    ]
    with (progress or Progress()).stage("Ask the language model", total=len(prompts)) as bar:
        return _Run(writer, judge, cache, patience or Patience(), bar).ask(questions)


class _Run(Generic[Value]):
    """One call of :func:`ask`."""

    def __init__(
        self,
        writer: Writer,
        judge: Judge[Value],
        cache: ReplyCache | None,
        patience: Patience,
        bar: Bar,
    ) -> None:
        self._writer, self._judge, self._cache = writer, judge, cache
        self._patience, self._bar = patience, bar
        self._tally = Tally()
        self._meter = Meter(0, 0)
        self._lost = self._settled = 0

    def ask(self, questions: list[Question[Value]]) -> Answers[Value]:
        with self._timed(len(questions)):
            first = {question.key: question for question in reversed(questions)}
            unique = [question for question in questions if first[question.key] is question]
            self._recall(unique)
            missing = [question for question in unique if question.answer is None]
            self._meter = Meter(self._settled, len(questions))
            for chunk in (missing[:_FIRST], *chunks(missing[_FIRST:], _CHUNK)):
                self._ask_chunk(chunk)
            for question in questions:
                if first[question.key] is not question:
                    self._repeat(question, first[question.key])
            self._check()
        answers = tuple(cast(Answer[Value], question.answer) for question in questions)
        return Answers(answers, self._tally)

    @contextmanager
    def _timed(self, number: int) -> Iterator[None]:
        started = time.perf_counter()
        self._tally.prompts = number
        yield
        self._tally.seconds = time.perf_counter() - started

    def _recall(self, questions: Sequence[Question[Value]]) -> None:
        """Settle what earlier runs know."""
        if self._cache is None:
            return
        keys = [question.key for question in questions]
        accepted = self._cache.read(keys)
        refused = {} if self._patience.again else self._cache.failures(keys)
        for question in questions:
            if question.key in accepted:
                known = [Attempt(accepted[question.key], "stop")]
            else:
                known = refused.get(question.key, [])
            self._replay(question, known)

    def _replay(self, question: Question[Value], known: Sequence[Attempt]) -> None:
        """Judge answers of earlier runs, oldest first."""
        for attempt in known:
            if attempt.text is not None and self._accepts(question, attempt):
                return
        if len(question.refusals) > self._patience.retries:
            self._settle(question, None, cached=True)

    def _ask_chunk(self, questions: Sequence[Question[Value]]) -> None:
        failed = self._tally.failed.total()
        asking = questions
        while asking:
            self._ask_once(asking)
            asking = [question for question in asking if question.answer is None]
        self._check(dead=self._tally.failed.total() - failed == len(questions) >= _FIRST)

    def _ask_once(self, questions: Sequence[Question[Value]]) -> None:
        missing = dict(enumerate(questions))
        for place, reply in self._writer.write([each.next_prompt() for each in questions]):
            self._hear(missing.pop(place), reply)
        for question in missing.values():
            self._hear(question, Failure("no answer came"))

    def _hear(self, question: Question[Value], reply: Reply | Failure) -> None:
        self._tally.count(reply)
        if isinstance(reply, Reply):
            if self._accepts(question, Attempt(reply.text, reply.finish), reply):
                return
            if len(question.refusals) <= self._patience.retries:
                return
        else:
            question.refusals.append(Attempt(None, reason=reply.reason))
        question.unasked = isinstance(reply, Unasked)
        if self._cache is not None and not question.unasked:
            self._cache.write_failures(self._writer.identity, question.prompt, question.refusals)
        self._settle(question, None)

    def _accepts(
        self, question: Question[Value], attempt: Attempt, fresh: Reply | None = None
    ) -> bool:
        """Settle a question with an answer if it is right; ``fresh``: as the writer gave it."""
        try:
            value = question.hear(attempt, self._judge)
        except RefusedError as error:
            self._tally.refused[error.reason] += 1
            return False
        if fresh is not None and self._cache is not None:
            self._cache.write(self._writer.identity, question.prompt, fresh)
        self._tally.accepted += 1
        self._settle(question, value, cached=fresh is None)
        return True

    def _repeat(self, question: Question[Value], first: Question[Value]) -> None:
        """Settle a question that equals an earlier one; the judge may see another key, though."""
        if first.accepted is None or not self._accepts(question, first.accepted):
            question.refusals = question.refusals or list(first.refusals)
            question.unasked = first.unasked
            self._settle(question, None, cached=True)

    def _settle(
        self, question: Question[Value], value: Value | None, *, cached: bool = False
    ) -> None:
        question.settle(value, cached=cached)
        self._tally.cached += cached
        self._tally.unasked += question.unasked
        self._lost += value is None and not question.unasked
        self._settled += 1
        self._bar.advance()
        self._bar.note(self._meter.note(self._tally, self._settled))

    def _check(self, *, dead: bool = False) -> None:
        """Stop if too many questions have no answer; ``dead``: nobody answers at all."""
        share = self._patience.most_failures
        most = share * (self._tally.prompts - self._tally.unasked)
        if self._lost > most or (dead and share < 1):
            raise KgrecError(too_many(self._lost, self._settled, share, self._tally))
