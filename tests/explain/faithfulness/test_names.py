from __future__ import annotations

from kgrec.explain.faithfulness import hub_key, path_name, path_pattern, path_type


def test_a_path_through_users_has_one_name_whoever_is_shown(path) -> None:
    def through(user: str):
        return path("user:u", "interacted", "item:1", "^interacted", user, "interacted", "item:2")

    assert path_name(through("user:v")) == path_name(through("user:w"))
    assert hub_key(through("user:v")) == "user:v"


def test_direction_and_the_user_belong_to_the_name(path) -> None:
    forward = path("user:u", "interacted", "item:1", "followed_by", "item:2")
    backward = path("user:u", "interacted", "item:1", "^followed_by", "item:2")
    other = path("user:v", "interacted", "item:1", "followed_by", "item:2")
    assert len({path_name(each) for each in (forward, backward, other)}) == 3
    assert path_pattern(forward) == path_pattern(other) != path_pattern(backward)
    assert path_type(forward) == path_type(backward) == "followed_by"
