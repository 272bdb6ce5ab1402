from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from kgrec.explain import Explanation, PathNode, PathRelation
from kgrec.explain import Path as ExplainedPath
from kgrec.explain.languages import ENGLISH, read_language
from kgrec.explain.rewrite import Verifier
from kgrec.explain.sentences import Sentences
from kgrec.graph import KnowledgeGraph

TITLES = {
    "1": "Ronin",
    "2": "The Crooked Lantern",
    "3": "It",
    "4": "Heat",
    "5": "Lantern",
    "6": "As",
}
USER = PathNode("user:1", "1", "1", "User")
OTHER = PathNode("user:2", "2", "2", "User")
ADA = PathNode("entity:ada", "ada", "Ada Marlow", "Person")
BEN = PathNode("entity:ben", "ben", "Ben Stone", "Person")
RONIN, LANTERN, IT, HEAT = (PathNode(f"item:{n}", n, TITLES[n], "Film") for n in "1234")
LIKED = PathRelation("interacted", "liked", True)


@pytest.fixture(scope="module")
def graph(build: Callable[..., KnowledgeGraph]) -> KnowledgeGraph:
    return build(
        [("1", "1"), ("2", "1"), ("2", "2"), ("1", "4"), ("2", "3"), ("2", "5"), ("2", "6")],
        facts=[
            *[(item, "directed_by", "ada") for item in "12"],
            *[(item, "starring", "ben") for item in "14"],
            ("1", "sequel", "2", "item", "item"),
        ],
        titles=TITLES,
        labels=[("ada", "Ada Marlow", "Person"), ("ben", "Ben Stone", "Person")],
    )


@pytest.fixture(scope="module")
def english(graph: KnowledgeGraph) -> Verifier:
    return Verifier(graph)


@pytest.fixture(scope="module")
def say(graph: KnowledgeGraph) -> Sentences:
    return Sentences(graph.vocabulary)


def explain(*paths: ExplainedPath) -> Explanation:
    item = paths[0].nodes[-1]
    return Explanation("1", item.id, item.label, 1.0, paths, {}, 1.0)


def shared(say: Sentences, name: str = "directed_by", node: PathNode = ADA) -> Explanation:
    steps = (LIKED, PathRelation(name, name, True), PathRelation(name, name, False))
    reason = say.through_entity("Ronin", say.vocabulary.relation(name), True, node.label, "person")
    nodes = (USER, RONIN, node, LANTERN)
    return explain(ExplainedPath(nodes, steps, 1.0, 0.0, 1, reason, "", ""))


def people(say: Sentences, share: float = 1.0, start: PathNode = RONIN) -> Explanation:
    reason = say.through_users(start.label, 4, against=share < 0)
    steps = (LIKED, replace(LIKED, forward=False), LIKED)
    nodes = (USER, start, OTHER, LANTERN)
    return explain(ExplainedPath(nodes, steps, share, 0.0, 4, reason, "", ""))


def sequel(say: Sentences) -> Explanation:
    reason = say.direct("Ronin", say.vocabulary.relation("sequel"), True)
    steps = (LIKED, PathRelation("sequel", "followed by", True))
    return explain(ExplainedPath((USER, RONIN, LANTERN), steps, 1.0, 0.0, 1, reason, "", ""))


