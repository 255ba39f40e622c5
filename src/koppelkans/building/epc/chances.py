"""Labels as chances: how far an official score may lie from the computed one, and what that does to the label."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from koppelkans import tables
from koppelkans.building.epc.rules import Floats, Rule

LAST = len(tables.EPC_LABELS) - 1

_erf = np.frompyfunc(math.erf, 1, 1)


@dataclass(frozen=True, slots=True)
class Scores:
    """Score of n homes as a distribution: ``below`` + lognormal with this median and standard deviation of the logarithm.

    ``median`` is the part that the computation explains; ``below`` (zero or less) is what a certificate shows beyond it, such
    as solar panels. ``fossil_share``: fossil part of the final energy.
    """

    median: Floats
    below: Floats
    deviation: Floats
    fossil_share: Floats

    @property
    def middle(self) -> Floats:
        """Median of the whole score [kWh/m2]."""
        return self.median + self.below


def chances_up_to(scores: Scores, rule: Rule) -> Floats:
    """Chance of each label or a better one, n x 6, rising to 1.

    P(score <= border) = Phi(ln((border - below) / median) / deviation); label A has no chance above the fossil limit of the
    rule, so that its chance goes to B. Method: docs/method.md#epc-distribution.
    """
    room = rule.borders[None, :] - scores.below[:, None]
    median, deviation = scores.median[:, None], scores.deviation[:, None]
    positive = room > 0
    # a median of zero (nothing left to heat) lies below every border: the logarithm of infinity
    with np.errstate(divide="ignore"):
        deviate = np.log(np.where(positive, room, 1.0) / median) / deviation
    up_to = np.where(positive, _normal(deviate), 0.0)
    up_to[scores.fossil_share > rule.a_fossil_limit_share, 0] = 0.0
    return np.hstack([up_to, np.ones((len(up_to), 1))])


def _normal(deviate: Floats) -> Floats:
    chance: Floats = 0.5 + 0.5 * np.asarray(_erf(deviate / math.sqrt(2.0)), dtype=float)
    return chance


def chances(up_to: Floats) -> Floats:
    """Chance of each label, n x 6, from the chances of a label or a better one."""
    return np.diff(up_to, axis=1, prepend=0.0)


def joint_chances(now_up_to: Floats, after_up_to: Floats) -> Floats:
    """Chance of each pair of labels now and after, n x 6 x 6.

    The same home deviates the same way before and after (comonotone): with u uniform, the pair (i, j) has the length of
    [F(i-1), F(i)] that lies in [G(j-1), G(j)]. Method: docs/method.md#epc-migration.
    """
    now_from, after_from = _shifted(now_up_to), _shifted(after_up_to)
    high = np.minimum(now_up_to[:, :, None], after_up_to[:, None, :])
    low = np.maximum(now_from[:, :, None], after_from[:, None, :])
    joint: Floats = np.maximum(high - low, 0.0)
    return joint


def _shifted(up_to: Floats) -> Floats:
    return np.hstack([np.zeros((len(up_to), 1)), up_to[:, :LAST]])
