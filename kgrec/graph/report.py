"""What building and validating a graph found, in counts and plain words."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from kgrec.drawing.lines import counted


@dataclass(frozen=True)
class InversePair:
    """Two undeclared relations of which the data say that one is the other, reversed.

    :ivar kept: the relation whose direction the graph keeps
    :ivar swapped: the relation that was turned round and merged into it
    :ivar share: the share of pairs that the data hold in both directions, 0–1
    """

    kept: str
    swapped: str
    share: float


@dataclass(frozen=True)
class BuildReport:
    """What became of the rows of a dataset.

    :ivar interactions: edges from train and valid
    :ivar facts: edges from the facts and from attribute columns
    :ivar renamed: facts whose relation was an alias
    :ivar swapped: facts whose relation was the inverse of a canonical one
    :ivar merged: rows that repeated an edge (in either direction)
    :ivar self_loops: facts from a node to itself, set aside
    :ivar leaking: facts that would tell a held-out interaction, set aside
    :ivar unlabelled: entities without any readable name
    :ivar unused_labels: labels of entities that nothing refers to
    :ivar unused_descriptions: descriptions of what is not in the graph
    :ivar inverses: pairs of undeclared relations that the data show to be inverses
    :ivar undeclared: relations that no ontology declares
    :ivar attributes: attribute columns and the relation that each became
    :ivar literals: columns that became literal properties
    :ivar extracted: edges that only a text states
    """

    interactions: int = 0
    facts: int = 0
    renamed: int = 0
    swapped: int = 0
    merged: int = 0
    self_loops: int = 0
    leaking: int = 0
    unlabelled: int = 0
    unused_labels: int = 0
    unused_descriptions: int = 0
    inverses: tuple[InversePair, ...] = ()
    undeclared: tuple[str, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    literals: tuple[str, ...] = ()
    extracted: int = 0

    @staticmethod
    def from_dict(values: dict[str, Any]) -> BuildReport:
        """Undo :meth:`to_dict`."""
        pairs = tuple(InversePair(**pair) for pair in values["inverses"])
        attributes = tuple((column, relation) for column, relation in values["attributes"])
        lists = {name: tuple(values[name]) for name in ("undeclared", "literals")}
        return BuildReport(**{**values, **lists, "inverses": pairs, "attributes": attributes})

    def to_dict(self) -> dict[str, Any]:
        """All counts, ready for JSON."""
        return asdict(self)

    def __str__(self) -> str:
        lines = [f"{self.interactions:,} interactions and {self.facts:,} facts became edges"]
        counted = (
            (self.extracted, "facts that only texts state became edges"),
            (self.renamed, "facts carried an alias of a relation"),
            (self.swapped, "facts ran against their relation and were turned round"),
            (self.merged, "rows repeated an edge and were merged"),
            (self.self_loops, "facts led from a node to itself and were set aside"),
            (self.leaking, "facts told an interaction and were set aside"),
            (self.unlabelled, "entities have no readable name"),
            (self.unused_labels, "labels name entities that nothing refers to"),
            (self.unused_descriptions, "descriptions are of nothing in the graph"),
        )
        lines += [f"{count:,} {words}" for count, words in counted if count]
        lines += [
            f"'{pair.swapped}' is '{pair.kept}' reversed ({pair.share:.0%} of its pairs)"
            for pair in self.inverses
        ]
        return "\n".join(lines)


@dataclass(frozen=True)
class Violation:
    """All breaches of one constraint, for one relation where it is about a relation.

    :ivar constraint: name of the shape in ``shapes/core.ttl``, for instance ``"missing-label"``,
        or of a shape in a user's ontology
    :ivar severity: ``"error"`` (the graph is wrong) or ``"warning"`` (a doubtful fact)
    :ivar message: what is wrong, in plain words
    :ivar count: how many nodes or edges break it
    :ivar relation: the relation or literal property, where there is one
    :ivar examples: a few of the nodes
    """

    constraint: str
    severity: str
    message: str
    count: int
    relation: str = ""
    examples: tuple[str, ...] = ()

    def __str__(self) -> str:
        about = f" ('{self.relation}')" if self.relation else ""
        shown = f", for instance {', '.join(self.examples)}" if self.examples else ""
        times = "once" if self.count == 1 else f"{self.count:,} times"
        return f"{self.severity}: {self.message}{about}: {times}{shown}"


@dataclass(frozen=True, repr=False)
class ValidationReport:
    """The outcome of validating a graph.

    :ivar violations: grouped and counted, errors first
    :ivar checked_nodes: nodes that the columnar rules looked at: all of them
    :ivar validated_nodes: nodes that SHACL looked at; fewer than all in a graph above the limit
    :ivar validated_edges: edges among them that SHACL looked at
    :ivar nodes: nodes of the graph
    :ivar edges: edges of the graph
    """

    violations: tuple[Violation, ...]
    checked_nodes: int
    validated_nodes: int
    validated_edges: int
    nodes: int
    edges: int

    def __repr__(self) -> str:
        errors, warnings = (
            counted(len(self.errors), "error"),
            counted(len(self.warnings), "warning"),
        )
        return f"ValidationReport({errors}, {warnings}, {counted(self.nodes, 'node')})"

    @property
    def conforms(self) -> bool:
        """Whether there are no errors; warnings may remain."""
        return not self.errors

    @property
    def errors(self) -> tuple[Violation, ...]:
        """What makes the graph wrong."""
        return tuple(v for v in self.violations if v.severity == "error")

    @property
    def warnings(self) -> tuple[Violation, ...]:
        """What is doubtful in it."""
        return tuple(v for v in self.violations if v.severity != "error")

    def __bool__(self) -> bool:
        return self.conforms

    def to_dict(self) -> dict[str, Any]:
        """All of it, ready for JSON."""
        return {"conforms": self.conforms, **asdict(self)}

    def __str__(self) -> str:
        verdict = "valid" if self.conforms else "not valid"
        head = (
            f"The graph is {verdict}: rules checked on {self.checked_nodes:,} nodes and "
            f"{self.edges:,} edges, SHACL on {self.validated_nodes:,} nodes and "
            f"{self.validated_edges:,} edges."
        )
        counted = [
            f"{_number(sum(v.count for v in group), word)} of {_number(len(group), 'kind')}"
            for word, group in (("error", self.errors), ("warning", self.warnings))
            if group
        ]
        found = [f"Found: {', '.join(counted)}."] if counted else []
        return "\n".join([head, *found, *map(str, self.violations)])


def _number(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"
