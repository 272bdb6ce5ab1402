from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from kgrec.explain import Explanation, PathNode, PathRelation
from kgrec.explain import Path as ExplainedPath
from kgrec.explain.checks import SentenceCheck
from kgrec.explain.languages import ENGLISH, read_language
from kgrec.recommend import Recommender


@pytest.fixture(scope="module")
def check(fitted: Recommender) -> SentenceCheck:
    return SentenceCheck(fitted.graph)


@pytest.fixture(scope="module")
def explained(fitted: Recommender) -> tuple[Explanation, ...]:
    return fitted.recommend(["1", "2", "3"], k=5, explain=True).explanations


@pytest.mark.parametrize("code", ["en", "zh"])
def test_sentences_say_only_what_is_in_the_graph(fitted: Recommender, code: str) -> None:
    top = fitted.recommend(["1", "2", "3"], k=5, explain=True, language=code)
    check = SentenceCheck(fitted.graph, read_language(code), fitted.fitted_on)
    assert [fault for why in top.explanations for fault in check.faults(why)] == []
    assert {len(path.nodes) for why in top.explanations for path in why.paths} >= {4}


def change_label(path: ExplainedPath) -> ExplainedPath:
    return replace(path, nodes=(path.nodes[0], replace(path.nodes[1], label="X"), *path.nodes[2:]))


def change_reason(path: ExplainedPath) -> ExplainedPath:
    return replace(path, reason=path.reason.replace("liked", "loved", 1))


def change_relation(path: ExplainedPath) -> ExplainedPath:
    first = PathRelation("invented", "invented", True)
    return replace(path, relations=(*path.relations[:-1], first))


def change_count(path: ExplainedPath) -> ExplainedPath:
    return replace(
        path, walks=1000, reason=path.reason.replace(f"{path.walks} people", "1,000 people")
    )


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (change_label, "is no node of the graph"),
        (change_reason, "should be"),
        (change_relation, "is no fact of the graph"),
        (change_count, "there are no 1,000 people"),
    ],
)
def test_every_invention_is_found(
    check: SentenceCheck,
    explained: tuple[Explanation, ...],
    change: Callable[[ExplainedPath], ExplainedPath],
    fault: str,
) -> None:
    why, path = next(
        (why, path)
        for why in explained
        for path in why.paths
        if path.through_users and path.walks > 1
    )
    changed = replace(why, paths=(change(path),))
    assert any(fault in each for each in check.faults(changed))


def test_other_words_of_the_whole_are_found(
    check: SentenceCheck, explained: tuple[Explanation, ...]
) -> None:
    why = explained[0]
    assert "is not the name of" in check.faults(replace(why, label="X"))[0]
    unlisted = replace(why, paths=())
    assert unlisted.because == "because paths that are not listed lead to it from your history"
    assert check.faults(unlisted) == []
    against = replace(unlisted, path_share=-1.0)
    assert against.because.startswith("although paths from your history")
    assert check.faults(against) == []
    rest = {"popularity": 0.5, "content": 0.25}
    bare = replace(unlisted, path_share=0.0, rest=rest, content_reason="it is the best film ever")
    assert "is said of no path" in check.faults(bare)[0]
    assert check.faults(replace(bare, content_reason="")) == []
    liked = next(iter(path.nodes[1].label for path in why.paths))
    known = check.sentences.through_content(liked)
    assert check.faults(replace(bare, content_reason=known)) == []
    # The content speaks against it: whoever says otherwise is found out.
    wrong = replace(bare, rest={"popularity": 0.5, "content": -0.25}, content_reason=known)
    assert "is said of no path" in check.faults(wrong)[0]


def test_only_what_many_took_is_called_popular(
    check: SentenceCheck, explained: tuple[Explanation, ...]
) -> None:
    bare = replace(explained[0], paths=(), path_share=0.0, content_reason="")
    for popularity in (0.0, -0.25):
        why = replace(bare, rest={"popularity": popularity})
        assert why.because == "although nothing in your history leads to it"
        assert check.faults(why) == []
    popular = ENGLISH.because([ENGLISH.say("reasons.popular")])
    assert replace(bare, rest={"popularity": 0.5}).because == popular
    assert popular not in check._pathless(replace(bare, rest={"popularity": -0.5}))


def test_people_are_counted_to_the_last_one(
    fitted: Recommender, check: SentenceCheck, explained: tuple[Explanation, ...]
) -> None:
    strict = SentenceCheck(fitted.graph, fitted_on=fitted.fitted_on)
    why, path = next(
        (why, path)
        for why in explained
        for path in why.paths
        if path.through_users and path.walks > 1
    )
    count = path.walks - 1
    reason = strict.sentences.through_users(path.nodes[1].label, count)
    fewer = replace(why, paths=(replace(path, walks=count, reason=reason),))
    assert f"there are no {count} people" in strict.faults(fewer)[0]
    # Who does not know what the model was fitted on cannot tell.
    assert check.faults(fewer) == []


def test_after_an_update_people_are_those_of_the_fit(fitted: Recommender) -> None:
    why = fitted.explain("1", fitted.recommend(["1"], k=1).items[0], paths=None)
    path = next(path for path in why.paths if path.through_users)
    both = [path.nodes[1].id, why.item]
    later = fitted.update(fitted.graph.update(events={"user": ["aa new"] * 2, "item": both}))
    again = later.explain("1", why.item, paths=None)
    assert [(each.reason, each.walks) for each in again.paths] == [
        (each.reason, each.walks) for each in why.paths
    ]
    for fitted_on in (later.fitted_on, None):
        assert SentenceCheck(later.graph, fitted_on=fitted_on).faults(again) == []


def test_a_path_of_an_unknown_form_is_not_trusted(
    check: SentenceCheck, explained: tuple[Explanation, ...]
) -> None:
    path = explained[0].paths[0]
    long = replace(
        path,
        nodes=(*path.nodes, *[PathNode(*_fields(path.nodes[1]))] * 3),
        relations=(*path.relations, *[path.relations[0]] * 3),
    )
    assert any(
        "nobody knows how to tell" in each
        for each in check.faults(replace(explained[0], paths=(long,)))
    )


def _fields(node: PathNode) -> tuple[str, str, str, str]:
    return node.key, node.id, node.label, node.type
