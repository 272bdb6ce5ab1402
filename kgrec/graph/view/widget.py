"""The picture in a live notebook: what the page asks, and what Python answers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kgrec.drawing.style import sheet
from kgrec.errors import KgrecError, MissingExtraError
from kgrec.graph.view.drawing import view_style
from kgrec.graph.view.neighbourhood import widened
from kgrec.graph.view.scene import scene

if TYPE_CHECKING:
    from kgrec.graph.knowledge_graph import KnowledgeGraph
    from kgrec.graph.view.parts import Neighbourhood

SCRIPT = Path(__file__).with_name("widget.js")


class Session:
    """A picture that grows while somebody looks at it.

    :param graph: where further nodes are from
    :param view: what is shown at first
    :param relations: along which a node is unfolded; ``None``: see ``graph.show``
    """

    def __init__(
        self, graph: KnowledgeGraph, view: Neighbourhood, relations: Sequence[str] | None = None
    ) -> None:
        self.graph = graph
        self.relations = relations
        self.view = view
        self.scene = scene(view)

    def answer(self, message: object) -> dict[str, Any]:
        """Answer a message of the page.

        :param message: ``{"kind": "expand", "key": …}``
        :return: ``{"scene": …}``, or ``{"error": …}`` in a sentence; nothing a page sends raises
        """
        asked = message if isinstance(message, dict) else {}
        key = asked.get("key")
        if asked.get("kind") != "expand" or not isinstance(key, str):
            return {"error": "The page sent a message that nobody knows."}
        before = {node["key"]: (node["x"], node["y"]) for node in self.scene["nodes"]}
        try:
            wider = widened(self.graph, self.view, key, relations=self.relations)
        except KgrecError as error:
            return {"error": str(error)}
        if len(wider.nodes) == len(self.view.nodes):
            return {"error": "All of its neighbours are in the picture."}
        self.view = wider
        self.scene = scene(wider, before)
        return {"scene": self.scene}


def make_widget(
    graph: KnowledgeGraph, view: Neighbourhood, relations: Sequence[str] | None = None
) -> Any:
    """Make the widget of a picture.

    :param relations: along which a node is unfolded; ``None``: see ``graph.show``
    :return: an ``anywidget.AnyWidget`` with the traits ``scene`` and ``picture`` (the id of the
        element that it hides when it comes to life)
    :raises MissingExtraError: if ``anywidget`` is not installed
    """
    try:
        import anywidget
        import traitlets
    except ImportError:
        raise MissingExtraError("anywidget", "notebook") from None
    session = Session(graph, view, relations)

    class GraphWidget(anywidget.AnyWidget):  # type: ignore[misc]
        _esm = SCRIPT
        _css = widget_style()
        scene = traitlets.Dict().tag(sync=True)
        picture = traitlets.Unicode("").tag(sync=True)

    widget = GraphWidget(scene=session.scene)

    def on_message(_: Any, message: object, __: Any) -> None:
        answer = session.answer(message)
        if "scene" in answer:
            widget.scene = answer["scene"]
        else:
            widget.send(answer)

    widget.on_msg(on_message)
    return widget


def widget_style() -> str:
    """The style sheet of the widget: that of pictures, and its own."""
    return f"{view_style()}\n{sheet('widget.css', 'kgrec.graph.view')}"
