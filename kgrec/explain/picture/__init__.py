"""An explanation as a picture: where its nodes go, and how they are drawn."""

from kgrec.explain.picture.paths import paths_svg, standalone_svg

__all__ = ["paths_svg", "standalone_svg"]
