"""Requests and responses, with their bounds and examples: the contract of the service."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    Strict,
    WithJsonSchema,
    model_validator,
)

MOST_LIKED = 1_000
MOST_EVENTS = 10_000


def _whole_text(text: str) -> str:
    if any("\ud800" <= sign <= "\udfff" for sign in text):
        raise ValueError("the text holds half of a character")
    return text


# Lengths stand before the check: what pydantic says of them is then said of characters.
Id = Annotated[str, Field(min_length=1, max_length=1_000), AfterValidator(_whole_text)]
Searched = Annotated[str, Field(max_length=500), AfterValidator(_whole_text)]
Whole = Annotated[int, Strict()]
"""No boolean, and no text that reads like a number."""
_Cypher = Annotated[str, Field(min_length=1, max_length=20_000), AfterValidator(_whole_text)]
_Wish = Annotated[str, Field(min_length=1, max_length=2_000), AfterValidator(_whole_text)]


class _Value(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True
    )


class ProfileModel(_Value):
    """Somebody who is not in the graph; at least one thing that they like."""

    liked: tuple[Id, ...] = Field(default=(), max_length=MOST_LIKED)
    """Ids of items."""
    entities: tuple[Id, ...] = Field(default=(), max_length=MOST_LIKED)
    """Ids of entities: of a director, a genre."""
    attributes: dict[Id, tuple[Id, ...] | Id] = Field(default_factory=dict, max_length=100)
    """Relation → the ids or labels of entities."""


class Filters(_Value):
    """Which items may be recommended."""

    only: tuple[Id, ...] = Field(default=(), max_length=100)
    """Items that have one of these entities."""
    never: tuple[Id, ...] = Field(default=(), max_length=100)
    """No item that has one of these entities."""


class _ForSomebody(_Value):
    user: Id | None = None
    """A user of the graph."""
    profile: ProfileModel | None = None
    """Instead of a user."""

    @model_validator(mode="after")
    def _for_one(self) -> _ForSomebody:
        if (self.user is None) == (self.profile is None):
            raise ValueError("give either 'user' or 'profile'")
        return self


class RecommendRequest(_ForSomebody):
    """For whom, how many, and what is asked of the list."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"user": "42", "k": 10, "explain": True},
                {
                    "profile": {"liked": ["1", "2"], "attributes": {"has_genre": ["Comedy"]}},
                    "k": 5,
                    "diversity": 0.3,
                    "filters": {"never": ["genre/Horror"]},
                },
            ]
        }
    )

    k: Whole = Field(default=10, ge=1, le=100)
    """How many items."""
    explain: bool = False
    """Whether to say why, in a sentence each."""
    alpha: float | None = Field(default=None, ge=0, le=1)
    """Content against paths: 0 behaviour alone, 1 content alone; null: as it was trained."""
    diversity: float = Field(default=0.0, ge=0, le=1)
    """How unlike the items of a list are."""
    filters: Filters = Filters()
    language: Id = "en"
    """Of the sentences."""


class Recommended(_Value):
    """One item of a list."""

    item: str
    label: str
    type: str
    rank: int
    score: float
    sentence: str | None = None
    """Why, where it was asked for."""
    moved: str | None = None
    """What moved the item from where to where, where diversity or filters did."""


class RecommendReply(_Value):
    """A list, best first."""

    user: str | None
    run: str
    """Names the model and the graph that it was made with."""
    items: list[Recommended]


