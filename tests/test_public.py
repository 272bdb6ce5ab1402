from __future__ import annotations

import ast
from pathlib import Path

import pytest

import kgrec

PACKAGE = Path(kgrec.__file__).parent


def test_public_names_are_few_sorted_and_there() -> None:
    assert kgrec.__all__ == sorted(kgrec.__all__)
    assert len(set(kgrec.__all__)) == len(kgrec.__all__) <= 14
    assert all(getattr(kgrec, name).__doc__ for name in kgrec.__all__)


def test_every_public_name_has_a_home() -> None:
    assert set(kgrec._HOMES) == set(kgrec.__all__)
    for name in kgrec.__all__:
        assert getattr(kgrec, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = kgrec.nothing


def test_the_function_evaluate_survives_every_import() -> None:
    import kgrec.evaluation

    assert callable(kgrec.evaluate)
    assert callable(kgrec.evaluation.evaluate)


@pytest.mark.parametrize(
    "word", ["pickle", "torch.load", "torch.save", "joblib.dump", "joblib.load"]
)
def test_nothing_is_pickled(word: str) -> None:
    files = list(PACKAGE.rglob("*.py"))
    assert len(files) > 50
    using = [
        str(path)
        for path in files
        if any(word in ast.unparse(node) for node in _code(ast.parse(path.read_text("utf-8"))))
    ]
    assert not using


def _code(tree: ast.Module) -> list[ast.AST]:
    """Imports, attributes and arguments: what runs, without the texts."""
    kinds = (ast.Import, ast.ImportFrom, ast.Attribute, ast.keyword)
    return [node for node in ast.walk(tree) if isinstance(node, kinds)]
