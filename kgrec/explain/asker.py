"""Whose score is explained: a user of the graph, or somebody with a history of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from kgrec.explain.explanation import PathNode


@dataclass(frozen=True)
class Asker:
    """Whose history it is.

    :ivar node: where paths begin
    :ivar row: the user's row, so that nobody vouches for oneself; ``None``: a stranger
    :ivar in_graph: whether the graph has the user with all of this history, and queries find them
    :ivar names: what items of the history are told as, by their numbers, where it is not they that
        are liked but something that they have: ``"Comedy (such as Airplane!)"``
    """

    node: PathNode
    row: int | None = None
    in_graph: bool = True
    names: Mapping[int, str] = field(default_factory=dict)

    @staticmethod
    def stranger(name: str, names: Mapping[int, str] | None = None) -> Asker:
        """Somebody who is not in the graph.

        :param name: stands in the place of a user's id
        """
        return Asker(PathNode(f"user:{name}", name, name, "User"), None, False, names or {})

    def called(self, item: int, node: PathNode) -> PathNode:
        """The node of an item of the history, with the name that it is told as."""
        name = self.names.get(item)
        return replace(node, label=name) if name else node
