"""The arms of an audit: what is taken away from the whole, one thing at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from kgrec.audit.shuffle import shuffled_names, shuffled_tails, without_facts
from kgrec.audit.written import described, extracted, without_descriptions
from kgrec.config import Config
from kgrec.data.schema import closest
from kgrec.errors import ConfigError
from kgrec.graph import KnowledgeGraph
from kgrec.graph.extracted import without_extracted
from kgrec.graph.vectors import modality_names, without_literals
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
    :ivar switched_off: the setting that becomes false, or 0; empty: none
    :ivar has: whether the graph has what this arm takes away
    :ivar lacks: what to say where it has not
    """

    name: str
    words: str
    graph: Transform = _unchanged
    switched_off: str = ""
    has: Callable[[KnowledgeGraph, Config], bool] | None = None
    lacks: str = ""

    def config(self, config: Config) -> Config:
        """The settings of this arm."""
        return config.replace({self.switched_off: False}) if self.switched_off else config

    def idle(self, graph: KnowledgeGraph, config: Config) -> str:
        """Why this arm would be the same as the whole; empty if it is not."""
        if self.switched_off:
            on = self.config(config) != config
            return "" if on else f"{self.switched_off} is off anyway"
        if self.has is not None:
            return "" if self.has(graph, config) else self.lacks
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


def no_modality(name: str) -> Arm:
    """The arm without the vectors of one name."""
    return Arm(
        f"{NO_MODALITY} {name}",
        f"vectors of '{name}' are not read",
        lambda graph, _seed: without_literals(graph, [name]),
        has=lambda graph, config: name in _modalities(graph, config),
        lacks=f"no item has vectors of '{name}' that are read",
    )


NO_DESCRIPTIONS = Arm(
    "no descriptions",
    "texts are those of the template, and none that was written",
    lambda graph, _seed: without_descriptions(graph),
    has=lambda graph, config: config.text.enabled and described(graph),
    lacks="no written description is read",
)
NO_EXTRACTED = Arm(
    "no extracted facts",
    "facts that only a text states are left out",
    lambda graph, _seed: without_extracted(graph),
    has=lambda graph, config: config.graph.learns_extracted and extracted(graph),
    lacks="no fact is learned from that only a text states",
)
NO_SIMILAR = Arm(
    "no similar texts", "no edges between items described alike", switched_off="text.similar"
)
NO_MODALITY = "no modality"
"""How the arms without an image, a sound … begin; the name of the vectors follows."""

OPTIONAL: tuple[Arm, ...] = (NO_DESCRIPTIONS, NO_EXTRACTED, NO_SIMILAR)
"""Arms that are there if the graph has what they take away, or if they are asked for."""

BASELINES = "baselines"
"""The arm that trains none: simple recommenders, tuned on valid."""

NAMES: tuple[str, ...] = (*(arm.name for arm in (*ARMS, *OPTIONAL)), BASELINES)
"""What may be asked for, beside ``no modality NAME``."""


def choose_arms(
    names: Iterable[str] | None, graph: KnowledgeGraph | None = None, config: Config | None = None
) -> tuple[Sequence[Arm], bool]:
    """Find arms by name; the whole is always among them, for all others are compared with it.

    :param names: ``None``: every arm; ``no-graph`` and ``no graph`` are the same
    :param graph: decides which of :data:`OPTIONAL`, and which modalities, there are; ``None``: none
    :param config: the settings of the whole; ``None``: the defaults
    :return: the arms in the order of :data:`ARMS`, and whether baselines are among them
    :raises ConfigError: if there is no such arm
    """
    config = config or Config()
    if names is None:
        return (*ARMS, *_there(graph, config)), True
    wanted = {_plain(name) for name in names} - {""}
    modalities = {name for name in wanted if name.startswith(f"{NO_MODALITY} ")}
    for name in sorted(wanted - {*NAMES} - modalities):
        guess = closest(name, NAMES)
        doubt = f"did you mean '{guess}'? " if guess else ""
        raise ConfigError(f"There is no arm '{name}'; {doubt}the arms are {', '.join(NAMES)}.")
    known = {_plain(arm.name): arm for arm in _there(graph, config)}
    further = [known.get(name) or no_modality(_after(name)) for name in sorted(modalities)]
    chosen = [arm for arm in (*ARMS, *OPTIONAL) if arm is ALL or arm.name in wanted]
    return [*chosen, *further], BASELINES in wanted


def _there(graph: KnowledgeGraph | None, config: Config) -> tuple[Arm, ...]:
    if graph is None:
        return ()
    modalities = [no_modality(name) for name in _modalities(graph, config)]
    return (*(arm for arm in OPTIONAL if not arm.idle(graph, config)), *modalities)


def _modalities(graph: KnowledgeGraph, config: Config) -> tuple[str, ...]:
    names = modality_names(graph, config.graph.modalities)
    return tuple(name for name in names if name not in config.graph.sensitive)


def _plain(name: str) -> str:
    return name.strip().lower().replace("-", " ").replace("_", " ")


def _after(name: str) -> str:
    return name.removeprefix(NO_MODALITY).strip()
