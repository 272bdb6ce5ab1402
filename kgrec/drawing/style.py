"""The style sheets of pictures; pages bring more of their own."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

_SHEETS = ("palette.css", "picture.css")


@lru_cache(maxsize=8)
def sheet(name: str, package: str = "kgrec.drawing") -> str:
    """Read a style sheet.

    :param name: ``"palette.css"``, the colours for light and dark, or ``"picture.css"``
    :param package: which holds it
    """
    return (files(package) / name).read_text(encoding="utf-8").strip()


def picture_style() -> str:
    """What a picture that stands alone needs.

    Its colours are its own: in a notebook many pictures, and the page, share one document.
    """
    return "\n".join(map(sheet, _SHEETS)).replace(":root", "svg.kg")
