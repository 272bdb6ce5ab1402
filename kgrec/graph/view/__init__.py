"""A graph as people look at it: the surroundings of a node as a picture."""

from kgrec.graph.view.neighbourhood import Neighbourhood, ViewEdge, ViewNode, neighbourhood

__all__ = ["Neighbourhood", "ViewEdge", "ViewNode", "neighbourhood"]
