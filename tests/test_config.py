from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from kgrec.config import Config, parse_config
from kgrec.errors import ConfigError


def sections(model: type[BaseModel]) -> list[type[BaseModel]]:
    found = [model]
    for field in model.model_fields.values():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            found += sections(kind)
    return found


def leaves(tree: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    found = {}
    for name, value in tree.items():
        if isinstance(value, dict):
            found |= leaves(value, f"{prefix}{name}.")
        else:
            found[prefix + name] = value
    return found


NAMES = leaves(Config().model_dump())


def test_it_survives_json() -> None:
    config = Config().replace({"seed": 7, "kge.epochs": 3})
    assert Config.model_validate_json(config.model_dump_json()) == config
    assert parse_config(config.model_dump()) == config


@given(st.sampled_from(sorted(NAMES)))
def test_every_setting_can_be_given_by_its_dotted_name(name: str) -> None:
    assert Config().replace({name: NAMES[name]}) == Config()
    value = NAMES[name]
    if isinstance(value, bool | int | float | str):
        # What the command line hands over.
        assert Config().replace({name: str(value)}) == Config()


@pytest.mark.parametrize("section", sections(Config), ids=lambda section: section.__name__)
def test_every_setting_is_documented(section: type[BaseModel]) -> None:
    for name, field in section.model_fields.items():
        nested = isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)
        assert nested or field.description, f"{section.__name__}.{name}"


@pytest.mark.parametrize("section", sections(Config), ids=lambda section: section.__name__)
def test_it_is_frozen_and_refuses_unknown_names(section: type[BaseModel]) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        setattr(section(), next(iter(section.model_fields)), 1)
    with pytest.raises(ValidationError, match="Extra inputs"):
        section.model_validate({"no_such_setting": 1})


def test_replace_parses_strings_and_leaves_the_original_alone() -> None:
    config = Config()
    changed = config.replace({"kge.learning_rate": "0.5", "text.enabled": "false", "seed": "3"})
    assert (changed.kge.learning_rate, changed.text.enabled, changed.seed) == (0.5, False, 3)
    assert config == Config()
    assert config.replace({}) == config


@pytest.mark.parametrize(
    "name", ["nothing", "kge.nothing", "nothing.epochs", "kge", "kge.epochs.more", "", "kge."]
)
def test_a_setting_that_does_not_exist_is_named_beside_those_that_do(name: str) -> None:
    with pytest.raises(ConfigError) as error:
        Config().replace({name: 1})
    assert str(error.value).startswith(f"There is no setting '{name}'")
    assert "kge.epochs" in str(error.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("kge.epochs", 0),
        ("kge.epochs", "many"),
        ("kge.learning_rate", -1),
        ("text.max_words", 10**6),
        ("seed", -1),
        ("seed", None),
        ("seed", 1.5),
    ],
)
def test_a_value_out_of_range_is_named_in_one_sentence(name: str, value: object) -> None:
    with pytest.raises(ConfigError) as error:
        Config().replace({name: value})
    message = str(error.value)
    assert message.startswith(f"Setting '{name}' cannot be {value!r}")
    assert message.endswith(".")
    assert "\n" not in message


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_not_a_number_is_refused(value: float) -> None:
    with pytest.raises(ConfigError, match="learning_rate"):
        Config().replace({"kge.learning_rate": value})
