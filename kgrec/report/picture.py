"""An explanation as a picture file of its own, for a README or a slide."""

from __future__ import annotations

from pathlib import Path

from kgrec.explain import Explanation
from kgrec.explain.picture import standalone_svg
from kgrec.report.files import replaced_file


def write_picture(path: str | Path, explanation: Explanation) -> None:
    """Write an explanation as an SVG file that needs nothing else.

    It has a background of its own, follows the light or dark theme of the reader, and loads no
    font, so that GitHub and browsers show it as it is.

    :param path: the file to write; its folder must exist
    """
    with replaced_file(Path(path)) as fresh:
        fresh.write_text(standalone_svg(explanation) + "\n", encoding="utf-8")
