from __future__ import annotations

import unicodedata
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from kgrec.text.extract.tokens import find_all, find_owner, name_of, sentences, statements, tokens


@given(st.text(max_size=200))
def test_tokens_stand_where_they_say(text: str) -> None:
    found = tokens(text)
    assert all(text[token.start : token.end] == token.text for token in found)
    assert all(one.end <= other.start for one, other in pairwise(found))


@given(st.text(max_size=200))
def test_sentences_are_the_whole_text(text: str) -> None:
    assert "".join(text[start:end] for start, end in sentences(text)) == text


@given(st.text(alphabet="aB. \nDr!", max_size=60))
def test_statements_are_the_whole_text_and_end_with_a_sentence(text: str) -> None:
    found = statements(text)
    assert "".join(text[start:end] for start, end in found) == text
    assert {end for _, end in found} <= {end for _, end in sentences(text)}


def test_an_initial_ends_no_statement() -> None:
    text = "Directed by Samuel L. Orr. He slept."
    assert [text[start:end] for start, end in statements(text)] == [
        "Directed by Samuel L. Orr. ",
        "He slept.",
    ]


def test_possessives_are_found_by_their_owner() -> None:
    words = tokens("Ann Lee’s first film; Pete's Dragon")
    assert find_owner(words, ("ann", "lee")) == [(0, 2)]
    assert find_owner(words, ("dragon",)) == find_owner(words, ()) == []
    assert [word.owner.text for word in words if word.owner] == ["Lee", "Pete"]


def test_names_are_compared_without_case_form_and_white_space() -> None:
    decomposed = unicodedata.normalize("NFD", "Beyoncé")
    words = tokens(f"sung by  {decomposed.upper()}\n")
    assert name_of("beyoncé") == name_of("BEYONCÉ")
    assert find_all(words, name_of("Sung  by")) == [(0, 2)]
    assert find_all(tokens("O’Brien and R&B, hip-hop"), name_of("O'Brien")) == [(0, 1)]


def test_ideographs_are_words_by_themselves() -> None:
    assert find_all(tokens("这是宫崎骏的电影"), name_of("宫崎骏")) == [(2, 5)]
