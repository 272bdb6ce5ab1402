"""A snapshot as one file: tensors in safetensors, numbers as JSON in its header; no pickle."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from kgrec.data.atomic import replaced_file
from kgrec.gnn.training.snapshot import Snapshot

_FORMAT = "1"


class BrokenError(Exception):
    """The file cannot be read as a snapshot."""


class ForeignError(Exception):
    """The snapshot belongs to something else; the message says in what it differs."""


def write_snapshot(path: Path, snapshot: Snapshot, belongs: Mapping[str, str]) -> None:
    """Write it whole; what stood there stays until the new file is on the disk.

    :param belongs: what must be equal for it to be of use, by a name for people
    :raises OSError: if it cannot be written
    """
    header = {
        "format": _FORMAT,
        "belongs": json.dumps(dict(belongs)),
        "numbers": json.dumps(snapshot.numbers),
    }
    tensors = {name: value.contiguous() for name, value in snapshot.tensors.items()}
    with replaced_file(path) as fresh:
        fresh.write_bytes(save(tensors, header))


def read_snapshot(path: Path, belongs: Mapping[str, str]) -> Snapshot | None:
    """Read what :func:`write_snapshot` wrote; ``None`` if there is no file.

    :raises BrokenError: if the file is torn or something else
    :raises ForeignError: if it belongs to something else
    """
    if not path.exists():
        return None
    try:
        with safe_open(path, framework="pt") as file:
            header: Mapping[str, str] = file.metadata() or {}
            if other := _differences(header, belongs):
                raise ForeignError(other)
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            return Snapshot(json.loads(header["numbers"]), tensors)
    except (SafetensorError, OSError, KeyError, ValueError) as error:
        raise BrokenError(str(error)) from error


def _differences(header: Mapping[str, str], belongs: Mapping[str, str]) -> str:
    if header["format"] != _FORMAT:
        return "another format"
    found: dict[str, str] = json.loads(header["belongs"])
    names = [name for name in {**belongs, **found} if belongs.get(name) != found.get(name)]
    return ", ".join(f"another {name}" for name in names[:3])
