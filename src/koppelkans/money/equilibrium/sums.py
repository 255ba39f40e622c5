"""Present values per section at every price of the table: all that the equilibria and the choice of branches look at."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from koppelkans.errors import DataError
from koppelkans.money.equilibrium.case import ProjectCase
from koppelkans.money.equilibrium.curve import ResponseCurve
from koppelkans.money.equilibrium.interpolation import interpolated, interpolated_along, monotone_slopes
from koppelkans.money.equilibrium.rules import PricingRule
from koppelkans.money.project_returns import discount_factors
from koppelkans.tables import first_keys

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Column:
    """One quantity per section at every price (P, S), with its slope in price, so that it is known at any price."""

    values: Floats
    slopes: Floats

    def at(self, prices: Floats, price_eur_per_mwh: float) -> Floats:
        """The quantity of each section (S,) at one price."""
        return interpolated(prices, self.values, self.slopes, price_eur_per_mwh)


@dataclass(frozen=True, slots=True)
class Sums:
    """Present values of the first day of the project, per section; prices along the first axis where there are two.

    ``heat``: MWh sold to dwellings, weighed with the course of the price. ``cost``: connections less fees and fixed revenue [EUR].
    ``trench_eur`` with upkeep, less grant and residual; ``source_eur`` likewise. ``large_mwh``: of large customers that are served.
    ``signed`` and ``settled``: dwellings connected some years after opening (a share of ``dwellings``). ``course``: margin of the
    years in the horizon per euro of level margin. ``case``: knows the grant of a call, which hangs on what is built and is not in
    ``source_eur``.
    """

    price_eur_per_mwh: Floats
    heat: Column
    cost: Column
    signed: Column
    settled: Column
    dwellings: Floats
    trench_eur: Floats
    large_mwh: Floats
    large_cap_eur_per_mwh: Floats
    source_eur: float
    heat_cost_eur_per_mwh: float
    course: Floats
    case: ProjectCase


@dataclass(frozen=True, slots=True)
class Weights:
    """What one unit in each year of the table counts for today: heat, a connected dwelling, a new connection."""

    heat: Floats
    connected: Floats
    new: Floats


@dataclass(frozen=True, slots=True)
class Ages:
    """Years after the opening of a section at which its share is read: of those who sign up, and once settled."""

    signed_years: int
    settled_years: int


def residual_part(case: ProjectCase, paid: NDArray[np.int64]) -> Floats:
    """Present value of the residual per euro paid at the start of year ``paid``, counted from the start of the project.

    residual_share (1 + r)^-n max(0, 1 - (n - paid) / residual_years): straight line, nothing left when the term is over.
    """
    years = case.horizon_years
    if case.residual_share == 0.0 or case.residual_years == 0.0:
        return np.zeros(len(paid))
    left = np.maximum(0.0, 1.0 - (years - paid) / case.residual_years)
    part: Floats = case.residual_share * (1 + case.rate_share) ** -float(years) * left
    return part


def year_weights(case: ProjectCase, year: NDArray[np.int64], course: Floats) -> Weights:
    """Weights of the years of a table. Works are paid at the start of a year, heat and upkeep at its end.

    After the last year of the table everything stays as in that year until the horizon ends.
    """
    years = case.horizon_years
    factors = discount_factors(years, case.rate_share)
    since = year - case.start_year
    inside = (since >= 0) & (since < years)
    heat, connected, new = np.zeros(len(year)), np.zeros(len(year)), np.zeros(len(year))
    rows = since[inside]
    heat[inside] = (factors[1:] * course)[rows]
    connected[inside] = factors[1:][rows]
    new[inside] = factors[rows] - residual_part(case, rows)
    beyond = max(int(since[-1]) + 1, 0)
    if beyond < years:
        heat[-1] += (factors[1:] * course)[beyond:].sum()
        connected[-1] += factors[1:][beyond:].sum()
    return Weights(heat, connected, new)


def answered(curve: ResponseCurve, case: ProjectCase, rule: PricingRule) -> ResponseCurve:
    """The table by level of the price under a rule: itself, unless the rule lets the price take a course over the years.

    Raises DataError when table and case are not about the same sections and years.
    """
    _refuse_pair(curve, case)
    course = rule.course(case.horizon_years, case.rate_share)
    return curve if (course == 1.0).all() else followed(curve, case, course)


def present_values(curve: ResponseCurve, case: ProjectCase, course: Floats, ages: Ages) -> Sums:
    """The sums of a case on a response table, as ``answered`` gave it; course: margin per year of the horizon (``PricingRule.course``)."""
    weights = year_weights(case, curve.year, course)
    connected = _column(curve, curve.connected)
    rows = np.arange(len(curve.section))
    opened = case.build_year - int(curve.year[0])
    last = len(curve.year) - 1
    heat = _weighed(_column(curve, curve.heat_mwh), weights.heat)
    new, held = _weighed(_column(curve, curve.new()), weights.new), _weighed(connected, weights.connected)
    net, fixed = case.connection_eur - case.fee_eur, case.fixed_eur_per_year - case.service_eur_per_year
    served = case.large_cap_eur_per_mwh >= case.heat_cost_eur_per_mwh
    paid = case.build_year - case.start_year
    trench = case.trench_eur * _asset_part(case, paid)
    source = case.source_eur * float(_asset_part(case, np.zeros(1, dtype=np.int64))[0]) - case.grant_eur
    return Sums(
        price_eur_per_mwh=curve.price_eur_per_mwh,
        heat=heat,
        cost=Column(net * new.values - fixed * held.values, net * new.slopes - fixed * held.slopes),
        signed=_picked(connected, rows, np.minimum(opened + ages.signed_years - 1, last)),
        settled=_picked(connected, rows, np.minimum(opened + ages.settled_years - 1, last)),
        dwellings=curve.dwellings,
        trench_eur=trench,
        large_mwh=np.where(served, case.large_mwh * _years_left(case, paid), 0.0),
        large_cap_eur_per_mwh=case.large_cap_eur_per_mwh,
        source_eur=source,
        heat_cost_eur_per_mwh=case.heat_cost_eur_per_mwh,
        course=course,
        case=case,
    )


def _refuse_pair(curve: ResponseCurve, case: ProjectCase) -> None:
    if len(curve.section) != len(case.section) or (curve.section != case.section).any():
        raise DataError(
            f"the response table has {len(curve.section)} sections ({first_keys(curve.section)}), the case of the company "
            f"{len(case.section)} ({first_keys(case.section)}); expected the same in the same order"
        )
    faults = []
    if curve.year[0] > case.start_year or curve.year[-1] < case.build_year.max():
        faults.append(
            f"the table runs from {curve.year[0]} to {curve.year[-1]}, the works from {case.start_year} to {case.build_year.max()}"
        )
    early = ((curve.year[None, :] < case.build_year[:, None])[None] & (curve.connected > 0)).any(axis=(0, 2))
    if early.any():
        faults.append(
            f"dwellings are connected before their section is built in {int(early.sum())} sections ({first_keys(case.section[early])})"
        )
    if faults:
        raise DataError("the response table does not fit the case of the company", faults)


def over_horizon(values: Floats, year: NDArray[np.int64], case: ProjectCase) -> Floats:
    """Values per year of a table (..., T) as values per year of the horizon (..., n): after the last year all stays as in that year."""
    rows = np.minimum(case.start_year - int(year[0]) + np.arange(case.horizon_years), len(year) - 1)
    picked: Floats = values[..., rows]
    return picked


def _asset_part(case: ProjectCase, paid: NDArray[np.int64]) -> Floats:
    """Present value of an asset with its upkeep, less grant and residual, per euro paid at the start of year ``paid``."""
    investment = (1 - case.grant_share) * (
        (1 + case.rate_share) ** -paid.astype(np.float64) - residual_part(case, paid)
    )
    part: Floats = investment + case.upkeep_share * _years_left(case, paid)
    return part


def _years_left(case: ProjectCase, paid: NDArray[np.int64]) -> Floats:
    """Present value of one euro at the end of each year from year ``paid`` until the horizon."""
    end = discount_factors(case.horizon_years, case.rate_share)[1:]
    left = np.concatenate([np.cumsum(end[::-1])[::-1], [0.0]])
    years: Floats = left[paid]
    return years


def _column(curve: ResponseCurve, values: Floats) -> Column:
    flat = np.ascontiguousarray(values.reshape(len(curve.price_eur_per_mwh), -1))
    return Column(values, monotone_slopes(curve.price_eur_per_mwh, flat).reshape(values.shape))


def _weighed(column: Column, weights: Floats) -> Column:
    return Column(column.values @ weights, column.slopes @ weights)


def _picked(column: Column, rows: NDArray[np.int64], year: NDArray[np.int64]) -> Column:
    return Column(
        np.ascontiguousarray(column.values[:, rows, year]), np.ascontiguousarray(column.slopes[:, rows, year])
    )


def followed(curve: ResponseCurve, case: ProjectCase, course: Floats) -> ResponseCurve:
    """The table by level of a price that takes a course over the years:  p_t = v + (p - v) course_t.

    In each year the part of those not yet connected that joins is that of the table at the price of that year; who is left
    waits. Outside the prices of the table the nearest one answers. Kept non-increasing in the level.
    """
    prices, heat_cost = curve.price_eur_per_mwh, case.heat_cost_eur_per_mwh
    held, sold = np.zeros_like(curve.connected), np.zeros_like(curve.heat_mwh)
    connected, heat = (_by_year(_column(curve, values)) for values in (curve.connected, curve.heat_mwh))
    since = np.clip(curve.year - case.start_year, 0, len(course) - 1)
    before = np.zeros((len(prices), len(curve.dwellings)))
    for row in range(len(curve.year)):
        path = heat_cost + (prices - heat_cost) * course[since[row]]
        now = interpolated_along(prices, connected.values[row], connected.slopes[row], path)
        last = np.zeros_like(now)
        if row > 0:
            last = interpolated_along(prices, connected.values[row - 1], connected.slopes[row - 1], path)
        bought = interpolated_along(prices, heat.values[row], heat.slopes[row], path)
        waiting = curve.dwellings - last
        joins = np.divide(now - last, waiting, out=np.zeros_like(now), where=(waiting > 0) & (now > last))
        stays = np.divide(now, last, out=np.ones_like(now), where=(last > 0) & (now < last))
        before = before * stays + joins * (curve.dwellings - before)
        held[:, :, row] = before
        sold[:, :, row] = before * np.divide(bought, now, out=np.zeros_like(now), where=now > 0)
    kept = np.minimum.accumulate(held, axis=0)
    return replace(curve, connected=kept, heat_mwh=sold * np.divide(kept, held, out=np.ones_like(held), where=held > 0))


def _by_year(column: Column) -> Column:
    """The same with the year first (T, P, S)."""
    values, slopes = (np.ascontiguousarray(part.transpose(2, 0, 1)) for part in (column.values, column.slopes))
    return Column(values, slopes)
