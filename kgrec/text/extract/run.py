"""From a graph and the texts of its items to claims."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from kgrec.callbacks import Progress
from kgrec.graph import KnowledgeGraph
from kgrec.text.extract.agreement import LEAST, checked
from kgrec.text.extract.claim import as_table
from kgrec.text.extract.extraction import Extraction
from kgrec.text.extract.from_model import Asking, from_model
from kgrec.text.extract.from_names import from_names
from kgrec.text.extract.gazetteer import without_stated
from kgrec.text.extract.task import Task


def extract(
    graph: KnowledgeGraph,
    asking: Asking | None = None,
    *,
    relations: Iterable[str] = (),
    items: Iterable[str] | None = None,
    hidden: Collection[str] = (),
    agreement: float = LEAST,
    progress: Progress | None = None,
) -> Extraction:
    """Find facts in the texts of items that the catalog does not state.

    Names that the graph knows are found without a language model. A model, if one is given, is
    asked for facts besides; each of its claims is held against the text: the relation must be one
    that such an item can have, the tail must stand in the text, the words around it, in the quote
    or elsewhere, must state the relation and its direction, and the tail is linked to a node of a
    type that fits. What is certain is accepted, what is doubtful is quarantined with the reason.

    :param graph: with texts; facts of an earlier extraction are not taken for the catalog's, though
        the entities that it made are known
    :param asking: the language model, and how it is asked; ``None``: names alone
    :param relations: names of relations; empty: all that such items can have
    :param items: ids of the items whose texts are read; ``None``: all
    :param hidden: names of sensitive facts, as in ``graph.sensitive``: nothing looks for such a
        fact, nobody is asked for one, and no name that only they bring is known
    :param agreement: share of a kind of claims that the catalog has to confirm, from 0 to 1
    :param progress: receives a stage for names and one for questions
    :raises ConfigError: if no item has a text, or a relation is not declared or is hidden
    :raises KgrecError: if too many questions have no answer; what was accepted is in the cache
    """
    shown = progress or Progress()
    task = Task.of(graph, items, relations, hidden)
    claims, tally = from_names(task, shown), None
    if asking is not None and task.relations:
        found, tally = from_model(task, asking, shown)
        claims = found + claims
    trusted = checked(claims, task.stated, agreement)
    table = as_table(list(without_stated(trusted, task.stated)))
    return Extraction(table, len(task.texts), tally)
