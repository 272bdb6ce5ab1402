"""Policies as values: written, read, refused."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from kgrec.errors import ConfigError
from kgrec.policies import (
    Calibration,
    Cap,
    Diversity,
    Exposure,
    Policy,
    Rule,
    parse_policy,
    policy_toml,
    read_policy,
)

WORDS = st.text(min_size=1, max_size=8)
SHARES = st.floats(0, 1)
RULES = st.lists(WORDS | st.builds(Rule, name=WORDS, relation=WORDS), max_size=2)
POLICIES = st.builds(
    Policy,
    never=RULES,
    only=RULES,
    require=RULES,
    cap=st.lists(st.builds(Cap, relation=WORDS, most=st.integers(1, 9)), max_size=2),
    diversity=st.none()
    | st.builds(Diversity, strength=SHARES, method=st.sampled_from(["mmr", "dpp"])),
    calibration=st.none() | st.builds(Calibration, relation=WORDS, strength=SHARES),
    exposure=st.lists(
        st.builds(
            Exposure, minimum=st.dictionaries(WORDS, st.floats(0.01, 1), min_size=1, max_size=2)
        ),
        max_size=2,
    ),
    pool=st.integers(1, 500),
)


@settings(max_examples=8)
@given(POLICIES)
def test_what_is_written_is_read_again(policy: Policy) -> None:
    assert parse_policy(tomllib.loads(policy_toml(policy))) == policy
    assert parse_policy(json.loads(policy.model_dump_json())) == policy


def test_a_person_writes_less(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(
        'never = "theme/violence"\ncap = { relation = "part_of_series" }\n'
        "[diversity]\nmethod = 'dpp'\n[[exposure]]\nminimum = { tail = 0.2 }\n"
    )
    policy = read_policy(path)
    assert policy == Policy(
        never="theme/violence",
        cap=Cap(relation="part_of_series", most=1),
        diversity=Diversity(method="dpp"),
        exposure=Exposure(minimum={"tail": 0.2}),
    )
    assert str(policy).splitlines()[0] == 'never = ["theme/violence"]'
    other = tmp_path / "policy.json"
    other.write_text(policy.model_dump_json())
    assert read_policy(other) == policy


@pytest.mark.parametrize(
    ("tree", "said"),
    [
        ({"nevr": ["x"]}, "A policy has no 'nevr'; its parts are never, "),
        (
            {"never": [{"nam": "x"}]},
            "'never.0' of the policy has no 'nam'; its parts are name, rel",
        ),
        (
            {"cap": {"relation": "r", "mst": 1}},
            "'cap.0' of the policy has no 'mst'; its parts are rel",
        ),
        ({"diversity": {"strength": 2}}, "'diversity.strength' of the policy cannot be 2"),
        ({"cap": [{"relation": "r", "most": 0}]}, "'cap.0.most' of the policy cannot be 0"),
        ({"exposure": {"minimum": {}}}, "'exposure.0.minimum'"),
        ({"exposure": {"minimum": {"tail": 0}}}, "'exposure.0.minimum.tail'"),
        ({"never": [{}]}, "a rule needs a name, a relation or a type"),
        ({"never": [3]}, "'never.0'"),
    ],
)
def test_what_is_wrong_is_one_sentence(tree: dict[str, Any], said: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as error:
        parse_policy(tree)
    assert said in str(error.value)
    path = tmp_path / "p.json"
    path.write_text(json.dumps(tree))
    with pytest.raises(ConfigError, match=r"p\.json: "):
        read_policy(path)


def test_a_file_without_a_policy_is_told_of_policies(tmp_path: Path) -> None:
    (tmp_path / "b.json").write_text("[1]")
    with pytest.raises(ConfigError, match=r'holds no policy; write for instance \{"never"'):
        read_policy(tmp_path / "b.json")


def test_a_group_may_be_called_name() -> None:
    policy = Policy(exposure=Exposure(by="has_genre", minimum={"name": 0.2}))
    assert parse_policy(tomllib.loads(policy_toml(policy))) == policy


def test_a_policy_is_frozen() -> None:
    with pytest.raises(ValidationError):
        Policy().pool = 3  # type: ignore[misc]
    assert str(Policy()) == "# a policy that asks nothing"
