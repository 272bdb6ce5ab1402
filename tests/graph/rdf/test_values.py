from __future__ import annotations

from typing import Any

import pytest

from kgrec.errors import StoreError
from kgrec.graph.rdf.values import literals

XSD = "http://www.w3.org/2001/XMLSchema#"
JSON = "^^<http://www.w3.org/1999/02/22-rdf-syntax-ns#JSON>"


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        ("it's", '"it\'s"'),
        (5, f'"5"^^<{XSD}integer>'),
        (True, f'"true"^^<{XSD}boolean>'),
        (0.5, f'"0.5"^^<{XSD}double>'),
        ({"@value": "Le Mans", "@language": "fr"}, '"Le Mans"@fr'),
        ({"@value": "1999-03-31", "@type": "xsd:date"}, f'"1999-03-31"^^<{XSD}date>'),
        ({"@value": "POINT(1 2)", "@type": "http://x.org/wkt"}, '"POINT(1 2)"^^<http://x.org/wkt>'),
    ],
)
def test_one_literal_says_it_all(value: Any, plain: str) -> None:
    assert literals(value) == [plain]


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        ({"@value": "007", "@type": "xsd:integer"}, [f'"007"^^<{XSD}integer>']),
        ({"@value": "1.50", "@type": "xsd:decimal"}, [f'"1.50"^^<{XSD}decimal>']),
        ({"@value": "x", "@language": "en-US"}, ['"x"@en-us']),
        ({"@value": "x", "@language": "en } #"}, ['"x"']),
        ({"@value": "x", "@type": "no iri"}, ['"x"']),
        ({"@value": 5}, []),
        (["b", "a", "b"], ['"b"', '"a"']),
        ([1, 2], []),
        ([], []),
        (float("nan"), [f'"NaN"^^<{XSD}double>']),
    ],
)
def test_what_a_literal_cannot_say_stands_as_json_too(value: Any, plain: list[str]) -> None:
    found = literals(value)
    assert found[:-1] == plain
    assert found[-1].endswith(JSON)


def test_half_a_character() -> None:
    with pytest.raises(StoreError, match="half of a character"):
        literals("\ud800")
