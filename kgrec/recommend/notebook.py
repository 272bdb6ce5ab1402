"""Recommenders and their lists in a notebook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from kgrec.config import Config
from kgrec.drawing.html import bar, block, details, pairs, paragraph, table

if TYPE_CHECKING:
    from kgrec.recommend.recommendations import Recommendations
    from kgrec.recommend.recommender import Recommender

_USERS, _OPEN, _ROWS = 20, 3, 20
_GATES = 8


def lists_html(top: Recommendations) -> str:
    """Write a table for each user; all that comes from data is escaped.

    Of many users the first three are shown, and the next can be unfolded.
    """
    users = top.table["user"].unique(maintain_order=True).to_list()
    rows = list(enumerate(top.table.iter_rows(named=True)))
    parts: list[str] = []
    for number, user in enumerate(users[:_USERS]):
        own = [(index, row) for index, row in rows if row["user"] == user]
        shown = _list(top, own)
        if number < _OPEN:
            parts += [paragraph(f"user {user}", "kg-user"), *shown]
        else:
            parts.append(details(f"user {user}", *shown))
    if len(users) > _USERS:
        parts.append(f"… and {len(users) - _USERS:,} more users")
    if not users:
        parts.append("Nothing was recommended.")
    count = f"{len(users):,} user{'' if len(users) == 1 else 's'}"
    report = () if top.policy_report is None else (details("What the policy did", *_report(top)),)
    return block(*parts, *report, title=f"{top.table.height:,} recommendations for {count}")


def _list(top: Recommendations, own: list[tuple[int, dict[str, Any]]]) -> Iterator[str]:
    told = [
        (row["rank"], row["label"], f"{row['score']:.3f}", _why(top, index, row))
        for index, row in own[:_ROWS]
    ]
    why = "why" if any(row[-1] for row in told) else ""
    columns = 4 if why else 3
    yield table(("", "item", "score", why)[:columns], [row[:columns] for row in told])
    if len(own) > _ROWS:
        yield f"… and {len(own) - _ROWS:,} more items"


def _why(top: Recommendations, index: int, row: Mapping[str, Any]) -> str:
    reason = top.explanations[index].because if top.explanations else ""
    return "; ".join(part for part in (reason, row.get("moved")) if part)


def _report(top: Recommendations) -> list[str]:
    return [line for line in str(top.policy_report).splitlines() if line.strip()]


def recommender_html(rec: Recommender) -> str:
    """Write what a recommender is, and what its training came to."""
    changed = changed_settings(rec.config)
    settings = (
        table(("setting", "here", "default"), changed, caption="Settings that are not the default")
        if changed
        else "All settings are the defaults."
    )
    if not rec.is_fitted:
        return block(settings, "rec.fit(graph) trains it.", title="Recommender, not fitted")
    return block(
        pairs(_about(rec)), settings, *_log(rec), title="Recommender", lead=f"for {rec.graph!r}"
    )


def changed_settings(config: Config) -> list[tuple[str, str, str]]:
    """Settings that are not the defaults: dotted name, value, default."""
    here, default = (dict(_flat(each.model_dump())) for each in (config, Config()))
    return [
        (name, str(value), str(default.get(name, "")))
        for name, value in here.items()
        if value != default.get(name)
    ]


def _flat(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in tree.items():
        if isinstance(value, dict) and value:
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _about(rec: Recommender) -> dict[str, str | None]:
    valid, seconds = rec.log.valid, sum(rec.log.seconds.values())
    return {
        "model": rec.config.gnn.model,
        "accuracy on valid": None if valid is None else f"NDCG@20 {valid:.4f}",
        "training": f"{seconds:,.1f} s, best epoch {rec.log.best_epoch}",
        "seed": str(rec.config.seed),
    }


def _log(rec: Recommender) -> Iterator[Markup]:
    log = rec.log
    gates = sorted(log.gates.items(), key=lambda gate: -gate[1])[:_GATES]
    if gates:
        most = max(max(weight for _, weight in gates), 1e-9)
        rows = [(name, f"{weight:.3f}", bar(weight / most)) for name, weight in gates]
        caption = "What a shared fact weighs, where a shared user weighs 1"
        yield table(("relation", "weight", ""), rows, caption=caption)
    stages = [(name, f"{value:.1f}") for name, value in log.seconds.items()]
    choices = [(name, f"{value:.4g}") for name, value in log.choices.items()]
    yield details(
        "How the training went",
        table(("stage", "seconds"), stages),
        table(("chosen on valid", "value"), choices),
    )
