"""How far the response would have been off: premiums for heat pumps in the years that its fit did not see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

import numpy as np
import pandas as pd

from koppelkans import tables
from koppelkans.parameters import Parameters
from koppelkans.people.response.fit import DEVIATIONS
from koppelkans.people.response.history import premium_counts
from koppelkans.people.response.level import Level, fit_years, level, log_premiums, log_premiums_deviation
from koppelkans.tables.response import RESPONSE_BACKTEST

FEWEST_YEARS = 5
"""Counts that a fit needs at least before it may forecast."""
AHEAD_YEARS = 2


@dataclass(frozen=True, slots=True, eq=False)
class Backtest:
    """Counts beside the model by year, and the errors over the years held back.

    ``years``: contract RESPONSE_BACKTEST. ``error_share``: mean over the years held back of |modelled / observed - 1|;
    ``naive_error_share`` the same for "as in the last year that the fit knew"; ``level`` the fit itself.
    """

    years: pd.DataFrame
    error_share: float
    naive_error_share: float
    level: Level


def backtest(parameters: Parameters, *, price_year: int = 2025) -> Backtest:
    """Heat-pump premiums of Flanders by year as counted and as modelled by a fit on all but the last years.

    The model is given the prices and premium amounts that came, not the counts: what is tested is how people answer to prices, not
    whether prices can be foreseen. The naive forecast knows neither.
    Method: docs/method.md#response-backtest.
    """
    fit = level(parameters, price_year=price_year)
    counts = premium_counts("heat_pump")
    known = counts.loc[int(fit.fit_years.min()) :]
    modelled = log_premiums(parameters, fit, known.index)
    half = DEVIATIONS * log_premiums_deviation(parameters, fit, known.index)
    held = ~known.index.isin(fit.fit_years)
    last = float(counts.loc[fit.fit_years.max()])
    frame = pd.DataFrame({
        "year": known.index.astype("int64"),
        "observed": known.to_numpy(),
        "modelled": np.exp(modelled),
        "low": np.exp(modelled - half),
        "high": np.exp(modelled + half),
        "naive": np.where(held, last, np.nan),
        "held_back": held,
    })  # fmt: skip
    frame = frame.set_index(pd.Index(frame["year"].astype("str"), name="row"))
    missed = (frame["modelled"] / frame["observed"] - 1).abs()[frame["held_back"]]
    naive = (frame["naive"] / frame["observed"] - 1).abs()[frame["held_back"]]
    return Backtest(tables.check(RESPONSE_BACKTEST, frame), float(missed.mean()), float(naive.mean()), fit)


def rolling_errors(
    parameters: Parameters, *, price_year: int = 2025, last_years: Sequence[int] | None = None
) -> pd.DataFrame:
    """How far forecasts of the next two years are off when each is made from the counts up to one year, index that year.

    Mean of |ln(modelled / observed)|: columns ``response``, ``without_growth`` (acquaintance as in 2020 in all years) and ``naive`` (as in
    the last year known). Each fit sees nothing after its year but prices and amounts: it tells whether a mechanism foretells or only fits.
    last_years: those to forecast from, else all with at least ``FEWEST_YEARS`` counts before them.
    Method: docs/method.md#response-backtest.
    """
    counts = premium_counts("heat_pump").loc[int(fit_years(parameters).min()) :]
    rows = {}
    for last in counts.index[FEWEST_YEARS - 1 : -1] if last_years is None else last_years:
        known, ahead = counts.index[counts.index <= last], counts.index[counts.index > last][:AHEAD_YEARS]
        told = {
            name: log_premiums(
                parameters, level(parameters, price_year=price_year, years=known, growing=growing), ahead
            )
            for name, growing in (("response", True), ("without_growth", False))
        }
        told["naive"] = np.full(len(ahead), log(counts[last]))
        seen = np.log(counts.loc[ahead].to_numpy())
        rows[int(last)] = {name: float(np.abs(value - seen).mean()) for name, value in told.items()}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("last_year")
