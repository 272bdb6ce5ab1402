"""How a graph changes: an update becomes a difference, and differences a history."""
