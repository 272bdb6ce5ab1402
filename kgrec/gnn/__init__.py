"""kgrec."""
