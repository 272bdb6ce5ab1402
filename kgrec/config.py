"""Every hyper-parameter, once: typed, bounded, documented.

A :class:`Config` is frozen and refuses names that it does not know.
``Config().replace({"gnn.epochs": "20"})`` makes a changed copy from dotted names, as
``kgrec train --set gnn.epochs=20`` does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from kgrec.errors import ConfigError


class _Section(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True
    )


def _split(value: Any) -> Any:
    """``"a, b"`` of a command line is a list of two names."""
    if isinstance(value, str):
        return [name.strip() for name in value.split(",") if name.strip()]
    return value


class GraphConfig(_Section):
    """What of the graph may be learned from."""

    sensitive: Annotated[tuple[str, ...], BeforeValidator(_split)] = ()
    """Relations, of users or items, that no feature, score or explanation uses: has_gender.

    The graph keeps their facts, for without them nobody could measure whether it is fair.
    """
    extracted: Literal["no", "train", "explain"] = "no"
    """What becomes of facts that only a text states, not the catalog (``kgrec extract``).

    ``no``: the graph keeps them, and nothing learns from them; ``train``: they are learned from,
    and no explanation rests on them, their part of a score is ``rest["extracted"]``; ``explain``:
    they are reasons, too, which say that they are according to a text.
    """
    modalities: Annotated[tuple[str, ...] | None, BeforeValidator(_split)] = None
    """Literals with vectors that the model reads (``image``); ``None``: all that look like it.

    These are lists of 8 fractions or more, as many at each node that has one.
    """

    @property
    def learns_extracted(self) -> bool:
        """Whether facts that only a text states are learned from."""
        return self.extracted != "no"


class AdaptConfig(_Section):
    """Adapting the encoder of texts to a graph and to behaviour, by low-rank changes (LoRA)."""

    enabled: bool = False
    """Whether to adapt it at all; needs the extra ``llm``."""
    pairs: int = Field(default=1000, ge=2)
    """At most so many pairs of texts that belong together; a few hundred will do."""
    behaviour: float = Field(default=0.5, ge=0, le=1)
    """The share of the pairs that comes from train; the others come from facts."""
    held_out: float = Field(default=0.1, ge=0, lt=0.9)
    """The share of the pairs that says when to stop; 0: after all epochs."""
    epochs: int = Field(default=3, ge=1)
    """At most so many passes over the pairs."""
    patience: int = Field(default=1, ge=1)
    """Stop after so many epochs without a lower loss on the held-out pairs."""
    batch_size: int = Field(default=32, ge=2)
    """Pairs a batch: each text is told from all others of its batch."""
    learning_rate: float = Field(default=0.001, gt=0)
    """Step size of AdamW, which falls to 0 in equal parts."""
    temperature: float = Field(default=0.05, gt=0, le=1)
    """Cosines are divided by it before the softmax."""
    rank: int = Field(default=8, ge=1, le=256)
    """Rank of the change of a matrix."""
    alpha: float = Field(default=16.0, gt=0)
    """The change is scaled by ``alpha / rank``."""
    dropout: float = Field(default=0.05, ge=0, lt=1)
    """Share of the input of a change that is dropped in training."""
    targets: Annotated[tuple[str, ...], BeforeValidator(_split)] = ("query", "value")
    """Which matrices change: ``query``, ``key``, ``value``, or modules' names in the encoder."""
    frozen_layers: int = Field(default=0, ge=0)
    """So many of the lowest layers stay as they are; the more, the faster."""
    max_tokens: int = Field(default=64, ge=4)
    """Texts are cut there in training."""


class TextConfig(_Section):
    """Describing nodes and encoding the descriptions."""

    enabled: bool = True
    """Whether text becomes node features at all."""
    max_words: int = Field(default=48, ge=4, le=400)
    """A description is cut after this many words before it is encoded."""
    neighbours: int = Field(default=4, ge=0, le=50)
    """How many neighbours of a node its description names for each relation."""
    descriptions: bool = True
    """Whether a node's description, where data bring one, stands for the template's text."""
    model: str | None = None
    """A sentence encoder: a local folder or a hub name; ``None`` takes the one that comes along.

    That one reads English. For other languages give the folder of another, for instance
    ``multilingual-e5-small`` or ``bge-small-zh-v1.5``.
    """
    prompt: str | None = None
    """Is written before every text that is encoded; ``None``: what the encoder's folder says.

    E5 wants ``"passage: "`` or ``"query: "``, and not all of its folders say so.
    """
    batch_size: int = Field(default=64, ge=1)
    """At most so many texts a batch in the encoder; fewer where they are long."""
    precision: Literal["auto", "float32", "bfloat16"] = "auto"
    """``auto`` takes bfloat16 where the processor computes it natively."""
    windows: int = Field(default=8, ge=1, le=64)
    """A text beyond the encoder's length is read in at most so many windows of that length."""
    similar: int = Field(default=0, ge=0, le=50)
    """Each item is joined to so many nearest in the space of descriptions, by ``similar_text``."""
    adapt: AdaptConfig = AdaptConfig()


