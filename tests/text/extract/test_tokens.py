from __future__ import annotations

import unicodedata
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from kgrec.text.extract.tokens import find_all, name_of, sentences, tokens


@given(st.text(max_size=200))
def test_tokens_stand_where_they_say(text: str) -> None:
    found = tokens(text)
    assert all(text[token.start : token.end] == token.text for token in found)
    assert all(one.end <= other.start for one, other in pairwise(found))


@given(st.text(max_size=200))
def test_sentences_are_the_whole_text(text: str) -> None:
    assert "".join(text[start:end] for start, end in sentences(text)) == text


def test_names_are_compared_without_case_form_and_white_space() -> None:
    decomposed = unicodedata.normalize("NFD", "Beyoncé")
    words = tokens(f"sung by  {decomposed.upper()}\n")
    assert name_of("beyoncé") == name_of("BEYONCÉ")
    assert find_all(words, name_of("Sung  by")) == [(0, 2)]
    assert find_all(tokens("O’Brien and R&B, hip-hop"), name_of("O'Brien")) == [(0, 1)]


def test_ideographs_are_words_by_themselves() -> None:
    assert find_all(tokens("这是宫崎骏的电影"), name_of("宫崎骏")) == [(2, 5)]
