from __future__ import annotations

import re

import pytest
from rdflib import URIRef
from rdflib.namespace import RDF, RDFS, XSD

from kgrec.vocabulary import Vocabulary
from kgrec.vocabulary.turtle import NAMESPACE, builtin_ontology, local_name, parse_turtle

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
    canonical, inverse = vocabulary.canonical(name)
    assert canonical in vocabulary.relations
    assert not inverse


def test_every_relation_has_all_its_words(vocabulary: Vocabulary) -> None:
    for relation in vocabulary.relations.values():
        assert "{entity}" in relation.pattern, relation.name
        assert "{entity}" in relation.inverse_pattern, relation.name
        assert relation.anonymous, relation.name
        assert not re.search(r"[{}]", relation.anonymous), relation.name
        assert relation.label != relation.name or "_" not in relation.name


def test_sentences_can_be_read(vocabulary: Vocabulary) -> None:
    """ "The Hunt, because you liked Ronin, also directed by X"; "it is directed by X"."""
    for relation in vocabulary.relations.values():
        if relation.domain != "User":
            start = r"(also |with the same|winner|often )"
            assert re.match(start, relation.pattern), relation.name
        for label in (relation.label, relation.inverse_label):
            assert not re.match(r"(is|has|was|are|be|to) ", label), relation.name
        for text in (relation.label, relation.inverse_label, relation.pattern, relation.anonymous):
            assert not re.search(r"\b(\w+) \1\b|  |[.;:]$|^\s|_", text), (relation.name, text)


def test_everything_is_labelled_in_english_and_types_and_relations_in_chinese() -> None:
    for name, text in builtin_ontology():
        graph = parse_turtle(name, text)
        for kind in (NAMESPACE.Relation, NAMESPACE.Property, RDFS.Class):
            for subject in graph.subjects(RDF.type, kind):
                assert isinstance(subject, URIRef)
                languages = ["en"] if kind == NAMESPACE.Property else ["en", "zh"]
                labels = graph.objects(subject, RDFS.label)
                assert sorted(label.language for label in labels) == languages, subject  # type: ignore[attr-defined]


def test_every_type_and_relation_says_where_it_belongs() -> None:
    for name, text in builtin_ontology():
        graph = parse_turtle(name, text)
        for subject in graph.subjects(RDF.type, RDFS.Class):
            parents = set(map(str, graph.objects(subject, RDFS.subClassOf)))
            assert parents or str(subject).endswith("#Entity"), subject
            if name != "core.ttl":  # a domain's type stands below the core, and beside a standard
                assert any(not parent.startswith(str(NAMESPACE)) for parent in parents), subject
                assert any(parent.startswith(str(NAMESPACE)) for parent in parents), subject
        for subject in graph.subjects(RDF.type, NAMESPACE.Relation):
            assert (subject, RDFS.domain, None) in graph, subject
            assert (subject, RDFS.range, None) in graph, subject
        for subject in graph.subjects(RDF.type, NAMESPACE.Property):
            assert str(graph.value(subject, RDFS.range)).startswith(str(XSD)), subject


def test_no_name_of_one_module_hides_behind_another() -> None:
    """A later file may take a name from an earlier one: the package must never need that."""
    declared: set[str] = set()
    aliases: set[str] = set()
    for name, text in builtin_ontology():
        graph = parse_turtle(name, text)
        for kind in (NAMESPACE.Relation, NAMESPACE.Property, RDFS.Class):
            for subject in graph.subjects(RDF.type, kind):
                assert str(subject) not in declared, subject
                declared.add(str(subject))
        for predicate in (NAMESPACE.alias, NAMESPACE.inverseAlias):
            aliases.update(str(value) for value in graph.objects(None, predicate))
    names = [local_name(iri) for iri in declared]
    assert len(names) == len(set(names))
    relations = Vocabulary.load().relations
    assert not aliases & relations.keys()
    assert not aliases & Vocabulary.load().properties.keys()


@pytest.mark.parametrize(
    ("item_type", "columns"),
    [
        ("Film", {"director": "directed_by", "genres": "has_genre", "writer": "written_by"}),
        ("Track", {"artist": "performed_by", "album": "on_album", "label": "on_label"}),
        ("Album", {"producer": "recording_produced_by", "genre": "has_genre"}),
        ("Book", {"author": "has_author", "publisher": "published_by", "series": "in_book_series"}),
        ("Product", {"brand": "has_brand", "color": "has_colour", "size": "has_size"}),
        ("Product", {"category": "has_category", "seller": "sold_by", "also_buy": "also_bought"}),
        ("NewsArticle", {"section": "in_section", "source": "from_outlet", "topic": "has_topic"}),
        ("Course", {"instructor": "taught_by", "level": "at_level", "skills": "teaches_skill"}),
        ("Concert", {"venue": "at_venue", "artist": "with_performer", "organizer": "organized_by"}),
        ("Restaurant", {"cuisine": "serves_cuisine", "city": "located_in"}),
        ("Restaurant", {"price_range": "in_price_range", "brand": "of_chain"}),
        ("Question", {"product": "about_product", "component": "about_component"}),
        ("FinanceNews", {"ticker": "about_instrument", "sentiment": "has_sentiment"}),
        ("Fund", {"sector": "in_sector", "exchange": "traded_on", "benchmark": "tracks_index"}),
    ],
)
def test_columns_of_catalogs(
    vocabulary: Vocabulary, item_type: str, columns: dict[str, str]
) -> None:
    found = {column: vocabulary.attribute(column, "item", item_type).name for column in columns}
    assert found == columns
    for name in columns.values():
        relation = vocabulary.relations[name]
        assert vocabulary.types[item_type].is_a(relation.domain), name


def test_one_column_means_one_thing_for_each_type(vocabulary: Vocabulary) -> None:
    for relation in vocabulary.relations.values():
        for column in relation.columns:
            if relation.domain in vocabulary.types:
                kind = vocabulary.types[relation.domain].kind
                found = vocabulary.attribute(column, kind, relation.domain)
                assert found.domain == relation.domain, (column, relation.name, found.name)
