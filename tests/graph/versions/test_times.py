from __future__ import annotations

from functools import reduce

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from kgrec.graph.versions.times import comes_later, last_times, later

TIMES = st.none() | st.integers(-(2**40), 2**40)


@given(times=st.lists(TIMES, min_size=1, max_size=6))
def test_one_by_one_or_in_a_table_the_last_time_is_the_same(times: list[int | None]) -> None:
    ends = [("user:1", "item:1")] * len(times) + [("user:1", "item:2")]
    table = pl.DataFrame(
        [(*pair, time) for pair, time in zip(ends, [*times, 5], strict=True)],
        schema={"head": pl.String, "tail": pl.String, "timestamp": pl.Int64},
        orient="row",
    )
    found = last_times(table).rows()
    assert found == [(*ends[0], reduce(later, times)), (*ends[-1], 5)]


@given(last=TIMES, time=TIMES)
def test_what_came_later_is_no_news_afterwards(last: int | None, time: int | None) -> None:
    assert not comes_later(later(last, time), time)
    assert later(last, time) == (time if comes_later(last, time) else last)


def test_a_first_time_is_news_of_a_pair_without_one() -> None:
    assert comes_later(None, 0)
    assert not comes_later(0, None)
    assert not comes_later(None, None)
    assert not comes_later(5, 5)
