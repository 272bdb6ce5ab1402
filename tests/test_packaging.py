"""What setup.cfg lists by hand must be what the folders hold, or a wheel lacks files."""

from __future__ import annotations

import ast
import configparser
import importlib
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).parents[1]
FOLDERS = {"kgrec": "kgrec", "kgrec.loaders": "loaders", "kgrec.ontology": "ontology"}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def settings() -> configparser.ConfigParser:
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    return parser


def mapping(section: str, key: str) -> dict[str, str]:
    pairs = (line.split("=") for line in settings()[section][key].splitlines() if line)
    return {name.strip(): value.strip() for name, value in pairs}


def packages() -> dict[str, Path]:
    """Every folder with an ``__init__.py``, by the name under which it is installed."""
    found = {}
    for name, folder in FOLDERS.items():
        for file in (ROOT / folder).rglob("__init__.py"):
            parts = file.parent.relative_to(ROOT / folder).parts
            found[".".join([name, *parts])] = file.parent
    return found


def test_the_package_list_is_what_the_folders_hold() -> None:
    listed = settings()["options"]["packages"].split()
    assert len(listed) == len(set(listed))
    assert set(listed) == set(packages())


def test_every_folder_with_a_module_is_a_package() -> None:
    for folder in FOLDERS.values():
        for module in (ROOT / folder).rglob("*.py"):
            assert (module.parent / "__init__.py").exists(), module


def test_loaders_and_ontology_live_beside_kgrec() -> None:
    assert mapping("options", "package_dir") == FOLDERS
    for name, folder in FOLDERS.items():
        file = importlib.import_module(name).__file__
        assert file is not None
        assert Path(file).parent == ROOT / folder


@pytest.mark.parametrize("name", sorted(packages()))
def test_every_file_of_a_package_is_in_the_wheel(name: str) -> None:
    section = settings()["options.package_data"]
    patterns = [each.strip() for each in section.get(name, "").split(",") if each.strip()]
    for file in packages()[name].iterdir():
        if file.is_file() and file.suffix not in {".py", ".pyc"} and file.name[0] != ".":
            assert any(file.match(pattern) for pattern in patterns), file


def test_package_data_names_packages_and_finds_files() -> None:
    known = packages()
    for name, patterns in settings()["options.package_data"].items():
        for pattern in patterns.split(","):
            assert any(known[name].glob(pattern.strip())), f"{name}: {pattern.strip()}"


def test_constraints_pin_versions_that_the_project_allows() -> None:
    extras = PROJECT["optional-dependencies"].values()
    wanted = [Requirement(each) for each in sum(extras, PROJECT["dependencies"])]
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [Requirement(line) for line in lines if line and not line.startswith("#")]
    names = [pin.name for pin in pins]
    assert "torch" in names
    assert len(names) == len(set(names))
    for pin in pins:
        (exact,) = pin.specifier
        assert exact.operator == "==", pin
        for requirement in wanted:
            if requirement.name == pin.name:
                assert Version(exact.version) in requirement.specifier, pin


# Packages of a declared one's own, which it brings.
BROUGHT = {
    "IPython": "anywidget",
    "traitlets": "anywidget",
    "huggingface_hub": "transformers",
    "sqlalchemy": "optuna",
    "starlette": "fastapi",
}


def imported(file: Path) -> Iterator[str]:
    """First parts of the names of all modules that a file imports."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (each.name.split(".")[0] for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.split(".")[0]


def test_what_is_imported_is_declared() -> None:
    extras = PROJECT["optional-dependencies"].values()
    declared = {_plain(Requirement(each).name) for each in sum(extras, PROJECT["dependencies"])}
    known = packages_distributions()
    for file in (ROOT / "kgrec").rglob("*.py"):
        for name in set(imported(file)) - set(sys.stdlib_module_names) - {"kgrec", "ontology"}:
            packages = {_plain(each) for each in known.get(name, [BROUGHT.get(name, name)])}
            assert packages & declared or BROUGHT.get(name) in declared, f"{file}: {name}"


def _plain(name: str) -> str:
    return name.lower().replace("_", "-")


def test_the_type_marker_travels() -> None:
    assert (ROOT / "kgrec" / "py.typed").exists()
