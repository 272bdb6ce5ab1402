"""Which part of a foreign graph is what: users, items, interactions, names."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from kgrec.data.schema import closest
from kgrec.errors import DataError

Route = str | tuple[str, ...]
"""The name of a property; or relations to follow and then a property, ``("reviewRating",
"ratingValue")``."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    if not TYPE_CHECKING:  # type checkers know the fields better

        def __init__(self, **values: Any) -> None:
            try:
                super().__init__(**values)
            except ValidationError as error:
                raise _MappingError(_complaint(error, type(self))) from None


class _MappingError(DataError):
    """Values that no mapping can have.

    :ivar problem: what is wrong with them
    """

    def __init__(self, problem: str) -> None:
        super().__init__(problem, fix="correct the mapping")
        self.problem = problem


class InteractionNode(_Model):
    """Interactions that are nodes of their own: a review, a rating, an order.

    Each node of the class stands for an interaction of every user with every item that it is
    linked to; an order of three products is three interactions.
    """

    label: str
    """Label or class of these nodes."""
    user: str
    """The relation between such a node and its user, in whichever direction it runs."""
    item: str
    """The relation between such a node and its items, in whichever direction it runs."""
    weight: Route | None = None
    """Property with the weight of the interaction, of the node or of the relation to the item."""
    rating: Route | None = None
    """Property with the rating."""
    timestamp: Route | None = None
    """Property with the time."""
    event: Route | None = None
    """Property with the kind of the interaction."""