class WriterConfig(_Section):
    """The language model that writes descriptions and reads facts out of texts."""

    kind: Literal["template", "local", "api"] = "template"
    """``template``: none; ``local``: weights on this machine; ``api``: an endpoint."""
    model: str | None = None
    """A GGUF file or a folder, with ``local``; the name of a model, with ``api``."""
    base_url: str | None = None
    """Of the endpoint, up to the version: http://localhost:8080/v1; ``None``: OpenAI's."""
    key_variable: str = Field(default="OPENAI_API_KEY", min_length=1)
    """The environment variable that holds the endpoint's key."""
    temperature: float = Field(default=0.0, ge=0, le=2)
    """Of sampling; 0: always the likeliest token."""
    max_tokens: int = Field(default=160, ge=1)
    """An answer may have so many tokens."""
    batch_size: int = Field(default=32, ge=1)
    """Answers that are written at a time, with ``local``."""
    concurrency: int = Field(default=8, ge=1)
    """Requests under way at a time, with ``api``."""
    requests_per_minute: float | None = Field(default=None, gt=0)
    """At most so many; ``None``: no limit."""
    tokens_per_minute: float | None = Field(default=None, gt=0)
    """At most so many, of questions and answers; ``None``: no limit."""
    timeout: float = Field(default=60.0, gt=0)
    """Seconds for a request."""
    price_in: float | None = Field(default=None, ge=0)
    """Of a million tokens of questions."""
    price_out: float | None = Field(default=None, ge=0)
    """Of a million tokens of answers."""
    budget: float | None = Field(default=None, ge=0)
    """The most that may be spent, in the currency of the prices; without prices, in tokens.

    A request begins only while its estimate fits; questions longer than estimated, and requests
    that were lost and made again, may pass it.
    """
    retries: int = Field(default=1, ge=0, le=10)
    """How often a question is asked once more after its answer was refused."""
    most_failures: float = Field(default=0.5, ge=0, le=1)
    """A run ends in an error if more than this share of the questions has no answer."""


class KgeConfig(_Section):
    """Knowledge-graph embeddings that warm-start the graph network."""

    enabled: bool = True
    """Whether to pretrain at all."""
    model: str = "DistMult"
    """The name of any PyKEEN model."""
    embedding_size: int = Field(default=64, ge=2, le=1024)
    """Length of an entity's vector."""
    epochs: int = Field(default=8, ge=1)
    """Passes over the triples."""
    batch_size: int = Field(default=4096, ge=1)
    """Triples a batch."""
    learning_rate: float = Field(default=0.02, gt=0)
    """Step size of Adam."""
    negatives: int = Field(default=8, ge=1)
    """Corrupted triples for each true one."""
    filtered_negatives: bool = False
    """Whether corrupted triples that are true are left out."""
    inverse_triples: bool = False
    """Whether each triple is also read from tail to head, as a relation of its own."""
    interactions: bool = True
    """Whether training interactions are triples, too, beside the facts."""
    most_triples: int = Field(default=1_600_000, ge=1)
    """At most so many triples are seen: the more there are, the fewer epochs."""


