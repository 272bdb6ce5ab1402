"""Turtle files: where they are, what their text says, and the IRIs in it."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from urllib.parse import quote

from rdflib import Graph, Namespace, URIRef
from rdflib.plugins.parsers.notation3 import BadSyntax
from rdflib.term import Node

from kgrec.errors import GraphError

NAMESPACE = Namespace("urn:kgrec:ontology#")

_ABSOLUTE = re.compile(r"(?:urn:|[a-z][a-z0-9+.\-]*://)[^\x00-\x20<>\"{}|^`\\]+", re.IGNORECASE)


@lru_cache(maxsize=1)
def builtin_ontology() -> tuple[tuple[str, str], ...]:
    """Name and text of the ontology files of this package, the core first."""
    folder = files("kgrec.ontology")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".ttl"))
    names.sort(key=lambda name: name != "core.ttl")
    return tuple((name, (folder / name).read_text(encoding="utf-8")) for name in names)


@lru_cache(maxsize=1)
def builtin_shapes() -> tuple[tuple[str, str], ...]:
    """Name and text of the SHACL files of this package."""
    folder = files("kgrec.ontology.shapes")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".ttl"))
    return tuple((f"shapes/{name}", (folder / name).read_text(encoding="utf-8")) for name in names)


def read_ontology(path: str | Path) -> tuple[str, str]:
    """Name and text of a user's ontology file.

    :raises GraphError: if it cannot be read
    """
    try:
        return str(path), Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8 text"
        raise GraphError(
            f"{path}: the ontology cannot be read ({reason}); check the path."
        ) from error


def parse_turtle(name: str, text: str) -> Graph:
    """Parse Turtle.

    :raises GraphError: with file and line, if it is not
    """
    try:
        return Graph().parse(data=text, format="turtle")
    except BadSyntax as error:
        line = min(error.lines + 1, text.rstrip().count("\n") + 1)
        raise GraphError(
            f"{name}, line {line}: not valid Turtle ({error._why}); correct it."
        ) from error
    except Exception as error:  # rdflib lets plain ValueErrors of IRIs and literals through
        raise GraphError(f"{name}: not valid Turtle ({error}); correct it.") from error


def local_name(iri: Node | str) -> str:
    """The part of an IRI behind the last ``#``, ``/`` or ``:``."""
    text = str(iri).rstrip("/#")
    return text[max(text.rfind(mark) for mark in "#/:") + 1 :]


def is_iri(name: str) -> bool:
    """Whether a name is an absolute IRI as it stands, with no character that IRIs forbid."""
    return bool(_ABSOLUTE.fullmatch(name)) and not name.startswith("urn:kgrec:")


def term(name: str) -> URIRef:
    """The IRI of a type, relation or property of any name: its own, where it is one."""
    return URIRef(name if is_iri(name) else NAMESPACE + quote(name, safe=""))
