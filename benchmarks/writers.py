"""Tokens per second of a local language model: batches beside one question after the other.

::

    python -m benchmarks.writers MODEL.gguf [--questions 32] [--tokens 48] [--batch 32] [--schema]

Both ways take turns over the same questions in one process, with one thread; what counts is CPU
time, so that other work on the machine does not. With ``--schema`` the answers follow a JSON
schema, and those that ended by themselves are parsed.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import replace

import torch

from benchmarks.machine import Stopwatch
from kgrec.text.writers import Message, Prompt, Reply
from kgrec.text.writers.local import LocalWriter

ROUNDS = 2
SCHEMA = {
    "type": "object",
    "properties": {"kind": {"enum": ["film", "song"]}, "words": {"type": "string"}},
    "required": ["kind", "words"],
    "additionalProperties": False,
}


def questions(number: int, tokens: int, schema: bool) -> list[Prompt]:
    """Questions about invented films, of different lengths."""
    made = []
    for each in range(number):
        facts = [f"It was directed by Person {each}."]
        facts += [f"Actor {actor} plays in it." for actor in range(each % 9)]
        text = f"Describe the film 'Number {each}' in two sentences. {' '.join(facts)}"
        messages = (Message("system", "You write short descriptions."), Message("user", text))
        made.append(Prompt(str(each), messages, "benchmark", max_tokens=tokens))
    return [replace(prompt, schema=SCHEMA) for prompt in made] if schema else made


def measure(writer: LocalWriter, groups: Sequence[Sequence[Prompt]], watch: Stopwatch) -> int:
    """Write answers, group by group; return the number of their tokens."""
    tokens = 0
    for group in groups:
        with watch:
            replies = [reply for _, reply in writer.write(group)]
        for reply in replies:
            assert isinstance(reply, Reply)
            tokens += reply.tokens
            if group[0].schema is not None and reply.finish == "stop":
                json.loads(reply.text)
    return tokens


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.writers")
    parser.add_argument("model")
    parser.add_argument("--questions", type=int, default=32)
    parser.add_argument("--tokens", type=int, default=48)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--schema", action="store_true")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    writer = LocalWriter(arguments.model, batch_size=arguments.batch)
    prompts = questions(arguments.questions, arguments.tokens, arguments.schema)
    list(writer.write([replace(prompts[0], max_tokens=2)]))  # loads the model
    together, single = Stopwatch(), Stopwatch()
    tokens = [0, 0]
    for _ in range(ROUNDS):
        tokens[0] += measure(writer, [prompts], together)
        tokens[1] += measure(writer, [[prompt] for prompt in prompts], single)
    rates = [count / watch.cpu for count, watch in zip(tokens, (together, single), strict=True)]
    result = {
        "tokens": tokens,
        "tokens_per_cpu_second": [round(rate, 1) for rate in rates],
        "wall": [round(together.wall, 1), round(single.wall, 1)],
        "ratio": round(rates[0] / rates[1], 2),
    }
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
