"""Trial after trial: propose settings, train, note what came out."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np

from kgrec.callbacks import Bar
from kgrec.config_file import leaves
from kgrec.errors import ConfigError, KgrecError
from kgrec.tune._optuna import distributions
from kgrec.tune.space import Space
from kgrec.tune.study import ERROR
from kgrec.tune.trial import Trainer

_HOPELESS = 3
_TRIES = 2


@dataclass(frozen=True, eq=False)
class Loop:
    """A study at work; everything that it does next follows from the trials it has."""

    optuna: Any
    study: Any
    trainer: Trainer
    space: Space

    @property
    def place(self) -> int:
        """How many trials are over; those that were killed are not among them."""
        return len(self._trials("COMPLETE", "PRUNED"))

    def run(self, bar: Bar) -> None:
        """Propose settings, train, and note what came out."""
        best = self._best()
        trial = self._ask()

        def report(epoch: int, value: float) -> None:
            bar.note(f"epoch {epoch} {value:.4f} {best}")
            trial.report(value, epoch)
            if trial.should_prune():
                raise self.optuna.TrialPruned

        pruned = self.optuna.trial.TrialState.PRUNED
        try:
            self.study.tell(trial, self.trainer.value(trial.number, trial.params, report))
        except self.optuna.TrialPruned:
            self.study.tell(trial, state=pruned)
        except KgrecError as error:
            # The next trial may do better, and the estimator avoids what was pruned.
            trial.set_user_attr(ERROR, str(error))
            self.study.tell(trial, state=pruned)
            self._give_up(error)
        except BaseException:
            with suppress(Exception):
                self.study.tell(trial, state=self.optuna.trial.TrialState.FAIL)
            raise
        bar.note(self._best())

    def _ask(self) -> Any:
        place, tries = self.place, self._tries
        if place == 0 and tries < _TRIES and not self._trials("WAITING"):
            defaults = leaves(self.trainer.config)
            if all(defaults[name] in values for name, values in self.space.items()):
                self.study.enqueue_trial({name: defaults[name] for name in self.space})
        # A proposal depends on its place alone, so that a killed trial is tried again as it was;
        # one that is killed again (it may need too much memory) gives way to another.
        entropy = (self.trainer.config.seed, place, tries // _TRIES)
        state = np.random.SeedSequence(entropy).generate_state(1)
        self.study.sampler = self.optuna.samplers.TPESampler(seed=int(state[0]))
        return self.study.ask(distributions(self.optuna, self.space))

    @property
    def _tries(self) -> int:
        """How many trials were killed since the last one that was over."""
        over = max((trial.number for trial in self._trials("COMPLETE", "PRUNED")), default=-1)
        return sum(trial.number > over for trial in self._trials("FAIL"))

    def _trials(self, *states: str) -> list[Any]:
        wanted = tuple(self.optuna.trial.TrialState[state] for state in states)
        trials: list[Any] = self.study.get_trials(deepcopy=False, states=wanted)
        return trials

    def _best(self) -> str:
        values = [trial.value for trial in self._trials("COMPLETE")]
        return f"best {max(values):.4f}" if values else ""

    def _give_up(self, error: KgrecError) -> None:
        over = self._trials("COMPLETE", "PRUNED")
        if len(over) >= _HOPELESS and all(ERROR in trial.user_attrs for trial in over):
            raise ConfigError(f"All of the first {len(over)} trials failed; the last: {error}")
