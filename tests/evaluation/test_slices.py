from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy.sparse import csr_matrix

from kgrec.evaluation.attributes import Attribute
from kgrec.evaluation.interactions import Interactions
from kgrec.evaluation.slices import slice_metrics, slices_of

# Item "a" is the head (5 items: one is a fifth), "e" has never been taken.
TRAIN = pl.DataFrame({"user": list("123233"), "item": list("aaabbc")})
KNOWN = Interactions.build(TRAIN, TRAIN.clear(), users="1234", items="abcde")
TEST = pl.DataFrame({"user": list("12234"), "item": list("bcede")})
LISTS = pl.DataFrame({"user": list("1224"), "item": list("bdeb"), "rank": [1, 1, 2, 1]})


@pytest.fixture
def slices() -> dict[str, dict[str, float]]:
    return slice_metrics(LISTS, TEST, KNOWN, (2,))


def test_users_by_history(slices: dict[str, dict[str, float]]) -> None:
    users = {name: values["users"] for name, values in slices.items() if name[0] == "u"}
    assert users == {
        "users: no history": 1,
        "users: short history": 1,
        "users: medium history": 1,
        "users: long history": 1,
    }
    assert slices["users: short history"]["Recall@2"] == 1
    assert slices["users: medium history"]["Recall@2"] == 0.5
    assert slices["users: no history"]["Hit@2"] == 0


def test_items_by_popularity(slices: dict[str, dict[str, float]]) -> None:
    # Tail: b and c, of users 1 and 2. Cold: d and e, of users 2, 3 and 4. Nobody is tested on a.
    assert "items: head" not in slices
    assert slices["items: tail"] == pytest.approx({"users": 2, "Recall@2": 0.5, "NDCG@2": 0.5})
    assert slices["items: cold"]["users"] == 3
    assert slices["items: cold"]["Recall@2"] == pytest.approx(1 / 3)


def test_users_of_equal_history_stay_together() -> None:
    train = pl.DataFrame({"user": list("1234"), "item": list("aabb")})
    known = Interactions.build(train, train.clear(), users="1234", items="abcde")
    slices = slice_metrics(LISTS, TEST, known, (2,))
    assert [name for name in slices if name[0] == "u"] == ["users: short history"]


def test_users_by_an_attribute_and_those_without_it() -> None:
    members = csr_matrix(np.array([[1, 0], [0, 1], [1, 1], [0, 0]], dtype=np.float32))
    letters = Attribute("letter", "user", tuple("1234"), ("f", "m"), members)
    genres = Attribute("genre", "item", tuple("abcde"), (), csr_matrix((5, 0)))
    found = slice_metrics(LISTS, TEST, KNOWN, (2,), [letters, genres])
    parts = {name[7:]: part for name, part in found.items() if name.startswith("users: letter")}
    assert {name: part["users"] for name, part in parts.items()} == {
        "letter f": 2,
        "letter m": 2,
        "letter unknown": 1,
    }
    assert parts["letter f"]["Recall@2"] == 0.5
    assert not any("genre" in name for name in found)
    unknown = slices_of(TEST, KNOWN, [letters])["users: letter unknown"]
    assert unknown.rows() == [("4", "e")]
