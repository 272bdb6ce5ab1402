from __future__ import annotations

import json

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
    sentence="Because.",
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
    for words in ("+0.7500  Because.", str(PATH), "+0.2500  (popularity)", "+0.0000  (latent)"):
        assert words in text


def test_the_strongest_path_speaks_for_all() -> None:
    assert (WHY.sentence, WHY.cypher, WHY.sparql) == ("Because.", "MATCH …", "SELECT …")
    assert BARE.sentence == "Ronin is popular with everyone."
    assert BARE.cypher == BARE.sparql == ""


def test_json_keeps_everything() -> None:
    tree = json.loads(WHY.to_json())
    assert tree == json.loads(json.dumps(WHY.to_dict()))
    assert tree["paths"][0]["nodes"][2]["label"] == RONIN.label
    assert tree["paths"][0]["share"] + sum(tree["rest"].values()) == tree["score"]
    assert "ü" in WHY.to_json()
