"""How far the response would have been off: premiums for heat pumps in the years that its fit did not see."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from koppelkans import tables
from koppelkans.parameters import Parameters
from koppelkans.people.response.fit import DEVIATIONS
from koppelkans.people.response.history import premium_counts
from koppelkans.people.response.level import Level, level, log_premiums, log_premiums_deviation
from koppelkans.tables.response import RESPONSE_BACKTEST


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
