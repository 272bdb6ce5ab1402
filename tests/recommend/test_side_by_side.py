from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from kgrec.callbacks import Progress
from kgrec.errors import ConfigError, UnknownIdError
from kgrec.recommend import Recommender, side_by_side
from kgrec.recommend.side_by_side import explained_by


def test_processes_explain_what_one_does_and_fail_as_one_does(
    fitted: Recommender, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(side_by_side, "ROWS_A_TASK", 3)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    asked = {"users": ["9", "2", "9"], "k": 2, "explain": True}
    alone, together = fitted.recommend(**asked), fitted.recommend(**asked, processes=2)
    assert together.explanations == alone.explanations
    assert together.table.equals(alone.table)
    assert not list(tmp_path.glob("kgrec-*"))

    unknown = pl.DataFrame({"user": ["9", "9"], "item": ["1", "no such"], "score": [1.0, 1.0]})
    with pytest.raises(UnknownIdError, match="no such"):
        explained_by(2, fitted.save, unknown, "en", Progress())
    assert not list(tmp_path.glob("kgrec-*"))


def test_less_than_one_process_is_refused(fitted: Recommender) -> None:
    with pytest.raises(ConfigError, match="at least 1, not 0"):
        fitted.recommend(users=["9"], explain=True, processes=0)
