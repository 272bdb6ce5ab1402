from __future__ import annotations

from pathlib import Path


def test_the_slow_files_are_still_called_so(pytestconfig) -> None:
    folder = Path(__file__).parents[1]
    (hooks,) = (
        plugin
        for plugin in pytestconfig.pluginmanager.get_plugins()
        if Path(getattr(plugin, "__file__", None) or "") == folder / "conftest.py"
    )
    assert [name for name in hooks.SLOW_FILES if not (folder / name).is_file()] == []
