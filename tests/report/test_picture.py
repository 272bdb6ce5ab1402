from __future__ import annotations

from pathlib import Path
from xml.etree.ElementTree import parse

from kgrec.explain import Explanation
from kgrec.report import write_picture

SVG = "{http://www.w3.org/2000/svg}"


def test_a_picture_stands_alone(explanation: Explanation, tmp_path: Path) -> None:
    write_picture(tmp_path / "why.svg", explanation)
    root = parse(tmp_path / "why.svg").getroot()
    (style,) = root.iter(f"{SVG}style")
    assert style.text is not None
    assert "--accent" in style.text
    assert "font-family" in style.text
    assert not {"url(", "@import"} & set(style.text.split())
    ground = next(root.iter(f"{SVG}rect"))
    assert ground.get("class") == "kg-ground"
    assert ground.get("width") == root.get("width")
