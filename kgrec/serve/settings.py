"""What a service is told at its start."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from kgrec.errors import ConfigError

LOCAL_NAMES = ("localhost", "127.0.0.1", "[::1]")


def _in_a_header(key: str) -> str:
    if not (key.isascii() and key.isprintable() and key == key.strip()):
        raise ConfigError(
            "The key (KGREC_API_KEY) may have only ASCII letters, digits and signs, and no space "
            "at its ends: no header could bring it."
        )
    return key


class Settings(BaseModel):
    """All settings of a service, with their bounds."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    run: Path
    """The folder of the run."""
    host: str = "127.0.0.1"
    """The address to listen at."""
    port: int = Field(default=8000, ge=0, le=65_535)
    """0: any that is free."""
    key: Annotated[str, Field(min_length=8), AfterValidator(_in_a_header)] | None = None
    """What requests must bring as ``X-API-Key``; ``None``: nothing."""
    hosts: tuple[str, ...] = ()
    """Further names by which the service is called (header ``Host``); ``"*"``: any."""
    events: Path | None = None
    """The journal of events; ``None``: ``RUN.events.jsonl`` beside the run."""
    prepare: int = Field(default=0, ge=-1)
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
    """The longest that an event waits for that."""
    drain: float = Field(default=1.0, ge=0)
    """Seconds in which clients are told to close their connections before the service ends."""

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