@pytest.mark.parametrize(
    "text",
    [
        "Because you liked Ronin, here is The Crooked Lantern, also directed by Ada Marlow.",
        "The Crooked Lantern is another film directed by Ada Marlow, and you liked Ronin.",
        "You liked Ronin, and the director, Ada Marlow, is that of The Crooked Lantern too.",
        "you liked ronin, so we recommend the crooked lantern, directed by ada marlow",
        "Since you liked Ronin: Ada Marlow is director of The Crooked Lantern as well.",
    ],
)
def test_other_words_for_the_same_are_accepted(
    english: Verifier, say: Sentences, text: str
) -> None:
    assert english.fault(text, shared(say)) == ""


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "empty"),
        ("  \n", "empty"),
        (
            "Because you liked Ronin, The Crooked Lantern, also directed by Ada Marlow. " * 4,
            "length",
        ),
        # an entity of the graph, one from nowhere, and one whose name is a longer one
        (
            "The Crooked Lantern, because you liked Heat and Ronin, also directed by Ada Marlow.",
            "entity",
        ),
        (
            "You liked Ronin, directed by Ada Marlow, so The Crooked Lantern with Ben Stone.",
            "entity",
        ),
        ("You liked Ronin. It is The Crooked Lantern by Ada Marlow. As It and As.", "entity"),
        ("The Crooked Lantern, because you liked Ronin, by Ada Marlow and Tom Hanks.", "name"),
        ("Lantern, because you liked Ronin, also directed by Ada Marlow.", "entity"),
        # left out
        ("You liked Ronin, also directed by Ada Marlow.", "missing"),
        ("The Crooked Lantern, because you liked Ronin, by the same director.", "missing"),
        # said twice, with another relation the second time
        (
            "The Crooked Lantern, as you liked Ronin, directed by Ada Marlow and about Ada Marlow.",
            "repeated",
        ),
        # numbers
        (
            "The Crooked Lantern, since you liked Ronin, also directed by Ada Marlow in 1998.",
            "number",
        ),
        (
            "The Crooked Lantern, since you liked Ronin, one of two directed by Ada Marlow.",
            "number",
        ),
        # another relation, or at nobody
        ("The Crooked Lantern, because you liked Ronin, also starring Ada Marlow.", "relation"),
        ("The Crooked Lantern, because you liked Ronin, also produced by Ada Marlow.", "relation"),
        ("The Crooked Lantern, because you liked Ronin, also by Ada Marlow.", "relation"),
        (
            "Directed by you, The Crooked Lantern and Ronin, which you liked, are with Ada Marlow.",
            "relation",
        ),
        (
            "The Crooked Lantern is about Ronin, which you liked, directed by Ada Marlow.",
            "relation",
        ),
        (
            "Ronin, which you liked, is by The Crooked Lantern and directed by Ada Marlow.",
            "relation",
        ),
        ("You liked Ronin and enjoyed The Crooked Lantern, directed by Ada Marlow.", "words"),
        # roles
        ("Ronin, because you liked The Crooked Lantern, also directed by Ada Marlow.", "role"),
        ("Ada Marlow, also directed by The Crooked Lantern, because you liked Ronin.", "role"),
        ("You liked Ronin, which is the director of Ada Marlow, so The Crooked Lantern.", "role"),
        (
            "Ronin, for The Crooked Lantern which you liked is directed by Ada Marlow.",
            "role",
        ),
        # praise, doubt, markup, other languages
        (
            "The brilliant The Crooked Lantern, as you liked Ronin, also directed by Ada Marlow.",
            "words",
        ),
        ("The Crooked Lantern, because you liked Ronin, not directed by Ada Marlow.", "words"),
        ("The Crooked Lantern, although you liked Ronin, also directed by Ada Marlow.", "polarity"),
        ("<b>The Crooked Lantern</b>, because you liked Ronin, directed by Ada Marlow.", "markup"),
        ("**The Crooked Lantern**, because you liked Ronin, directed by Ada Marlow.", "markup"),
        ("The Crooked Lantern,\nbecause you liked Ronin, directed by Ada Marlow.", "markup"),
        ("The Crooked Lantern, because you liked Ronin, directed by Ada Marlow! \u202e", "markup"),
        ("The Crooked Lantern, weil dir Ronin gefiel, auch von Ada Marlow.", "words"),
        ("《The Crooked Lantern》：因为您喜欢 Ronin，同样由 Ada Marlow 执导。", "words"),
    ],
)
def test_what_says_more_or_less_or_other_is_refused(
    english: Verifier, say: Sentences, text: str, fault: str
) -> None:
    assert english.fault(text, shared(say)) == fault


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("4 people who liked Ronin, as you did, also liked The Crooked Lantern.", ""),
        ("5 people who liked Ronin, as you did, also liked The Crooked Lantern.", "number"),
        ("Four people who liked Ronin, as you did, also liked The Crooked Lantern.", "number"),
        ("People who liked Ronin, as you did, also liked The Crooked Lantern.", "number"),
        ("4 people who liked The Crooked Lantern, as you did, also liked Ronin.", "role"),
        ("4 people and you liked Ronin and The Crooked Lantern.", "role"),
        (
            "4 people who liked Ronin, as you did, liked The Crooked Lantern; you liked it.",
            "role",
        ),
        ("Only 4 people who liked Ronin, as you did, also liked The Crooked Lantern.", "polarity"),
    ],
)
def test_people_are_counted_and_keep_their_roles(
    english: Verifier, say: Sentences, text: str, fault: str
) -> None:
    assert english.fault(text, people(say)) == fault


