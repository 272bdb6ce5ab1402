"""Are explanations what moves the score? Tests of explanations, with controls beside them."""

from kgrec.explain.faithfulness.controls import (
    Order,
    attention,
    controls,
    popularity,
    random_of_kind,
    random_order,
    shortest,
    strongest,
)
from kgrec.explain.faithfulness.curves import area, deletion_curve, insertion_curve
from kgrec.explain.faithfulness.deletion import Effect, delete, keep
from kgrec.explain.faithfulness.graph_quality import ending_relations, popularities, recencies
from kgrec.explain.faithfulness.names import hub_key, path_name, path_pattern, path_type
from kgrec.explain.faithfulness.neighbourhoods import Neighbourhoods
from kgrec.explain.faithfulness.quality import (
    linking_interaction_diversity,
    linking_interaction_recency,
    path_type_concentration,
    path_type_diversity,
    shared_entity_diversity,
    shared_entity_popularity,
    smoothed,
)
from kgrec.explain.faithfulness.randomisation import PARTS, randomised
from kgrec.explain.faithfulness.ranks import Rivals
from kgrec.explain.faithfulness.rescoring import masked_model, rescored
from kgrec.explain.faithfulness.similarity import Similarity, similarity
from kgrec.explain.faithfulness.stability import Stability, stability

__all__ = [
    "PARTS",
    "Effect",
    "Neighbourhoods",
    "Order",
    "Rivals",
    "Similarity",
    "Stability",
    "area",
    "attention",
    "controls",
    "delete",
    "deletion_curve",
    "ending_relations",
    "hub_key",
    "insertion_curve",
    "keep",
    "linking_interaction_diversity",
    "linking_interaction_recency",
    "masked_model",
    "path_name",
    "path_pattern",
    "path_type",
    "path_type_concentration",
    "path_type_diversity",
    "popularities",
    "popularity",
    "random_of_kind",
    "random_order",
    "randomised",
    "recencies",
    "rescored",
    "shared_entity_diversity",
    "shared_entity_popularity",
    "shortest",
    "similarity",
    "smoothed",
    "stability",
    "strongest",
]
