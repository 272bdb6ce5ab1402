"""A graph as people look at it: the surroundings of a node as a picture."""

from kgrec.graph.view.graph_view import GraphView
from kgrec.graph.view.neighbourhood import neighbourhood
from kgrec.graph.view.parts import Neighbourhood, ViewEdge, ViewNode

__all__ = ["GraphView", "Neighbourhood", "ViewEdge", "ViewNode", "neighbourhood"]
