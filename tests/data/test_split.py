import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from kgrec.data.split import MIN_EVENTS, split_events, split_valid

pairs = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(0, 60).map(str)), unique=True, max_size=120
)
timed = pairs.flatmap(
    lambda rows: st.lists(
        st.none() | st.integers(0, 20), min_size=len(rows), max_size=len(rows)
    ).map(lambda times: table(rows, times))
)


def table(rows: list[tuple[str, str]], times: list[int | None] | None = None) -> pl.DataFrame:
    frame = pl.DataFrame(rows, schema={"user": pl.String, "item": pl.String}, orient="row")
    return (
        frame if times is None else frame.with_columns(timestamp=pl.Series(times, dtype=pl.Int64))
    )


@settings(max_examples=50, deadline=None)
@given(timed | pairs.map(table))
def test_parts_are_disjoint_and_cover_everything(events: pl.DataFrame) -> None:
    parts = split_events(events)
    together = pl.concat(parts.values())
    assert sorted(together.select("user", "item").rows()) == sorted(
        events.select("user", "item").rows()
    )


@settings(max_examples=50, deadline=None)
@given(timed)
def test_no_test_event_is_earlier_than_a_training_event_of_the_user(events: pl.DataFrame) -> None:
    parts = split_events(events)
    moments = {
        name: part.with_columns(pl.col("timestamp").fill_null(-1)).group_by("user")
        for name, part in parts.items()
    }
    latest = dict(moments["train"].agg(pl.col("timestamp").max()).rows())
    for user, earliest in moments["test"].agg(pl.col("timestamp").min()).rows():
        if events["timestamp"].is_not_null().any():
            assert latest[user] <= earliest


@settings(max_examples=50, deadline=None)
@given(pairs.map(table), st.randoms())
def test_the_order_of_the_rows_does_not_matter(events: pl.DataFrame, random: object) -> None:
    shuffled = events.sample(fraction=1.0, shuffle=True, seed=random.randint(0, 9))  # type: ignore[attr-defined]
    one, two = split_events(events), split_events(shuffled)
    assert set(one["test"].rows()) == set(two["test"].rows())
    assert set(one["valid"].rows()) == set(two["valid"].rows())


@settings(max_examples=50, deadline=None)
@given(timed | pairs.map(table))
def test_each_part_has_a_tenth_and_at_least_one(events: pl.DataFrame) -> None:
    parts = split_events(events)
    for user, count in events.group_by("user").len().rows():
        expected = max(1, count // 10) if count >= MIN_EVENTS else 0
        sizes = [parts[name].filter(pl.col("user") == user).height for name in ("valid", "test")]
        assert sizes == [expected, expected]


def test_ties_go_by_item() -> None:
    events = table([("a", str(item)) for item in (3, 1, 5, 2, 4)], [7] * 5)
    parts = split_events(events)
    assert parts["test"].rows() == [("a", "5", 7)]
    assert parts["valid"].rows() == [("a", "4", 7)]


def test_the_seed_decides_without_timestamps() -> None:
    events = table([("a", str(item)) for item in range(60)])
    assert split_events(events, seed=1)["test"].equals(split_events(events, seed=1)["test"])
    assert not split_events(events, seed=1)["test"].equals(split_events(events, seed=2)["test"])


def test_valid_is_carved_out_of_train() -> None:
    events = table([("a", str(item)) for item in range(30)], list(range(30)))
    train, valid = split_valid(events)
    assert valid["item"].to_list() == ["27", "28", "29"]
    assert train.height == 27
