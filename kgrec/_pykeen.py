"""Importing PyKEEN without its side effects."""

from __future__ import annotations

import gc
import importlib
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from kgrec.data.cache import cache_folder


@contextmanager
def quiet_pykeen() -> Iterator[None]:
    """Within this block PyKEEN may be imported and used.

    Its folders go to kgrec's cache instead of the home folder (a user's own ``PYSTOW_HOME`` or
    ``PYKEEN_HOME`` stands), its warnings stay off the screen, and it loads neither scikit-learn
    nor PyTorch Geometric. A program that wants PyKEEN's own message passing layers
    (:mod:`pykeen.nn.pyg`) imports PyKEEN itself, before kgrec does.
    """
    with ExitStack() as stack:
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        if "pykeen" not in sys.modules:
            stack.enter_context(_folder_in_cache())
            stack.enter_context(_sklearn_later())
            stack.enter_context(_without_geometric())
            importlib.import_module("pykeen.models")
            importlib.import_module("pykeen.training")
        # PyKEEN collects garbage after every epoch, which takes longer than a small epoch: it need
        # not look at what was there before.
        gc.freeze()
        stack.callback(gc.unfreeze)
        yield


@contextmanager
def _folder_in_cache() -> Iterator[None]:
    variable = "PYSTOW_HOME"  # read by pystow, once, while PyKEEN is imported
    if variable in os.environ:
        yield
        return
    os.environ[variable] = str(cache_folder("pykeen"))
    try:
        yield
    finally:
        del os.environ[variable]


@contextmanager
def _sklearn_later() -> Iterator[None]:
    """Let PyKEEN import scikit-learn when it first calls it, which training never does.

    Beside torch and the embedded store there is no room left for the OpenMP library of
    scikit-learn ("cannot allocate memory in static TLS block" on glibc), and its import is slow.
    """
    names = ["sklearn", "sklearn.metrics", "sklearn.preprocessing"]
    if names[0] in sys.modules:
        yield
        return
    modules = {name: _Later(name) for name in names}
    for name in names[1:]:
        setattr(modules["sklearn"], name.rpartition(".")[2], modules[name])
    sys.modules.update(modules)
    try:
        yield
    finally:
        for name in names:
            if sys.modules.get(name) is modules[name]:
                del sys.modules[name]


@contextmanager
def _without_geometric() -> Iterator[None]:
    """Let PyKEEN believe that PyTorch Geometric is not installed.

    None of its models needs it, and the import takes about as long as that of PyKEEN.
    """
    name = "torch_geometric"
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]  # an import of it raises ImportError
    try:
        yield
    finally:
        del sys.modules[name]


class _Later(ModuleType):
    """Stands for a module; each of its functions imports the true one when called."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__spec__ = ModuleSpec(name, None)
        self.__path__: list[str] = []

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("__"):
            raise AttributeError(name)

        def function(*arguments: Any, **options: Any) -> Any:
            return getattr(importlib.import_module(self.__name__), name)(*arguments, **options)

        return function
