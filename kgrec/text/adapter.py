r"""What adapting an encoder leaves behind: a low-rank change of some of its matrices.

.. math:: W' = W + \frac{\alpha}{r} B A

with :math:`A` of shape ``(r, in)`` and :math:`B` of shape ``(out, r)`` for each adapted matrix (Hu
et al., LoRA, ICLR 2022, https://arxiv.org/abs/2106.09685). Serving needs no extra: the change is
added to the weights once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from kgrec.errors import ConfigError, RunError

_ABOUT = "kgrec"
_A, _B = ".lora_A", ".lora_B"


@dataclass(frozen=True, eq=False)
class Adapter:
    """Low-rank changes of an encoder's matrices.

    :ivar tensors: ``{"encoder.layer.0.attention.self.query.lora_A": (r, in), ….lora_B: (out, r)}``,
        float32
    :ivar scale: :math:`\\alpha / r`
    :ivar base: identity of the encoder that was adapted; the change fits no other
    """

    tensors: Mapping[str, torch.Tensor]
    scale: float
    base: str

    def __repr__(self) -> str:
        return f"Adapter({len(self.modules)} matrices, {self.identity})"

    @property
    def modules(self) -> list[str]:
        """Names of the modules whose matrix changes."""
        return sorted(name.removesuffix(_A) for name in self.tensors if name.endswith(_A))

    @cached_property
    def identity(self) -> str:
        """A hash of all of it."""
        return hashlib.sha256(self.to_bytes()).hexdigest()[:16]

    def change(self, module: str) -> torch.Tensor:
        """What is added to the matrix of a module, shape ``(out, in)``."""
        return self.scale * (self.tensors[module + _B] @ self.tensors[module + _A])

    def apply(self, network: torch.nn.Module) -> None:
        """Add the changes to the weights of a network, in place.

        :param network: the encoder that was adapted, in float32
        :raises ConfigError: if it has no such matrices
        """
        modules: dict[str, Any] = dict(network.named_modules())
        for name in self.modules:
            weight = getattr(modules.get(name), "weight", None)
            change = self.change(name)
            if weight is None or weight.shape != change.shape:
                raise ConfigError(
                    f"The encoder has no matrix '{name}' of shape {tuple(change.shape)}, which "
                    "the adapter changes: it was learned for another encoder."
                )
            with torch.no_grad():
                weight += change.to(weight.dtype)

    def to_bytes(self) -> bytes:
        """As a safetensors file, the same for the same adapter."""
        whole = {name: self.tensors[name].contiguous() for name in sorted(self.tensors)}
        about = json.dumps({"base": self.base, "scale": self.scale})
        content: bytes = save(whole, {_ABOUT: about})
        return content

    def save(self, path: Path) -> None:
        """Write a safetensors file."""
        path.write_bytes(self.to_bytes())

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what :meth:`save` wrote.

        :raises RunError: if the file is missing or broken
        """
        try:
            with safe_open(path, framework="pt") as file:
                about = json.loads((file.metadata() or {})[_ABOUT])
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            adapter = cls(tensors, float(about["scale"]), str(about["base"]))
            for name in adapter.modules:
                adapter.change(name)
        except FileNotFoundError as error:
            raise RunError(f"{path}: the file is missing; train again.") from error
        except (SafetensorError, OSError, KeyError, TypeError, ValueError, RuntimeError) as error:
            raise RunError(f"{path}: the file is broken; train again.") from error
        return adapter

    @classmethod
    def of(cls, network: Any, scale: float, base: str) -> Self:
        """Take the low-rank matrices out of a network that ``peft`` wrapped.

        :param network: the inner network of a ``peft.PeftModel`` with one adapter
        """
        tensors = {}
        for name, module in network.named_modules():
            if hasattr(module, "lora_A") and "default" in module.lora_A:
                tensors[name + _A] = module.lora_A["default"].weight.detach().float().clone()
                tensors[name + _B] = module.lora_B["default"].weight.detach().float().clone()
        return cls(tensors, scale, base)