class Mapping(_Model):
    """What the labels, classes, relationships and properties of a foreign graph mean.

    Names are those of the graph. In RDF they are IRIs; the last part of an IRI is enough where it
    is the only one that ends so (``"Movie"`` for ``"https://schema.org/Movie"``), and a class
    stands for its subclasses too.

    :raises DataError: if a name or a value cannot be
    """

    users: tuple[str, ...] = Field(min_length=1)
    """Labels or classes of the users; "*" for any node that interacts."""
    items: tuple[str, ...] = Field(min_length=1)
    """Labels or classes of the items; "*" for any node that users interact with."""
    interactions: tuple[str, ...] = ()
    """Relationship types that join a user to an item, in whichever direction they run."""
    interaction_nodes: tuple[InteractionNode, ...] = ()
    """Interactions that are nodes of their own."""

    weight: str | None = None
    """Property of an interaction with its weight; 1 where there is none."""
    rating: str | None = None
    """Property of an interaction with the rating."""
    timestamp: str | None = None
    """Property of an interaction with its time: ISO 8601, or seconds or milliseconds since 1970."""
    event: str | None = None
    """Property with the kind of an interaction; by default the name of its relationship type or
    class, where there are several."""
    min_rating: float | None = Field(default=None, allow_inf_nan=False)
    """Interactions with a lower rating, or without one, are none."""

    active_users_only: bool = False
    """Nodes of the users' classes without an interaction are entities: for a class that holds
    users and others alike, such as ``Person``."""
    active_items_only: bool = False
    """Nodes of the items' classes without an interaction are entities."""

    id: dict[str, str] = {}
    """Class → the property that is the id of its nodes; by default a unique property such as
    ``id`` or ``movieId``, else another one of unique words or whole numbers, else a unique name,
    else the id that the store itself gives; in RDF always the IRI. It holds for all nodes that
    have the class among theirs."""
    label: dict[str, str] = {}
    """Class → the property that is the name of its nodes; by default ``name``, ``title`` and the
    like."""
    text: dict[str, str] = {}
    """Class → the property that describes its nodes; by default ``description`` and the like."""
    literals: tuple[str, ...] = ()
    """Properties of users and items that stay plain values, although several nodes share them."""

    drop_classes: tuple[str, ...] = ()
    """Labels or classes whose nodes are left out."""
    drop_relations: tuple[str, ...] = ()
    """Relationship types that are left out."""
    rename: dict[str, str] = {}
    """Relationship type → the name it gets in kgrec, for instance of a relation of the ontology."""
    class_attribute: str | None = None
    """networkx and tables: the attribute with the class of a node; by default ``label``,
    ``labels``, ``type`` or ``kind``, whichever has few values."""
    type_attribute: str | None = None
    """networkx and tables: the attribute with the type of an edge; by default ``type``,
    ``relation``, ``label`` or the key of the edge."""

    item_type: str | None = None
    """The ontology class of the items; by default the class that all of them have or that
    is above theirs, else the class of most of them."""
    ontologies: tuple[str, ...] = ()
    """Ontology files of yours; in a mapping file relative to that file."""
    name: str = ""
    """A short name; by default that of the source."""
    licence: str = ""
    """The terms under which the data may be used."""
    language: str = "en"
    """Which of several names and descriptions counts, where they carry language tags."""
    test: bool = False
    """Whether to hold out the last tenth of each user for a test; else all of it trains the model,
    but for what is needed to stop in time."""
    seed: int = 0
    """For the split of interactions without time."""

    reasons: tuple[str, ...] = Field(default=(), exclude=True, repr=False)
    """Why :func:`~kgrec.graph.imports.suggest_mapping` chose so; printed as comments, not read."""
    alternatives: tuple[Mapping, ...] = Field(default=(), exclude=True, repr=False)
    """What else it would have suggested, the likeliest first; not written."""

    @model_validator(mode="after")
    def _has_interactions(self) -> Mapping:
        if not self.interactions and not self.interaction_nodes:
            raise ValueError(
                "the mapping names neither 'interactions' nor 'interaction_nodes', so that there "
                "is no behaviour to learn from"
            )
        return self

    def __eq__(self, other: object) -> bool:
        # Reasons and alternatives are words about a mapping, not part of it.
        return isinstance(other, Mapping) and self.model_dump() == other.model_dump()

    def __hash__(self) -> int:
        return hash((self.users, self.items, self.interactions, self.interaction_nodes))

    def __str__(self) -> str:
        """What the mapping says, as TOML, with the reasons for it."""
        from kgrec.graph.imports.toml import to_toml

        return to_toml(self, whole=False)

    def save(self, path: str | Path) -> None:
        """Write the mapping as a TOML file that a person can edit: all keys, each explained."""
        from kgrec.graph.imports.toml import to_toml

        Path(path).write_text(to_toml(self), encoding="utf-8")

    @staticmethod
    def load(path: str | Path) -> Mapping:
        """Read a mapping file.

        :raises DataError: if it is missing, no TOML, or has a key or a value that cannot be
        """
        file = Path(path)
        try:
            values = tomllib.loads(file.read_text(encoding="utf-8"))
        except OSError as error:
            reason = error.strerror or "unreadable"
            problem = f"the mapping cannot be read ({reason.lower()})"
            raise DataError(problem, fix="check the path", file=file) from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise DataError(f"the file is not TOML ({error})", fix="mend it", file=file) from None
        return _parsed(values, file)


def _parsed(values: dict[str, Any], file: Path) -> Mapping:
    try:
        mapping = Mapping(**values)
    except _MappingError as error:
        raise DataError(error.problem, fix="mend or delete the key", file=file) from None
    paths = tuple(str(file.parent / path) for path in mapping.ontologies)
    return mapping.model_copy(update={"ontologies": paths})


def _complaint(error: ValidationError, model: type[BaseModel]) -> str:
    first = error.errors()[0]
    key = ".".join(map(str, first["loc"]))
    if model is InteractionNode:
        key = f"interaction_nodes.{key}"
    if first["type"] == "value_error":
        return str(first["ctx"]["error"])
    if first["type"] == "missing":
        return f"the key '{key}' is missing"
    if first["type"] == "extra_forbidden":
        known = [name for name, field in model.model_fields.items() if not field.exclude]
        guess = closest(str(first["loc"][-1]), known)
        doubt = f", did you mean '{guess}'?" if guess else ""
        return f"there is no key '{key}'{doubt} (known are {', '.join(known)})"
    return f"the key '{key}' cannot be {first['input']!r} ({first['msg'].lower()})"
