"""PyKEEN's training loop, with a bound on the triples that it sees."""

from __future__ import annotations

from typing import Any

import torch

from kgrec.callbacks import Bar, Progress
from kgrec.config import KgeConfig


def within_budget(triples: torch.Tensor, config: KgeConfig) -> tuple[torch.Tensor, int]:
    """As many passes as ``config.most_triples`` allows; of more triples than that, a random part.

    :param triples: shape: ``(m, 3)``
    :return: the triples to train on, in their order, and the number of epochs, at least 1
    """
    seen = len(triples) * (2 if config.inverse_triples else 1)
    if seen <= config.most_triples:
        return triples, min(config.epochs, max(1, config.most_triples // max(seen, 1)))
    size = max(1, len(triples) * config.most_triples // seen)
    return triples[torch.randperm(len(triples))[:size].sort().values], 1


def train(network: Any, factory: Any, epochs: int, config: KgeConfig, progress: Progress) -> Any:
    """Train a model in place.

    :return: the mean loss of each epoch
    """
    from pykeen.training import SLCWATrainingLoop

    loop = SLCWATrainingLoop(
        model=network,
        triples_factory=factory,
        optimizer=torch.optim.Adam(network.get_grad_params(), lr=config.learning_rate),
        negative_sampler_kwargs={
            "num_negs_per_pos": config.negatives,
            # A Bloom filter: no true triple passes, and one false triple in a thousand does not.
            "filtered": config.filtered_negatives,
        },
    )
    with progress.stage(f"Pretrain {type(network).__name__}", total=epochs) as bar:
        losses = loop.train(
            factory,
            num_epochs=epochs,
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