def test_what_speaks_against_an_item_must_go_on_doing_so(english: Verifier, say: Sentences) -> None:
    why = people(say, -1.0)
    assert english.fault(why.sentence, why) == ""
    clause = "only 4 people who liked Ronin, as you did, liked {}, fewer than expected"
    it, named = clause.format("it"), clause.format("The Crooked Lantern")
    for good in (f"However, {named}.", f"The Crooked Lantern is here, though {it}."):
        assert english.fault(good, why) == ""
    for bad in (
        f"{named}.",
        f"However, {named.replace('only ', '')}.",
        f"However, {named.replace(', fewer than expected', '')}.",
        f"The Crooked Lantern, because {it}.",
        f"The Crooked Lantern, since, although {it}.",
        f"Although The Crooked Lantern is recommended, {it}.",
        "The Crooked Lantern, because even 4 people who liked Ronin, as you did, liked it too, as "
        "expected.",
        "The Crooked Lantern, although fewer than expected, 4 people who liked Ronin, as you did, "
        "liked it, only.",
    ):
        assert english.fault(bad, why) == "polarity", bad


def test_what_a_network_counts_against_an_item_is_held_to_it(
    english: Verifier, say: Sentences
) -> None:
    reason = say.through_users("Ronin", 4, against=True, counted=False)
    (path,) = people(say, -1.0).paths
    why = explain(replace(path, reason=reason))
    assert english.fault(why.sentence, why) == ""
    lost = why.sentence.replace(", which the network counts against it", "")
    assert english.fault(lost, why) == "polarity"
    assert english.fault(why.sentence.replace("although", "because"), why) == "polarity"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{0}: 4 people who liked Heat, as you did, liked it; you liked Ronin, {1}.", ""),
        ("4 people who liked Heat, as you did, {1}, liked {0}; you liked Ronin.", "role"),
        ("{0}, {1}, as you liked Ronin, and 4 people who liked Heat liked it.", "role"),
        ("{0} 4, because people who liked Heat, as you did, and you liked Ronin, {1}.", "role"),
        ("{0}, if 4 people who liked Heat liked it and you liked Ronin, {1}.", "words"),
    ],
)
def test_facts_and_numbers_stay_with_what_they_are_told_of(
    english: Verifier, say: Sentences, text: str, fault: str
) -> None:
    why = explain(*people(say, start=HEAT).paths, *shared(say).paths)
    assert english.fault(why.sentence, why) == ""
    told = text.format("The Crooked Lantern", "directed by Ada Marlow")
    assert english.fault(told, why) == fault


def test_a_title_may_hold_what_looks_like_markup(english: Verifier, say: Sentences) -> None:
    for name in ("Airplane!", "*batteries not included", "Who's <That> Knocking?"):
        why = people(say, start=replace(RONIN, label=name))
        assert english.fault(why.sentence, why) == "", name
        assert english.fault(why.sentence.replace("4 people", "4! people"), why) == "markup"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("You liked Ronin, and The Crooked Lantern is a sequel to Ronin.", "repeated"),
        ("The Crooked Lantern is a sequel to Ronin, which you liked.", ""),
        ("Ronin, which you liked, is followed by The Crooked Lantern.", ""),
        ("Ronin, which you liked, is a sequel to The Crooked Lantern.", "role"),
        ("The Crooked Lantern is followed by Ronin, which you liked.", "role"),
        ("The Crooked Lantern is based on Ronin, which you liked.", "relation"),
    ],
)
def test_a_direct_fact_keeps_its_direction(
    english: Verifier, say: Sentences, text: str, fault: str
) -> None:
    assert english.fault(text, sequel(say)) == fault


