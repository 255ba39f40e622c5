"""Metered gas that cannot be right: impossible units are refused, a single odd meter or street is left out and said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd

from koppelkans import tables
from koppelkans.building.calibration.groups import Groups
from koppelkans.building.calibration.observations import ANCHOR
from koppelkans.building.calibration.prior import Stock
from koppelkans.building.calibration.readings import OwnMeters
from koppelkans.errors import DataError
from koppelkans.parameters import Parameters
from koppelkans.tables import RemarkRow

FEWEST = 3
"""Fewer readings or streets than this say nothing of a unit: an empty house, or a large customer, is more likely."""


def judged_own(
    own: OwnMeters, stock: Stock, buildings: pd.DataFrame, parameters: Parameters, day: date
) -> tuple[OwnMeters, list[RemarkRow]]:
    """The readings of buildings, odd ones marked as not counting. Raises DataError when their median cannot be."""
    if own.table.empty:
        return own, []
    ratio = own.ratio(stock)
    known = ratio[np.isfinite(ratio)]
    where = (
        f"metered_gas_kwh of {own.table['name'].nunique()} buildings ({tables.first_keys(own.table['name'].unique())})"
    )
    if len(known) >= FEWEST:
        _refuse_wrong_unit(float(np.median(known)), parameters, day, where=where)
    low, high = (parameters.at(f"building.calibration.single_{end}_factor", day) for end in ("low", "high"))
    odd = ~((ratio >= low) & (ratio <= high))
    if not odd.any():
        return own, []
    row = tables.remark(
        "metered_gas_kwh", f"{int(odd.sum())} gemeten verbruiken liggen buiten {low:g} tot {high:g} maal de berekening en zijn niet gebruikt: "
        "leegstand, een tweede energiebron of een verkeerde meter.", f"{int(odd.sum())} metered uses lie outside {low:g} to {high:g} times "
        "the model and were not used: vacancy, a second source of heat or a wrong meter.", level="warning",
        rows_share=min(float(odd.sum() / len(buildings)), 1.0), method=ANCHOR,
    )  # fmt: skip
    return replace(own, used=own.used & ~odd), [row]


def judged_groups(groups: Groups, stock: Stock, parameters: Parameters, day: date) -> tuple[Groups, list[RemarkRow]]:
    """The totals, odd streets marked as not counting. Raises DataError when a sector, or the streets together, cannot be."""
    if not len(groups):
        return groups, []
    table = groups.table
    expected = groups.expected_kwh(stock, None)
    ratio = np.divide(table["gas_kwh"].to_numpy(float), expected, out=np.full(len(table), np.nan), where=expected > 0)
    street = (table["level"] == "street").to_numpy()
    for place in np.flatnonzero(~street & np.isfinite(ratio)):
        row = table.iloc[place]
        where = f"gas of {row['year']}: {row['gas_kwh']:,.0f} kWh on {row['connections']:,.0f} connections"
        _refuse_wrong_unit(float(ratio[place]), parameters, day, where=where)
    of_streets = ratio[street & np.isfinite(ratio)]
    if len(of_streets) >= FEWEST:
        names = table.loc[street, "name"].unique()
        where = f"gas_kwh of {len(names)} streets ({tables.first_keys(names)})"
        _refuse_wrong_unit(float(np.median(of_streets)), parameters, day, where=where)
    low, high = _bounds(parameters, day)
    odd = street & np.isfinite(ratio) & ~((ratio >= low) & (ratio <= high))
    empty = ~groups.used | ~np.isfinite(ratio)
    rows = []
    if odd.any():
        rows.append(tables.remark(
            "meters", f"{int(odd.sum())} straattotalen liggen buiten {low:g} tot {high:g} maal de berekening en zijn niet gebruikt "
            f"({tables.first_keys(table.loc[odd, 'name'].to_list())}): een grote klant, een deel van de straat buiten het gebied, of weinig gas.",
            f"{int(odd.sum())} street totals lie outside {low:g} to {high:g} times the model and were not used "
            f"({tables.first_keys(table.loc[odd, 'name'].to_list())}): a large customer, a part of the street outside the area, or little gas.",
            level="warning", method=ANCHOR,
        ))  # fmt: skip
    if empty.any():
        rows.append(tables.remark(
            "meters", f"{int(empty.sum())} totalen zijn niet gebruikt: er staan geen verwarmde woningen van dit gebied in "
            f"({tables.first_keys(table.loc[empty, 'name'].to_list())}).", f"{int(empty.sum())} totals were not used: no heated dwellings of "
            f"this area are in them ({tables.first_keys(table.loc[empty, 'name'].to_list())}).", level="warning", method=ANCHOR,
        ))  # fmt: skip
    return replace(groups, used=groups.used & ~odd & ~empty), rows


def _bounds(parameters: Parameters, day: date) -> tuple[float, float]:
    return parameters.at("building.calibration.low_factor", day), parameters.at("building.calibration.high_factor", day)


def _refuse_wrong_unit(ratio: float, parameters: Parameters, day: date, *, where: str) -> None:
    low, high = _bounds(parameters, day)
    if low <= ratio <= high:
        return
    hint = (
        "the values look like MWh where kWh is expected"
        if ratio < low
        else "the values look like Wh or a sum where kWh is expected"
    )
    raise DataError(
        f"{where}: {ratio:.3g} times the model, expected {low:g} to {high:g}; {hint}. Correct the unit, or leave the column empty to go without calibration"
    )
