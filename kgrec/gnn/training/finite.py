"""What is known of nodes must be numbers: one that is none would spread to all vectors."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from kgrec.errors import DataError
from kgrec.features import Features
from kgrec.gnn.inputs import NodeInputs


def check_finite(features: Features, inputs: NodeInputs) -> None:
    """Refuse vectors with a number that is NaN or infinite.

    :raises DataError: names the node and what to do
    """
    encode = "use another text encoder, or set text.enabled = false"
    pretrain = "lower kge.learning_rate, or set kge.enabled = false"
    _check(features, inputs.text, "vectors of descriptions", encode)
    _check(features, inputs.pretrained, "knowledge-graph embeddings", pretrain)
    for name, vectors in inputs.modalities.items():
        _check(features, vectors, f"vectors of '{name}'", "mend them, or leave the column out")
    if inputs.words is not None and not np.isfinite(inputs.words.data).all():
        raise DataError("a weight of a word is no finite number", fix="set text.enabled = false")


def _check(
    features: Features, vectors: npt.NDArray[np.float32] | None, what: str, fix: str
) -> None:
    # A sum is finite only if all of its terms are: no matrix of truth values for the usual case.
    if vectors is None or np.isfinite(vectors.sum(dtype=np.float64)):
        return
    broken = np.flatnonzero(~np.isfinite(vectors).all(axis=1))
    if broken.size:
        node = features.node_key(int(features.core[broken[0]]))
        raise DataError(
            f"{broken.size} of {len(vectors)} {what} hold a number that is not finite, the first "
            f"is that of '{node}'",
            fix=fix,
        )
