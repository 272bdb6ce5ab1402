"""What a path is called, so that two explanations can be compared."""

from __future__ import annotations

from kgrec.explain.explanation import Path

Name = tuple[str, ...]

_ANYBODY = "user:*"


def path_name(path: Path) -> Name:
    """Nodes and relations in turn; two paths with one name are the same.

    A path through users stands for all of them, and which one is shown tells nothing: in between,
    users have no name.
    """
    words = [path.nodes[0].key]
    last = len(path.nodes) - 1
    for place, (relation, node) in enumerate(
        zip(path.relations, path.nodes[1:], strict=True), start=1
    ):
        words.append(_step(relation.name, relation.forward))
        words.append(_ANYBODY if place < last and node.key.startswith("user:") else node.key)
    return tuple(words)


def path_pattern(path: Path) -> Name:
    """The relations in turn, with their directions: the kind of reason that a path gives."""
    return tuple(_step(relation.name, relation.forward) for relation in path.relations)


def path_type(path: Path) -> str:
    """The last relation, by which Balloccu et al. (2022) tell types of paths apart."""
    return path.relations[-1].name


def hub_key(path: Path) -> str:
    """The last node before the item: the entity (or user) that both items share."""
    return path.nodes[-2].key


def _step(relation: str, forward: bool) -> str:
    return relation if forward else f"^{relation}"
