"""The comparison of courses that :mod:`benchmarks.race` and the peers have recorded."""

from __future__ import annotations

from typing import Any

from benchmarks.race import METRIC

# What must be reached: kgrec's share of a peer's time.
ASKED = {"KGAT": 1 / 20, "KGIN": 1 / 50}
_HEAD = (
    "| peer | its best valid NDCG@10 (epoch) | why it stopped | CPU s to it | kgrec: CPU s to it "
    "| with graph and texts | kgrec's valid NDCG@10 at the end | times faster | asked |"
)
_OURS = ("kgrec_cpu", "kgrec_cpu_with_texts")


def seconds_to(ours: dict[str, Any], target: float, kind: str) -> tuple[float, float] | None:
    """When kgrec first reaches a value: since learning started, and since the build started.

    Epochs count where they tell NDCG@10; else the end of the fit does, an upper bound.

    :param kind: ``cpu`` or ``wall``
    :return: ``None``: it never does
    """
    reached = [point[kind] for point in ours["curve"] if point.get(METRIC, -1.0) >= target]
    if ours[METRIC] >= target:
        reached.append(ours["finished"][kind])
    if not reached:
        return None
    return min(reached) - ours["learning"].get(kind, 0.0), min(reached)


def compare(ours: dict[str, Any], peer: dict[str, Any]) -> dict[str, Any]:
    """One line of the comparison.

    :param ours: what :func:`race_kgrec` returns
    :param peer: the report of a peer's run, with its curve
    """
    target, epoch = peer["best"][METRIC], peer["best"]["epoch"]
    best = peer["curve"][epoch - 1]
    reached = seconds_to(ours, target, "cpu")
    walls = seconds_to(ours, target, "wall")
    asked = ASKED.get(peer["model"])
    line = {
        "peer": peer["model"],
        "best": target,
        "epoch": epoch,
        "stopped": peer["stopped"],
        "peer_cpu": best["training_cpu"],
        "peer_cpu_with_validation": best["training_cpu"] + best["validation_cpu"],
        "peer_wall": best["training_wall"],
        "kgrec": ours[METRIC],
        "asked": asked,
    }
    if reached is None or walls is None:
        return {**line, "met": False}
    return {
        **line,
        "kgrec_cpu": reached[0],
        "kgrec_cpu_with_texts": reached[1],
        "kgrec_wall": walls[0],
        "times_faster": best["training_cpu"] / reached[0],
        "met": asked is None or reached[0] <= asked * best["training_cpu"],
    }


def table(lines: list[dict[str, Any]]) -> str:
    """Markdown."""
    out = [_HEAD, "|" + " --- |" * (_HEAD.count("|") - 1)]
    for line in lines:
        ours = [f"{line[key]:.1f}" if key in line else "never" for key in _OURS]
        faster, met = line.get("times_faster"), "met" if line["met"] else "not met"
        asked = f"{1 / line['asked']:.0f}: {met}" if line["asked"] else "–"
        cells = [
            line["peer"],
            f"{line['best']:.4f} ({line['epoch']})",
            line["stopped"],
            f"{line['peer_cpu']:.1f}",
            *ours,
            f"{line['kgrec']:.4f}",
            f"{faster:.0f}" if faster else "–",
            asked,
        ]
        out.append(f"| {' | '.join(cells)} |")
    return "\n".join(out)
