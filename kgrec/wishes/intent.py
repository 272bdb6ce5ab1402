"""What somebody wishes for, as values that can be shown, corrected and sent."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Span = tuple[int, int]
"""Places of the first character and behind the last, in the text of the wish."""


class _Value(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True
    )


class Link(_Value):
    """A part of a wish, and what of the graph is meant by it."""

    id: str
    """The id that the data use; of years ``"1990-1999"``, of which one end may be missing."""
    label: str
    """As the graph writes it."""
    type: str
    """Of the node; ``"Year"`` for years."""
    kind: Literal["item", "entity", "years"]
    """What the id names."""
    span: Span
    """Where it stands; ``(0, 0)`` for what was not in the text but added to the intent."""
    how: Literal["label", "alias", "fuzzy", "embedding"] = "label"
    """By the name of the graph, by another name or an everyday word, or by one that is near it."""
    score: float = Field(default=1.0, ge=0, le=1)
    """How sure that is."""
    firm: bool = False
    """Whether items without it are left out, as long as enough are left: it was named outright."""

    @model_validator(mode="after")
    def _has_years(self) -> Link:
        if self.kind == "years":
            self.years  # noqa: B018  # raises if there are none
        return self

    @property
    def years(self) -> tuple[int | None, int | None]:
        """First and last year; ``None``: any.

        :raises ValueError: if the id is no range of years
        """
        first, dash, last = self.id.partition("-")
        if not dash or not (first or last) or not (first + last).isascii():
            raise ValueError(f"'{self.id}' is no range of years, for instance 1990-1999.")
        if not all(not each or (each.isdigit() and len(each) <= 4) for each in (first, last)):
            raise ValueError(f"'{self.id}' is no range of years, for instance 1990-1999.")
        return int(first) if first else None, int(last) if last else None


class Ambiguity(_Value):
    """A part of a wish that may mean several things."""

    span: Span
    """Where it stands."""
    choices: tuple[Link, ...]
    """What it may mean, likeliest first. The first was taken if it is linked in the intent, too."""


class Intent(_Value):
    """What a wish asks for; see :meth:`kgrec.wishes.WishParser.parse`.

    JSON of it can be changed by hand and given back: ``Intent.model_validate_json``.
    """

    text: str = ""
    """The wish as it was read."""
    like: tuple[Link, ...] = ()
    """Items that are liked."""
    want: tuple[Link, ...] = ()
    """What items should have."""
    avoid: tuple[Link, ...] = ()
    """Items that are not wanted, and what no item may have."""
    free_text: str = ""
    """Words that are no name of the graph: compared with the descriptions."""
    ambiguous: tuple[Ambiguity, ...] = ()
    """What may mean several things."""
    not_excluded: tuple[str, ...] = ()
    """Words that are not wanted, and that no fact of the graph is called by."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was understood."""
        return not (self.like or self.want or self.avoid or self.free_text)
