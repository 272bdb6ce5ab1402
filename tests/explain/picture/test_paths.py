from __future__ import annotations

import re
from xml.etree.ElementTree import Element, fromstring

import pytest

from kgrec.explain import Explanation
from kgrec.explain.picture.paths import paths_svg

SVG = "{http://www.w3.org/2000/svg}"


def texts(root: Element, style: str) -> list[str]:
    return [each.text or "" for each in root.iter(f"{SVG}text") if each.get("class") == style]


def test_names_relations_and_shares_are_there(explanation: Explanation) -> None:
    root = fromstring(paths_svg(explanation))
    assert texts(root, "kg-name")[0] == "User 1"
    assert {"Heat", "Ronin", "Alien", "Ada Marlow", "User 2", "The Crooked Lantern"} <= set(
        texts(root, "kg-name")
    )
    assert texts(root, "kg-relation").count("liked") == 4  # to three films, and from user 2
    assert "50%" in texts(root, "kg-share")  # 1.5 of 3 through Ada Marlow


def test_the_shares_shown_sum_to_the_score(explanation: Explanation) -> None:
    legend = texts(fromstring(paths_svg(explanation)), "kg-legend")
    shown = [float(number) for line in legend for number in re.findall(r"([\d.]+)%", line)]
    assert sum(shown) == pytest.approx(100, abs=1)


def test_a_thicker_edge_carries_more(explanation: Explanation) -> None:
    links = [
        each
        for each in fromstring(paths_svg(explanation)).iter(f"{SVG}path")
        if "kg-link" in (each.get("class") or "")
    ]
    widths = [float(each.get("stroke-width") or 0) for each in links]
    assert widths[0] == max(widths) == 9
    assert any("kg-against" in (each.get("class") or "") for each in links)


def test_a_node_without_a_name_is_called_by_its_type(explanation: Explanation) -> None:
    path = explanation.paths[0]
    nameless = type(path.nodes[2])("entity:m.06x", "m.06x", "m.06x", "Person")
    nodes = (*path.nodes[:2], nameless, path.nodes[3])
    changed = type(path)(nodes, path.relations, 1.0, 0.0, 1, "", "", "")
    root = fromstring(paths_svg(Explanation("1", "9", "Nine", 1.0, (changed,), {}, 1.0)))
    assert "Person" in texts(root, "kg-name")
    assert "m.06x" in texts(root, "kg-type")


def test_hostile_labels_stay_text(hostile: Explanation) -> None:
    picture = paths_svg(hostile)
    assert "<script" not in picture
    assert "alert('x')" in "".join(fromstring(picture).itertext())


def test_without_paths_the_parts_are_left() -> None:
    bare = Explanation("1", "2", "Two", 2.0, (), {"popularity": 1.5, "latent": -0.5}, 0.0)
    root = fromstring(paths_svg(bare))
    assert texts(root, "kg-legend") == ["popularity 75%", "latent −25%"]
    assert not list(root.iter(f"{SVG}path"))
