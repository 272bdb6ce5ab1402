"""An audit in a notebook: the sentences first, then the numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from kgrec.audit.measure import METRIC
from kgrec.drawing.html import block, bullets, details, paragraph, table

if TYPE_CHECKING:
    from kgrec.audit.measure import Slice
    from kgrec.audit.result import Audit


def html(audit: Audit) -> str:
    """Write HTML; all that comes from data is escaped."""
    warning = [paragraph(f"The data give answers away: {leak}", "kg-warn") for leak in audit.leaks]
    seeds = f"{len(audit.seeds)} seed{'' if len(audit.seeds) == 1 else 's'}"
    arms = table(("arm", "what it is"), list(audit.arms.items()))
    return block(
        *warning,
        bullets(audit.conclusions),
        *(_split(audit, split) for split in audit.splits),
        details("What each arm is", arms),
        title=f"Audit of {audit.name}",
        lead=f"{seeds}; ± and intervals are 95 %, over users and seeds",
    )


def _split(audit: Audit, split: Slice) -> Markup:
    rows = []
    for (name, _, against), system in zip(audit.table(split), split.systems, strict=True):
        found = system.interval()
        rows.append((name, f"{found.mean:.4f}", f"{found.low:.4f} – {found.high:.4f}", against))
    header = ("", METRIC, "95 % interval", "the whole against it")
    return table(header, rows, caption=f"{split.name}, {split.users:,} users", marked=[0])
