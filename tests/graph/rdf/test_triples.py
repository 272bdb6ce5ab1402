from __future__ import annotations

import json
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgrec.errors import StoreError
from kgrec.graph.rdf import read_triples
from kgrec.graph.rdf.escape import escape
from kgrec.graph.rdf.lines import parse_lines
from kgrec.graph.rdf.triples import read_lines

XSD = "http://www.w3.org/2001/XMLSchema#"
TEXT = st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(
    ['"^^<urn:x>', '"@en', "\\u0041", "\\", '\\"', "\ufffe\uffff\x85\u2028", "a . ", "<<", "_:b"]
)
TERMS = (
    st.sampled_from([ox.NamedNode("urn:a:b"), ox.NamedNode("http://x.org/é"), ox.BlankNode("b0")])
    | st.builds(ox.Literal, TEXT)
    | st.builds(lambda text: ox.Literal(text, language="de-at"), TEXT)
    | st.builds(lambda text: ox.Literal(text, datatype=ox.NamedNode(f"{XSD}date")), TEXT)
)


@given(st.lists(TERMS, min_size=1))
def test_terms_are_read_as_they_are(objects: list[ox.Literal]) -> None:
    subject, predicate = ox.BlankNode("s"), ox.NamedNode("urn:a:p")
    lines = ox.serialize(
        (ox.Triple(subject, predicate, term) for term in objects), format=ox.RdfFormat.N_TRIPLES
    )
    found = parse_lines(read_lines(lines))
    assert set(found["subject"]) == {"_:s"}
    assert set(found["predicate"]) == {"urn:a:p"}
    assert found.select("object", "kind", "datatype", "language").rows() == [
        expected(term) for term in objects
    ]


def expected(term: object) -> tuple[str | None, ...]:
    if isinstance(term, ox.NamedNode):
        return term.value, "iri", None, None
    if isinstance(term, ox.BlankNode):
        return f"_:{term.value}", "bnode", None, None
    assert isinstance(term, ox.Literal)
    typed = term.datatype.value if term.datatype.value == f"{XSD}date" else None
    return term.value, "literal", typed, term.language


@given(TEXT)
def test_escaped_text_is_read_by_others(text: str) -> None:
    (quad,) = ox.parse(f'<urn:a:b> <urn:a:c> "{escape(text)}" .', ox.RdfFormat.N_TRIPLES)
    assert quad.object == ox.Literal(text)
    # SPARQL may replace code points before anything else.
    (row,) = ox.Store().query(f'SELECT ?x {{ BIND("{escape(text)}" AS ?x) }}')
    assert row["x"] == ox.Literal(text)


FILES = {
    "a.ttl": "@prefix a: <urn:a:> . a:s a:p a:o , 'x'@en , 5 .",
    "a.nt": '<urn:a:s>\t<urn:a:p>  <urn:a:o> . # comment\n\n<urn:a:s> <urn:a:p> "x"@en.\n'
    f'<urn:a:s> <urn:a:p> "5"^^<{XSD}integer> .',
    "a.nq": '<urn:a:s> <urn:a:p> <urn:a:o> <urn:a:g> . <urn:a:s> <urn:a:p> "x"@en .\n'
    f'<urn:a:s> <urn:a:p> "5"^^<{XSD}integer> .',
    "a.trig": "@prefix a: <urn:a:> . a:g { a:s a:p a:o , 'x'@en } a:s a:p 5 .",
    "a.jsonld": '{"@id": "urn:a:s", "urn:a:p": [{"@id": "urn:a:o"}, '
    '{"@value": "x", "@language": "en"}, 5]}',
    "a.rdf": f"""<rdf:RDF xmlns:rdf="{ox.RdfFormat.RDF_XML and "http://www.w3.org/1999/02/22-rdf-syntax-ns#"}"
        xmlns:a="urn:a:"><rdf:Description rdf:about="urn:a:s"><a:p rdf:resource="urn:a:o"/>
        <a:p xml:lang="en">x</a:p><a:p rdf:datatype="{XSD}integer">5</a:p>
        </rdf:Description></rdf:RDF>""",
}


@pytest.mark.parametrize("name", FILES)
def test_every_format_gives_the_same_triples(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(
        FILES[name].replace('> . <urn:a:s> <urn:a:p> "x"', '> .\n<urn:a:s> <urn:a:p> "x"')
    )
    assert sorted(read_triples(path).rows(), key=repr) == [
        ("urn:a:s", "urn:a:p", "5", "literal", f"{XSD}integer", None),
        ("urn:a:s", "urn:a:p", "urn:a:o", "iri", None, None),
        ("urn:a:s", "urn:a:p", "x", "literal", None, "en"),
    ]


def test_a_folder_of_pyoxigraph(tmp_path: Path) -> None:
    store = ox.Store(tmp_path / "store")
    triple = ox.NamedNode("urn:a:s"), ox.NamedNode("urn:a:p"), ox.Literal("x")
    store.add(ox.Quad(*triple))
    store.add(ox.Quad(*triple, ox.NamedNode("urn:a:g")))
    store.flush()
    del store
    assert read_triples(tmp_path / "store").height == 2
    assert read_triples(tmp_path / "store", graph="urn:a:g").height == 1


def test_a_long_text_in_json(tmp_path: Path) -> None:
    long = 'a "quoted" \\ text, é\\n' * 500_000
    values = [long, "x" * 10_000_000, {"@value": "01", "@type": f"{XSD}integer"}, "short", 5]
    path = tmp_path / "a.jsonld"
    path.write_text(json.dumps([{"@id": "urn:a:s", "urn:a:p": values}]))
    found = {row[2]: row[3:] for row in read_triples(path).rows()}
    text = ("literal", None, None)
    integer = ("literal", f"{XSD}integer", None)
    assert found == {
        **{long: text, "x" * 10_000_000: text, "short": text},
        **{"01": integer, "5": integer},
    }


@pytest.mark.parametrize("end", ['"', '\\\\"'])
def test_many_short_texts_in_json_are_no_long_one(tmp_path: Path, end: str) -> None:
    path = tmp_path / "a.jsonld"
    path.write_text('[{"@id": "urn:a:s", "urn:a:p": [' + ", ".join(['"a' + end] * 300_000) + "]}]")
    assert set(read_triples(path)["object"]) == {"a" if end == '"' else "a\\"}


def test_a_text_that_no_parser_takes(tmp_path: Path) -> None:
    path = tmp_path / "a.ttl"
    path.write_text('<urn:a:s> <urn:a:p> "' + "x" * 20_000_000 + '" .')
    with pytest.raises(StoreError, match=r"a\.ttl: it cannot be read .*; leave out what is longer"):
        read_triples(path)


def test_relative_names_are_those_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.ttl"
    path.write_text("<#me> <http://x.org/knows> <you> .")
    (row,) = read_triples(path).rows()
    assert row[:3] == (f"{path.as_uri()}#me", "http://x.org/knows", (tmp_path / "you").as_uri())
