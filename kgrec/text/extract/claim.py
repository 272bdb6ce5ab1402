"""A claim: one fact that a text is said to state, and what became of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import polars as pl

from kgrec.data.extracted import EXTRACTED_COLUMNS

State = Literal["accepted", "quarantined", "rejected"]

_ID_LENGTH = 12


@dataclass(frozen=True)
class Claim:
    """A fact about an item.

    :ivar head: id of the item
    :ivar relation: canonical name
    :ivar tail_label: the tail in the words of the text
    :ivar start: where these begin in the item's text without its markup
        (:func:`~kgrec.text.plain.plain_text`); -1: they are not there
    :ivar end: where they end
    :ivar quote: the words that state the fact
    :ivar asserted_by: ``"model"`` or ``"gazetteer"``
    :ivar model: which one: changes with its weights and parameters
    :ivar prompt: version of what it was asked; of a gazetteer, of its rules
    :ivar state: ``accepted``, ``quarantined`` (a person has to say) or ``rejected``
    :ivar reason: why it is not accepted; empty where it is
    :ivar tail: id of the node that is meant; empty where nobody knows
    :ivar tail_kind: ``"item"`` or ``"entity"``
    :ivar tail_type: type of the tail
    :ivar candidates: keys of the nodes that may be meant, where they are several
    """

    head: str
    relation: str
    tail_label: str
    start: int
    end: int
    quote: str
    asserted_by: str
    model: str = ""
    prompt: str = ""
    state: State = "accepted"
    reason: str = ""
    tail: str = ""
    tail_kind: str = ""
    tail_type: str = ""
    candidates: tuple[str, ...] = field(default=())
    sure: bool = True
    """Whether words of the text state the relation; else the catalog has to confirm its kind."""

    @property
    def id(self) -> str:
        """The same in every run: of head, relation, and tail (the words, where it is unknown)."""
        tail = f"{self.tail_kind}:{self.tail}" if self.tail else f"?{self.tail_label.casefold()}"
        parts = "\x1f".join((self.head, self.relation, tail))
        return hashlib.sha256(parts.encode()).hexdigest()[:_ID_LENGTH]

    def held_back(self, state: State, reason: str, *candidates: str) -> Claim:
        """The same, not accepted."""
        return replace(self, state=state, reason=reason, candidates=candidates)


def as_table(claims: list[Claim]) -> pl.DataFrame:
    """Claims as rows of the table ``extracted``; each once, the best of its states."""
    rows: dict[str, dict[str, Any]] = {}
    for claim in sorted(claims, key=lambda each: each.state):  # accepted comes first
        rows.setdefault(claim.id, _row(claim))
    table = pl.DataFrame(list(rows.values()), schema=EXTRACTED_COLUMNS)
    return table.sort("head", "start", "relation", "id")


def _row(claim: Claim) -> dict[str, Any]:
    return {
        "id": claim.id,
        "head": claim.head,
        "relation": claim.relation,
        "tail": claim.tail or None,
        "tail_kind": claim.tail_kind or None,
        "tail_label": claim.tail_label,
        "tail_type": claim.tail_type or None,
        "start": claim.start if claim.start >= 0 else None,
        "end": claim.end if claim.start >= 0 else None,
        "quote": claim.quote,
        "asserted_by": claim.asserted_by,
        "model": claim.model or None,
        "prompt": claim.prompt or None,
        "state": claim.state,
        "proposed": claim.state,
        "reason": claim.reason or None,
        "candidates": "|".join(claim.candidates) or None,
        "judged": False,
    }
