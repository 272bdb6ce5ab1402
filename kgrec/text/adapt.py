r"""Adapting an encoder of texts to what belongs together, by low-rank changes of few matrices.

Of a batch of :math:`n` pairs each text is to be nearer to its partner than to the partners of the
others, both ways round:

.. math::
    \mathcal L = -\frac{1}{2n} \sum_i \left(
        \ln \frac{e^{x_i \cdot y_i / \tau}}{\sum_j e^{x_i \cdot y_j / \tau}} +
        \ln \frac{e^{x_i \cdot y_i / \tau}}{\sum_j e^{x_j \cdot y_i / \tau}} \right)

Sums leave out what is no negative: the same text, and a partner in another pair. Papers: van den
Oord et al., InfoNCE, 2018, https://arxiv.org/abs/1807.03748; Hu et al., LoRA, ICLR 2022,
https://arxiv.org/abs/2106.09685. Needs the extra ``llm`` (``peft``); using the result does not.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch.nn.functional import cross_entropy

from kgrec.callbacks import Bar, Progress
from kgrec.config import AdaptConfig
from kgrec.errors import ConfigError, MissingExtraError
from kgrec.text.adapter import Adapter
from kgrec.text.encode import TransformerEncoder, has_native_bfloat16
from kgrec.text.pairs import Pairs
from kgrec.text.targets import targets_of

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
    :raises ConfigError: if there are too few pairs, or nothing that ``config.targets`` names
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
        training = _Training(base, _Batches(base, texts, pairs, config), config, len(train))
        return training.run(train, valid, np.random.default_rng(seed), progress or Progress())


class _Batches:
    """Tokens of the texts in pairs, and which texts are no negatives of one another."""

    def __init__(
        self, encoder: TransformerEncoder, texts: Sequence[str], pairs: Pairs, config: AdaptConfig
    ) -> None:
        used = np.unique(pairs)
        tokens = encoder.tokens([texts[node] for node in used], config.max_tokens)
        self.tokens = dict(zip(used.tolist(), tokens, strict=True))
        numbers = {text: number for number, text in enumerate(dict.fromkeys(texts))}
        self._number = {node: numbers[texts[node]] for node in used.tolist()}
        self._known = {frozenset(map(self._number.__getitem__, pair)) for pair in pairs.tolist()}

    def no_negatives(self, first: list[int], second: list[int]) -> torch.Tensor:
        """Where the texts of two nodes are the same or a pair, shape ``(n, n)``; not the diagonal.

        :param first: nodes, ``n`` of them
        :param second: their partners
        """
        rows = [self._number[node] for node in first]
        columns = [self._number[node] for node in second]
        found = [
            [row == column or frozenset((row, column)) in self._known for column in columns]
            for row in rows
        ]
        return torch.tensor(found) & ~torch.eye(len(rows), dtype=torch.bool)


class _Training:
    def __init__(
        self, encoder: TransformerEncoder, batches: _Batches, config: AdaptConfig, num_pairs: int
    ) -> None:
        self._encoder = encoder
        self._batches = batches
        self._config = config
        self._network = with_lora(encoder.network(), config)
        trained = [each for each in self._network.parameters() if each.requires_grad]
        self._optimizer = torch.optim.AdamW(trained, lr=config.learning_rate)
        steps = config.epochs * len(list(_cuts(num_pairs, config.batch_size)))
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
        for cut in _cuts(len(pairs), self._config.batch_size):
            loss = self._loss(pairs[cut])
            self._optimizer.zero_grad(set_to_none=True)
            loss.backward()
            self._optimizer.step()
            self._schedule.step()
            total += float(loss.detach()) * len(pairs[cut])
            bar.advance(len(pairs[cut]))
        return total / len(pairs)

    def _held_out(self, pairs: Pairs) -> float:
        self._network.eval()
        cuts = list(_cuts(len(pairs), self._config.batch_size))
        with torch.no_grad():
            losses = [float(self._loss(pairs[cut])) * len(pairs[cut]) for cut in cuts]
        return sum(losses) / len(pairs)

    def _loss(self, pairs: Pairs) -> torch.Tensor:
        first, second = pairs[:, 0].tolist(), pairs[:, 1].tolist()
        tokens = [self._batches.tokens[node] for node in (*first, *second)]
        # Where bfloat16 is emulated it would be slower than float32.
        with torch.autocast("cpu", torch.bfloat16, enabled=has_native_bfloat16()):
            vectors = self._encoder.vectors(self._network, tokens)
        return contrastive_loss(
            vectors[: len(first)],
            vectors[len(first) :],
            self._batches.no_negatives(first, second),
            self._config.temperature,
        )

    def _adapter(self) -> Adapter:
        scale = self._config.alpha / self._config.rank
        return Adapter.of(self._network.base_model.model, scale, self._encoder.identity)


def contrastive_loss(
    first: torch.Tensor, second: torch.Tensor, no_negatives: torch.Tensor, temperature: float
) -> torch.Tensor:
    """InfoNCE with in-batch negatives, both ways round.

    :param first: unit vectors, shape ``(n, d)``
    :param second: those of their partners
    :param no_negatives: what sums leave out, bool, shape ``(n, n)``; false on the diagonal
    :param temperature: above 0
    """
    cosines = first.float() @ second.float().T / temperature
    cosines = cosines.masked_fill(no_negatives, -torch.inf)
    partner = torch.arange(len(first))
    return (cross_entropy(cosines, partner) + cross_entropy(cosines.T, partner)) / 2


def _cuts(count: int, size: int) -> Iterator[slice]:
    """Parts of ``size``; a single last pair would have no negatives and joins the part before."""
    starts = list(range(0, count, size))
    if len(starts) > 1 and count - starts[-1] < 2:
        starts.pop()
    for start, end in zip(starts, [*starts[1:], count], strict=True):
        yield slice(start, end)


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
            lora_alpha=config.alpha,  # type: ignore[arg-type]  # any number will do
            lora_dropout=config.dropout,
            target_modules=targets,
        )
        return peft.get_peft_model(network, settings)
