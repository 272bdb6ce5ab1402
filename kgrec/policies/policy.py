"""What a product asks of its lists beside relevance, as values that can be written down.

The parts are applied in one stated order, whatever the order in which they are written:

1. ``never``, ``require`` and ``only`` say which items may be recommended at all;
2. ``cap`` bounds how many of one group a list has;
3. ``diversity`` weighs likeness against relevance, among the best ``pool`` items;
4. ``calibration`` weighs the mixture of the list against both;
5. ``exposure`` has the last word about who stands where.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from kgrec.errors import ConfigError


class _Value(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True
    )


class Rule(_Value):
    """Some of the items, by what the graph says of them.

    ``"theme/violence"`` alone is a name. A rule holds for items with a fact about what it names, or
    about anything that stands below that in a transitive relation (``broader``, ``part_of``).
    """

    name: str | None = None
    """The id or label of an entity, ``type/label``, ``relation/label``, or the name of a type.

    A label that several entities have means all of them.
    """
    relation: str | None = None
    """Only facts of this relation count."""
    type: str | None = None
    """Only entities of this type, or of one below it, count; without a name: any of them."""

    @model_validator(mode="after")
    def _says_something(self) -> Rule:
        if not (self.name or self.relation or self.type):
            raise ValueError("a rule needs a name, a relation or a type")
        return self

    def __str__(self) -> str:
        parts = [self.relation and f"{self.relation}:", self.type and f"({self.type})", self.name]
        return " ".join(part for part in parts if part)


def _rule(value: Any) -> Any:
    return {"name": value} if isinstance(value, str) else value


def _several(value: Any) -> Any:
    """One is as good as a list of one."""
    return [value] if isinstance(value, str | Mapping | BaseModel) else value


Rules = Annotated[tuple[Annotated[Rule, BeforeValidator(_rule)], ...], BeforeValidator(_several)]


class Cap(_Value):
    """At most so many items of one group in a list: of a series, of a director."""

    relation: str
    """Items with the same other end of this relation are one group."""
    most: int = Field(default=1, ge=1)
    """Items of each group."""


class Diversity(_Value):
    """Items of a list that share few facts, rare facts counting most."""

    strength: float = Field(default=0.3, ge=0, le=1)
    """0 changes nothing; with 1 relevance only breaks ties."""
    method: Literal["mmr", "dpp"] = "mmr"
    """Maximal marginal relevance, or a determinantal point process."""


class Calibration(_Value):
    """A list with the mixture of the history: of genres, say."""

    relation: str
    """Its entities are what is mixed."""
    strength: float = Field(default=0.5, ge=0, le=1)
    """0 changes nothing; with 1 relevance only breaks ties."""


class Exposure(_Value):
    """A minimum share of the attention, for groups of items, in every list."""

    minimum: Mapping[str, Annotated[float, Field(gt=0, le=1)]] = Field(min_length=1)
    """Group → share of the sum of ``1 / log2(rank + 1)`` over a list."""
    by: str = "popularity"
    """A relation whose entities (by label) are the groups, or ``popularity``: head and tail."""
    head: float = Field(default=0.2, gt=0, lt=1)
    """The most popular items, this share of the catalog, are the head."""


class Policy(_Value):
    """All that is asked of lists beside relevance; the empty policy asks nothing."""

    never: Rules = ()
    """No item for which one of these rules holds."""
    require: Rules = ()
    """Only items for which all of these rules hold."""
    only: Rules = ()
    """Only items for which at least one of these rules holds."""
    cap: Annotated[tuple[Cap, ...], BeforeValidator(_several)] = ()
    """Bounds on groups; an item of several groups counts in each."""
    diversity: Diversity | None = None
    """How unlike the items of a list are."""
    calibration: Calibration | None = None
    """Whose mixture a list has."""
    exposure: Annotated[tuple[Exposure, ...], BeforeValidator(_several)] = ()
    """Groups that are seen at least so much."""
    pool: int = Field(default=200, ge=1, le=10_000)
    """Re-ranking chooses among so many of the best items that may be recommended.

    Where a cap leaves too few of them, more are looked at.
    """

    @property
    def filters(self) -> bool:
        """Whether some items may not be recommended."""
        return bool(self.never or self.require or self.only)

    def __str__(self) -> str:
        from kgrec.policies.files import policy_toml

        return policy_toml(self).rstrip("\n") or "# a policy that asks nothing"


_PARTS: Mapping[str, type[_Value]] = {
    **dict.fromkeys(("never", "require", "only"), Rule),
    "cap": Cap,
    "diversity": Diversity,
    "calibration": Calibration,
    "exposure": Exposure,
}


def parse_policy(tree: Mapping[str, Any]) -> Policy:
    """Check a nested mapping against :class:`Policy`.

    :raises ConfigError: one sentence that names the entry, its value and what is allowed
    """
    try:
        return Policy.model_validate(dict(tree))
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"]) or "policy"
        if first["type"] == "extra_forbidden":
            *above, unknown = map(str, first["loc"])
            whose = f"'{'.'.join(above)}' of the policy" if above else "A policy"
            known = ", ".join((_PARTS[above[0]] if above else Policy).model_fields)
            message = f"{whose} has no '{unknown}'; its parts are {known}."
        else:
            what = first["msg"].lower().removeprefix("value error, ")
            message = f"'{name}' of the policy cannot be {first['input']!r}: {what}."
        raise ConfigError(message) from None
