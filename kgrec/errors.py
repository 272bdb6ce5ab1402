"""Every error that kgrec raises on purpose, drawn as a tree.

::

    KgrecError
    ├── DataError          a table or a row of it: which file, which column, how to mend it
    ├── GraphError         a graph that breaks the ontology, or a query that cannot run
    │   └── StoreError     a store that cannot be reached, refuses, or holds something else
    ├── ConfigError        a setting that does not exist or is out of range
    ├── RunError           a run folder that is missing, half-written or of another version
    ├── UnknownIdError     a user or an item that nobody has heard of
    └── MissingExtraError  an optional package that is not installed

The message of each is one sentence a person can act on.
"""

from __future__ import annotations

from pathlib import Path


class KgrecError(Exception):
    """The root: catch this to catch everything that kgrec raises on purpose."""


class DataError(KgrecError):
    """A table cannot be used.

    :param problem: what is wrong, without a final full stop
    :param fix: how to mend it, as an imperative
    :param file: the file that holds the fault
    :param column: the column, where one is to blame
    :param row: the row, counted from 1 below the header
    """

    def __init__(
        self,
        problem: str,
        *,
        fix: str,
        file: str | Path | None = None,
        column: str | None = None,
        row: int | None = None,
    ) -> None:
        places = [
            str(file) if file is not None else "",
            f"column '{column}'" if column is not None else "",
            f"row {row}" if row is not None else "",
        ]
        where = ", ".join(place for place in places if place)
        super().__init__(f"{where + ': ' if where else ''}{problem}; {fix}.")
        self.file = file
        self.column = column
        self.row = row


class GraphError(KgrecError):
    """A graph breaks its ontology, or a query against it cannot be answered."""


class StoreError(GraphError):
    """A store (Neo4j, an RDF store, a file) cannot be reached, refuses, or holds something else."""


class ConfigError(KgrecError):
    """A setting does not exist, or its value is out of range."""


class RunError(KgrecError):
    """A run folder is missing, incomplete, or written by another version."""


class UnknownIdError(KgrecError, KeyError):
    """A user or an item that is not in the graph."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


class MissingExtraError(KgrecError, ImportError):
    """An optional package is needed and not installed.

    :param package: the package that could not be imported
    :param extra: the extra of kgrec that installs it
    """

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(f"{package} is not installed; run: pip install 'kgrec[{extra}]'.")


def first_line(error: BaseException) -> str:
    """What an error of a library says, in a line; its type where it says nothing."""
    return next(iter(str(error).splitlines()), "") or type(error).__name__
