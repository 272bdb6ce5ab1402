from __future__ import annotations

from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest

from kgrec.errors import ConfigError, UnknownIdError
from kgrec.graph import KnowledgeGraph

PICTURE = 'class="kg-dot-item'


def test_show_gives_a_picture_in_every_form(tiny_graph: KnowledgeGraph, tmp_path: Path) -> None:
    label = tiny_graph.label("item:1")
    view = tiny_graph.show(label, hops=1)
    assert fromstring(view.svg) is not None
    assert view._repr_svg_() == view.svg
    assert PICTURE in view._repr_html_()
    assert repr(view).startswith(f"GraphView('{label}': ")
    assert f"  {label} —directed by→ " in str(view)
    for name in ("view.svg", "view.html"):
        view.save(tmp_path / name)
        assert PICTURE in (tmp_path / name).read_text()
    with pytest.raises(ConfigError, match=r"\.svg or as \.html"):
        view.save(tmp_path / "view.png")


def test_show_says_what_is_near(tiny_graph: KnowledgeGraph) -> None:
    with pytest.raises(UnknownIdError, match="near it are 'item:"):
        tiny_graph.show("silent lantrn")


def test_outside_of_a_notebook_it_is_printed(
    tiny_graph: KnowledgeGraph, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("IPython")
    view = tiny_graph.show("item:1", hops=1)
    view._ipython_display_()
    assert capsys.readouterr().out == f"{view}\n"
