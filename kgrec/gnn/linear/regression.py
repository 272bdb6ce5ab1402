"""The closed form over users and facts, with its two settings chosen on valid."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, diags, vstack

from kgrec.callbacks import Progress
from kgrec.features import Features
from kgrec.gnn.linear.alignment import relation_gates
from kgrec.gnn.linear.closed_form import ridge_of_square
from kgrec.gnn.linear.hubs import FactHubs
from kgrec.gnn.linear.pairs import at_pairs, closed_form_pairs, keeps_all_pairs, shared_pairs
from kgrec.gnn.linear.recency import POWERS, recent_train
from kgrec.gnn.trial import Trial

REGULARISATIONS = (30.0, 60.0, 120.0, 200.0, 300.0, 500.0, 1000.0, 2000.0)
# Zero is not among them: facts always have a voice, or an item without users could not be found.
FACT_WEIGHTS = (0.3, 0.1, 1.0, 3.0)


@dataclass(frozen=True)
class Setting:
    """Two settings of the closed form.

    :ivar regularisation: against the number of users of an item
    :ivar facts: the weight of an item's facts together, where its users together weigh 1
    """

    regularisation: float = 120.0
    facts: float = 0.3


@dataclass(frozen=True, eq=False)
class Regression:
    """A fitted closed form.

    :ivar weights: item–item weights where a pair shares a hub, shape ``(I, I)``
    :ivar gates: what a hub of each role weighs, where a user weighs 1, shape ``(roles,)``
    """

    weights: csr_matrix
    gates: npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class ClosedForm:
    """Users and facts as rows of one regression.

    :ivar histories: binary, shape ``(U, I)``
    :ivar hubs: the facts
    """

    histories: csr_matrix
    hubs: FactHubs

    @cached_property
    def gates(self) -> npt.NDArray[np.float32]:
        """What a hub of each role weighs before :attr:`Setting.facts`, shape ``(roles,)``."""
        return relation_gates(self.hubs, self.histories)

    def fit(self, setting: Setting) -> Regression:
        """Solve for the item–item weights."""
        gates = self.gates * np.float32(setting.facts)
        hubs, items = self._hubs.shape
        if hubs < items or not keeps_all_pairs(items):
            facts = diags(np.sqrt(gates[self.hubs.roles])) @ self.hubs.members.T
            rows = csr_matrix(vstack([self.histories, facts], format="csr"))
            return Regression(closed_form_pairs(rows, setting.regularisation), gates)
        # The squares of users and facts are the same whatever the setting.
        of_users, of_facts = self._squares
        square = of_users + np.float64(setting.facts) * of_facts
        weights = at_pairs(ridge_of_square(square, setting.regularisation), self._pairs)
        return Regression(weights, gates)

    @cached_property
    def _hubs(self) -> csr_matrix:
        """Users, and facts with the square roots of their gates, as rows."""
        facts = diags(np.sqrt(self.gates[self.hubs.roles])) @ self.hubs.members.T
        rows = csr_matrix(vstack([self.histories, facts], format="csr"))
        rows.eliminate_zeros()
        return rows

    @cached_property
    def _squares(self) -> tuple[csr_matrix, csr_matrix]:
        rows, users = self._hubs.astype(np.float64), self.histories.shape[0]
        return rows[:users].T @ rows[:users], rows[users:].T @ rows[users:]

    @cached_property
    def _pairs(self) -> csr_matrix:
        return shared_pairs(self._hubs)


def fit_regression(histories: csr_matrix, hubs: FactHubs, setting: Setting) -> Regression:
    """Fit the closed form to users and facts.

    :param histories: binary, shape ``(U, I)``
    """
    return ClosedForm(histories, hubs).fit(setting)


@dataclass(frozen=True)
class Choice:
    """The best closed form.

    :ivar setting: its settings
    :ivar reached: NDCG@20 on valid of the closed form by itself; -1: not measured
    """

    setting: Setting = field(default_factory=Setting)
    reached: float = -1.0


def choose_recency(features: Features, closed_form: ClosedForm, history_power: float) -> float:
    """Choose how much more the latest items weigh, with the closed form alone.

    :param closed_form: of ``features.train``
    :return: 0 where no interaction has a time
    """
    if features.train_ages is None or not features.valid.nnz:
        return 0.0
    weights = closed_form.fit(Setting()).weights

    def reached(power: float) -> float:
        trial = Trial(recent_train(features, power), features.valid, history_power)
        return trial.measure(trial.sums(weights))["NDCG@20"]

    return max(POWERS, key=reached)


def choose_regression(closed_form: ClosedForm, trial: Trial, progress: Progress) -> Choice:
    """Search the regularisation, then the weight of facts.

    :param closed_form: of train
    """
    best = Choice()
    total = len(REGULARISATIONS) + len(FACT_WEIGHTS) - 1
    with progress.stage("Choose closed form", total) as bar:
        for number in range(2):
            settings = _others(best.setting) if number else _first()
            for setting in settings:
                scores = trial.sums(closed_form.fit(setting).weights)
                choice = Choice(setting, trial.measure(scores)["NDCG@20"])
                best = max(best, choice, key=lambda each: each.reached)
                bar.advance()
                bar.note(f"NDCG@20 {best.reached:.4f}")
    return best


def _first() -> list[Setting]:
    return [Setting(value, FACT_WEIGHTS[0]) for value in REGULARISATIONS]


def _others(setting: Setting) -> list[Setting]:
    return [Setting(setting.regularisation, facts) for facts in FACT_WEIGHTS[1:]]
