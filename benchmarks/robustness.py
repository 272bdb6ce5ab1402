"""How far do invented users push items, and what does a defence save and cost?

    python -m benchmarks.robustness FOLDER [--size 0.01] [--targets 5] [--trim 0.1] [--k 10]
        [--filler 20] [--selected 10] [--rule unpopular] [--fixed] [--out FILE]

Without text and pretraining, with few epochs of the network: the attack is on behaviour. Trains
once for clean data and once for each kind of attack, and all of that again with the defence.
``--fixed`` is quicker by far: valid becomes a part of train, so that nothing is chosen on it and
all parts of the model weigh alike.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path

import polars as pl

import kgrec
from kgrec.callbacks import ConsoleProgress
from kgrec.robustness import KINDS, Plan, attack

FAST = {"text.enabled": False, "kge.enabled": False, "gnn.epochs": 5, "threads": 1}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("folder")
    parser.add_argument("--kind", action="append", choices=KINDS)
    parser.add_argument("--size", type=float, default=0.01)
    parser.add_argument("--targets", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--rule", default="unpopular")
    parser.add_argument("--k", type=int, default=10, help="how many of a list are seen")
    parser.add_argument("--filler", type=int, help="fillers of a profile; by default as in data")
    parser.add_argument("--selected", type=int, default=10, help="selected items of a profile")
    parser.add_argument("--users", type=int, default=500, help="real users that are looked at")
    parser.add_argument("--trim", type=float, default=0.1)
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--fixed", action="store_true")
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    settings = {**FAST, **dict(each.split("=", 1) for each in arguments.set)}
    plan = Plan(
        kinds=tuple(arguments.kind or KINDS),
        size=arguments.size,
        targets=arguments.targets,
        rounds=arguments.rounds,
        rule=arguments.rule,
        trim=arguments.trim,
        k=arguments.k,
        filler=arguments.filler,
        selected=arguments.selected,
        users=arguments.users,
    )
    config = kgrec.Config().replace(settings)
    data = kgrec.load(arguments.folder)
    if arguments.fixed:
        train = pl.concat([data.train, data.valid], how="diagonal")
        data = replace(data, train=train, valid=data.valid.clear())
    found = attack(data, config, plan, progress=ConsoleProgress())
    if arguments.out:
        arguments.out.write_text(json.dumps(found.to_dict(), indent=2))
    print(found)


if __name__ == "__main__":
    main()
