"""A study in SQLite: opened again, it must be the same search; what was killed is set aside."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kgrec.errors import RunError
from kgrec.tune.folder import DATABASE

FORMAT = 1
_NAME = "kgrec"
_HEADER = "search"


def open_study(optuna: Any, folder: Path, header: Mapping[str, Any]) -> Any:
    """Begin a study, or go on with the one that is there.

    :param header: what the trials depend on: ``format``, ``graph``, ``dataset``, ``seed``,
        ``settings`` and ``space``, in plain values
    :return: a :class:`optuna.Study`, without trials that seem to be running
    :raises RunError: if the file is broken, or was begun with another header
    """
    path = folder / DATABASE
    try:
        study = optuna.create_study(
            storage=_storage(optuna, path),
            study_name=_NAME,
            direction="maximize",
            load_if_exists=True,
        )
        known = study.user_attrs.get(_HEADER)
        if known is None and not study.trials:
            study.set_user_attr(_HEADER, dict(header))
            known = dict(header)
    except (sqlite3.Error, optuna.exceptions.OptunaError, RuntimeError, KeyError) as error:
        raise RunError(
            f"{path}: the file is broken or of another Optuna; choose another place."
        ) from error
    _require_same(path, known, header)
    _fail_killed(optuna, study)
    return study


def _storage(optuna: Any, path: Path) -> Any:
    from sqlalchemy.exc import SQLAlchemyError
    from sqlalchemy.pool import NullPool

    # With an URL, a folder whose name holds "?", "%" or "{" could not be opened.
    options = {"creator": lambda: sqlite3.connect(path, timeout=60), "poolclass": NullPool}
    try:
        return optuna.storages.RDBStorage("sqlite://", engine_kwargs=options)
    except SQLAlchemyError as error:
        raise RuntimeError(str(error)) from error


def _require_same(path: Path, known: Any, header: Mapping[str, Any]) -> None:
    if not isinstance(known, Mapping) or known.get("format") != FORMAT:
        raise RunError(
            f"{path}: this study is not one of this version of kgrec; choose another place."
        )
    if known["graph"] != header["graph"]:
        what = f"on other data: '{known['dataset']}' as it was then"
    elif known["space"] != header["space"]:
        what = f"in another space: {_difference(known['space'], header['space'])}"
    elif known["settings"] != header["settings"]:
        what = f"with other settings: {_difference(known['settings'], header['settings'])}"
    elif known["seed"] != header["seed"]:
        what = f"with the seed {known['seed']}, not {header['seed']}"
    else:
        return
    raise RunError(f"{path}: this study was begun {what}; choose another place for a new one.")


def _difference(known: Mapping[str, Any], given: Mapping[str, Any]) -> str:
    names = sorted({*known, *given})
    return ", ".join(name for name in names if known.get(name) != given.get(name))


def _fail_killed(optuna: Any, study: Any) -> None:
    """Whoever holds the folder knows that nobody runs a trial: what seems to run was killed."""
    for trial in study.get_trials(deepcopy=False, states=(optuna.trial.TrialState.RUNNING,)):
        study.tell(trial.number, state=optuna.trial.TrialState.FAIL)
