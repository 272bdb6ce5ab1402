from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from kgrec.errors import MissingExtraError, StoreError
from kgrec.testing import bolt


def test_a_server_answers_and_ends(tmp_path: Path) -> None:
    try:
        server = bolt.BoltServer(tmp_path)
    except MissingExtraError as error:
        pytest.skip(str(error))
    with server:
        assert server.run("RETURN 1 + 1") == [[2]]
        other = server.make_database()
        server.run("CREATE (:A)", other)
        assert server.run("MATCH (n) RETURN count(n)", other) == [[1]]
        assert server.run("MATCH (n) RETURN count(n)") == [[0]]
        assert server.environment["NEO4J_URI"] == server.uri
        assert server.auth[1] not in repr(server)
    with pytest.raises(Exception, match=r"refused|connect"):
        server.run("RETURN 1")


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bolt, "find_spec", lambda _: None)
    with pytest.raises(MissingExtraError, match=r"pip install 'kgrec\[test\]'"):
        bolt.BoltServer()


def test_a_server_that_does_not_start_tells_what_it_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "jre/bin").mkdir(parents=True)
    java = tmp_path / "jre/bin/java"
    java.write_text("#!/bin/sh\necho no heap here\nexit 1\n")
    java.chmod(0o755)
    monkeypatch.setattr(bolt, "server_home", lambda: tmp_path)
    with pytest.raises(StoreError, match="no heap here"):
        bolt.BoltServer(tmp_path / "files")
    assert not subprocess.run(["pgrep", "-f", str(java)], capture_output=True).stdout