def test_two_nodes_of_one_name_cannot_be_told_apart(english: Verifier, say: Sentences) -> None:
    why = people(say, start=replace(RONIN, label=LANTERN.label))
    assert english.fault(why.sentence, why) == "ambiguous"


def test_common_words_are_names_only_where_they_are_written_so(
    english: Verifier, say: Sentences
) -> None:
    why = people(say)
    text = "4 people who liked Ronin, as you did, liked The Crooked Lantern{}."
    assert english.fault(text.format(" as it is"), why) == ""
    assert english.fault(text.format(" as It is"), why) == "entity"


def test_a_people_path_and_a_fact_are_both_held(english: Verifier, say: Sentences) -> None:
    why = explain(*people(say).paths, *shared(say).paths)
    assert english.fault(why.sentence, why) == ""
    assert english.fault(people(say).sentence, why) == "missing"


def test_taste_is_held_to_its_witness(english: Verifier, say: Sentences) -> None:
    reason = say.through_taste(
        "Heat", say.vocabulary.relation("directed_by"), True, "Ada Marlow", "person", "Ronin"
    )
    back = replace(LIKED, forward=False)
    fact = PathRelation("directed_by", "directed by", True)
    nodes = (USER, HEAT, OTHER, RONIN, ADA, LANTERN)
    steps = (LIKED, back, LIKED, fact, replace(fact, forward=False))
    why = explain(ExplainedPath(nodes, steps, 1.0, 0.0, 1, reason, "", ""))
    assert english.fault(why.sentence, why) == ""
    assert english.fault(why.sentence.replace(", such as Ronin", ""), why) == "missing"
    swapped = why.sentence.replace("Heat", "X").replace("Ronin", "Heat").replace("X", "Ronin")
    assert english.fault(swapped, why) == "role"


def test_chinese_is_held_letter_by_letter(graph: KnowledgeGraph) -> None:
    chinese = read_language("zh")
    verifier = Verifier(graph, chinese)
    words = Sentences(verifier.reader.vocabulary, chinese)
    why = shared(words).told_in(chinese)
    assert verifier.fault(why.sentence, why) == ""
    good = "您喜欢“Ronin”，推荐“The Crooked Lantern”，它也由Ada Marlow执导。"
    assert verifier.fault(good, why) == ""
    for old, new, fault in (
        ("执导", "主演", "relation"),
        ("喜欢", "不喜欢", "words"),
        ("推荐", "推荐精彩的", "words"),
        ("Ronin", "Heat", "entity"),
        ("Ada Marlow", "1998年Ada Marlow", "number"),
    ):
        assert verifier.fault(good.replace(old, new), why) == fault, new


def test_chinese_does_not_turn_against_itself(graph: KnowledgeGraph) -> None:
    chinese = read_language("zh")
    verifier = Verifier(graph, chinese)
    words = Sentences(verifier.reader.vocabulary, chinese)
    why = people(words, -1.0).told_in(chinese)
    assert verifier.fault(why.sentence, why) == ""
    start = "“The Crooked Lantern”："
    for said in (
        "因为预期少，但有4位和您一样喜欢“Ronin”的用户也喜欢它。",
        "尽管有4位和您一样喜欢“Ronin”的用户也喜欢它，少于预期。",
        "因为只有4位和您一样喜欢“Ronin”的用户也喜欢它，少于预期。",
    ):
        assert verifier.fault(start + said, why) == "polarity", said


def test_the_templates_themselves_stand(english: Verifier, say: Sentences) -> None:
    assert english.language is ENGLISH
    for why in (shared(say), shared(say, "starring", BEN), people(say), sequel(say)):
        assert english.fault(why.sentence, why) == ""
