"""Measurements of kgrec, beside simple baselines and other people's recommenders; not installed.

``python -m benchmarks --help`` says what the one command does that makes the README's table.
"""
