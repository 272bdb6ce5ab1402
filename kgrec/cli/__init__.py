"""The command line: every command one module, each imports what it needs when it runs."""

from kgrec.cli.app import app, main

__all__ = ["app", "main"]
