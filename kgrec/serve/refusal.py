"""Why a request is not answered: a status, one sentence, and what may have been meant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kgrec.errors import KgrecError


class Refusal(KgrecError):  # noqa: N818
    """A request that is not answered.

    :param status: of HTTP
    :param sentence: what is wrong, and how to mend it
    :param near: ``{"id", "label"}`` of what may have been meant
    """

    def __init__(self, status: int, sentence: str, near: Sequence[dict[str, str]] = ()) -> None:
        super().__init__(sentence)
        self.status, self.near = status, list(near)

    def body(self) -> dict[str, Any]:
        """As the contract has it."""
        return {"error": str(self), "near": self.near}
