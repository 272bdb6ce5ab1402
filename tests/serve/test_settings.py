from __future__ import annotations

import pytest

from kgrec.errors import ConfigError
from kgrec.serve import Settings
from kgrec.serve.settings import is_loopback


@pytest.mark.parametrize(
    ("host", "local"),
    [("127.0.0.1", True), ("localhost", True), ("::1", True), ("0.0.0.0", False), ("x.org", False)],
)
def test_which_addresses_are_of_this_machine_alone(host: str, local: bool) -> None:
    assert is_loopback(host) is local
    names = Settings(run="r", host=host, open=True).names
    assert bool(names) is local


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "shop.example"])
def test_other_machines_need_a_key_unless_it_is_said_that_they_do_not(host: str) -> None:
    with pytest.raises(ConfigError, match=f"at {host}: give it a key"):
        Settings(run="r", host=host)
    assert Settings(run="r", host=host, key="a secret key").key == "a secret key"
    assert Settings(run="r", host=host, open=True).key is None


@pytest.mark.parametrize("key", ["", "short"])
def test_a_key_that_is_easily_guessed_is_refused_and_not_shown(key: str) -> None:
    with pytest.raises(ConfigError, match="at least 8 characters") as caught:
        Settings(run="r", key=key)
    assert not key or key not in str(caught.value)


@pytest.mark.parametrize("key", ["schlüssel", "a key with\nlines", " a key with space"])
def test_a_key_that_no_header_can_bring_is_refused(key: str) -> None:
    with pytest.raises(ConfigError, match="ASCII"):
        Settings(run="r", key=key)


def test_what_cannot_be_is_one_sentence() -> None:
    with pytest.raises(ConfigError, match=r"^Settings of the service: 'seconds': input should"):
        Settings(run="r", seconds=0)
    with pytest.raises(ConfigError, match="'nothing': extra inputs are not permitted"):
        Settings(run="r", nothing=1)


def test_the_journal_is_beside_the_run() -> None:
    assert Settings(run="x/run").journal.name == "run.events.jsonl"
    assert Settings(run="x/run").journal.parent.name == "x"
