"""The page at ``/``: its files.

The page is HTML, CSS and ES modules as they stand here; no build step, no other host. It speaks to
the service by its JSON endpoints alone, and writes whatever they say as text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

_MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True)
class PageFile:
    """One file of the page.

    :ivar content: its bytes
    :ivar media_type: for the header ``Content-Type``
    """

    content: bytes
    media_type: str


@cache
def page_files() -> Mapping[str, PageFile]:
    """All files, by name; ``index.html`` belongs at ``/``, and each at ``/page/NAME``."""
    found = {}
    for file in files(__name__).iterdir():
        media_type = _MEDIA_TYPES.get("." + file.name.rpartition(".")[2])
        if media_type is not None:
            found[file.name] = PageFile(file.read_bytes(), media_type)
    return MappingProxyType(found)
