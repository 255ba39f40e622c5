"""The score of a home, term by term, and the label that goes with it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from koppelkans import tables
from koppelkans.building.epc.rules import Floats, Rule

LABELS = np.array(tables.EPC_LABELS, dtype=object)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a score is made of, for n homes: useful terms and auxiliary primary energy in kWh/m2 a year, factors without unit."""

    need: Floats
    distribution: Floats
    hot_water: Floats
    expenditure: Floats
    primary_factor: Floats
    auxiliary: Floats

    @property
    def score(self) -> Floats:
        """(need + distribution + hot water) x expenditure x primary factor + auxiliary [kWh/m2 a year]."""
        useful = self.need + self.distribution + self.hot_water
        return useful * self.expenditure * self.primary_factor + self.auxiliary


def terms_of(need: Floats, system: NDArray[np.intp], rule: Rule, *, fans: Floats | float = 0.0) -> Terms:
    """Terms of the score of homes with a useful need [kWh/m2] and a system (its number in ``SYSTEMS``) under a rule.

    fans: electricity of ventilation that renovation adds [kWh/m2]. The score approaches the official one: it is the physics of
    the rule with its fixed system values, not the official software. Method: docs/method.md#epc-score.
    """
    electricity = rule.primary_factors[1]
    fans_counted = np.asarray(fans, dtype=float) if rule.counts_installation else 0.0
    shape = np.ones(len(need))
    return Terms(
        need=need,
        distribution=rule.distribution_kwh_per_m2 * shape,
        hot_water=rule.hot_water_kwh_per_m2 * shape,
        expenditure=rule.expenditure(system),
        primary_factor=rule.primary_factor(system),
        auxiliary=(rule.auxiliary_kwh_per_m2 + fans_counted) * electricity * shape,
    )


def need_of(score: Floats, system: NDArray[np.intp], rule: Rule) -> Floats:
    """Useful need [kWh/m2] that a score implies for a system under a rule, at least 0: the score read backwards."""
    none = terms_of(np.zeros(len(score)), system, rule)
    useful = (score - none.auxiliary) / (none.expenditure * none.primary_factor)
    need: Floats = np.maximum(useful - none.distribution - none.hot_water, 0.0)
    return need


def label_of(score: ArrayLike, rule: Rule, fossil_share: ArrayLike = 0.0) -> NDArray[np.object_]:
    """Label A to F of each score under a rule: a score on the border has the better label, as 100.0 is A and 100.01 is B.

    Where ``fossil_share`` exceeds the limit of the rule, B at best. The label is never better than the score allows, and a
    lower score or fossil share never gives a worse one. Method: docs/method.md#epc-two-axis.
    """
    place = np.searchsorted(rule.borders, np.asarray(score, dtype=float), side="left")
    best = (np.asarray(fossil_share, dtype=float) > rule.a_fossil_limit_share).astype(int)
    labels: NDArray[np.object_] = LABELS[np.maximum(place, best)]
    return labels
