from __future__ import annotations

import numpy as np
import pytest

from kgrec.audit.conclusions import best_baseline, conclude
from kgrec.audit.measure import METRIC, Slice, System
from kgrec.evaluation import Random

USERS, SEEDS = 400, 3


def system(name: str, mean: float, *, noise: float = 0.0, baseline: bool = False) -> System:
    """A system with a mean; ``noise`` is how much users differ from those of the whole."""
    base = np.tile(np.linspace(-0.05, 0.05, USERS), (SEEDS, 1))
    own = np.random.default_rng(len(name)).normal(scale=noise, size=base.shape)
    own -= own.mean()
    return System(name, {METRIC: base + own + mean, "Recall@20": base + mean}, baseline)


def part(name: str, **means: float) -> Slice:
    """A slice in which the whole has 0.2; a mean of an arm may be given noise by its name."""
    systems = [system("all", 0.2)]
    for key, mean in means.items():
        arm = key.removesuffix("_noisy").replace("_", " ")
        noise = 0.05 if key.endswith("_noisy") else 0.001
        systems.append(system(arm, mean, noise=noise, baseline=arm in ("EASE", "Pop", Random.name)))
    return Slice.of(name, systems)


def test_what_adds() -> None:
    (sentence,) = conclude([part("warm", no_graph=0.194)])
    assert sentence == "The graph adds 3.1 % ± 0.1 NDCG@20 on warm users."


def test_what_adds_much_is_told_as_a_multiple() -> None:
    (sentence,) = conclude([part("warm", no_graph=0.194), part("cold", no_graph=0.05)])
    assert sentence == (
        "The graph adds 3.1 % ± 0.1 NDCG@20 on warm users and makes it 4.0 times as high on cold "
        "items (0.200 instead of 0.050)."
    )


def test_what_nobody_can_tell() -> None:
    (sentence,) = conclude([part("warm", no_pretraining_noisy=0.2)])
    assert sentence.startswith("The pretraining adds nothing measurable on warm users (")
    (sentence,) = conclude([part("warm", no_text_noisy=0.2), part("cold", no_text_noisy=0.2)])
    assert sentence.startswith("The text adds nothing measurable, neither on warm users (")
    assert " nor on cold items (" in sentence


def test_what_costs() -> None:
    (sentence,) = conclude([part("warm", no_text=0.25)])
    assert sentence == "The text costs 20.0 % ± 0.0 NDCG@20 on warm users."
    (sentence,) = conclude([part("warm", no_graph=0.25), part("cold", no_graph=0.16)])
    assert sentence == (
        "The graph costs 20.0 % ± 0.0 NDCG@20 on warm users, but adds 25.0 % ± 0.1 on cold items."
    )


def test_from_nothing_there_is_no_multiple() -> None:
    whole, zero = system("all", 0.2), np.zeros((SEEDS, USERS))
    none = System("no graph", {METRIC: zero, "Recall@20": zero})
    (sentence,) = conclude([Slice.of("cold", [whole, none])])
    assert sentence == "The graph lifts NDCG@20 from 0 to 0.200 on cold items."


@pytest.mark.parametrize(
    ("shuffled", "tail"),
    [
        ({"shuffled_graph": 0.18}, ": it is what the facts say that helps."),
        ({"shuffled_graph_noisy": 0.2}, ": that there are facts helps, and not what they say."),
    ],
)
def test_a_false_graph_tells_whether_it_is_the_facts(shuffled: dict[str, float], tail: str) -> None:
    _, sentence = conclude([part("warm", no_graph=0.18, **shuffled)])
    assert sentence.startswith("Against shuffled facts with the same degrees, the true graph adds")
    assert sentence.endswith(tail)


def test_no_reason_is_given_for_what_does_not_help() -> None:
    _, sentence = conclude([part("warm", no_graph_noisy=0.2, shuffled_graph=0.18)])
    assert sentence.endswith(": false facts do harm, and true ones do not.")
    _, sentence = conclude([part("warm", no_graph=0.25, shuffled_graph=0.18)])
    assert sentence.endswith(" on warm users.")


def test_the_hardest_baseline_is_named() -> None:
    whole = part("warm", Pop=0.1, EASE=0.16)
    assert best_baseline(whole) == "EASE"
    (sentence,) = conclude([whole])
    assert sentence == (
        "Against EASE, the best simple baseline here, the whole is 25.0 % ± 0.0 better on warm "
        "users (NDCG@20 0.200, not 0.160)."
    )
    (sentence,) = conclude([part("warm", EASE=0.25)])
    assert "the whole is 20.0 % ± 0.0 worse" in sentence
    (sentence,) = conclude([part("warm", EASE_noisy=0.2)])
    assert "not measurably different" in sentence
    cold = Slice.of(
        "cold", [system("all", 0.2), system(Random.name, 0.05, noise=0.01, baseline=True)]
    )
    assert conclude([cold]) == [
        "Against a random order, the whole is 4.0 times as good on cold items "
        "(NDCG@20 0.200, not 0.050)."
    ]


def test_slices_are_told_where_the_graph_tells() -> None:
    parts = [
        part("users: short history", no_graph=0.16),
        part("items: head", no_graph_noisy=0.2),
        part("items: tail", no_graph=0.1),
    ]
    _, sentence = conclude([part("warm", no_graph=0.19)], parts)
    assert sentence == (
        "Looked at closer, it makes NDCG@20 2.0 times as high on rare items (0.200 instead of "
        "0.100)."
    )  # the slice of users holds all of them, and so it is none


def test_without_arms_there_is_nothing_to_say() -> None:
    assert conclude([part("warm")]) == []
