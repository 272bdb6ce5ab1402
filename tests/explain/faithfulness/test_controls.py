from __future__ import annotations

import pytest

from kgrec.explain.faithfulness import (
    Neighbourhoods,
    controls,
    path_pattern,
    random_of_kind,
    random_order,
    shortest,
    strongest,
)

U, A, C = "user:1", "item:a", "item:c"


@pytest.fixture(scope="module")
def around(build) -> Neighbourhoods:
    train = [("1", "a"), ("1", "b"), ("2", "a"), ("2", "c"), ("3", "a"), ("3", "c"), ("3", "b")]
    facts = [("a", "directed_by", "X"), ("c", "directed_by", "X"), ("b", "directed_by", "X")]
    return Neighbourhoods(build([*train, ("4", "c")], facts=facts))


def test_degrees(around: Neighbourhoods) -> None:
    assert [around.degree(node) for node in (U, A, "entity:X", "user:3")] == [2, 4, 3, 3]


def test_the_probability_of_a_walk_by_hand(around: Neighbourhoods, path) -> None:
    fact = path(U, "interacted", A, "directed_by", "entity:X", "^directed_by", C)
    assert around.probability(fact) == pytest.approx(1 / 2 * 1 / 4 * 1 / 3)
    # Users 2 and 3 join the items; user 1, from whom the walk comes, does not have c.
    people = path(U, "interacted", A, "^interacted", "user:3", "interacted", C, walks=2)
    assert around.probability(people) == pytest.approx(1 / 2 * 1 / 4 * (1 / 2 + 1 / 3))


def test_each_rule_puts_its_own_first(around: Neighbourhoods, explanation, path) -> None:
    paths = [
        path(U, "interacted", A, "^interacted", "user:2", "interacted", C, share=3, walks=2),
        path(U, "interacted", A, "directed_by", "entity:X", "^directed_by", C, share=2),
        path(U, "interacted", A, "followed_by", C, share=1),
    ]
    why = explanation([], paths=paths)
    rules = controls(around, seed=0)
    assert strongest(why) == [0, 1, 2]
    assert rules["shortest"](why)[0] == 2
    assert rules["attention"](why) == [2, 0, 1]  # 1/8, 1/8 * 5/6, 1/8 * 1/3
    assert rules["popularity"](why) == [2, 1, 0]  # degrees 4 of a, 3 of X, 2 of user 2


def test_orders_hold_every_path_once_and_a_seed_repeats_them(explanation) -> None:
    why = explanation([float(number) for number in range(30)])
    for rule in (random_order, random_of_kind, shortest):
        order = rule(7)(why)
        assert sorted(order) == list(range(30))
        assert order == rule(7)(why) != rule(8)(why)  # all are equally long


def test_random_paths_of_a_kind_have_the_kinds_of_the_strongest(explanation, path) -> None:
    def fact(number: int, relation: str, share: float):
        return path("user:u", "interacted", f"item:{number}", relation, "item:i", share=share)

    kinds = ["by", "by", "in", "by", "in", "by", "in", "in"]
    paths = [fact(number, kind, 9.0 - number) for number, kind in enumerate(kinds)]
    why, rule = explanation([], paths=paths), random_of_kind(0)
    orders = [rule(why) for _ in range(20)]
    for order in orders:
        assert sorted(order) == list(range(len(kinds)))
        assert [path_pattern(paths[place])[1] for place in order] == kinds
    assert {order[0] for order in orders} == {0, 1, 3, 5}
