"""The default model: linear, without user vectors, a sum of paths."""
