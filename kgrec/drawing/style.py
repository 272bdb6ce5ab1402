"""The style sheets of pictures; pages bring more of their own."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files

_SHEETS = ("palette.css", "picture.css")
_COLOURS = re.compile(r":root \{(.*?)\}", re.DOTALL)
_DARK = re.compile(r"@media \(prefers-color-scheme: dark\) \{.*?\}\s*\}", re.DOTALL)


@lru_cache(maxsize=8)
def sheet(name: str, package: str = "kgrec.drawing") -> str:
    """Read a style sheet.

    :param name: ``"palette.css"``, the colours for light and dark, or ``"picture.css"``
    :param package: which holds it
    """
    return (files(package) / name).read_text(encoding="utf-8").strip()


@lru_cache(maxsize=8)
def picture_style(*more: tuple[str, str]) -> str:
    """What a picture that stands alone needs.

    Its colours are its own: in a notebook many pictures, and the page, share one document. They
    follow the theme of JupyterLab and of VS Code where there is one, else that of the system.

    :param more: further style sheets, by name and package
    """
    css = "\n".join([*map(sheet, _SHEETS), *(sheet(*each) for each in more)])
    light = "".join(_COLOURS.findall(_DARK.sub("", css)))
    dark = "".join(_COLOURS.findall("".join(_DARK.findall(css))))
    themes = (("true", "light", light), ("false", "dark", dark))
    rules = [
        f'[data-jp-theme-light="{is_light}"] svg.kg, .vscode-{name} svg.kg '
        f"{{{colours} color-scheme: {name}; }}"
        for is_light, name, colours in themes
    ]
    return "\n".join([css.replace(":root", "svg.kg"), *rules])
