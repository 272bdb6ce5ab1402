"""The arms of an audit: what is taken away from the whole, one thing at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from kgrec.audit.shuffle import shuffled_names, shuffled_tails, without_facts
from kgrec.config import Config
from kgrec.data.schema import closest
from kgrec.errors import ConfigError
from kgrec.graph import KnowledgeGraph
from kgrec.vocabulary import INTERACTED

Transform = Callable[[KnowledgeGraph, int], KnowledgeGraph]


def _unchanged(graph: KnowledgeGraph, _seed: int) -> KnowledgeGraph:
    return graph


@dataclass(frozen=True)
class Arm:
    """One way to train: a pure change of the graph, of the settings, or of neither.

    :ivar name: in tables and as a key in JSON
    :ivar words: what is different, for a reader
    :ivar graph: the graph and a seed → the graph that is trained on
    :ivar switched_off: the truth value among the settings that becomes false; empty: none
    """

    name: str
    words: str
    graph: Transform = _unchanged
    switched_off: str = ""

    def config(self, config: Config) -> Config:
        """The settings of this arm."""
        return config.replace({self.switched_off: False}) if self.switched_off else config

    def idle(self, graph: KnowledgeGraph, config: Config) -> str:
        """Why this arm would be the same as the whole; empty if it is not."""
        if self.switched_off:
            on = self.config(config) != config
            return "" if on else f"{self.switched_off} is off anyway"
        if self.graph is _unchanged:
            return ""
        relations = graph.edges["relation"].unique()
        facts = relations.filter(relations != INTERACTED)
        if facts.is_empty():
            return "there are no facts"
        if self.graph is shuffled_names and len(facts) == 1:
            return "there is one relation only"
        return ""


ALL = Arm("all", "the whole, as the settings have it")
NO_GRAPH = Arm(
    "no graph", "no facts and no attributes; a text is the item's own title and text", without_facts
)
SHUFFLED_GRAPH = Arm(
    "shuffled graph", "every relation joins other nodes; all degrees stay", shuffled_tails
)
SHUFFLED_RELATIONS = Arm(
    "shuffled relations", "the same pairs of nodes, joined by other relations", shuffled_names
)
NO_TEXT = Arm("no text", "descriptions are not read", switched_off="text.enabled")
NO_PRETRAINING = Arm("no pretraining", "no embeddings to start from", switched_off="kge.enabled")

ARMS: tuple[Arm, ...] = (
    ALL,
    NO_GRAPH,
    SHUFFLED_GRAPH,
    SHUFFLED_RELATIONS,
    NO_TEXT,
    NO_PRETRAINING,
)
"""Every arm that trains a model, the whole first."""

BASELINES = "baselines"
"""The arm that trains none: simple recommenders, tuned on valid."""

NAMES: tuple[str, ...] = (*(arm.name for arm in ARMS), BASELINES)
"""What may be asked for."""


def choose_arms(names: Iterable[str] | None) -> tuple[Sequence[Arm], bool]:
    """Find arms by name; the whole is always among them, for all others are compared with it.

    :param names: ``None``: every arm; ``no-graph`` and ``no graph`` are the same
    :return: the arms in the order of :data:`ARMS`, and whether baselines are among them
    :raises ConfigError: if there is no such arm
    """
    if names is None:
        return ARMS, True
    wanted = {name.strip().lower().replace("-", " ").replace("_", " ") for name in names}
    wanted.discard("")
    for name in sorted(wanted - {*NAMES}):
        guess = closest(name, NAMES)
        doubt = f"did you mean '{guess}'? " if guess else ""
        raise ConfigError(f"There is no arm '{name}'; {doubt}the arms are {', '.join(NAMES)}.")
    return [arm for arm in ARMS if arm is ALL or arm.name in wanted], BASELINES in wanted
