"""What ``graph.show(…)`` returns: a picture that draws itself, and a widget where one can live."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kgrec.data.atomic import replaced_file
from kgrec.drawing.html import block, details, figure, table
from kgrec.drawing.lines import one_line
from kgrec.errors import ConfigError
from kgrec.graph.view.parts import Neighbourhood

if TYPE_CHECKING:
    from kgrec.graph.knowledge_graph import KnowledgeGraph

_LISTED = 30
_TOLD = 200


class GraphView:
    """A neighbourhood on its way to the eye.

    In a notebook it is drawn; with ``anywidget`` (``pip install 'kgrec[notebook]'``) in a live one
    it can be moved, widened and filtered. ``print`` lists the edges.

    :param graph: where the nodes are from
    :param neighbourhood: what is shown
    :param relations: along which a node is unfolded; ``None``: see ``graph.show``
    """

    def __init__(
        self,
        graph: KnowledgeGraph,
        neighbourhood: Neighbourhood,
        relations: Sequence[str] | None = None,
    ) -> None:
        self.graph = graph
        self.relations = relations
        self.neighbourhood = neighbourhood

    @property
    def svg(self) -> str:
        """The picture; it needs no script, and no file beside it."""
        return self.neighbourhood.svg()

    def save(self, file: str | Path) -> None:
        """Write the picture, whole or not at all.

        :param file: ends in ``.svg``, or in ``.html`` for a page with a table of the nodes
        :raises ConfigError: if it ends in something else
        """
        path = Path(file)
        if path.suffix not in (".svg", ".html"):
            raise ConfigError(f"{path}: a picture of a graph is saved as .svg or as .html.")
        text = self.svg if path.suffix == ".svg" else _PAGE.format(self._repr_html_())
        with replaced_file(path) as fresh:
            fresh.write_text(text, encoding="utf-8")

    def widget(self) -> Any:
        """The picture as a widget of ``anywidget``.

        :raises MissingExtraError: if it is not installed
        """
        from kgrec.graph.view.widget import make_widget

        return make_widget(self.graph, self.neighbourhood, self.relations)

    def __repr__(self) -> str:
        view = self.neighbourhood
        return f"GraphView({one_line(view.centre.name)!r}: {view.caption})"

    def __str__(self) -> str:
        view = self.neighbourhood
        names = {node.key: one_line(node.name) for node in view.nodes}
        lines = [f"{names[view.centre.key]}: {view.caption}"]
        lines += [
            f"  {names[edge.head]} —{one_line(edge.label)}→ {names[edge.tail]}"
            for edge in view.edges[:_LISTED]
        ]
        more = len(view.edges) - _LISTED
        return "\n".join([*lines, *([f"  … and {more:,} more"] if more > 0 else [])])

    def _repr_svg_(self) -> str:
        return self.svg

    def _repr_html_(self) -> str:
        nodes = self.neighbourhood.nodes
        rows = [(node.name, node.type, node.key, node.facts, _told(node.text)) for node in nodes]
        listed = table(("name", "type", "key", "facts", "description"), rows)
        return block(figure(self.svg), details("The nodes as a table", listed))

    def _ipython_display_(self) -> None:
        from kgrec.graph.view.display import display_view

        display_view(self)


_PAGE = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    '<meta name="color-scheme" content="light dark"><title>kgrec</title></head>'
    "<body>{}</body></html>"
)


def _told(text: str) -> str:
    line = one_line(text)
    return line if len(line) <= _TOLD else line[: _TOLD - 1].rstrip() + "…"
