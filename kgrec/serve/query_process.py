"""The process that answers queries: a graph in, then a JSON object a line in and out.

``python -m kgrec.serve.query_process GRAPH MEGABYTES``
"""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path
from typing import Any, TextIO

from kgrec.errors import GraphError
from kgrec.graph import KnowledgeGraph

_LONGEST = 2**24


def main(folder: str, megabytes: str, ask: TextIO, answer: TextIO) -> None:
    """Load a graph, say so, and answer until nobody asks any more."""
    graph = KnowledgeGraph.load(Path(folder))
    graph.cypher("RETURN 1")  # the store is made with the first query
    _bound(int(megabytes) * 2**20)
    print("{}", file=answer, flush=True)
    for line in ask:
        print(_answered(graph, json.loads(line)), file=answer, flush=True)


def _answered(graph: KnowledgeGraph, asked: dict[str, Any]) -> str:
    try:
        found = graph.cypher(
            asked["cypher"],
            asked["parameters"],
            timeout=asked["seconds"],
            row_limit=asked["rows"],
        )
        rows = {"columns": found.columns, "rows": found.rows, "truncated": found.truncated}
        text = json.dumps(rows, default=str)
    except GraphError as error:
        # The time is the service's: who asks cannot give more.
        return json.dumps({"error": str(error).replace(" or raise the timeout", "")})
    except MemoryError:
        return json.dumps({"error": "The query takes more memory than it may; narrow it."})
    if len(text) > _LONGEST:
        size = f"{_LONGEST // 2**20} MB"
        return json.dumps({"error": f"The answer is longer than {size}; return less."})
    return text


def _bound(more: int) -> None:
    """Let the process take so many bytes more than it has; a system without limits has none."""
    try:
        import resource
    except ImportError:  # Windows
        return
    pages = int(Path("/proc/self/statm").read_text().split()[0]) if Path("/proc").exists() else 0
    most = pages * os.sysconf("SC_PAGE_SIZE") + more
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(5)


if __name__ == "__main__":
    # Queries are written in UTF-8, whatever the locale.
    asked = io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8")
    main(sys.argv[1], sys.argv[2], asked, sys.stdout)
