"""From a graph and the texts of its items to claims."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any

import polars as pl

from kgrec.callbacks import Progress
from kgrec.errors import ConfigError
from kgrec.graph import KnowledgeGraph
from kgrec.graph.extracted import without_extracted
from kgrec.text.asking import Answer, Tally, ask
from kgrec.text.asking.replies import ReplyCache
from kgrec.text.encoder import TextEncoder
from kgrec.text.extract.agreement import LEAST, checked
from kgrec.text.extract.claim import Claim, as_table
from kgrec.text.extract.gazetteer import Gazetteer, without_stated
from kgrec.text.extract.judge import NO_WORDS, ClaimVerifier, Raw, read_answer, words_of
from kgrec.text.extract.linking import Linker
from kgrec.text.extract.names import Names
from kgrec.text.extract.question import questions
from kgrec.text.extract.relations import VAGUE, Cue, candidate_relations
from kgrec.text.plain import plain_texts
from kgrec.text.writers import Estimate, Prompt, Writer
from kgrec.vocabulary import INTERACTED, Relation

Text = tuple[str, str, str]
"""Id, title and text of an item."""

Stated = dict[tuple[str, str], frozenset[str]]


@dataclass(frozen=True)
class Extraction:
    """What was found.

    :ivar table: a clean table ``extracted``, see :data:`kgrec.data.extracted.EXTRACTED_COLUMNS`
    :ivar texts: of how many items a text was read
    :ivar tally: of the questions to a language model; ``None``: nobody was asked
    """

    table: pl.DataFrame
    texts: int
    tally: Tally | None = None

    def to_dict(self) -> dict[str, Any]:
        """Counts for JSON: claims by who asserts them and by state, and the reasons of doubts."""
        counted = self.table.group_by("asserted_by", "state").len().sort("asserted_by", "state")
        doubted = self.table.filter(pl.col("reason").is_not_null()).group_by("reason").len()
        tally = {} if self.tally is None else {"tally": asdict(self.tally)}
        return {
            "texts": self.texts,
            "claims": self.table.height,
            "states": counted.rename({"len": "claims"}).to_dicts(),
            "reasons": dict(doubted.sort("len", "reason", descending=[True, False]).iter_rows()),
            **tally,
        }

    def __str__(self) -> str:
        lines = [f"{self.texts:,} texts, {self.table.height:,} claims"]
        states = self.table.group_by("asserted_by", "state").len().sort("asserted_by", "state")
        lines += [f"  {by}: {count:,} {state}" for by, state, count in states.iter_rows()]
        reasons = self.table.filter(pl.col("reason").is_not_null())
        counted = reasons.group_by("reason").len().sort("len", "reason", descending=[True, False])
        lines += [f"  {count:,} × {reason}" for reason, count in counted.head(12).iter_rows()]
        return "\n".join(lines if self.tally is None else [*lines, str(self.tally)])


def extract(
    graph: KnowledgeGraph,
    writer: Writer | None = None,
    *,
    cache: ReplyCache | None = None,
    encoder: TextEncoder | None = None,
    relations: Iterable[str] = (),
    items: Iterable[str] | None = None,
    agreement: float = LEAST,
    retries: int = 1,
    most_failures: float = 0.5,
    announce: Callable[[Estimate], None] | None = None,
    progress: Progress | None = None,
) -> Extraction:
    """Find facts in the texts of items that the catalog does not state.

    Names that the graph knows are found without a language model. A model, if one is given, is
    asked for facts besides; each of its claims is held against the text: the relation must be one
    that such an item can have, the tail and the quote must stand in the text, the words around the
    tail must state the relation and its direction, and the tail is linked to a node of a type that
    fits. What is certain is accepted, what is doubtful is quarantined with the reason.

    :param graph: with texts; facts of an earlier extraction are not taken for the catalog's, though
        the entities that it made are known
    :param writer: a language model; ``None``: names alone
    :param cache: of accepted answers, so that a run that was killed goes on where it was
    :param encoder: see :class:`~kgrec.text.extract.linking.Linker`
    :param relations: names of relations; empty: all that such items can have
    :param items: ids of the items whose texts are read; ``None``: all
    :param agreement: share of a kind of claims that the catalog has to confirm, from 0 to 1
    :param retries: how often a question is asked once more after its answer was refused
    :param most_failures: share of the questions that may stay without an answer, from 0 to 1
    :param announce: is told what asking will take, before anything is asked
    :param progress: receives a stage for names and one for questions
    :raises ConfigError: if no item has a text, or a relation is not declared
    :raises KgrecError: if more than ``most_failures`` of the questions have no answer
    """
    texts = _texts(graph, items)
    wanted = candidate_relations(graph.vocabulary, graph.item_type, relations)
    catalog = without_extracted(graph)
    stated = _stated(catalog)
    every = graph.nodes.filter((pl.col("kind") == "item") & pl.col("text").is_not_null())["text"]
    # Names that earlier claims made are not looked for, so that a second run finds the same.
    gazetteer = Gazetteer(Names(catalog), every, wanted, graph.vocabulary, graph.item_type)
    claims: list[Claim] = []
    with (progress or Progress()).stage("Find names in texts", total=len(texts)) as bar:
        for item, title, text in texts:
            claims += gazetteer.claims(item, title, text)
            bar.advance()
    tally = None
    if writer is not None and wanted:
        linker = Linker(Names(graph), graph.vocabulary, encoder)
        asking = _Asking(graph, _by_use(catalog, wanted), linker)
        asked, about = asking.questions(texts)
        if announce is not None:
            announce(writer.estimate(asked))
        answers = ask(
            writer,
            asked,
            read_answer,
            cache=cache,
            retries=retries,
            most_failures=most_failures,
            progress=progress,
        )
        found, tally = asking.claims(asked, about, answers, writer.identity), answers.tally
        claims = found + claims
    trusted = checked(claims, stated, agreement)
    return Extraction(as_table(list(without_stated(trusted, stated))), len(texts), tally)


def _by_use(catalog: KnowledgeGraph, wanted: Sequence[Relation]) -> tuple[Relation, ...]:
    """Relations that the catalog uses most come first: small models keep to the head of a list."""
    counts = dict(catalog.edges.group_by("relation").len().iter_rows())
    return tuple(sorted(wanted, key=lambda each: (-counts.get(each.name, 0), each.name)))


@dataclass(frozen=True, eq=False)
class _Asking:
    """Questions to a language model about one graph."""

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

    def claims(
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


def _texts(graph: KnowledgeGraph, items: Iterable[str] | None) -> list[Text]:
    """Id, title and text, without markup, of the items that have one."""
    has_text = pl.col("text").str.strip_chars().fill_null("") != ""
    rows = graph.nodes.filter((pl.col("kind") == "item") & has_text)
    if items is not None:
        rows = rows.filter(pl.col("id").is_in(list(items)))
    if rows.is_empty():
        raise ConfigError("No item has a text to read: add a column 'text' to the items.")
    return list(rows.select("id", "label", plain_texts(rows["text"])).iter_rows())


def _stated(graph: KnowledgeGraph) -> Stated:
    """Keys of two nodes → the relations of facts between them, in either direction."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    facts = graph.edges.filter(pl.col("relation") != INTERACTED)
    for head, relation, tail in facts.select("head", "relation", "tail").iter_rows():
        found[head, tail].add(relation)
        found[tail, head].add(relation)
    return {pair: frozenset(names) for pair, names in found.items()}
