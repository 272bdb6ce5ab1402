"""The parts of a score that no path carries: their names, and their sizes in the default model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from kgrec.explain.tastes import Tastes
from kgrec.explain.walks import Walks

_OTHER = frozenset(("popularity", "latent", "oneself", "other_paths", "other_edges", "extracted"))
_TAKEN = _OTHER | {"text", "content"}


def is_content(name: str) -> bool:
    """Whether a part is what texts, further modalities or the amount that is known carry over.

    >>> is_content("text"), is_content("image"), is_content("latent")
    (True, True, False)
    """
    return name not in _OTHER


def rest_of_modality(name: str) -> str:
    """The part that vectors of a name carry over; not one that means something else.

    >>> rest_of_modality("image"), rest_of_modality("latent")
    ('image', 'latent vectors')
    """
    return f"{name} vectors" if name in _TAKEN else name


@dataclass(frozen=True)
class Parts:
    """What a score is made of, but for what only training knows.

    :ivar popularity: of the item, whoever asks
    :ivar walks: what all walks carry
    :ivar oneself: what walks through nobody but the user would carry
    :ivar tastes: what content carries along facts of the item
    :ivar text: what content carries along words and descriptions
    :ivar modalities: the same for each further modality, by its name
    :ivar content: what else content carries
    """

    popularity: float
    walks: float
    oneself: float
    tastes: float
    text: float
    modalities: Mapping[str, float]
    content: float

    @classmethod
    def of(
        cls,
        popularity: float,
        walks: Walks,
        carried: npt.NDArray[np.float32],
        tastes: Tastes | None,
        modalities: Iterable[str],
    ) -> Self:
        """Take a score apart.

        :param carried: what content carries from each item of the history
        :param tastes: the same along facts and texts; ``None``: nothing is carried
        :param modalities: names of all that the model knows
        """
        on_facts = float(tastes.shares.sum()) if tastes else 0.0
        text = tastes.text if tastes else 0.0
        vectors = tastes.modalities if tastes else dict.fromkeys(modalities, 0.0)
        content = float(carried.sum()) - text - sum(vectors.values()) - on_facts
        reached = float(walks.shares.sum())
        return cls(popularity, reached, walks.oneself, on_facts, text, vectors, content)

    @property
    def paths(self) -> float:
        """What is told as paths."""
        return self.walks + self.tastes

    @property
    def off_facts(self) -> float:
        """What content carries, but not along facts."""
        return self.text + sum(self.modalities.values()) + self.content

    def rest(self, score: float) -> dict[str, float]:
        """The parts that no path carries, by their names; with the paths they sum to the score."""
        by_vectors = sum(self.modalities.values())
        latent = score - self.popularity - self.text - by_vectors - self.content
        rest = {
            "popularity": self.popularity,
            "text": self.text,
            **{rest_of_modality(name): part for name, part in self.modalities.items()},
            "content": self.content,
            "latent": latent - self.paths - self.oneself,
        }
        return rest | {"oneself": self.oneself} if self.oneself else rest
