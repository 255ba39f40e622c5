"""Premiums for heat pumps by year as the response would give them, and the constant and scale that fit the counts best."""

from __future__ import annotations

from dataclasses import dataclass
from math import log

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from koppelkans.parameters import Parameters
from koppelkans.people.response.answer import respond
from koppelkans.people.response.behaviour import Behaviour, behaviour, moved
from koppelkans.people.response.calibration_rows import Span, span
from koppelkans.people.response.case import ResponseCase
from koppelkans.people.response.fit import Fit, Model, Prior, fitted, honest_spread
from koppelkans.people.response.flemish import AS_OF, flemish_case
from koppelkans.people.response.history import HEAT_PUMPS, premium_counts
from koppelkans.tables.response import RESPONSE_OPTIONS

Floats = NDArray[np.float64]
CONSTANT, GROWTH, LOG_SCALE, LOG_CLAIMED = range(4)
"""Places of the figures of the fit: constant of heat pumps [EUR/year], growth of the odds that they count among the options [1/year],
ln(scale in EUR/year), ln(claimed share)."""
FREE = LOG_SCALE
"""So many figures are free where scale and claimed share stay as they are in use."""
LEAD_YEARS = 3
"""Years that the case begins before the first count: premiums come after the decision."""
NO_GROWTH = 1e-6
BESIDE = 0.01
"""Step of a derivative at the answer, in standard deviations."""
HEAT_PUMP_PLACES = [RESPONSE_OPTIONS.index(option) for option in HEAT_PUMPS]


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """The fit on the premium counts of ``fit_years``.

    ``fit``: all four figures together. ``constant`` [EUR/year] and ``growth`` [1/year]: those that go with the scale and the claimed share
    in use, with their ranges. ``spread``: of one count (ln). ``case`` and ``start``: Flanders, and who acted in the fit.
    """

    case: ResponseCase
    start: Behaviour
    fit: Fit
    constant: Span
    growth: Span
    fit_years: pd.Index
    prior: Prior
    spread: float


def level(parameters: Parameters, *, price_year: int, years: pd.Index | None = None, growing: bool = True) -> Level:
    """Constant of heat pumps [EUR/year], growth of acquaintance, scale and claimed share that fit the yearly premium counts best.

    years: of the counts in the fit, else all but the last ones, which are held back. growing: without it acquaintance stays as it was.

    Observed and modelled are ln(premiums). Two passes: the second with the spread that the residuals of the first show, wider where
    neighbouring years err alike. A third with scale and claimed share as they are in use: constant and scale rise together, so that
    the constant that goes with another scale is not the joint one.
    Method: docs/method.md#response-calibration.
    """
    known = fit_years(parameters) if years is None else years
    prior = level_prior(parameters, growing=growing)
    start = watching_today(behaviour(parameters, AS_OF))
    case = counted_case(parameters, start, price_year=price_year)
    model = _modelled(case, start, known, parameters)
    observed = np.log(premium_counts("heat_pump").loc[known].to_numpy())
    least = parameters.at("response_data.count_spread", AS_OF)
    first = fitted(model, observed, prior, np.full(len(known), least))
    spread = honest_spread(first.modelled - observed, least)
    spreads = np.full(len(known), spread)

    def in_use(figures: Floats) -> Floats:
        return model(np.array([*figures, *prior.mean[FREE:]]))

    alone = fitted(in_use, observed, Prior(prior.mean[:FREE], prior.deviation[:FREE]), spreads)
    constant, growth = (Span(float(alone.mean[place]), *alone.range_of(place)) for place in (CONSTANT, GROWTH))
    return Level(case, start, fitted(model, observed, prior, spreads), constant, growth, known, prior, spread)


def level_prior(parameters: Parameters, *, growing: bool = True) -> Prior:
    """What is believed of the figures of the fit before the counts; without growth it is zero for sure."""
    scale, claimed = (
        span(parameters, "response.scale_eur_per_year"),
        span(parameters, "response_data.premium_claim_share"),
    )
    growth = span(parameters, "response_data.acquaintance_growth_prior_per_year")
    return Prior.of_ranges(
        span(parameters, "response_data.option_prior_eur_per_year"),
        growth if growing else (0.0, -NO_GROWTH, NO_GROWTH),
        (log(scale.value), log(scale.low), log(scale.high)),
        (log(claimed.value), log(claimed.low), log(claimed.high)),
    )


