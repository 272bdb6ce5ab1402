"""How a view comes into a notebook: first as a picture that stays, then as a widget.

They are two outputs of one cell. A tool that writes a notebook as a page (nbconvert) takes the
widget of an output that has one, and needs a foreign host to draw it; a picture in an output of its
own is always there. Where the widget comes to life, it hides the picture.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from markupsafe import Markup

if TYPE_CHECKING:
    from kgrec.graph.view.graph_view import GraphView


def display_view(view: GraphView) -> None:
    """Draw a view in a notebook; print it in IPython on a terminal."""
    from IPython import get_ipython
    from IPython.display import display

    shell: Any = get_ipython()
    if shell is None or not hasattr(shell, "kernel"):
        print(view)
        return
    show: Any = display
    name = f"kg-view-{uuid4().hex}"
    live = find_spec("anywidget") is not None
    html = Markup('<div id="{}">{}</div>').format(name, Markup(view._repr_html_()))
    data = {"text/plain": repr(view), "text/html": str(html), "image/svg+xml": view.svg}
    show(data, raw=True)
    if live:
        widget = view.widget()
        widget.picture = name
        show(widget)
