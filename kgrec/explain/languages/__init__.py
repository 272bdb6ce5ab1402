"""The languages of explanations: one file each, and files of users."""

from kgrec.explain.languages.language import Language, languages, read_language

ENGLISH = read_language("en")

__all__ = ["ENGLISH", "Language", "languages", "read_language"]
