from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kgrec.errors import ConfigError
from kgrec.explain.checks import SentenceCheck
from kgrec.explain.languages import read_language
from kgrec.explain.sentences import Sentences
from kgrec.explain.telling import in_words_of, translate
from kgrec.graph import KnowledgeGraph
from kgrec.recommend import Recommender
from kgrec.recommend.reasons import _TELLERS
from kgrec.vocabulary import Vocabulary
from kgrec.vocabulary.translation import translated

CHINESE = read_language("zh")
WORDS = translated(Vocabulary.load(), (), "zh", generic=CHINESE.generic)
SAY = Sentences(WORDS.vocabulary, CHINESE, item_type="Film")
ENGLISH_SAY = Sentences(Vocabulary.load(), item_type="Film")


@pytest.fixture(scope="module")
def item(fitted: Recommender) -> str:
    return fitted.recommend(["1"], k=1).items[0]


def test_paths_and_shares_are_those_of_english(fitted: Recommender, item: str) -> None:
    one, two = fitted.explain("1", item), fitted.explain("1", item, language="zh-CN")
    for ours, theirs in zip(one.paths, two.paths, strict=True):
        assert (ours.nodes, ours.share) == (theirs.nodes, theirs.share)
        assert (ours.cypher, ours.sparql) == (theirs.cypher, theirs.sparql)
        assert ours.reason != theirs.reason
    assert one.rest == two.rest
    assert one.notes == two.notes == ()
    assert fitted.explain("1", item) == one


def test_all_of_it_is_chinese(fitted: Recommender, item: str) -> None:
    why = fitted.explain("1", item, language="zh")
    assert why.sentence.startswith(f"“{why.label}”：因为")
    text = str(why)
    for english in ("liked", "because", "popularity", "user", "score"):
        assert english not in text
    assert "用户 1" in text
    assert "流行度" in text
    (listed,) = fitted.recommend(["1"], k=1, explain=True, language="zh").explanations
    assert listed.sentence == why.sentence
    assert "推荐" in why._repr_svg_()


def test_reasons_in_chinese() -> None:
    directed = WORDS.vocabulary.relation("directed_by")
    sequel = WORDS.vocabulary.relation("sequel")
    assert SAY.through_users("Heat", 12345) == "有12,345位和您一样喜欢“Heat”的用户也喜欢它"
    assert SAY.through_entity("Heat", directed, True, "Ada", "人物") == (
        "您喜欢“Heat”，两者都由Ada执导"
    )
    assert SAY.through_entity("Heat", directed, False, None, "人物") == (
        "您喜欢“Heat”，两者都以同一人物为执导作品"
    )
    assert SAY.direct("Alien", sequel, True) == "它的前作是您喜欢的“Alien”"
    assert SAY.through_taste("Heat", directed, True, "Ada", "人物", "Ronin") == (
        "和您一样喜欢“Heat”的用户也喜欢由Ada执导的电影，例如“Ronin”"
    )
    assert "不太偏爱" in SAY.through_taste("Heat", directed, True, "Ada", "x", "Ronin", True)


def test_taste_in_english() -> None:
    directed = ENGLISH_SAY.vocabulary.relation("directed_by")
    assert ENGLISH_SAY.through_taste("Heat", directed, True, "Ada", "person", "Ronin") == (
        "people who liked Heat, as you did, also liked films directed by Ada, such as Ronin"
    )
    assert ENGLISH_SAY.through_taste("Heat", directed, True, None, "person", "Ronin", True) == (
        "people who liked Heat, as you did, care less for films by the same director, such as Ronin"
    )


def test_the_ontology_is_all_in_chinese() -> None:
    assert WORDS.untranslated == frozenset()
    for relation in WORDS.vocabulary.relations.values():
        for text in (relation.label, relation.inverse_label, relation.pattern, relation.anonymous):
            assert any("\u4e00" <= letter <= "\u9fff" for letter in text), relation.name
            assert not any(letter in text for letter in "，。 "), relation.name
        for pattern in (relation.pattern, relation.inverse_pattern):
            assert pattern.count("{entity}") == 1, relation.name
            assert "{" not in pattern.replace("{entity}", ""), relation.name


