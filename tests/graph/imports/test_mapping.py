from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgrec.errors import DataError
from kgrec.graph.imports import InteractionNode, Mapping
from kgrec.graph.imports.toml import to_toml

BASE = Mapping(users=("User",), items=("Film",), interactions=("RATED",))
NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
MAPPINGS = st.builds(
    Mapping,
    users=st.lists(NAMES, min_size=1, max_size=2).map(tuple),
    items=st.lists(NAMES, min_size=1, max_size=2).map(tuple),
    interactions=st.lists(NAMES, min_size=1, max_size=2).map(tuple),
    interaction_nodes=st.lists(
        st.builds(
            InteractionNode,
            label=NAMES,
            user=NAMES,
            item=NAMES,
            weight=st.none() | NAMES,
            rating=st.none() | st.lists(NAMES, min_size=2, max_size=3).map(tuple),
        ),
        max_size=2,
    ).map(tuple),
    rating=st.none() | NAMES,
    min_rating=st.none() | st.floats(allow_nan=False, allow_infinity=False),
    active_users_only=st.booleans(),
    id=st.dictionaries(NAMES, NAMES, max_size=2),
    rename=st.dictionaries(NAMES, NAMES, max_size=2),
    licence=st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    seed=st.integers(0, 10),
    reasons=st.lists(st.text(max_size=120), max_size=2).map(tuple),
)


@given(MAPPINGS)
def test_its_toml_says_all_of_it(mapping: Mapping) -> None:
    for text in (str(mapping), to_toml(mapping)):
        assert Mapping.model_validate(tomllib.loads(text)) == mapping


def test_a_file_gives_the_same_mapping(tmp_path: Path) -> None:
    path = tmp_path / "mapping.toml"
    mapping = BASE.model_copy(update={"id": {"Film": "film id"}, "test": True})
    mapping.save(path)
    assert Mapping.load(path) == mapping


def test_every_key_stands_in_the_file_with_a_comment() -> None:
    lines = to_toml(BASE).split("\n")
    fields = {name for name, field in Mapping.model_fields.items() if not field.exclude}
    for name in fields - {"interaction_nodes"}:
        keys = [line.lstrip("# ").startswith(f"{name} = ") for line in lines]
        assert lines[keys.index(True) - 1].startswith("# "), name


def test_reasons_are_comments_and_no_part_of_it() -> None:
    explained = BASE.model_copy(update={"reasons": ("they carry\nratings",)})
    assert "#   they carry ratings" in str(explained)
    assert explained == BASE
    assert hash(explained) == hash(BASE)


def test_ontologies_are_found_beside_the_file(tmp_path: Path) -> None:
    path = tmp_path / "mapping.toml"
    path.write_text('users = ["U"]\nitems = ["I"]\ninteractions = ["R"]\nontologies = ["my.ttl"]')
    assert Mapping.load(path).ontologies == (str(tmp_path / "my.ttl"),)


def test_it_needs_interactions() -> None:
    with pytest.raises(DataError, match="neither 'interactions' nor"):
        Mapping(users=("User",), items=("Film",))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"itms": ("Film",)}, "no key 'itms', did you mean 'items'"),
        ({"users": ()}, "'users' cannot be \\(\\)"),
        ({"users": None}, "'users' cannot be None"),
        ({"min_rating": "low"}, "'min_rating' cannot be 'low'"),
        ({"interaction_nodes": ({"label": "R", "user": "u"},)}, r"interaction_nodes\.item' is mis"),
    ],
)
def test_a_mapping_made_in_python_complains_in_one_sentence(
    values: dict[str, Any], message: str
) -> None:
    given = {"users": ("User",), "items": ("Film",), "interactions": ("RATED",)}
    with pytest.raises(DataError, match=message) as caught:
        Mapping(**{**given, **values})
    assert str(caught.value).endswith("; correct the mapping.")
    assert "\n" not in str(caught.value)


def test_an_interaction_node_complains_too() -> None:
    with pytest.raises(DataError, match=r"no key 'interaction_nodes\.usr', did you mean 'user'"):
        InteractionNode(label="R", user="u", item="i", usr="u")  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("users = [", "is not TOML"),
        ('users = ["U"]\ninteractions = ["R"]', "the key 'items' is missing"),
        ('users = ["U"]\nitems = ["I"]', "neither 'interactions' nor 'interaction_nodes'"),
        (
            'users = ["U"]\nitems = ["I"]\ninteractions = ["R"]\nratng = "x"',
            "no key 'ratng', did you mean 'rating'",
        ),
        (
            'users = ["U"]\nitems = ["I"]\n[[interaction_nodes]]\nlabel = "R"\nuser = "u"\n'
            'item = "i"\ntme = "x"',
            r"no key 'interaction_nodes.tme'.*timestamp",
        ),
        (
            'users = ["U"]\nitems = ["I"]\ninteractions = ["R"]\nmin_rating = "x"',
            "'min_rating' cannot be 'x'",
        ),
    ],
)
def test_a_fault_in_the_file_is_named(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "mapping.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=message) as caught:
        Mapping.load(path)
    assert str(path) in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="check the path"):
        Mapping.load(tmp_path / "none.toml")


def test_every_key_of_a_file_can_be_uncommented_as_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "mapping.toml"
    Mapping(users=("User",), items=("Item",), interactions=("BOUGHT",)).save(path)
    text = re.sub(r"(?m)^# (?=\w+ = )", "", path.read_text(encoding="utf-8"))
    path.write_text(text, encoding="utf-8")
    mapping = Mapping.load(path)
    assert (mapping.min_rating, mapping.id) == (3.5, {"Movie": "movieId"})
    assert set(tomllib.loads(text)) == {
        name for name, field in Mapping.model_fields.items() if not field.exclude
    } - {"interaction_nodes"}
