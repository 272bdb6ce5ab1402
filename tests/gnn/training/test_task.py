from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix

from kgrec.gnn.training.task import Split, history_scale, split_histories


def test_a_split_shows_or_hides_each_item_and_keeps_whole_rows() -> None:
    rng = np.random.default_rng(0)
    dense = (rng.random((200, 12)) < 0.4).astype(np.float32)
    dense[:, 0] = 1
    split = split_histories(csr_matrix(dense), 0.7, rng)
    both = split.shown.toarray() + split.hidden.toarray()
    rows = {row.tobytes() for row in dense}
    assert all(row.tobytes() in rows for row in both)
    assert (split.known.toarray() == both).all()
    share = split.shown.nnz / (split.shown.nnz + split.hidden.nnz)
    assert 0.6 < share < 0.8


def test_histories_stay_as_they_are() -> None:
    histories = csr_matrix(np.ones((4, 5), dtype=np.float32))
    split_histories(histories, 0.5, np.random.default_rng(0))
    assert histories.toarray().tolist() == np.ones((4, 5)).tolist()


def test_a_hidden_item_counts_less_among_many() -> None:
    hidden = csr_matrix(np.array([[1, 0, 0, 0], [1, 1, 1, 1]], dtype=np.float32))
    assert Split(hidden, hidden).weights.tolist() == [1.0, 0.5]


def test_an_empty_history_has_the_scale_of_one_item() -> None:
    histories = csr_matrix(np.array([[0, 0, 0, 0], [1, 0, 0, 0], [1, 1, 1, 1]], dtype=np.float32))
    assert history_scale(histories, 0.5).tolist() == [[1.0], [1.0], [0.5]]
    assert history_scale(histories, 0.0).tolist() == [[1.0]] * 3
