from kgrec.testing import tiny_dataset


def test_a_dataset_says_what_it_holds() -> None:
    data = tiny_dataset()
    counts = data.counts()
    assert counts["users"] == 30
    assert repr(data).startswith("Dataset('tiny': 30 users, 40 items, ")
    assert f"{counts['test']} interactions" in repr(data)
