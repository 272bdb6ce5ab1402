from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

FOLDER = Path(__file__).parents[1] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


def read(path: Path) -> Any:
    return nbformat.read(path, as_version=4)


def outputs(notebook: Any) -> str:
    found = [
        output.get("text", "") or str(output.get("data", ""))
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
    ]
    return "\n".join(found)


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
    notebook = read(path)
    committed = outputs(notebook)
    NotebookClient(
        notebook, timeout=240, kernel_name="python3", resources={"metadata": {"path": tmp_path}}
    ).execute()
    # What it prints is what is shown, but for times.
    assert _timeless(outputs(notebook)) == _timeless(committed)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_is_committed_with_its_outputs(path: Path) -> None:
    cells = [cell for cell in read(path).cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in cells)
    assert all(output.output_type != "error" for cell in cells for output in cell.outputs)
    shown = outputs(read(path))
    assert shown
    for private in ("/root/", "/home/", "/tmp/", "password"):
        assert private not in shown


def test_there_are_notebooks() -> None:
    assert [path.name for path in NOTEBOOKS] == ["02-your-graph.ipynb"]


def _timeless(text: str) -> str:
    return re.sub(r"\d+(\.\d+)? ?s\b|\d{4}-\d\d-\d\dT[\d:]+Z", "", text)
