from __future__ import annotations

import re

import pytest
from rdflib import URIRef
from rdflib.namespace import RDF, RDFS

from kgrec.turtle import NAMESPACE, builtin_ontology, builtin_shapes, parse_turtle
from kgrec.vocabulary import Vocabulary

# The 24 relations of MovieLens-100K's Freebase graph.
FREEBASE_PAIRS = {
    "film.film.actor": "film.actor.film",
    "film.film.cinematography": "film.cinematographer.film",
    "film.film.rating": "film.content_rating.film",
    "film.film.directed_by": "film.director.film",
    "film.film.genre": "film.film_genre.films_in_this_genre",
    "film.film.subjects": "film.film_subject.films",
    "film.film.produced_by": "film.producer.film",
    "film.film.production_companies": "film.production_company.films",
    "film.film.written_by": "film.writer.film",
    "film.film.sequel": "film.film.prequel",
}
FREEBASE_ALONE = [
    "film.film.award_nomination",
    "film.film.award_won",
    "film.film.country",
    "film.film.language",
]
OTHERS = re.findall(
    r"\w+",
    """has_subject starring produced_by written_by distributed_by directed_by cinematography_by
related_to_wikipage belong_to_category starred_by_actor produced_by_prodcompany composed_by_composer
produced_by_producer cinematography_by_cinematographer edited_by_editor wrote_by_writter
directed_by_director produced_in_country""",
)


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary.load()


@pytest.mark.parametrize(("forward", "backward"), FREEBASE_PAIRS.items())
def test_freebase_inverses_are_one_relation(
    vocabulary: Vocabulary, forward: str, backward: str
) -> None:
    name, inverse = vocabulary.canonical(forward)
    assert name in vocabulary.relations
    assert not inverse
    assert vocabulary.canonical(backward) == (name, True)


@pytest.mark.parametrize("name", FREEBASE_ALONE + OTHERS)
def test_other_relations_of_known_graphs_are_declared(vocabulary: Vocabulary, name: str) -> None:
    assert vocabulary.relation(name).known
    assert not vocabulary.canonical(name)[1]


def test_every_relation_has_all_its_words(vocabulary: Vocabulary) -> None:
    for relation in vocabulary.relations.values():
        assert "{entity}" in relation.pattern, relation.name
        assert "{entity}" in relation.inverse_pattern, relation.name
        assert relation.anonymous, relation.name
        assert not re.search(r"[{}]", relation.anonymous), relation.name
        assert relation.label != relation.name or "_" not in relation.name


def test_relations_and_types_are_labelled_in_english() -> None:
    for name, text in builtin_ontology():
        graph = parse_turtle(name, text)
        for kind in (NAMESPACE.Relation, RDFS.Class):
            for subject in graph.subjects(RDF.type, kind):
                assert isinstance(subject, URIRef)
                labels = list(graph.objects(subject, RDFS.label))
                assert [label.language for label in labels] == ["en"], subject  # type: ignore[attr-defined]


def test_core_is_read_first_and_shapes_are_found() -> None:
    assert [name for name, _ in builtin_ontology()] == ["core.ttl", "films.ttl"]
    assert [name for name, _ in builtin_shapes()] == ["shapes/core.ttl", "shapes/films.ttl"]
