"""Knowledge-graph embeddings from PyKEEN, which give the graph network a start.

:func:`pretrain` sees the triples it is given and nothing else: leave test interactions out of them
and no embedding can know about them.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from kgrec._pykeen import quiet_pykeen
from kgrec.callbacks import Bar, Progress
from kgrec.config import KgeConfig
from kgrec.errors import ConfigError, GraphError

__all__ = ["KgeEmbeddings", "pretrain"]

# PyKEEN's defaults repeat the first papers, where entities of unit length and a margin keep these
# two from learning much in few epochs. Free vectors under a logistic loss are what later
# comparisons recommend (Ruffinelli et al., "You CAN teach an old dog new tricks!", ICLR 2020).
_OPTIONS: dict[str, dict[str, Any]] = {
    "DistMult": {"loss": "softplus", "entity_constrainer": None, "regularizer": None},
    "ComplEx": {"loss": "softplus", "regularizer": None},
}

_USUAL = ["TransE", "DistMult", "ComplEx", "RotatE"]


@dataclass(frozen=True)
class KgeEmbeddings:
    """Trained vectors, all real-valued.

    A complex vector of ``c`` numbers (ComplEx, RotatE) is stored as its ``c`` real parts followed
    by its ``c`` imaginary parts; ``c`` is chosen so that this makes ``embedding_size`` numbers
    again. A model that keeps several tensors for an entity or a relation (TransD, BoxE, SE, …) has
    them flattened side by side, so its width may differ.

    :ivar entities: float32, shape: ``(num_entities, embedding_size)``
    :ivar relations: float32, shape: ``(num_relations, …)``, flattened to two dimensions
    :ivar losses: mean training loss of each epoch; empty if there was nothing to train on
    """

    entities: npt.NDArray[np.float32]
    relations: npt.NDArray[np.float32]
    losses: list[float] = field(default_factory=list)


def pretrain(
    triples: npt.NDArray[np.int64],
    num_entities: int,
    num_relations: int,
    config: KgeConfig | None = None,
    *,
    seed: int = 0,
    model: Any = None,
    progress: Progress | None = None,
) -> KgeEmbeddings:
    """Train a PyKEEN model on triples under the stochastic local closed world assumption.

    Each true triple is set against ``config.negatives`` corrupted ones (head or tail replaced at
    random) and Adam lowers the loss that PyKEEN holds as the model's default (DistMult and ComplEx:
    softplus). Runs on one thread of the CPU; the global random state of torch is left as it was.
    Source: Ali et al., PyKEEN 1.0, JMLR 2021.

    :param triples: head, relation and tail indices, shape: ``(m, 3)``
    :param num_entities: entities are ``0 … num_entities - 1``
    :param num_relations: relations are ``0 … num_relations - 1``
    :param config: model and training settings
    :param seed: same seed, same triples, same machine: same result
    :param model: a PyKEEN model class or an instance, in place of the name ``config.model``; an
        instance is trained in place, from fresh parameters
    :param progress: receives one step and the loss for each epoch
    :raises ConfigError: if PyKEEN has no model of that name
    :raises GraphError: if a triple holds an index that is out of range
    """
    config = config if config is not None else KgeConfig()
    triples = _check(triples, num_entities, num_relations)
    with torch.random.fork_rng(devices=[]), _one_thread(), quiet_pykeen():
        torch.manual_seed(seed)
        factory = _factory(triples, num_entities, num_relations)
        network = _make_model(model if model is not None else config.model, factory, config)
        losses: list[float] = []
        if len(triples) and num_entities > 1:
            losses = _train(network, factory, config, progress or Progress())
        return KgeEmbeddings(
            _real_view(network.entity_representations),
            _real_view(network.relation_representations),
            losses,
        )


@contextmanager
def _one_thread() -> Iterator[None]:
    """The batches are too small to share: more threads wait for each other, on a busy machine long.

    It also makes the result the same whatever the number of threads.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _check(triples: npt.NDArray[np.int64], num_entities: int, num_relations: int) -> Any:
    array = np.ascontiguousarray(triples, dtype=np.int64).reshape(-1, 3)
    limits = np.array([num_entities, num_relations, num_entities])
    wrong = ((array < 0) | (array >= limits)).any(axis=1)
    if wrong.any():
        row = int(wrong.argmax())
        raise GraphError(
            f"Triple {row} is {tuple(array[row].tolist())}, but there are {num_entities} entities "
            f"and {num_relations} relations, counted from 0."
        )
    return array


