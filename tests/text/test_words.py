from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kgrec.text.words import word_vectors


def test_shared_words_join_texts_and_rare_ones_more() -> None:
    texts = ["a film of space and war", "a film of space", "a film of love", "a film of love"]
    vectors = word_vectors([*texts, "", "unique"]).toarray()
    alike = vectors @ vectors.T
    assert alike[2, 3] > 0.999
    assert alike[0, 1] > alike[0, 2] > 0
    assert not vectors[4].any()
    assert not vectors[5].any()


def test_case_and_punctuation_do_not_matter() -> None:
    first, second = word_vectors(["The Director's cut!", "the director's, CUT"]).toarray()
    assert first @ second > 0.999


def test_texts_without_spaces_are_read_in_pairs_of_characters() -> None:
    vectors = word_vectors(["太空战争电影", "关于太空的电影", "爱情故事"]).toarray()
    assert vectors[0] @ vectors[1] > 0.3
    assert vectors[0] @ vectors[2] == 0


def test_no_texts_no_words() -> None:
    assert word_vectors([]).shape[0] == 0
    assert word_vectors(["", ""]).nnz == 0


@given(st.lists(st.text(max_size=40), max_size=8))
def test_rows_have_length_one_or_nothing(texts: list[str]) -> None:
    vectors = word_vectors(texts).toarray()
    lengths = np.linalg.norm(vectors, axis=1)
    assert (np.isclose(lengths, 1, atol=1e-5) | (lengths == 0)).all()