def test_what_nobody_translated_is_made_from_its_label() -> None:
    made = WORDS.vocabulary.relation("music.artist.origin")
    assert made.pattern == "以{entity}为origin"
    assert SAY.through_entity("Heat", made, True, None, "x") == "您喜欢“Heat”，两者都有相同的origin"
    assert WORDS.lacks("music.artist.origin")
    braces = WORDS.vocabulary.relation("{entity}{label}")
    assert SAY.through_entity("Heat", braces, True, "Ada", "x").count("Ada") >= 1


def test_users_bring_words_in_their_ontology_and_language_files() -> None:
    turtle = """@prefix kg: <urn:kgrec:ontology#> .
        @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
        kg:directed_by a kg:Relation ; rdfs:label "Regie"@de ; kg:inverseLabel "Werk"@de ;
            kg:pattern "auch von {entity}"@de ."""
    files = (("my.ttl", turtle),)
    german = translated(
        Vocabulary.load(), files, "de", relations={"sequel": {"label": "Fortsetzung"}}
    )
    directed = german.vocabulary.relation("directed_by")
    assert (directed.label, directed.pattern) == ("Regie", "auch von {entity}")
    assert german.vocabulary.relation("sequel").label == "Fortsetzung"
    assert german.vocabulary.relation("starring").label == "starring"
    assert "starring" in german.untranslated
    assert "directed_by" not in german.untranslated


def test_what_is_told_in_english_is_said(fitted: Recommender, item: str, tmp_path: Path) -> None:
    file = tmp_path / "de.toml"
    file.write_text('code = "de"\nname = "German"\n', encoding="utf-8")
    why = fitted.explain("1", item, language=file)
    assert why.sentence == fitted.explain("1", item).sentence
    relations, phrases = why.notes
    assert relations.startswith("No German words are known for: interacted, ")
    assert "." not in relations[:-1]  # no keys of phrases
    assert phrases.startswith("Phrases that are not in German: ")
    assert relations in str(why)
    assert phrases in str(why)
    with pytest.raises(ConfigError, match="no language"):
        fitted.explain("1", item, language="xx")


def test_an_english_file_has_its_own_words(fitted: Recommender, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    relations = '[relations.interacted]\nlabel = "enjoyed"\n[types.Film]\nlabel = "movie"\n'
    file.write_text(f'code = "en-gb"\nname = "English"\n{relations}', encoding="utf-8")
    why = fitted.explain("1", fitted.recommend(["1"], k=1).items[0], language=file)
    assert "enjoyed" in why.sentence
    assert "liked" not in why.sentence
    assert why.notes == ()
    mine = read_language(file)
    assert translate(fitted.graph, mine).vocabulary.type("Film").label == "movie"
    assert SentenceCheck(fitted.graph, mine).faults(why) == []


def test_explainers_are_kept_by_what_languages_say(fitted: Recommender, tmp_path: Path) -> None:
    file = tmp_path / "de.toml"
    file.write_text('code = "de"\nname = "German"\n', encoding="utf-8")
    assert fitted._state.reasons.told_in(file) is fitted._state.reasons.told_in(str(file))
    for number in range(2 * _TELLERS):
        file.write_text(f'code = "en"\nname = "English {number}"\n', encoding="utf-8")
        fitted._state.reasons.told_in(file)
    assert len(fitted._state.reasons._tellers) == _TELLERS


def test_names_in_the_language_are_taken(build: Callable[..., KnowledgeGraph]) -> None:
    graph = build([("1", "1"), ("1", "2")], titles={"1": "Heat", "2": "Ronin"})
    literals = (
        '{"title":[{"@value":"Hitze","@language":"de"},{"@value":"盗火线","@language":"zh-Hans"}]}'
    )
    nodes = graph.nodes.with_columns(properties=graph.nodes["properties"].scatter(1, literals))
    named = replace(graph, nodes=nodes)
    chinese = in_words_of(named, CHINESE, translate(named, CHINESE))
    assert (chinese.label("item:1"), chinese.label("item:2")) == ("盗火线", "Ronin")
    assert named.label("item:1") == "Heat"
