from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any


def test_all_is_well_or_it_says_what_is_not(cli: Callable[..., Any], tmp_path: Path) -> None:
    well = cli("doctor", "--format", "json")
    assert (well.exit_code, json.loads(well.stdout)["well"]) == (0, True)
    ill = cli("doctor", "--store", tmp_path / "nothing")
    assert ill.exit_code == 1
    assert "start it, or mend the address" in " ".join(ill.stdout.split())
    assert "1 of" in ill.stdout.splitlines()[-1]