class ExplainRequest(_ForSomebody):
    """Whose score of which item is to be explained."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"profile": {"liked": ["1", "2"]}, "item": "3"}]}
    )

    item: Id
    paths: Whole = Field(default=5, ge=0, le=100)
    alpha: float | None = Field(default=None, ge=0, le=1)
    language: Id = "en"


class ExplainReply(BaseModel):
    """What ``kgrec explain --format json`` prints, and a picture of it."""

    user: str | None
    item: str
    label: str
    score: float
    paths: list[dict[str, Any]]
    rest: dict[str, float]
    svg: str


class FoundItem(_Value):
    """An item that was searched for."""

    id: str
    label: str
    type: str
    year: int | None = None


class ItemsReply(_Value):
    """Items that were found, the best match first."""

    items: list[FoundItem]


class FoundUser(_Value):
    """A user that was searched for."""

    id: str
    label: str
    events: int


class UsersReply(_Value):
    """Users that were found, the best match first."""

    users: list[FoundUser]


class Taken(_Value):
    """An item of a history."""

    item: str
    label: str
    timestamp: int | None
    """Seconds since 1970."""
    weight: float


class UserReply(_Value):
    """A user, and what the user did, the latest first."""

    id: str
    label: str
    properties: dict[str, Any]
    history: list[Taken]
    events: int
    """How many there are; the history shows 200 of them."""


class Neighbour(_Value):
    """A fact about an entity, seen from there."""

    relation: str
    label: str
    """How the relation reads in this direction."""
    forward: bool
    id: str
    name: str
    type: str
    kind: Literal["item", "user", "entity"]


class Facts(_Value):
    """How many facts a relation has at an entity, in one direction."""

    relation: str
    label: str
    """How the relation reads in this direction."""
    forward: bool
    count: int
    """Of all, also of those that are not among the neighbours."""


class EntityReply(_Value):
    """A node of the graph and its facts."""

    id: str
    kind: Literal["item", "user", "entity"]
    label: str
    type: str
    description: str | None
    properties: dict[str, Any]
    facts: list[Facts]
    """All relations that it has."""
    neighbours: list[Neighbour]
    """60 at most, some of every relation."""
    events: int
    """Interactions with it, which are counted and not listed."""
    svg: str | None
    """A picture of its surroundings."""


class FacetValue(_Value):
    """An entity that a filter may name."""

    id: str
    label: str
    items: int


class Facet(_Value):
    """A relation, and the entities that items have by it."""

    relation: str
    label: str
    values: list[FacetValue]


class FacetsReply(_Value):
    """What filters can be offered."""

    facets: list[Facet]


class QueryRequest(_Value):
    """A query that reads."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "cypher": "MATCH (m:Item {id: $id})-[r]->(e:Entity) RETURN type(r), e.label",
                    "parameters": {"id": "1"},
                }
            ]
        }
    )

    cypher: _Cypher
    parameters: dict[str, Any] = Field(default_factory=dict, max_length=100)


class QueryReply(_Value):
    """A table."""

    columns: list[str]
    rows: list[list[Any]]
    truncated: bool = False
    """Whether there were more rows."""


class Event(_Value):
    """What a user did. A time that is left out is now."""

    user: Id
    item: Id
    timestamp: Whole | datetime | None = None
    """Seconds since 1970, or ISO 8601."""
    weight: float = Field(default=1.0, gt=0, le=1e9)


class EventsRequest(_Value):
    """New behaviour, also of new users."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"events": [{"user": "42", "item": "1", "timestamp": 1700000000}]}]
        }
    )

    events: Annotated[
        list[Any],
        Field(min_length=1, max_length=MOST_EVENTS),
        WithJsonSchema(
            {
                "type": "array",
                "items": Event.model_json_schema(),
                "minItems": 1,
                "maxItems": MOST_EVENTS,
            }
        ),
    ]
    """A row that is no event is refused, and loses no other one."""


class RefusedEvent(_Value):
    """An event that was not taken."""

    row: int
    """Counted from 0."""
    reason: str


class EventsReply(_Value):
    """What became of the events."""

    accepted: int
    refused: list[RefusedEvent]


class WishRequest(_Value):
    """A wish in words, or what was made of one, corrected."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"text": "something like Heat but not a romance", "k": 5}]}
    )

    text: _Wish | None = None
    intent: dict[str, Any] | None = None
    user: Id | None = None
    k: Whole = Field(default=10, ge=1, le=100)

    @model_validator(mode="after")
    def _one_wish(self) -> WishRequest:
        if (self.text is None) == (self.intent is None):
            raise ValueError("give either 'text' or 'intent'")
        return self


class WishReply(_Value):
    """What was understood, and the items for it."""

    intent: dict[str, Any]
    items: list[Recommended]
    notes: list[str]


class HealthReply(_Value):
    """Whether the service can answer, and with what."""

    status: Literal["ok"]
    run: str
    users: int
    items: int
    pending: int
    """Events that are counted in lists and not yet in the graph."""
    prepared: int
    """Users for whom an answer is ready."""


class ErrorReply(_Value):
    """Why a request was not answered."""

    error: str
    near: list[dict[str, str]] = []
    """``id`` and ``label`` of what may have been meant."""
