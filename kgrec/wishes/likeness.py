"""How near the words of a wish are to the descriptions of items."""

from __future__ import annotations

import dataclasses
from functools import cached_property

import numpy as np
import numpy.typing as npt

from kgrec.callbacks import Progress
from kgrec.recommend import Recommender
from kgrec.recommend.texts import core_descriptions, encoder_of, learned_graph
from kgrec.text import TextEncoder, encode_descriptions

Floats = npt.NDArray[np.float32]


class Likeness:
    """Compares texts with the descriptions of a recommender's items.

    Descriptions are encoded when the first wish asks for it, or read from the cache of vectors that
    training left.

    :param rec: whose items
    :param encoder: of texts; ``None``: what the settings say
    """

    def __init__(self, rec: Recommender, encoder: TextEncoder | None = None) -> None:
        self._rec, self._given = rec, encoder

    @property
    def is_there(self) -> bool:
        """Whether there is an encoder: none where ``text.enabled`` is off and none was given."""
        return self._given is not None or self._rec.config.text.enabled

    @property
    def is_ready(self) -> bool:
        """Whether the descriptions are encoded."""
        return "_vectors" in self.__dict__

    def prepare(self) -> None:
        """Encode the descriptions now: where training left no cache, this takes minutes."""
        if self.is_there:
            _ = self._vectors

    def to(self, text: str) -> Floats:
        """Cosine of a text and the description of each item, shape ``(I,)``; 0 without one."""
        found: Floats = self._vectors @ self._encoder.encode([text])[0]
        return found

    @cached_property
    def _encoder(self) -> TextEncoder:
        return self._given or encoder_of(self._rec.config)

    @cached_property
    def _vectors(self) -> Floats:
        rec, features = self._rec, self._rec.features
        graph = learned_graph(rec.graph, rec.config)
        every = core_descriptions(graph, features, rec.config, Progress())
        # Items come first among the core nodes.
        items = dataclasses.replace(every, nodes=every.nodes.head(len(features.items)))
        return encode_descriptions(items, self._encoder)
