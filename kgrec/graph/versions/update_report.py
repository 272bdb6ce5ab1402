"""What became of the rows of an update, in counts and plain words."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from kgrec.data.quality import Finding, QualityReport

_WORDS = (
    ("new_nodes", "new nodes"),
    ("changed_nodes", "changed nodes"),
    ("removed_nodes", "removed nodes"),
    ("new_edges", "new edges"),
    ("changed_edges", "changed edges"),
    ("removed_edges", "removed edges"),
    ("merged", "rows that repeated an edge, merged"),
    ("renamed", "facts with an alias of a relation"),
    ("swapped", "facts that ran against their relation, turned round"),
    ("self_loops", "facts from a node to itself, set aside"),
    ("leaking", "facts that told an interaction, set aside"),
)


@dataclass(frozen=True)
class UpdateReport:
    """What an update did.

    :ivar merged: rows that repeated an edge, of the update or of the graph
    :ivar renamed: facts whose relation was an alias
    :ivar swapped: facts whose relation was the inverse of a canonical one
    :ivar self_loops: facts from a node to itself, set aside
    :ivar leaking: facts that would tell an interaction, set aside
    :ivar quality: rows that were set aside or mended, and why
    """

    new_nodes: int = 0
    changed_nodes: int = 0
    removed_nodes: int = 0
    new_edges: int = 0
    changed_edges: int = 0
    removed_edges: int = 0
    merged: int = 0
    renamed: int = 0
    swapped: int = 0
    self_loops: int = 0
    leaking: int = 0
    quality: QualityReport = field(default_factory=QualityReport)

    @staticmethod
    def from_dict(values: dict[str, Any]) -> UpdateReport:
        """Undo :meth:`to_dict`."""
        findings = [
            Finding(**{**finding, "examples": tuple(finding["examples"])})
            for finding in values["quality"]["findings"]
        ]
        return UpdateReport(**{**values, "quality": QualityReport(tuple(findings))})

    def to_dict(self) -> dict[str, Any]:
        """All counts and findings, ready for JSON."""
        return asdict(self)

    def __str__(self) -> str:
        counted = [(getattr(self, name), words) for name, words in _WORDS]
        lines = [f"{words}: {count:,}" for count, words in counted if count]
        return "\n".join([*(lines or ["nothing changed"]), *map(str, self.quality.findings)])
