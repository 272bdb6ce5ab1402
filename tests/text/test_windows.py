from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgrec.errors import ConfigError
from kgrec.text import MiniLMEncoder
from kgrec.text import windows as module
from kgrec.text.windows import Windows, chunks


class Letters:
    """A tokenizer whose tokens are letters, between two special ones."""

    is_fast = True

    def __call__(self, texts, truncation, max_length, return_overflowing_tokens):
        assert truncation
        found: dict[str, list] = {"input_ids": [], "overflow_to_sample_mapping": []}
        for owner, text in enumerate(texts):
            body = [ord(letter) for letter in text]
            for start in range(0, max(len(body), 1), max_length - 2):
                found["input_ids"].append([1, *body[start : start + max_length - 2], 2])
                found["overflow_to_sample_mapping"].append(owner)
                if not return_overflowing_tokens:
                    break
        return found


@given(
    texts=st.lists(st.text("abc", max_size=30), min_size=1, max_size=6),
    size=st.integers(3, 8),
    most=st.integers(1, 5),
)
def test_windows_follow_one_another_and_none_is_too_long(
    texts: list[str], size: int, most: int
) -> None:
    found = Windows.of(texts, Letters(), size, most)
    for owner, text in enumerate(texts):
        own = [found.tokens[at] for at in np.flatnonzero(found.owners == owner)]
        assert len(own) <= most
        assert all(len(each) <= size for each in own)
        read = "".join(chr(letter) for each in own for letter in each[1:-1])
        assert read == text[: most * (size - 2)]


@given(
    counts=st.lists(st.integers(1, 4), min_size=1, max_size=6),
    seed=st.integers(0, 99),
)
def test_a_text_has_the_mean_of_its_windows(counts: list[int], seed: int) -> None:
    random = np.random.default_rng(seed)
    owners = np.repeat(np.arange(len(counts)), counts)
    tokens = [[0] * int(random.integers(1, 9)) for _ in owners]
    vectors = random.normal(size=(len(owners), 3)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    pooled = Windows(tokens, owners).pooled(vectors, len(counts))
    for owner, count in enumerate(counts):
        own = np.flatnonzero(owners == owner)
        if count == 1:
            assert np.array_equal(pooled[owner], vectors[own[0]])
            continue
        mean = sum(len(tokens[at]) * vectors[at].astype(np.float64) for at in own)
        np.testing.assert_allclose(pooled[owner], mean / np.linalg.norm(mean), atol=1e-5)


@given(st.lists(st.integers(0, 40), max_size=30))
def test_chunks_hold_all_texts_in_order(lengths: list[int]) -> None:
    before = module._MOST_TEXTS, module._MOST_CHARACTERS
    module._MOST_TEXTS, module._MOST_CHARACTERS = 4, 50
    try:
        parts = list(chunks(lengths))
    finally:
        module._MOST_TEXTS, module._MOST_CHARACTERS = before
    assert [at for part in parts for at in range(part.start, part.stop)] == [*range(len(lengths))]
    for part in parts:
        assert part.stop - part.start <= 4
        assert part.stop - part.start == 1 or sum(lengths[part]) <= 50


@pytest.fixture(scope="module")
def encoder() -> MiniLMEncoder:
    return MiniLMEncoder(precision="float32", windows=3)


def test_the_end_of_a_long_text_is_read(encoder: MiniLMEncoder) -> None:
    start = "A chef cooks pasta in the kitchen. " * 40
    end = "A rocket flies astronauts to the moon. " * 40
    both, cut, moon = encoder.encode([start + end, start, end[:200]])
    assert np.linalg.norm(both) == pytest.approx(1, abs=1e-5)
    assert both @ moon > cut @ moon + 0.1
    one = MiniLMEncoder(precision="float32", windows=1)
    np.testing.assert_allclose(*one.encode([start + end, start]), atol=1e-5)


def test_beyond_the_last_window_nothing_counts(encoder: MiniLMEncoder) -> None:
    base = "word " * 762  # three windows of 254 words
    np.testing.assert_allclose(*encoder.encode([base, base + "zebra " * 20_000]), atol=1e-5)


def test_markup_is_not_read(encoder: MiniLMEncoder) -> None:
    plain, marked, nothing = encoder.encode(["Tom & Jerry", "<p>Tom &amp; Jerry</p>", "<br><hr>"])
    np.testing.assert_allclose(plain, marked, atol=1e-6)
    assert not nothing.any()


def test_windows_are_part_of_the_identity(encoder: MiniLMEncoder) -> None:
    assert MiniLMEncoder(precision="float32", windows=2).identity != encoder.identity
    with pytest.raises(ConfigError, match=r"text\.windows"):
        MiniLMEncoder(windows=0)
