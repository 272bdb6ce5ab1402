"""Pages that stand alone: no network, no script, light and dark; texts of the data are escaped."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from kgrec.drawing.style import sheet

_HERE = "kgrec.report"


def fill(
    name: str,
    *,
    package: str = _HERE,
    filters: Mapping[str, Callable[..., Any]] | None = None,
    **values: Any,
) -> str:
    """Fill a page, ``NAME.html`` with a ``NAME.css`` of its own, which extends ``page.html``.

    :param package: where the two files are
    :param filters: of the template, beside those of Jinja
    :param values: what the template asks for; one that is missing is an error
    """
    folder = files(package)

    def source(template: str) -> str:
        owner = folder if template == f"{name}.html" else files(_HERE)
        return (owner / template).read_text(encoding="utf-8")

    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=FunctionLoader(source),
    )
    environment.filters |= filters or {}
    own = folder / f"{name}.css"
    sheets = [sheet("palette.css"), sheet("page.css", _HERE), sheet("picture.css")]
    sheets += [own.read_text(encoding="utf-8")] if own.is_file() else []
    return environment.get_template(f"{name}.html").render(**values, css=Markup("\n".join(sheets)))
