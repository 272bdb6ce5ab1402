from pathlib import Path

import pytest

from kgrec import load
from kgrec.errors import DataError
from kgrec.testing import write_tiny_folder


def test_a_column_named_twice_is_refused(tmp_path: Path) -> None:
    write_tiny_folder(tmp_path / "data")
    items = tmp_path / "data" / "items.csv"
    header, rest = items.read_text(encoding="utf-8").split("\n", 1)
    items.write_text(f"{header},title\n{rest}", encoding="utf-8")
    with pytest.raises(DataError, match=r"items.csv, column 'title': two columns have this name"):
        load(tmp_path / "data")
