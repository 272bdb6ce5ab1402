"""Descriptions that a language model writes, as far as they are true."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import polars as pl

from kgrec.callbacks import Progress
from kgrec.config import TextConfig
from kgrec.data.descriptions import SCHEMA
from kgrec.errors import KgrecError
from kgrec.graph.descriptions import TEMPLATE
from kgrec.graph.schema import id_of, kind_of
from kgrec.text.asking import NO_ANSWER, Patience, ask
from kgrec.text.asking.replies import ReplyCache
from kgrec.text.asking.tally import Tally
from kgrec.text.descriptions import DescribableGraph, Descriptions
from kgrec.text.grounds import Grounds, read_grounds
from kgrec.text.prompts import prompt_for
from kgrec.text.sentences import sentences_of
from kgrec.text.template import TemplateDescriber
from kgrec.text.told import told
from kgrec.text.verify import Verified, Verifier
from kgrec.text.verify.languages import language, language_of
from kgrec.text.writers import Estimate, Prompt, Writer
from kgrec.vocabulary import Vocabulary

_FEW = 256  # of so few questions all answers may be refused; of more that is a model of no use

Source = Literal["template", "local", "api"]


@dataclass(frozen=True)
class Written:
    """What was written of some nodes.

    :ivar table: columns of :data:`~kgrec.data.descriptions.SCHEMA`, in the order of the nodes
    :ivar tally: what asking took; its refusals by reason
    :ivar nothing_known: nodes of which nothing is known that could be told
    :ivar shortened: texts of which sentences that did not stand were left out
    """

    table: pl.DataFrame
    tally: Tally = field(default_factory=Tally)
    nothing_known: int = 0
    shortened: int = 0

    @property
    def written(self) -> int:
        """Texts of the language model."""
        return self.table.filter(pl.col("source") != "template").height


class WrittenDescriber:
    """Has a language model describe nodes, and keeps what its grounds support.

    Each text is held against its grounds (:class:`~kgrec.text.verify.Verifier`), and sentences that
    do not stand are left out; a text of which too little is left is asked for again with the
    reason, and in the end the template's takes its place. A node
    of which neither a fact nor a text is known is never asked about. Accepted answers are kept, by
    all that they depend on: a run that is killed goes on where it was, and of a graph that changed
    only nodes with other grounds are asked about.

    :param writer: the language model; ``None``: all texts are the template's
    :param cache: keeps accepted answers; ``None``: nothing is kept
    :param source: what is said of texts that the model wrote
    :param language: code of the language of the graph's words; a catalog's text in another
        language is described in that
    :param vocabulary: the words of types and relations in that language; by default the graph's
    :param patience: how often a text is asked for, and the share of questions that may fail (not:
        be refused); ``None``: the defaults
    :param max_tokens: of an answer
    """

    def __init__(
        self,
        writer: Writer | None,
        cache: ReplyCache | None = None,
        *,
        source: Source = "local",
        language: str = "en",
        vocabulary: Vocabulary | None = None,
        patience: Patience | None = None,
        max_tokens: int = 160,
    ) -> None:
        self._writer, self._cache, self._source, self._language = writer, cache, source, language
        self._vocabulary = vocabulary
        self._patience = patience or Patience()
        self._max_tokens = max_tokens

    def describe(
        self, graph: DescribableGraph, config: TextConfig, progress: Progress
    ) -> Descriptions:
        """Describe a graph for an encoder; nodes without a written text have the template's."""
        plain = TemplateDescriber().describe(graph, config, progress)
        table = self.write(self.grounds(graph, config), graph, progress).table
        return told(plain, _keyed(table), graph, config)

    def grounds(
        self,
        graph: DescribableGraph,
        config: TextConfig | None = None,
        *,
        hidden: Collection[str] = (),
        types: Collection[str] = (),
        limit: int | None = None,
    ) -> list[Grounds]:
        """What may be said of each node.

        :param hidden: literals that are left out
        :param types: only of nodes of these types: ``"Film"``; all where none is named
        :param limit: only of so many nodes, the first
        """
        found = read_grounds(
            graph,
            neighbours=(config or TextConfig()).neighbours,
            vocabulary=self._vocabulary,
            hidden=hidden,
        )
        if types:
            kept = set(graph.nodes.filter(pl.col("type").is_in(list(types)))["key"])
            found = [each for each in found if each.key in kept]
        return found if limit is None else found[:limit]

    def prompts(self, grounds: Sequence[Grounds]) -> list[Prompt]:
        """The questions, one for each node that can be described."""
        return [self._prompt(each) for each in grounds if not each.is_empty]

    def estimate(self, grounds: Sequence[Grounds]) -> Estimate:
        """What asking would take if no answer were known yet."""
        if self._writer is None:
            return Estimate(0, 0)
        return self._writer.estimate(self.prompts(grounds))

    def write(
        self, grounds: Sequence[Grounds], graph: DescribableGraph, progress: Progress | None = None
    ) -> Written:
        """Describe nodes.

        :param graph: which they are of
        :raises KgrecError: if too many questions fail; what was accepted is in the cache
        """
        asked = [each for each in grounds if not each.is_empty]
        texts: dict[str, Verified] = {}
        tally = Tally()
        if self._writer is not None and asked:
            answers = ask(
                self._writer,
                self.prompts(asked),
                self._judge(asked, graph),
                cache=self._cache,
                # That texts are refused is no failure here: the template has one for each.
                patience=replace(
                    self._patience, most_failures=1.0 if len(asked) < _FEW else 1 - 1e-9
                ),
                progress=progress,
            )
            tally = answers.tally
            self._check(tally)
            texts = {
                each.key: answer.value
                for each, answer in zip(asked, answers, strict=True)
                if answer.value is not None
            }
        rows = [_row(each, texts.get(each.key), self._source) for each in grounds]
        table = pl.DataFrame(rows, schema=SCHEMA, orient="row")
        shortened = sum(bool(each.left_out) for each in texts.values())
        return Written(table, tally, len(grounds) - len(asked), shortened)

    def _prompt(self, grounds: Grounds) -> Prompt:
        words = language_of(grounds.text, self._language)
        name = words.name or language(self._language).name or "the language of the record"
        return replace(prompt_for(grounds, name), max_tokens=self._max_tokens)

    def _judge(
        self, grounds: Sequence[Grounds], graph: DescribableGraph
    ) -> Callable[[Prompt, str], Verified]:
        known = {each.key: each for each in grounds}
        relations = graph.edges["relation"].unique()
        words = self._vocabulary or graph.vocabulary
        verifier = Verifier(words, self._language, relations)
        return lambda prompt, text: verifier.keep(text, known[prompt.key])

    def _check(self, tally: Tally) -> None:
        """See that enough requests had an answer at all; one that is empty or cut is none."""
        none = tally.failed + Counter({each: tally.refused[each] for each in NO_ANSWER})
        if none.total() > self._patience.most_failures * max(tally.asked, 1):
            reason = none.most_common(1)[0][0]
            raise KgrecError(
                f"{none.total():,} of {tally.asked:,} requests to the language model had no "
                f"answer, most often: {reason}. What was accepted is kept: see that the model can "
                "be reached and writer.max_tokens is enough, and run it again."
            )


def _row(grounds: Grounds, text: Verified | None, source: str) -> tuple[object, ...]:
    id, kind = id_of(grounds.key), kind_of(grounds.key)
    if text is not None:
        return id, kind, text.text, source, True, text.evidence_json()
    plain = sentences_of(grounds) if grounds.label else grounds.text or grounds.type or id
    return id, kind, plain, TEMPLATE, True, None


def _keyed(table: pl.DataFrame) -> pl.DataFrame:
    key = pl.concat_str("kind", pl.lit(":"), "id").alias("key")
    return table.select(key, "text", "source")
