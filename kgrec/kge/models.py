"""PyKEEN's models, by name."""

from __future__ import annotations

from typing import Any

from kgrec.config import KgeConfig
from kgrec.data.alike import alike
from kgrec.errors import ConfigError
from kgrec.kge.embeddings import tensor_of

# PyKEEN's defaults repeat the first papers, where entities of unit length and a margin keep these
# two from learning much in few epochs. Free vectors under a logistic loss are what later
# comparisons recommend (Ruffinelli et al., "You CAN teach an old dog new tricks!", ICLR 2020).
_OPTIONS: dict[str, dict[str, Any]] = {
    "DistMult": {"loss": "softplus", "entity_constrainer": None, "regularizer": None},
    "ComplEx": {"loss": "softplus", "regularizer": None},
}

_USUAL = ["TransE", "DistMult", "ComplEx", "RotatE"]


def make_model(hint: Any, factory: Any, config: KgeConfig) -> Any:
    """A PyKEEN model for the triples of a factory.

    :param hint: a name, a class, or an instance, which is returned as it is
    :raises ConfigError: if PyKEEN has no model of that name
    """
    from pykeen.models import Model

    if isinstance(hint, Model):
        return hint
    model_class = _find(hint) if isinstance(hint, str) else hint
    made = _instantiate(model_class, factory, config.embedding_size)
    if any(tensor_of(part).is_complex() for part in made.entity_representations):
        made = _instantiate(model_class, factory, max(1, config.embedding_size // 2))
    return made


def _find(name: str) -> Any:
    from pykeen.models import model_resolver

    known = model_resolver.lookup_dict
    try:
        return model_resolver.lookup(name)
    except KeyError:
        close = alike(model_resolver.normalize(name), known)
        names = ", ".join([known[key].__name__ for key in close] or _USUAL)
        raise ConfigError(
            f"PyKEEN has no model '{name}'; set kge.model to another, for instance {names}."
        ) from None


def _instantiate(model_class: Any, factory: Any, embedding_size: int) -> Any:
    from pykeen.utils import NoRandomSeedNecessary

    # Else PyKEEN would seed the global generators of Python, NumPy and torch.
    return model_class(
        triples_factory=factory,
        embedding_dim=embedding_size,
        random_seed=NoRandomSeedNecessary,
        **_OPTIONS.get(getattr(model_class, "__name__", ""), {}),
    ).to("cpu")
