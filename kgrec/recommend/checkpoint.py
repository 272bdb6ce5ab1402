"""Which training a checkpoint belongs to."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from kgrec.config import Config
from kgrec.config_file import flat
from kgrec.gnn.training.checkpoints import Checkpoints, FolderCheckpoints
from kgrec.graph import KnowledgeGraph
from kgrec.sources import code_version
from kgrec.text import TextEncoder


def open_checkpoints(
    folder: str | Path | None,
    minutes: float,
    graph: KnowledgeGraph,
    config: Config,
    encoder: TextEncoder | None,
) -> Checkpoints:
    """Checkpoints of the training of these settings on this graph, by this version of kgrec.

    :param folder: ``None``: nothing is kept
    :param minutes: between two saves
    """
    if folder is None:
        return Checkpoints()
    belongs = {name: json.dumps(value) for name, value in flat(config.model_dump())}
    belongs |= {
        "version of kgrec": code_version(),
        "graph": _fingerprint(graph),
        "text encoder": encoder.identity if encoder else "",
    }
    return FolderCheckpoints(Path(folder), belongs, minutes)


def _fingerprint(graph: KnowledgeGraph) -> str:
    parts = json.dumps([graph.identity, graph.candidates])
    return hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()
