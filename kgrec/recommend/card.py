"""The model card of a run: what it was trained on, how, and what it can and cannot do."""

from __future__ import annotations

import json

from kgrec.config import Config
from kgrec.gnn.log import TrainingLog
from kgrec.graph import KnowledgeGraph

_CARD = """# A kgrec recommender for {name}

{how}

- **Graph:** {graph}
- **Licence of the data:** {licence}
- **Chosen on validation:** {choices}
- **Relations that carry weight** (one shared fact, where one shared user weighs 1): {gates}

## Use

```python
import kgrec

rec = kgrec.Recommender.load("{folder}")
rec.recommend(users=["…"], k=10)
```

## Limits

It learns from what users took, so it repeats the tastes and gaps of that record. Users without
any interaction are given what is popular. Items that nobody took are found through their facts
and texts only.{limits}

## Settings

```json
{settings}
```
"""

_PATHS = """\
Every score is a sum over paths of the knowledge graph beside this file, what facts and texts
carry over to items with few users, and popularity."""

_VECTORS = """\
Every score is the product of two vectors of a graph network ({model}) over the knowledge graph
beside this file, and popularity."""

_NO_PATHS = (
    " Explanations attribute a score to paths of the graph; only those of the default, gnn.model = "
    "linear, are exact."
)


def model_card(graph: KnowledgeGraph, config: Config, log: TrainingLog) -> str:
    """Write the card in Markdown."""
    choices = "; ".join(f"{name} {value:.4g}" for name, value in log.choices.items())
    strongest = sorted(log.gates.items(), key=lambda gate: -gate[1])[:8]
    linear = config.gnn.model == "linear"
    return _CARD.format(
        how=_PATHS if linear else _VECTORS.format(model=config.gnn.model),
        limits="" if linear else _NO_PATHS,
        name=graph.name or "a catalog",
        graph=repr(graph),
        licence=" ".join(graph.licence.split()) or "not stated",
        choices=choices or "nothing",
        gates=", ".join(f"{name} {gate:.2f}" for name, gate in strongest if gate > 0) or "none",
        folder="path/to/this/folder",
        settings=json.dumps(config.model_dump(), indent=2),
    )
