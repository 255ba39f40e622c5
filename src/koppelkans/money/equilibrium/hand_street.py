"""The street that can be solved by hand: one decision, one kind of household, a price that covers cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from koppelkans.errors import OutOfRangeError


@dataclass(frozen=True, slots=True)
class Threshold:
    """Where a street tips. ``least_stable_share``: no equilibrium below it is stable (without a large customer).

    ``most_eur_per_year``: the network can exist only when all its other differences in cost per household lie below it (a negative
    sum is an advantage); ``least_large_part``: a large customer of this size, in units of the heat of all dwellings, takes the tipping
    away. ``tips``: whether several equilibria are possible at the size that was asked.
    """

    least_stable_share: float
    most_eur_per_year: float
    least_large_part: float
    tips: bool


def threshold_share(scale_per_eur: float, shared_eur_per_year: float, large_part: float = 0.0) -> Threshold:
    """Share below which no equilibrium of a street is stable, with the advantage and the large customer that it takes.

        s = 1 / (1 + exp(mu [a + C / (s + u)]))
        s_c = mu C / (1 + mu C),   a_fold = -[1 + mu C + ln(mu C)] / mu,   u_min = [sqrt(1 + mu C) - 1] / 2,   tips iff mu C > 4 u (1 + u)

    scale_per_eur: mu, the steepness of the choice per euro a year. shared_eur_per_year: C, cost shared by all, per dwelling when all connect.
    large_part: u, heat of large customers over that of all dwellings. a: every other difference in cost per household, negative
    when the network is better. Valid for one moment of choice and equal households; choices spread over years soften the fold.
    Raises OutOfRangeError for a scale or cost that is not positive, or a negative large customer. Method: docs/method.md#hand-street.
    """
    if not (scale_per_eur > 0 and shared_eur_per_year > 0 and large_part >= 0):
        raise OutOfRangeError(
            f"a street with scale {scale_per_eur:g} per EUR, shared cost {shared_eur_per_year:g} EUR a year and a large customer of "
            f"{large_part:g}, expected above 0, above 0 and at least 0"
        )
    steep = scale_per_eur * shared_eur_per_year
    return Threshold(
        least_stable_share=steep / (1 + steep),
        most_eur_per_year=float(-(1 + steep + np.log(steep)) / scale_per_eur),
        least_large_part=float((np.sqrt(1 + steep) - 1) / 2),
        tips=bool(steep > 4 * large_part * (1 + large_part)),
    )
