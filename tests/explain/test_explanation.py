from __future__ import annotations

import json
from dataclasses import replace

import pytest

from kgrec.explain import Explanation, Path, PathNode, PathRelation

USER = PathNode("user:1", "1", "1", "User")
HEAT = PathNode("item:1", "1", "Heat", "Film")
RONIN = PathNode("item:2", "2", "Ro\"nin' ü", "Film")
PATH = Path(
    nodes=(USER, HEAT, RONIN),
    relations=(
        PathRelation("interacted", "liked", True),
        PathRelation("followed_by", "followed by", True),
    ),
    share=0.75,
    learned=0.0,
    walks=1,
    reason="it is followed by Heat",
    cypher="MATCH …",
    sparql="SELECT …",
)
WHY = Explanation("1", "2", RONIN.label, 1.0, (PATH,), {"popularity": 0.25, "latent": 0.0}, 0.75)
BARE = Explanation("1", "2", "Ronin", 0.25, (), {"popularity": 0.25, "latent": 0.0}, 0.0)


def test_a_path_reads_from_the_user_to_the_item() -> None:
    assert str(PATH) == "user 1 —liked→ Heat —followed by→ Ro\"nin' ü"


def test_an_explanation_prints_every_part_of_the_score() -> None:
    text = str(WHY)
    assert text.splitlines()[0] == "Ro\"nin' ü for user 1: score 1.0000"
    for words in (
        f"+0.7500  {WHY.label}, because it is followed by Heat.",
        str(PATH),
        "+0.2500  (popularity)",
        "+0.0000  (latent)",
    ):
        assert words in text


def test_the_strongest_path_speaks_for_all() -> None:
    assert (WHY.cypher, WHY.sparql) == ("MATCH …", "SELECT …")
    assert WHY.sentence == PATH.sentence == f"{RONIN.label}, because it is followed by Heat."
    assert BARE.sentence == "Ronin, because it is popular with everyone."
    assert BARE.cypher == BARE.sparql == ""


def test_the_strongest_fact_is_told_beside_the_people() -> None:
    other = PathNode("user:2", "2", "2", "User")
    taken = PathRelation("interacted", "liked", True)
    people = replace(
        PATH,
        nodes=(USER, HEAT, other, RONIN),
        relations=(taken, replace(taken, forward=False), taken),
        reason="2 people liked it too",
    )
    weak = replace(PATH, share=-0.1, reason="you liked Heat, also starring Nobody")
    assert people.through_users
    assert not PATH.through_users
    told = replace(WHY, label="Ronin", paths=(people, PATH, weak))
    assert told.sentence == (
        "Ronin, because 2 people liked it too, and because it is followed by Heat."
    )
    assert replace(told, paths=(people, weak)).because == "because 2 people liked it too"
    assert replace(told, paths=(weak,)).because == "although you liked Heat, also starring Nobody"


def test_json_keeps_everything() -> None:
    tree = json.loads(WHY.to_json())
    assert tree == json.loads(json.dumps(WHY.to_dict()))
    assert tree["paths"][0]["nodes"][2]["label"] == RONIN.label
    assert tree["paths"][0]["share"] + sum(tree["rest"].values()) == tree["score"]
    assert "ü" in WHY.to_json()


def test_a_screen_holds_the_whole_score_in_numbers_and_per_cent() -> None:
    lines = str(WHY).splitlines()
    assert lines[1].startswith("   75%  +0.7500  ")
    assert lines[-2] == "   25%  +0.2500  (popularity) how much everyone likes it"
    many = replace(WHY, paths=(PATH,) * 30, rest={"a_new_part": -7.5})
    text = many.to_text()
    assert len(text.splitlines()) == 1 + 2 * 10 + 2
    assert "   50%  +15.0000  … and 20 more paths, 50% of the score" in text
    assert text.splitlines()[-1] == "  −25%  -7.5000  (a new part)"
    assert len(many.to_text(paths=None).splitlines()) == 1 + 2 * 30 + 1


def test_lines_are_broken_at_the_width() -> None:
    long = replace(PATH, reason=" ".join(["word"] * 60))
    text = replace(WHY, paths=(long,)).to_text(width=60)
    assert max(map(len, text.splitlines())) <= 60
    whole = replace(WHY, label="x" * 150).to_text()
    assert "x" * 150 in whole


def test_outside_of_a_notebook_it_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    WHY.show()
    assert capsys.readouterr().out == f"{WHY}\n"


def test_a_notebook_gets_picture_table_and_queries() -> None:
    page = WHY._repr_html_()
    assert page.count("<svg ") == page.count("<table ") == page.count("<details ") == 1
    assert ">75%</td>" in page
    assert "SELECT …" in page
    assert "<script" not in page
    assert "attributions" not in page
    deep = replace(WHY, method="gradients", left_out=3)._repr_html_()
    assert "attributions, not exact parts; the method is gradients" in deep
    assert "3 neighbours were not looked at" in deep
    assert "<details" not in BARE._repr_html_()
    assert "prefers-color-scheme: dark" in WHY._repr_svg_()
    assert ":root" not in WHY._repr_svg_()
