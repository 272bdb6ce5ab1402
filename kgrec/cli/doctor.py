"""``kgrec doctor``: is everything there that kgrec needs on this machine?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from kgrec.cli.options import Format
from kgrec.cli.output import print_json, print_table, print_text

if TYPE_CHECKING:
    from kgrec.doctor import Check

_WRONG = 1


def doctor(
    store: Annotated[
        list[str] | None,
        typer.Option(
            help="A store to connect to: bolt://…, http://…, a folder; may be repeated. NEO4J_URI "
            "of the environment is tried as well.",
            metavar="ADDRESS",
        ),
    ] = None,
    format: Annotated[Format, typer.Option(help="How it is printed.")] = Format.table,
) -> None:
    """Look at versions, extras, stores, caches and the machine; exit code 1 when one is wrong.

    Nothing is changed. Attach what it prints to a report of a fault.
    """
    from kgrec.doctor import State, examine

    checks = examine(store or [])
    wrong = [each for each in checks if each.state is State.wrong]
    if format is Format.json:
        print_json({"well": not wrong, "checks": [each.to_dict() for each in checks]})
    else:
        _print(checks)
        print_text(f"{len(wrong)} of {len(checks)} checks are wrong." if wrong else "All is well.")
    if wrong:
        raise typer.Exit(_WRONG)


def _print(checks: list[Check]) -> None:
    rows = [
        (each.part, each.name, each.state.value, f"{each.found}\n→ {each.mend}")
        if each.mend
        else (each.part, each.name, each.state.value, each.found)
        for each in checks
    ]
    print_table(("part", "what", "state", "found"), rows)