def fit_years(parameters: Parameters) -> pd.Index:
    """Years of the counts that are not held back."""
    counts = premium_counts("heat_pump")
    first = int(parameters.at("response_data.fit_from_year", AS_OF))
    held = int(parameters.at("response_data.held_back_years", AS_OF))
    return counts.index[counts.index >= first][: -held or None]


def counted_case(parameters: Parameters, start: Behaviour, *, price_year: int) -> ResponseCase:
    """Flanders from some years before the first count to the last one."""
    counts = premium_counts("heat_pump")
    first = int(parameters.at("response_data.fit_from_year", AS_OF)) - LEAD_YEARS
    return flemish_case(parameters, start, first_year=first, last_year=int(counts.index.max()), price_year=price_year)


def watching_today(acting: Behaviour) -> Behaviour:
    """The same people, who count on the prices of the year itself: what came after was not decided, and nobody knew it."""
    return moved(acting, "expectation_years", 1.0)


def acting_at(start: Behaviour, figures: Floats) -> Behaviour:
    """The same people with this constant for every heat pump, this growth of acquaintance and this scale."""
    constants = np.zeros(len(RESPONSE_OPTIONS))
    constants[HEAT_PUMP_PLACES] = figures[CONSTANT]
    growing = moved(start, "acquaintance_growth_per_year", float(figures[GROWTH]))
    scale = float(np.exp(figures[LOG_SCALE]))
    return moved(moved(growing, "option_eur_per_year", constants), "scale_eur_per_year", scale)


def switches(case: ResponseCase, acting: Behaviour) -> Floats:
    """(T, K) decisions for each option in each year, at all moments together."""
    return np.asarray(respond(case, acting).moments.sum(axis=0)[:, : len(RESPONSE_OPTIONS)])


def premiums(case: ResponseCase, chosen: Floats, claimed_share: float, parameters: Parameters) -> pd.Series:
    """Premiums for heat pumps by year, index year: switches to one, claimed, and paid some time after the decision.

    premiums(y) = claimed share x switches(y - delay), between two years on a straight line.
    """
    delay = parameters.at("response.premium_delay_years", AS_OF)
    paid = np.interp(case.calendar - delay, case.calendar, chosen[:, HEAT_PUMP_PLACES].sum(axis=1))
    return pd.Series(paid * claimed_share, index=pd.Index(case.calendar, name="year"), name="premiums")


def log_premiums(parameters: Parameters, found: Level, years: pd.Index) -> Floats:
    """ln(premiums) in each year with the figures fitted together."""
    return _modelled(found.case, found.start, years, parameters)(found.fit.mean)


def log_premiums_deviation(parameters: Parameters, found: Level, years: pd.Index) -> Floats:
    """Standard deviation of ln(premiums) in each year: that of the fitted figures, and the spread of one count."""
    model = _modelled(found.case, found.start, years, parameters)
    here = model(found.fit.mean)
    slopes = []
    for place, deviation in enumerate(np.sqrt(np.diag(found.fit.covariance))):
        beside = found.fit.mean.copy()
        beside[place] += deviation * BESIDE
        slopes.append((model(beside) - here) / (deviation * BESIDE))
    slope = np.stack(slopes, axis=1)
    return np.asarray(np.sqrt(np.einsum("ni,ij,nj->n", slope, found.fit.covariance, slope) + found.spread**2))


def _modelled(case: ResponseCase, start: Behaviour, years: pd.Index, parameters: Parameters) -> Model:
    """ln(premiums) in each of the years, given the figures."""

    def model(figures: Floats) -> Floats:
        chosen = switches(case, acting_at(start, figures))
        counted = premiums(case, chosen, float(np.exp(figures[LOG_CLAIMED])), parameters)
        return np.asarray(np.log(counted.loc[years].to_numpy()))

    return model
