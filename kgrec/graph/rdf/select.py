"""How a store of RDF is asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Select(Protocol):
    """Asks a store."""

    def __call__(
        self, variables: str, pattern: str, more: str = ""
    ) -> Sequence[Sequence[str | None]]:
        """Ask for ``variables`` of what fits ``pattern``.

        :param more: behind the pattern, for instance ``GROUP BY ?p``
        :return: the texts of the terms
        """
