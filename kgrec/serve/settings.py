"""What a service is told at its start."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    ValidationError,
    model_validator,
)

from kgrec.errors import ConfigError

LOCAL_NAMES = ("localhost", "127.0.0.1", "[::1]")


_LEAST_KEY = 8


def _checked_key(key: str) -> str:
    if len(key) < _LEAST_KEY:
        raise ConfigError(
            f"The key (KGREC_API_KEY) must have at least {_LEAST_KEY} characters, or it is guessed."
        )
    if not (key.isascii() and key.isprintable() and key == key.strip()):
        raise ConfigError(
            "The key (KGREC_API_KEY) may have only ASCII letters, digits and signs, and no space "
            "at its ends: no header could bring it."
        )
    return key


class Settings(BaseModel):
    """All settings of a service, with their bounds.

    :raises ConfigError: if one is out of its bounds, or others could use the service without a key
    """

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    run: Path
    """The folder of the run."""
    host: str = "127.0.0.1"
    """The address to listen at."""
    port: int = Field(default=8000, ge=0, le=65_535)
    """0: any that is free."""
    key: Annotated[str, AfterValidator(_checked_key)] | None = None
    """What requests must bring as ``X-API-Key``; ``None``: nothing."""
    open: bool = False
    """Whether other machines, too, need no key."""
    hosts: tuple[str, ...] = ()
    """Further names by which the service is called (header ``Host``); ``"*"``: any."""
    events: Path | None = None
    """The journal of events; ``None``: ``RUN.events.jsonl`` beside the run."""
    prepare: int = Field(default=1_000, ge=-1)
    """For so many of the most active users, answers are made while nobody asks; -1: for all."""
    threads: int = Field(default=2, ge=1, le=64)
    """Threads that work on answers."""
    seconds: float = Field(default=10.0, gt=0)
    """The longest that a request may take."""
    query_seconds: float = Field(default=5.0, gt=0)
    """The longest that a query in Cypher may take."""
    query_rows: int = Field(default=1_000, ge=1, le=100_000)
    """The most rows that such a query is given."""
    query_memory: int = Field(default=1_000, ge=100)
    """Megabytes that queries may take beside the copy of the graph that they are asked of."""
    most_bytes: int = Field(default=1_000_000, ge=1_000)
    """The longest body of a request."""
    most_waiting: int = Field(default=256, ge=1)
    """Requests that wait for a thread; more are turned away."""
    kept_bytes: int = Field(default=256_000_000, ge=0)
    """Answers that are kept, in bytes."""
    watch: float = Field(default=1.0, gt=0)
    """Seconds between two looks at whether the run was replaced."""
    fold_events: int = Field(default=10_000, ge=1)
    """After so many events the graph is brought up to date in the background."""
    fold_seconds: float = Field(default=900.0, gt=0)
    """The longest that an event waits for that to begin; with a deep model it waits a moment."""
    drain: float = Field(default=1.0, ge=0)
    """Seconds in which clients are told to close their connections before the service ends."""

    @model_validator(mode="wrap")
    @classmethod
    def _in_a_sentence(cls, values: Any, check: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            return check(values)
        except ValidationError as error:
            first = error.errors()[0]
            name, why = ".".join(map(str, first["loc"])), first["msg"]
            raise ConfigError(
                f"Settings of the service: '{name}': {why[:1].lower()}{why[1:]}."
            ) from None

    @model_validator(mode="after")
    def _is_closed(self) -> Self:
        if self.key is None and not (self.open or self.is_local):
            raise ConfigError(
                f"Other machines reach the service at {self.host}: give it a key, or say open=True "
                "if everybody may use it."
            )
        return self

    @property
    def journal(self) -> Path:
        """Where events are written."""
        run = self.run.absolute()
        return self.events or run.with_name(f"{run.name}.events.jsonl")

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach the service."""
        return is_loopback(self.host)

    @property
    def names(self) -> tuple[str, ...]:
        """What the header ``Host`` may say, without the port; empty: anything."""
        if "*" in self.hosts or (not self.is_local and not self.hosts):
            return ()
        return (*LOCAL_NAMES, self.host.lower(), *(name.lower() for name in self.hosts))


def is_loopback(host: str) -> bool:
    """Whether an address is one that only this machine can reach."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
