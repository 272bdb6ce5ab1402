"""The picture of a node's surroundings."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from kgrec.graph import KnowledgeGraph

_VIEW = "kgrec.graph.view"


def surroundings(graph: KnowledgeGraph, key: str) -> str | None:
    """The neighbourhood of a node as SVG.

    :param key: for instance ``"item:42"``
    """
    if find_spec(_VIEW) is None:
        return None
    view: Any = import_module(_VIEW)
    return str(view.neighbourhood(graph, key).svg())
