"""Whether a company dares to build a branch: expected customers less some standard deviations, and the chance of enough of them.

Method: docs/method.md#build-decision.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import ceil, erf, sqrt

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from koppelkans.errors import OutOfRangeError
from koppelkans.money.equilibrium.audit import Seen
from koppelkans.money.equilibrium.case import company_figures
from koppelkans.money.equilibrium.compiled import compiled
from koppelkans.money.equilibrium.sums import Ages
from koppelkans.money.equilibrium.tree import behind, from_source
from koppelkans.parameters import Parameters

Floats = NDArray[np.float64]

ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Caution:
    """``deviations``: standard deviations kept in hand. ``small_dwellings``: below it the chance counts, not only the mean.

    ``exact_dwellings``: up to it the chance is counted exactly. ``signed_share``: that must sign before anything is built.
    """

    deviations: float
    small_dwellings: int
    exact_dwellings: int
    signed_share: float = 0.0


def caution(kind: str, *, parameters: Parameters, day: date, signed_share: float = 0.0) -> Caution:
    """The caution of a kind of heat company. Raises ScenarioError for a kind that is not known."""
    _, deviations = company_figures(kind, parameters=parameters, day=day)
    small, exact = (parameters.at(f"company.{name}_dwellings", day) for name in ("small_branch", "exact_count"))
    return Caution(deviations, round(small), round(exact), signed_share)


@compiled
def number_distribution(chances: Floats) -> Floats:
    """Probability of 0, 1, ..., n successes of independent events with these chances (Poisson-binomial), one event at a time."""
    spread = np.zeros(len(chances) + 1)
    spread[0] = 1.0
    for event in range(len(chances)):
        chance = chances[event]
        for number in range(event + 1, 0, -1):
            spread[number] = spread[number] * (1 - chance) + spread[number - 1] * chance
        spread[0] *= 1 - chance
    return spread


def reaching_share(chances: Floats, least: int, *, exact_dwellings: int) -> float:
    """Probability that at least ``least`` of independent dwellings with these chances connect.

    Exact up to ``exact_dwellings``, above by the normal distribution with half a dwelling of continuity.
    Raises OutOfRangeError for a chance outside 0 to 1.
    """
    if len(chances) and not ((chances >= 0) & (chances <= 1)).all():
        raise OutOfRangeError(
            f"a chance to connect is {chances[~((chances >= 0) & (chances <= 1))][0]}, expected 0 to 1"
        )
    if least <= 0:
        return 1.0
    if len(chances) <= exact_dwellings:
        return float(min(number_distribution(chances)[least:].sum(), 1.0))
    return _normal(float(chances.sum()), float((chances * (1 - chances)).sum()), least)


def _normal(mean: float, variance: float, least: int) -> float:
    if variance <= 0:
        return float(mean >= least)
    return 0.5 - 0.5 * erf((least - 0.5 - mean) / sqrt(2 * variance))


def build_decisions(price_eur_per_mwh: float, seen: Seen, caution: Caution, ages: Ages) -> pd.DataFrame:
    """Per branch (a section and all behind it) whether it is built at a heat price; index section.

    ``dwellings``, ``expected_share`` and ``cautious_share`` (once settled), ``signed_share``, ``required_share`` (revenue covers trench and
    connections, the source apart; infinite: never), ``reaching_share`` (probability of that many), ``small``, ``builds``.

        builds:  E[s] - z sd[s] >= required share,  and signed share >= the least that must sign

    The required share is that part of the expected path, all years scaled alike. Sections answer independently but for what the
    variance of the table holds. Method: docs/method.md#build-decision.
    """
    case, sums, prices = seen.case, seen.sums, seen.sums.price_eur_per_mwh
    order = from_source(case.parent)
    heat_cost = sums.heat_cost_eur_per_mwh
    margin = (price_eur_per_mwh - heat_cost) * sums.heat.at(prices, price_eur_per_mwh) - sums.cost.at(
        prices, price_eur_per_mwh
    )
    paid = np.minimum(price_eur_per_mwh, np.where(sums.large_mwh > 0, sums.large_cap_eur_per_mwh, 0.0))
    to_cover = sums.trench_eur - sums.large_mwh * np.where(sums.large_mwh > 0, paid - heat_cost, 0.0)
    settled, signed = sums.settled.at(prices, price_eur_per_mwh), sums.signed.at(prices, price_eur_per_mwh)
    year = np.minimum(case.build_year - seen.curve.year[0] + ages.settled_years - 1, len(seen.curve.year) - 1)
    variance = seen.curve.variance_at(price_eur_per_mwh)[np.arange(len(year)), year]
    columns = np.column_stack([margin, to_cover, settled, signed, variance, sums.dwellings])
    margin, to_cover, settled, signed, variance, dwellings = behind(columns, case.parent, order).T
    part = np.where(to_cover <= 0, 0.0, np.divide(to_cover, margin, out=np.full(len(margin), np.inf), where=margin > 0))
    count = np.maximum(dwellings, ROUNDING)
    expected, deviation = settled / count, np.sqrt(variance) / count
    reachable = np.isfinite(part) & ((settled > 0) | (part == 0))  # nobody to be had: no share is enough
    required = np.where(reachable, np.where(reachable, part, 0.0) * expected, np.inf)
    cautious = np.maximum(expected - caution.deviations * deviation, 0.0)
    return pd.DataFrame(
        {
            "dwellings": dwellings,
            "expected_share": expected,
            "cautious_share": cautious,
            "signed_share": signed / count,
            "required_share": required,
            "reaching_share": _chances(required * dwellings, seen, price_eur_per_mwh, caution, (settled, variance)),
            "small": dwellings < caution.small_dwellings,
            "builds": (cautious >= required - ROUNDING) & (signed / count >= caution.signed_share - ROUNDING),
        },
        index=pd.Index(case.section, name="section", dtype="str"),
    )


def _chances(
    least: Floats, seen: Seen, price_eur_per_mwh: float, caution: Caution, moments: tuple[Floats, Floats]
) -> Floats:
    """Probability of each branch that at least so many dwellings connect: distributions of branches convolved toward the source."""
    parent, sums = seen.case.parent, seen.sums
    settled, variance = moments
    own = np.rint(sums.dwellings).astype(np.int64)
    each = np.clip(sums.settled.at(sums.price_eur_per_mwh, price_eur_per_mwh) / np.maximum(own, 1), 0.0, 1.0)
    spread: list[Floats | None] = [
        number_distribution(np.full(count, chance)) if count <= caution.exact_dwellings else None
        for count, chance in zip(own, each, strict=True)
    ]
    chances = np.zeros(len(own))
    for row in from_source(parent)[::-1]:
        needed = ceil(least[row] - ROUNDING) if np.isfinite(least[row]) else None
        found = spread[row]
        if needed is None:
            chances[row] = 0.0
        elif found is not None and len(found) == 1:  # no dwelling at all: only customers who are certain
            chances[row] = float(least[row] <= settled[row] + ROUNDING)
        elif needed <= 0:
            chances[row] = 1.0
        elif found is not None:
            chances[row] = min(float(found[needed:].sum()), 1.0)
        else:
            chances[row] = _normal(float(settled[row]), float(variance[row]), needed)
        above = parent[row]
        if above >= 0:
            beside = spread[above]
            fits = found is not None and beside is not None and len(found) + len(beside) - 2 <= caution.exact_dwellings
            spread[above] = np.convolve(beside, found) if fits and found is not None and beside is not None else None
    return chances
