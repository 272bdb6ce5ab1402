from __future__ import annotations

from pathlib import Path

import pytest

from kgrec.errors import ConfigError
from kgrec.tracking import open_tracker
from kgrec.tracking.tensorboard import TensorBoard


@pytest.mark.parametrize("address", ["", "tensorboard", "tensorboard:", "mlflow:x", "logs"])
def test_what_is_no_tracker_is_refused(address: str) -> None:
    with pytest.raises(ConfigError, match="is no tracker; write tensorboard:FOLDER"):
        open_tracker(address)


def test_a_run_of_several_has_a_folder_of_its_own(tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    tracker = open_tracker(f"tensorboard:{tmp_path}/a:b", run="trial-003")
    assert isinstance(tracker, TensorBoard)
    assert tracker.folder == tmp_path / "a:b" / "trial-003"
    assert tracker.folder.is_dir()
