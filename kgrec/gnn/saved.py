"""From the numbers in a file back to a model of the right kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy.typing as npt

from kgrec.gnn.linear.pairs import PairModel
from kgrec.gnn.model import Model


def model_of(kind: str, tensors: Mapping[str, npt.NDArray[Any]]) -> Model:
    """The inverse of :meth:`Model.tensors`.

    :param kind: :attr:`Model.kind`
    :raises KeyError: if a tensor is missing
    :raises ValueError: if tensors do not fit together, or there is no such kind
    """
    if kind == "linear":
        return PairModel.of_tensors(tensors)
    # Imported late: who takes the default has no use for it.
    from kgrec.gnn.deep.model import VectorModel

    return VectorModel.of_tensors(kind, tensors)
