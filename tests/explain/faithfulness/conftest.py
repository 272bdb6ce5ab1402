from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from kgrec.explain import Explanation, Path, PathNode, PathRelation


def make_path(*steps: str, share: float = 1.0, walks: int = 1) -> Path:
    """Node keys and relations in turn; ``^`` before a relation walks it backward."""
    nodes = tuple(
        PathNode(key, key.partition(":")[2], key.partition(":")[2], key.partition(":")[0])
        for key in steps[::2]
    )
    relations = tuple(
        PathRelation(name.removeprefix("^"), name, not name.startswith("^")) for name in steps[1::2]
    )
    return Path(nodes, relations, share, 0.0, walks, "", "", "")


def make_explanation(
    shares: Sequence[float], rest: float = 0.0, paths: Sequence[Path] | None = None
) -> Explanation:
    if paths is None:
        paths = [
            make_path(
                "user:u", "interacted", f"item:{n}", "by", f"entity:{n}", "^by", "item:i", share=s
            )
            for n, s in enumerate(shares)
        ]
    total = sum(path.share for path in paths)
    return Explanation("u", "i", "I", total + rest, tuple(paths), {"popularity": rest}, total)


@pytest.fixture(scope="session")
def path() -> Callable[..., Path]:
    return make_path


@pytest.fixture(scope="session")
def explanation() -> Callable[..., Explanation]:
    return make_explanation
