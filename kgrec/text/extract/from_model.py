"""Claims of a language model, held against the texts and linked to the graph."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from kgrec.callbacks import Progress
from kgrec.graph import KnowledgeGraph
from kgrec.text.asking import Answer, Patience, Tally, ask
from kgrec.text.asking.replies import ReplyCache
from kgrec.text.encoder import TextEncoder
from kgrec.text.extract.claim import Claim
from kgrec.text.extract.judge import NO_WORDS, ClaimVerifier, Raw, read_answer, words_of
from kgrec.text.extract.linking import Linker
from kgrec.text.extract.names import Names
from kgrec.text.extract.question import questions
from kgrec.text.extract.relations import VAGUE, Cue
from kgrec.text.extract.task import Task, Text
from kgrec.text.writers import Estimate, Prompt, Writer
from kgrec.vocabulary import Relation


@dataclass(frozen=True, eq=False)
class Asking:
    """Who is asked, and how.

    :ivar writer: a language model
    :ivar cache: of accepted answers, so that a run that was killed goes on where it was
    :ivar encoder: see :class:`~kgrec.text.extract.linking.Linker`
    :ivar patience: how often, and when the run is given up
    :ivar announce: is told how many questions there are and what they will take, before any is
        asked; what it raises ends the run
    """

    writer: Writer
    cache: ReplyCache | None = None
    encoder: TextEncoder | None = None
    patience: Patience = field(default_factory=Patience)
    announce: Callable[[int, Estimate], None] | None = None


def from_model(task: Task, asking: Asking, progress: Progress) -> tuple[list[Claim], Tally]:
    """Ask for the facts of all texts of a task.

    :param progress: receives one stage, with a step for each question
    :return: the claims, and what asking took
    :raises KgrecError: if too many questions have no answer; see :class:`Patience`
    """
    claims = _Claims(
        task.graph, _by_use(task), Linker(Names(task.graph), task.graph.vocabulary, asking.encoder)
    )
    asked, about = claims.questions(task.texts)
    if asking.announce is not None:
        asking.announce(len(asked), asking.writer.estimate(asked))
    answers = ask(
        asking.writer,
        asked,
        read_answer,
        cache=asking.cache,
        patience=asking.patience,
        progress=progress,
    )
    return claims.of(asked, about, answers, asking.writer.identity), answers.tally


def _by_use(task: Task) -> tuple[Relation, ...]:
    """Relations that the catalog uses most come first: small models keep to the head of a list."""
    counts = dict(task.catalog.edges.group_by("relation").len().iter_rows())
    return tuple(sorted(task.relations, key=lambda each: (-counts.get(each.name, 0), each.name)))


@dataclass(frozen=True, eq=False)
class _Claims:
    """Questions about one graph, and what becomes of their answers."""

    graph: KnowledgeGraph
    relations: tuple[Relation, ...]
    linker: Linker

    def questions(self, texts: Sequence[Text]) -> tuple[list[Prompt], list[Text]]:
        """All questions, and the text that each is about."""
        asked: list[Prompt] = []
        about: list[Text] = []
        for each in texts:
            new = list(questions(*each, self.relations, self.graph.vocabulary))
            asked += new
            about += [each] * len(new)
        return asked, about

    def of(
        self,
        asked: Sequence[Prompt],
        about: Sequence[Text],
        answers: Sequence[Answer[list[Raw]]],
        model: str,
    ) -> list[Claim]:
        """What becomes of all that was answered."""
        found: list[Claim] = []
        for prompt, each, answer in zip(asked, about, answers, strict=True):
            verifier = self._verifier(*each)
            for raw in answer.value or []:
                claim = verifier.claim(raw, model=model, prompt=prompt.version)
                found.append(self._linked(claim))
        return found

    def _verifier(self, item: str, title: str, text: str) -> ClaimVerifier:
        of_type = self.graph.item_type, self._by_name, self._words, self.graph.vocabulary
        return ClaimVerifier(item, title, text, *of_type)

    @cached_property
    def _by_name(self) -> dict[str, Relation]:
        return {relation.name: relation for relation in self.relations}

    @cached_property
    def _words(self) -> dict[str, tuple[Cue, ...]]:
        return words_of(self.relations)

    def _linked(self, claim: Claim) -> Claim:
        relation = self._by_name.get(claim.relation)
        if relation is None or claim.state == "rejected":
            return claim
        if claim.state == "accepted":
            return self.linker.link(claim, relation)
        linked = self.linker.link(replace(claim, state="accepted", reason=""), relation)
        is_known = linked.state == "accepted" and not linked.tail.startswith("text:")
        if is_known and claim.reason == NO_WORDS and self._says_by_type(linked, relation):
            return replace(linked, sure=False)
        return replace(linked, state=claim.state, reason=claim.reason)

    def _says_by_type(self, claim: Claim, relation: Relation) -> bool:
        """Whether the type of a known tail leaves no other relation: a genre is had as a genre."""
        if relation.range in VAGUE:
            return False
        kind = self.graph.vocabulary.type(claim.tail_type)
        able = [one for one in self.relations if kind.is_a(one.range)]
        return able == [relation]
