from __future__ import annotations

import pytest

from kgrec.config import Config
from kgrec.config_file import leaves
from kgrec.errors import ConfigError
from kgrec.tune import SPACE, Dimension
from kgrec.tune.space import Space, check_space, default_space, kind_of, to_tree


@pytest.mark.parametrize("name", sorted(SPACE))
def test_every_name_and_bound_of_the_default_space_is_one_of_the_settings(name: str) -> None:
    assert name in leaves(Config())
    check_space({name: SPACE[name]}, Config())
    assert leaves(Config())[name] in SPACE[name], "the search begins with the defaults"


def test_what_is_given_is_not_searched() -> None:
    assert default_space(Config()) == SPACE
    chosen = Config().replace({"gnn.layers": 3})
    assert set(SPACE) - set(default_space(chosen)) == {"gnn.layers"}
    assert set(SPACE) - set(default_space(Config(), ["gnn.dropout"])) == {"gnn.dropout"}


@pytest.mark.parametrize(
    ("name", "kind"),
    [("seed", int), ("gnn.dropout", float), ("text.enabled", bool), ("text.model", str)],
)
def test_the_kind_of_a_setting_is_read_from_the_settings(name: str, kind: type) -> None:
    assert kind_of(name) is kind


@pytest.mark.parametrize(
    ("space", "sentence"),
    [
        ({}, "nothing to search"),
        ({"gnn.depth": Dimension(1, 2)}, "There is no setting 'gnn.depth'"),
        ({"gnn": Dimension(1, 2)}, "There is no setting 'gnn'"),
        ({"gnn.layers": Dimension(0, 99)}, "'gnn.layers' cannot be 99"),
        ({"gnn.layers": Dimension(0.5, 2)}, "'gnn.layers' cannot be 0.5"),
        ({"gnn.layers": Dimension(0.0, 2.0)}, "'gnn.layers' is a whole number"),
        ({"gnn.dropout": Dimension(choices=(0.1, "a"))}, "'gnn.dropout' cannot be 'a'"),
        ({"text.enabled": Dimension(0, 1)}, "'text.enabled' is no number; give choices"),
        ({"kge.enabled": Dimension(choices=(True, None))}, "'kge.enabled' cannot be None"),
    ],
)
def test_a_space_that_the_settings_do_not_allow_is_refused(space: Space, sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence):
        check_space(space, Config())


def test_none_may_be_chosen_where_it_is_the_default() -> None:
    check_space({"text.model": Dimension(choices=(None, "other"))}, Config())


def test_equal_spaces_have_equal_trees() -> None:
    one = {"b": Dimension(0, 1), "a": Dimension(choices=(1, 2))}
    assert to_tree(one) == to_tree(dict(reversed(one.items())))
    assert to_tree(one) != to_tree({**one, "b": Dimension(0, 2)})
