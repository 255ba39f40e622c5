"""What happened in Flanders: premiums by year, what gas and electricity cost then, and what a premium was worth."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from koppelkans.errors import OutOfRangeError
from koppelkans.parameters import reference_table
from koppelkans.tables.response import RESPONSE_OPTIONS

Floats = NDArray[np.float64]
KWH_PER_GJ = 1000 / 3.6
HEAT_PUMPS = ("hybrid", "air_heat_pump", "renovated_heat_pump", "ground_heat_pump")
"""Options that get a premium for a heat pump; the counts do not tell them apart."""

RENOVATIONS = ("renovated_heat_pump", "renovated_network", "renovated_gas")
RENOVATION_MEASURES = ("roof", "wall_external", "glazing")


def premium_counts(measure: str, group: str = "all") -> pd.Series:
    """Premiums of one measure paid in each year, index ``year``; missing where the source suppressed a small number.

    group: ``all`` or ``protected`` (customers with the social tariff). Flemish Region, 2008-2024.
    Raises OutOfRangeError for a measure that is not in the table.
    Source: VEKA, Energiekaart. Method: docs/method.md#response-history.
    """
    return _premiums(measure, group)["premiums"]


def mean_premium_eur(measure: str, group: str = "all") -> pd.Series:
    """Mean amount of one premium in each year [EUR of that year], index ``year``; missing in a year without any."""
    known = _premiums(measure, group)
    counts = known["premiums"].where(known["premiums"] > 0)
    return (known["amount_eur"] / counts).rename("mean_premium_eur")


def price_level(years: pd.Index, price_year: int) -> pd.Series:
    """Consumer prices of each year against those of the price year, 1 in the price year itself; index ``years``."""
    inflation = reference_table("consumer_prices").set_index("year")["inflation_share"]
    level = (1 + inflation).cumprod()
    base = pd.concat([pd.Series({int(level.index.min()) - 1: 1.0}), level])
    missing = sorted({*years, price_year} - set(base.index))
    if missing:
        raise OutOfRangeError(
            f"no consumer prices for {', '.join(map(str, missing))}; known: {base.index.min()} to {base.index.max()}"
        )
    relative: pd.Series = base / base[price_year]
    return relative.reindex(years).rename("price_level")


def household_prices(price_year: int) -> pd.DataFrame:
    """Prices that a household paid [EUR/kWh of the price year], all taxes and fixed charges included, index ``year``.

    Columns ``gas_eur_per_kwh`` (gross calorific value) and ``electricity_eur_per_kwh``; mean of both half-years, years with both.
    Source: Eurostat nrg_pc_202 and nrg_pc_204, Belgium. Method: docs/method.md#response-history.
    """
    halves = reference_table("household_energy_prices")
    grouped = halves.groupby("year")
    whole = grouped.mean()[grouped.size() == halves["half"].nunique()]
    level = price_level(whole.index, price_year)
    return pd.DataFrame({
        "gas_eur_per_kwh": whole["gas_eur_per_gj"] / KWH_PER_GJ / level,
        "electricity_eur_per_kwh": whole["electricity_eur_per_kwh"] / level,
    })  # fmt: skip


def premiums_by_option(years: pd.Index, price_year: int) -> Floats:
    """(K, T) premium for each option in each year [EUR of the price year], before the ceiling on the share of the invoice.

    Heat pumps: the amounts of the rules; before these are known, the mean that was paid. Renovation: one mean premium for roof, outer
    wall and glazing together. A year beyond the counts keeps the last mean.
    """
    rules = reference_table("heat_pump_premiums").pivot(index="from_year", columns="option", values="amount_eur")
    level = price_level(years, price_year).to_numpy()
    amounts = np.zeros((len(RESPONSE_OPTIONS), len(years)))
    paid = _mean_in(mean_premium_eur("heat_pump"), years)
    for option in HEAT_PUMPS:
        ruled = rules[option].reindex(range(int(min(years.min(), rules.index.min())), int(years.max()) + 1)).ffill()
        amounts[RESPONSE_OPTIONS.index(option)] = ruled.reindex(years).fillna(paid).to_numpy()
    works = sum(_mean_in(mean_premium_eur(measure), years) for measure in RENOVATION_MEASURES)
    for option in RENOVATIONS:
        amounts[RESPONSE_OPTIONS.index(option)] += np.asarray(works)
    return np.asarray(amounts / level, dtype=np.float64)


def _premiums(measure: str, group: str) -> pd.DataFrame:
    table = reference_table("veka_premiums")
    known = table[(table["measure"] == measure) & (table["group"] == group)]
    if known.empty:
        measures = ", ".join(sorted(table["measure"].unique()))
        raise OutOfRangeError(f"no premiums for {measure} ({group}); known: {measures}; groups all, protected")
    return known.set_index("year")[["premiums", "amount_eur"]].astype(float)


def _mean_in(mean: pd.Series, years: pd.Index) -> pd.Series:
    whole = mean.reindex(range(int(min(years.min(), mean.index.min())), int(max(years.max(), mean.index.max())) + 1))
    return whole.ffill().bfill().reindex(years)
