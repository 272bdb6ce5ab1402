"""Names of the parts of a score that no path carries."""

from __future__ import annotations

_OTHER = frozenset(("popularity", "latent", "oneself", "other_paths", "other_edges", "extracted"))
_TAKEN = _OTHER | {"text", "content"}


def is_content(name: str) -> bool:
    """Whether a part is what texts, further modalities or the amount that is known carry over.

    >>> is_content("text"), is_content("image"), is_content("latent")
    (True, True, False)
    """
    return name not in _OTHER


def rest_of_modality(name: str) -> str:
    """The part that vectors of a name carry over; not one that means something else.

    >>> rest_of_modality("image"), rest_of_modality("latent")
    ('image', 'latent vectors')
    """
    return f"{name} vectors" if name in _TAKEN else name
