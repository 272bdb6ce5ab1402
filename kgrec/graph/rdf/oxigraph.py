"""pyoxigraph, or a word on how to get it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kgrec.errors import StoreError

ENDINGS = {
    ".ttl": "TURTLE",
    ".nt": "N_TRIPLES",
    ".nq": "N_QUADS",
    ".jsonld": "JSON_LD",
    ".trig": "TRIG",
    ".rdf": "RDF_XML",
    ".owl": "RDF_XML",
}
"""What a file's ending says of it; each may be followed by nothing else."""


def oxigraph() -> Any:
    """The module, imported when it is first needed."""
    import pyoxigraph

    return pyoxigraph


def format_of(path: Path) -> Any:
    """The format of a file, by its ending.

    :raises StoreError: if the ending is none of :data:`ENDINGS`
    """
    name = ENDINGS.get(path.suffix.lower())
    if name is None:
        raise StoreError(
            f"{path}: the ending '{path.suffix}' says nothing about RDF; "
            f"use one of {', '.join(ENDINGS)}."
        )
    return getattr(oxigraph().RdfFormat, name)


def open_folder(path: Path) -> Any:
    """Open a store on disk, for reading and writing.

    :raises StoreError: if it is in use, or no store
    """
    try:
        return oxigraph().Store(path)
    except OSError as error:
        if "lock" in str(error).lower():
            raise StoreError(
                f"{path}: another process (or another object here) has the store open; close it "
                "first."
            ) from error
        raise StoreError(
            f"{path}: the folder is no RDF store ({error}); check the path."
        ) from error
