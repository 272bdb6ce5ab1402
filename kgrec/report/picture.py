"""An explanation as a picture file of its own, for a README or a slide."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from kgrec.explain import Explanation
from kgrec.report.files import replaced_file
from kgrec.report.paths import paths_svg

_MARGIN = 24.0


def write_picture(path: str | Path, explanation: Explanation) -> None:
    """Write an explanation as an SVG file that needs nothing else.

    It has a background of its own, follows the light or dark theme of the reader, and loads no
    font, so that GitHub and browsers show it as it is.

    :param path: the file to write; its folder must exist
    """
    picture = paths_svg(explanation, css=style("palette.css", "picture.css"), margin=_MARGIN)
    with replaced_file(Path(path)) as fresh:
        fresh.write_text(picture + "\n", encoding="utf-8")


def style(*names: str) -> str:
    """Read style sheets of this package."""
    folder = files("kgrec.report")
    return "\n".join((folder / name).read_text(encoding="utf-8").strip() for name in names)
