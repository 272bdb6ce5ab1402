"""What the processor can do."""

from __future__ import annotations


def has_native_bfloat16() -> bool:
    """Whether the processor multiplies bfloat16 itself: AVX512_BF16 or AMX.

    :raises ImportError: if torch cannot be loaded
    """
    import torch  # here, so that who looks for faults can import this module without it

    # torch.backends.cpu.get_cpu_capability() stops at "AVX512", which says nothing about bfloat16.
    # The two probes below are private and younger than the oldest torch that kgrec supports: absent
    # means no.
    probes = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    return any(getattr(torch.cpu, probe, bool)() for probe in probes)
