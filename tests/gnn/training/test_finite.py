from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from kgrec.callbacks import Progress
from kgrec.config import GnnConfig
from kgrec.errors import DataError
from kgrec.features import Features
from kgrec.gnn.fit import fit
from kgrec.gnn.inputs import NodeInputs
from kgrec.gnn.training.finite import check_finite


def vectors(features: Features, broken: float, row: int = 1) -> np.ndarray:
    made = np.ones((len(features.core), 3), dtype=np.float32)
    made[row:, 2] = broken
    return made


@pytest.mark.parametrize("broken", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize(
    ("field", "words", "advice"),
    [
        ("text", "vectors of descriptions", "text.enabled = false"),
        ("pretrained", "knowledge-graph embeddings", "lower kge.learning_rate"),
    ],
)
def test_a_vector_with_no_number_is_refused_before_training(
    tiny_features: Features, field: str, words: str, advice: str, broken: float
) -> None:
    inputs = NodeInputs(**{field: vectors(tiny_features, broken)})
    with pytest.raises(DataError) as caught:
        fit(tiny_features, inputs, GnnConfig(), seed=0, progress=Progress())
    size, node = len(tiny_features.core), tiny_features.node_key(1)
    sentence = f"{size - 1} of {size} {words} hold a number that is not finite, the first is that"
    assert str(caught.value).startswith(f"{sentence} of '{node}'; ")
    assert advice in str(caught.value)


def test_words_are_looked_at_too(tiny_features: Features) -> None:
    words = csr_matrix(np.array([[1.0, np.nan]], dtype=np.float32))
    with pytest.raises(DataError, match=r"text\.enabled"):
        check_finite(tiny_features, NodeInputs(words=words))


def test_large_numbers_are_numbers(tiny_features: Features) -> None:
    check_finite(tiny_features, NodeInputs(text=vectors(tiny_features, 3e38)))
    check_finite(tiny_features, NodeInputs())