class GnnConfig(_Section):
    """The recommender itself: a relational graph network and a closed form over shared nodes."""

    model: Literal["linear", "rgcn", "kgat"] = "linear"
    """Which network: only ``linear`` has exact shares of paths, a closed form and ``content``."""
    bases: int = Field(default=4, ge=1, le=64)
    """Matrices of which those of all relations are made, with ``model = rgcn``."""
    relation_texts: bool = False
    """Whether relations whose texts are alike start alike: their gates with ``model = linear``,
    their matrices with ``rgcn``, their vectors with ``kgat``. By default texts have no say.
    """
    embedding_size: int = Field(default=128, ge=2, le=2048)
    """Length of a node's vector."""
    layers: int = Field(default=1, ge=0, le=4)
    """Hops of message passing over the facts."""
    init_scale: float = Field(default=0.1, gt=0)
    """Standard deviation of a node's numbers before training."""
    dropout: float = Field(default=0.5, ge=0, lt=1)
    """Share of the numbers of a history item that are dropped in training."""
    keep: float = Field(default=0.5, gt=0, lt=1)
    """Share of a history that is shown in training; the rest is to be predicted."""
    alpha: float | None = Field(default=None, ge=0, le=1)
    """The weight of a node's description against behaviour; ``None``: learned.

    0 is no language in the network, 1 is language alone.
    """
    id_dropout: float = Field(default=0.0, ge=0, lt=1)
    """Share of the nodes that have no vector of their own in a step of training."""
    pretrained: Literal["full", "frozen", "warm_up", "low_rank"] = "full"
    """What becomes of pretrained vectors: trained; frozen; frozen at first; with an adapter."""
    frozen_epochs: int = Field(default=5, ge=1)
    """For so many epochs they are frozen, with ``pretrained = warm_up``."""
    adapter_rank: int = Field(default=8, ge=1, le=1024)
    """Rank of the adapter of frozen vectors, with ``pretrained = low_rank``."""
    history_power: float = Field(default=0.5, ge=0, le=1)
    """A history of ``n`` items is scaled by ``n ** -history_power``."""
    recency: float | None = Field(default=None, ge=0, le=5)
    """An item weighs ``(items taken since + 1) ** -recency``; ``None``: chosen on valid."""
    factors: int = Field(default=128, ge=1, le=1024)
    """Length of the vectors of the least-squares factorisation that is one of the parts."""
    content: bool = True
    """Whether facts and texts carry behaviour over to items with few users or none.

    Done for catalogs of up to 12,000 items.
    """
    epochs: int = Field(default=80, ge=1)
    """At most so many passes over the users."""
    patience: int = Field(default=10, ge=1)
    """Stop after so many epochs without a better NDCG@20 on valid."""
    batch_size: int = Field(default=512, ge=1)
    """Users a batch; more where an epoch would have more than 16 steps over the whole graph."""
    loss: Literal["softmax", "sampled_softmax", "bpr", "bce"] = "softmax"
    """What training lowers; ``sampled_softmax`` is for catalogs too large to score whole."""
    negatives: int = Field(default=4096, ge=1)
    """How often an item is drawn for each batch, with ``loss = sampled_softmax``."""
    negative_power: float = Field(default=0.5, ge=0, le=1)
    """They are drawn in proportion to ``popularity ** negative_power``."""
    learning_rate: float = Field(default=0.01, gt=0)
    """Step size of AdamW."""
    warm_up: int = Field(default=0, ge=0)
    """The step size rises in equal parts over so many first batches."""
    clip: float | None = Field(default=None, gt=0)
    """The longest gradient; a longer one is scaled to this length. ``None``: all pass."""
    precision: Literal["float32", "bfloat16"] = "float32"
    """Of products in training; ``bfloat16`` pays only where the processor computes it natively."""
    weight_decay: float = Field(default=0.01, ge=0)
    """Decoupled decay of node vectors."""
    refit: bool = True
    """Train once more on train and valid together, for the number of epochs found on valid."""
    trim: float = Field(default=0.0, ge=0, lt=0.5)
    """Nothing is learned from this share of the users: those who look most like invented ones.

    That is, unusual for the length of their history, by themselves and by what they share. A
    defence against invented users; whoever is left out is served like all others.
    """


class Config(_Section):
    """All settings of one run."""

    seed: int = Field(default=0, ge=0)
    """Seeds every random choice: same seed, same data, same machine, same result."""
    threads: int = Field(default=0, ge=0)
    """Threads for torch; 0 leaves torch's own choice."""
    graph: GraphConfig = GraphConfig()
    text: TextConfig = TextConfig()
    writer: WriterConfig = WriterConfig()
    kge: KgeConfig = KgeConfig()
    gnn: GnnConfig = GnnConfig()

    def replace(self, settings: Mapping[str, Any]) -> Config:
        """Return a copy with dotted names changed.

        :param settings: ``{"gnn.epochs": 20}``; strings are parsed to the type of the setting
        :raises ConfigError: if a name does not exist or a value is out of range
        """
        tree = self.model_dump()
        for name, value in settings.items():
            *parents, leaf = name.split(".")
            branch: Any = tree
            for parent in parents:
                branch = branch.get(parent) if isinstance(branch, dict) else None
            if not isinstance(branch, dict) or leaf not in branch or isinstance(branch[leaf], dict):
                raise ConfigError(f"There is no setting '{name}'; the settings are {_names(tree)}.")
            branch[leaf] = value
        return parse_config(tree)


def parse_config(tree: Mapping[str, Any]) -> Config:
    """Check a nested mapping against :class:`Config`.

    :raises ConfigError: one sentence that names the setting, its value and what is allowed
    """
    try:
        return Config.model_validate(dict(tree))
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise ConfigError(
            f"Setting '{name}' cannot be {first['input']!r}: {first['msg'].lower()}."
        ) from None


def _names(tree: Mapping[str, Any], prefix: str = "") -> str:
    names = [
        _names(value, f"{prefix}{name}.") if isinstance(value, dict) else f"{prefix}{name}"
        for name, value in tree.items()
    ]
    return ", ".join(names)