def _factory(triples: npt.NDArray[np.int64], num_entities: int, num_relations: int) -> Any:
    from pykeen.triples import CoreTriplesFactory  # takes seconds to import: only when needed

    return CoreTriplesFactory(torch.from_numpy(triples), num_entities, num_relations)


def _make_model(hint: Any, factory: Any, config: KgeConfig) -> Any:
    from pykeen.models import Model

    if isinstance(hint, Model):
        return hint
    model_class = _find_model(hint) if isinstance(hint, str) else hint
    made = _instantiate(model_class, factory, config.embedding_size)
    if any(_tensor(part).is_complex() for part in made.entity_representations):
        made = _instantiate(model_class, factory, max(1, config.embedding_size // 2))
    return made


def _find_model(name: str) -> Any:
    from pykeen.models import model_resolver

    known = model_resolver.lookup_dict
    try:
        return model_resolver.lookup(name)
    except KeyError:
        close = difflib.get_close_matches(model_resolver.normalize(name), known, n=3, cutoff=0.4)
        names = ", ".join([known[key].__name__ for key in close] or _USUAL)
        raise ConfigError(
            f"PyKEEN has no model '{name}'; set kge.model to another, for instance {names}."
        ) from None


def _instantiate(model_class: Any, factory: Any, embedding_size: int) -> Any:
    from pykeen.utils import NoRandomSeedNecessary

    # Else PyKEEN would seed the global generators of Python, NumPy and torch.
    return model_class(
        triples_factory=factory,
        embedding_dim=embedding_size,
        random_seed=NoRandomSeedNecessary,
        **_OPTIONS.get(getattr(model_class, "__name__", ""), {}),
    ).to("cpu")


def _train(network: Any, factory: Any, config: KgeConfig, progress: Progress) -> list[float]:
    from pykeen.training import SLCWATrainingLoop

    loop = SLCWATrainingLoop(
        model=network,
        triples_factory=factory,
        optimizer=torch.optim.Adam(network.get_grad_params(), lr=config.learning_rate),
        negative_sampler_kwargs={"num_negs_per_pos": config.negatives},
    )
    with progress.stage(f"Pretrain {type(network).__name__}", total=config.epochs) as bar:
        losses = loop.train(
            factory,
            num_epochs=config.epochs,
            batch_size=min(config.batch_size, len(factory.mapped_triples)),
            use_tqdm=False,
            pin_memory=False,
            callbacks=_reporter(bar),
        )
    return [float(loss) for loss in losses]


def _reporter(bar: Bar) -> Any:
    from pykeen.training.callbacks import TrainingCallback

    class Reporter(TrainingCallback):  # type: ignore[misc]  # its base has no types
        def post_epoch(self, epoch: int, epoch_loss: float, **_: Any) -> None:  # noqa: ARG002
            bar.advance()
            bar.note(f"loss {epoch_loss:.4f}")

    return Reporter()


def _tensor(representation: Any) -> torch.Tensor:
    tensor: torch.Tensor = representation(indices=None)
    return tensor


def _real_view(representations: Any) -> npt.NDArray[np.float32]:
    """Flatten all representations to one real matrix, shape: ``(n, d)``."""
    with torch.inference_mode():
        tensors = [_tensor(part).flatten(start_dim=1) for part in representations]
        parts = [
            part
            for tensor in tensors
            for part in ((tensor.real, tensor.imag) if tensor.is_complex() else (tensor,))
        ]
        return np.ascontiguousarray(torch.cat(parts, dim=1).float().numpy())
