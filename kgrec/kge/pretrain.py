"""From triples to vectors.

:func:`pretrain` sees the triples it is given and nothing else: leave test interactions out of them
and no embedding can know about them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from kgrec._pykeen import quiet_pykeen
from kgrec.callbacks import Progress
from kgrec.config import KgeConfig
from kgrec.errors import GraphError
from kgrec.kge.embeddings import KgeEmbeddings
from kgrec.kge.models import make_model
from kgrec.kge.training import train, within_budget


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
    checked = _check(triples, num_entities, num_relations)
    with torch.random.fork_rng(devices=[]), _one_thread(), quiet_pykeen():
        torch.manual_seed(seed)
        chosen, epochs = within_budget(torch.from_numpy(checked), config)
        factory = _factory(chosen, num_entities, num_relations, model, config)
        network = make_model(model if model is not None else config.model, factory, config)
        losses: list[float] = []
        if len(chosen) and num_entities > 1:
            losses = train(network, factory, epochs, config, progress or Progress())
        return KgeEmbeddings.of(network, losses)


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


def _factory(
    triples: torch.Tensor, num_entities: int, num_relations: int, model: Any, config: KgeConfig
) -> Any:
    from pykeen.triples import CoreTriplesFactory  # takes seconds to import: only when needed

    # An instance has its relations already, with inverses or without.
    inverse = getattr(model, "use_inverse_triples", config.inverse_triples)
    return CoreTriplesFactory(
        triples, num_entities, num_relations, create_inverse_triples=bool(inverse)
    )
