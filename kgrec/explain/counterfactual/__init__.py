"""What would have to be different: the fewest interactions, facts or new likes that change a list.

Counterfactual explanations of recommendations as the smallest set of one's own actions:
Ghazimatin et al., "PRINCE", WSDM 2020 (https://arxiv.org/abs/1911.08378); Tran et al.,
"Counterfactual Explanations for Neural Recommenders", SIGIR 2021
(https://arxiv.org/abs/2105.05008). Those search by heuristics; here a score is a sum, so the
smallest set can be found with a proof.
"""

from kgrec.explain.counterfactual.answers import Counterfactual, FactChange, ItemSet, WhyNot
from kgrec.explain.counterfactual.ask import Counterfactuals

__all__ = ["Counterfactual", "Counterfactuals", "FactChange", "ItemSet", "WhyNot"]
