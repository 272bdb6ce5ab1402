from __future__ import annotations

from pathlib import Path

import pytest
import torch

from kgrec.errors import ConfigError, RunError
from kgrec.text.adapter import Adapter


def adapter(scale: float = 2.0, base: str = "base") -> Adapter:
    numbers = torch.Generator().manual_seed(0)
    shapes = {"0.lora_A": (2, 3), "0.lora_B": (4, 2)}
    tensors = {name: torch.randn(shape, generator=numbers) for name, shape in shapes.items()}
    return Adapter(tensors, scale, base)


def test_it_adds_the_product_to_the_weights() -> None:
    network = torch.nn.Sequential(torch.nn.Linear(3, 4))
    before, change = network[0].weight.detach().clone(), adapter()
    change.apply(network)
    product = change.tensors["0.lora_B"] @ change.tensors["0.lora_A"]
    torch.testing.assert_close(network[0].weight.detach(), before + 2.0 * product)


@pytest.mark.parametrize(
    "network", [torch.nn.Linear(3, 4), torch.nn.Sequential(torch.nn.Linear(4, 4))]
)
def test_another_network_is_refused(network: torch.nn.Module) -> None:
    with pytest.raises(ConfigError, match="learned for another encoder"):
        adapter().apply(network)


def test_a_file_keeps_all_of_it(tmp_path: Path) -> None:
    adapter().save(tmp_path / "a.safetensors")
    found = Adapter.load(tmp_path / "a.safetensors")
    assert (found.identity, found.scale, found.base) == (adapter().identity, 2.0, "base")
    assert found.modules == ["0"]
    torch.testing.assert_close(found.change("0"), adapter().change("0"), rtol=0, atol=0)


def test_the_identity_is_that_of_every_part() -> None:
    assert len({adapter().identity, adapter(3.0).identity, adapter(base="b").identity}) == 3


@pytest.mark.parametrize("content", [None, b"junk", b""])
def test_a_file_that_is_no_adapter(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "a.safetensors"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(RunError, match="train again"):
        Adapter.load(path)


def test_half_of_an_adapter_is_broken(tmp_path: Path) -> None:
    whole = adapter()
    half = Adapter({"0.lora_A": whole.tensors["0.lora_A"]}, 1.0, "base")
    half.save(tmp_path / "a.safetensors")
    with pytest.raises(RunError, match="broken"):
        Adapter.load(tmp_path / "a.safetensors")
