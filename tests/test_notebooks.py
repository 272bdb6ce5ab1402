from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbconvert.exporters import HTMLExporter

import kgrec
from kgrec.errors import KgrecError

FOLDER = Path(__file__).parents[1] / "notebooks"
WIDGET = "application/vnd.jupyter.widget-view+json"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


def read(path: Path) -> Any:
    return nbformat.read(path, as_version=4)


def code(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def output(cell: Any) -> str:
    # What is printed comes in pieces, cut anywhere.
    return "".join(part.get("text", "") or _said(part.get("data", {})) for part in cell.outputs)


def _said(data: dict[str, str]) -> str:
    """What an object says: its plain text, and the words of its HTML, whatever they look like."""
    html = re.sub(r"<style>.*?</style>", "", data.get("text/html", ""), flags=re.DOTALL)
    return f"{data.get('text/plain', '')}\n{re.sub('<[^>]*>', ' ', html)}".strip()


@pytest.mark.filterwarnings("ignore")  # of the kernel and of its sockets
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_runs(path: Path, bolt: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in {
        "NEO4J_URI": bolt.uri,
        "NEO4J_USERNAME": bolt.auth[0],
        "NEO4J_PASSWORD": bolt.auth[1],
        "NEO4J_DATABASE": bolt.database,
    }.items():
        monkeypatch.setenv(name, value)
    # As in an environment that is activated: cells call the command kgrec.
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    notebook = read(path)
    if any('kgrec.load("ml-100k")' in cell.source for cell in code(notebook)):
        _needs_ml_100k()
    committed = [output(cell) for cell in code(notebook)]
    NotebookClient(
        notebook, timeout=240, kernel_name="python3", resources={"metadata": {"path": tmp_path}}
    ).execute()
    _pictures_survive(notebook)
    for cell, shown in zip(code(notebook), committed, strict=True):
        tags = cell.metadata.get("tags", ())
        if "trained" in tags:
            _alike(output(cell), shown)
        elif "varies" in tags:  # what is told depends on near ties
            assert bool(output(cell)) == bool(shown)
        else:  # what it prints is what is shown, but for times
            assert _timeless(output(cell)) == _timeless(shown)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_is_committed_with_its_outputs(path: Path) -> None:
    cells = code(read(path))
    assert all(cell.execution_count for cell in cells)
    assert all(output.output_type != "error" for cell in cells for output in cell.outputs)
    shown = "\n".join(map(output, cells))
    assert shown
    for private in ("/root/", "/home/", "/tmp/", "password"):
        assert private not in shown


def test_there_are_notebooks() -> None:
    assert [path.name for path in NOTEBOOKS] == [
        "01-quickstart.ipynb",
        "02-your-graph.ipynb",
        "03-explanations.ipynb",
        "04-tune-compare-audit.ipynb",
        "05-inspect.ipynb",
    ]


def _needs_ml_100k() -> None:
    try:
        kgrec.load("ml-100k")
    except KgrecError as error:  # neither in the cache nor to be had
        pytest.skip(str(error))


def _alike(printed: str, shown: str) -> None:
    """What a training decides: processors round differently, and near ties fall either way."""
    assert printed.count("\n") == shown.count("\n")
    assert all(some == everything for some, everything in re.findall(r"(\d+) of (\d+)", printed))


def _pictures_survive(notebook: Any) -> None:
    """A page that nbconvert writes shows the picture of each widget, which needs a host to live."""
    widgets = [
        part for cell in code(notebook) for part in cell.outputs if WIDGET in part.get("data", {})
    ]
    if not widgets:
        return
    assert notebook.metadata.widgets  # with their state, nbconvert would rather take the widgets
    try:
        exporter = HTMLExporter()
    except ValueError as error:  # its templates are not where it looks for them
        pytest.skip(str(error))
    page, _ = exporter.from_notebook_node(notebook)
    assert page.count('<div id="kg-view-') == len(widgets)
    assert page.count("kg-centre") >= len(widgets)


def _timeless(text: str) -> str:
    return re.sub(r"\d+(\.\d+)? ?s\b|\d{4}-\d\d-\d\dT[\d:]+Z", "", text)
