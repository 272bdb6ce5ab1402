"""Adapting an encoder of texts to what belongs together, by low-rank changes of few matrices.

The loss is in :mod:`kgrec.text.adapting.contrast`, where pairs come from in
:mod:`kgrec.text.adapting.pairs`. Paper: Hu et al., LoRA, ICLR 2022,
https://arxiv.org/abs/2106.09685. Needs the extra ``llm`` (``peft``); using the result does not.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from kgrec.callbacks import Bar, Progress
from kgrec.config import AdaptConfig
from kgrec.errors import ConfigError, MissingExtraError
from kgrec.processor import has_native_bfloat16
from kgrec.text.adapter import Adapter
from kgrec.text.adapting.contrast import PairedTexts, contrastive_loss, cuts
from kgrec.text.adapting.pairs import Pairs
from kgrec.text.adapting.targets import targets_of
from kgrec.text.encode import TransformerEncoder

_FEWEST_HELD_OUT = 2  # one pair has no negatives


@dataclass(frozen=True)
class Adapted:
    """What adapting came to.

    :ivar adapter: the change of the weights
    :ivar losses: on held-out pairs: before, and after each epoch; empty if none were held out
    :ivar epochs: after so many the change was best; 0: the encoder is as it was
    """

    adapter: Adapter
    losses: tuple[float, ...]
    epochs: int

    def summary(self) -> dict[str, float]:
        """For the log of a training, in words."""
        found = {"epochs of the text encoder": float(self.epochs)}
        if self.losses:
            found["loss of pairs of texts, before"] = self.losses[0]
            found["loss of pairs of texts, after"] = self.losses[self.epochs]
        return found


def adapt(
    encoder: TransformerEncoder,
    texts: Sequence[str],
    pairs: Pairs,
    config: AdaptConfig | None = None,
    *,
    seed: int = 0,
    progress: Progress | None = None,
) -> Adapted:
    """Learn a change of an encoder under which the texts of each pair are near.

    :param encoder: itself not adapted; stays as it is
    :param texts: ``N`` texts
    :param pairs: places in ``texts``, shape ``(P, 2)``, ``P >= 2``, in a random order; the last are
        held out
    :param config: of the training
    :param seed: same seed, same machine, same change
    :raises MissingExtraError: if ``peft`` is not installed
    :raises ConfigError: if there are too few pairs, nothing that ``config.targets`` names, or,
        where no pairs are held out, the loss is no number any more
    """
    config = config or AdaptConfig()
    held_out = round(len(pairs) * config.held_out)
    held_out = held_out if held_out >= _FEWEST_HELD_OUT else 0
    if len(pairs) - held_out < 2:
        raise ConfigError(
            f"There are {len(pairs)} pairs of texts that belong together, too few to adapt the "
            "encoder: set text.adapt.enabled = false."
        )
    train, valid = pairs[: len(pairs) - held_out], pairs[len(pairs) - held_out :]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        base = encoder.base
        paired = PairedTexts(base, texts, pairs, config.max_tokens)
        training = _Training(base, paired, config, len(train))
        return training.run(train, valid, np.random.default_rng(seed), progress or Progress())


class _Training:
    def __init__(
        self, encoder: TransformerEncoder, texts: PairedTexts, config: AdaptConfig, num_pairs: int
    ) -> None:
        self._encoder = encoder
        self._texts = texts
        self._config = config
        self._network = with_lora(encoder.network(), config)
        trained = [each for each in self._network.parameters() if each.requires_grad]
        self._optimizer = torch.optim.AdamW(trained, lr=config.learning_rate)
        steps = config.epochs * len(list(cuts(num_pairs, config.batch_size)))
        self._schedule = torch.optim.lr_scheduler.LinearLR(self._optimizer, 1.0, 0.0, steps)

    def run(
        self, train: Pairs, valid: Pairs, rng: np.random.Generator, progress: Progress
    ) -> Adapted:
        epochs = self._config.epochs
        losses = [self._held_out(valid)] if len(valid) else []
        best, best_epoch = self._adapter(), 0
        with progress.stage("Adapt the encoder", total=epochs * len(train)) as bar:
            for epoch in range(1, epochs + 1):
                loss = self._epoch(train[rng.permutation(len(train))], bar)
                if not len(valid):
                    _check(loss)
                    best, best_epoch = self._adapter(), epoch
                    continue
                losses.append(self._held_out(valid))
                bar.note(f"loss {loss:.3f}, held out {losses[-1]:.3f}")
                if losses[-1] == min(losses) and losses[-1] < losses[0]:
                    best, best_epoch = self._adapter(), epoch
                elif epoch - best_epoch >= self._config.patience:
                    break
        return Adapted(best, tuple(losses), best_epoch)

    def _epoch(self, pairs: Pairs, bar: Bar) -> float:
        self._network.train()
        total = 0.0
        for cut in cuts(len(pairs), self._config.batch_size):
            loss = self._loss(pairs[cut])
            self._optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            self._optimizer.step()
            self._schedule.step()
            total += float(loss.detach()) * len(pairs[cut])
            bar.advance(len(pairs[cut]))
        return total / len(pairs)

    def _held_out(self, pairs: Pairs) -> float:
        self._network.eval()
        parts = [pairs[cut] for cut in cuts(len(pairs), self._config.batch_size)]
        with torch.no_grad():
            losses = [float(self._loss(part)) * len(part) for part in parts]
        return sum(losses) / len(pairs)

    def _loss(self, pairs: Pairs) -> torch.Tensor:
        first, second = pairs[:, 0].tolist(), pairs[:, 1].tolist()
        tokens = [self._texts.tokens[node] for node in (*first, *second)]
        # Where bfloat16 is emulated it would be slower than float32.
        with torch.autocast("cpu", torch.bfloat16, enabled=has_native_bfloat16()):
            vectors = self._encoder.vectors(self._network, tokens)
        return contrastive_loss(
            vectors[: len(first)],
            vectors[len(first) :],
            self._texts.no_negatives(first, second),
            self._config.temperature,
        )

    def _adapter(self) -> Adapter:
        scale = self._config.alpha / self._config.rank
        return Adapter.of(self._network.base_model.model, scale, self._encoder.identity)


def _check(loss: float) -> None:
    """Without held-out pairs nothing else would notice that the numbers are none any more."""
    if not math.isfinite(loss):
        raise ConfigError(
            "Adapting the encoder of texts diverged: set text.adapt.learning_rate lower."
        )


def with_lora(network: Any, config: AdaptConfig) -> Any:
    """Wrap a network, so that only low-rank changes of the targets are trained.

    :return: a ``peft.PeftModel``
    :raises MissingExtraError: if ``peft`` is not installed
    :raises ConfigError: if the network has nothing that ``config.targets`` names
    """
    targets = targets_of(network, config.targets, config.frozen_layers)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            import peft
        except ImportError:
            raise MissingExtraError("peft", "llm") from None
        settings = peft.LoraConfig(
            r=config.rank,
            lora_alpha=config.alpha,
            lora_dropout=config.dropout,
            target_modules=targets,
        )
        return peft.get_peft_model(network, settings)
