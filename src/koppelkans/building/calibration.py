"""Measured totals: what meters of single buildings and of whole sectors say about the model."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from koppelkans import tables
from koppelkans.building.gas import GasUse
from koppelkans.errors import DataError
from koppelkans.parameters import Parameters
from koppelkans.tables import RemarkRow

ANCHOR = "calibration"
KWH_PER_UNIT = {"kwh": 1.0, "mwh": 1e3, "gwh": 1e6}
GAS, CONNECTIONS = "gas_kwh", "gas_connections"


@dataclass(frozen=True, slots=True)
class Calibration:
    """Factor on the modelled heat of each building, and whether it came from a meter of the building itself or of the sector."""

    factor: pd.Series
    own_meter: pd.Series
    sector_meter: pd.Series
    remarks: list[RemarkRow]


def calibration(
    heat: pd.DataFrame,
    buildings: pd.DataFrame,
    metered: pd.DataFrame | None,
    *,
    gas: GasUse,
    parameters: Parameters,
    day: date,
) -> Calibration:
    """Factors that bring the model to measured gas; 1 where nothing was measured.

    heat: ``space_heat_kwh``, ``hot_water_kwh`` of the model in a normal year. buildings: heated ones, with
    ``metered_gas_kwh``. metered: contract SECTOR_STATISTICS, rows of quantity gas_kwh and gas_connections of the sectors
    that cover the place. The meter of a building goes before the total of its sector.

    Raises DataError when measured and modelled gas are so far apart that units must be wrong.
    Method: docs/method.md#calibration.
    """
    modelled = gas.at_meter_kwh(heat["space_heat_kwh"], heat["hot_water_kwh"], buildings["dwellings"])
    own, remarks = _own_factors(buildings, modelled, parameters, day)
    homes = buildings["use"] == "residential"
    sector, more = _sector_factor(heat[homes], buildings[homes], metered, gas=gas, parameters=parameters, day=day)
    by_sector = homes & own.isna() & (sector is not None)
    factor = own.fillna(pd.Series(np.where(by_sector, sector or 1.0, 1.0), index=buildings.index))
    return Calibration(factor, own.notna(), by_sector, remarks + more)


def _own_factors(
    buildings: pd.DataFrame, modelled: pd.Series, parameters: Parameters, day: date
) -> tuple[pd.Series, list[RemarkRow]]:
    measured = buildings["metered_gas_kwh"].where(buildings["metered_gas_kwh"] > 0)
    factor = (measured / modelled).where(modelled > 0)
    known = factor.dropna()
    if known.empty:
        return factor, []
    _refuse_wrong_unit(
        known.median(),
        parameters,
        day,
        where=f"metered_gas_kwh of {len(known)} buildings ({tables.first_keys(known.index)})",
    )
    low, high = (parameters.at(f"building.calibration.single_{end}_factor", day) for end in ("low", "high"))
    odd = known.index[(known < low) | (known > high)]
    remarks = []
    if len(odd):
        remarks.append(tables.remark(
            "metered_gas_kwh", f"{len(odd)} gemeten verbruiken liggen buiten {low:g} tot {high:g} maal de berekening en zijn niet gebruikt: "
            "leegstand, een tweede energiebron of een verkeerde meter.", f"{len(odd)} metered uses lie outside {low:g} to {high:g} times "
            "the model and were not used: vacancy, a second source of heat or a wrong meter.", level="warning",
            rows_share=len(odd) / len(buildings), method=ANCHOR,
        ))  # fmt: skip
    used = factor.drop(odd).reindex(buildings.index)
    if used.notna().any():
        remarks.append(tables.remark(
            "demand", f"{int(used.notna().sum())} gebouwen zijn geijkt op hun eigen meter (mediaan {used.median():.2f} maal de berekening).",
            f"{int(used.notna().sum())} buildings are calibrated on their own meter (median {used.median():.2f} times the model).",
            level="info", rows_share=float(used.notna().mean()), method=ANCHOR,
        ))  # fmt: skip
    return used, remarks


def _sector_factor(
    heat: pd.DataFrame,
    homes: pd.DataFrame,
    metered: pd.DataFrame | None,
    *,
    gas: GasUse,
    parameters: Parameters,
    day: date,
) -> tuple[float | None, list[RemarkRow]]:
    """Factor for all dwellings from gas per connection: log-space update of a prior around 1 by n connections.

    ln f = ln(measured / modelled) t^2 / (t^2 + c^2 / n), t the prior spread between neighbourhoods, c the coefficient of
    variation between meters. Gas-heated dwellings are taken as a fair sample of all, so gas per connection is compared with
    gas per dwelling of the model, in the weather of the metering year.
    """
    totals = _sector_totals(metered)
    if totals is None or homes.empty:
        return None, _unused_remarks(metered)
    gas_kwh, connections, year = totals
    space = heat["space_heat_kwh"] * _weather_ratio(year, parameters, day)
    modelled = gas.at_meter_kwh(space, heat["hot_water_kwh"], homes["dwellings"]).sum() / homes["dwellings"].sum()
    ratio = gas_kwh / connections / modelled
    _refuse_wrong_unit(
        ratio, parameters, day, where=f"gas of {year}: {gas_kwh:,.0f} kWh on {connections:,.0f} connections"
    )
    prior = parameters.at("building.calibration.prior_sigma", day) ** 2
    noise = parameters.at("building.calibration.meter_variation", day) ** 2 / connections
    factor = float(np.exp(np.log(ratio) * prior / (prior + noise)))
    share = min(connections / homes["dwellings"].sum(), 1.0)
    return factor, [*_weather_remarks(year, parameters, day), tables.remark(
        "demand", f"De woningen zijn geijkt op het gasverbruik van {year}: {gas_kwh / connections:,.0f} kWh per aansluiting, factor {factor:.2f}. "
        f"{share:.0%} van de woningen heeft een aansluiting; de andere gelden als gelijk.", f"Dwellings are calibrated on the gas use of {year}: "
        f"{gas_kwh / connections:,.0f} kWh per connection, factor {factor:.2f}. {share:.0%} of the dwellings have a connection; the others "
        "are taken as alike.", level="assumption", method=ANCHOR,
    )]  # fmt: skip


def _sector_totals(metered: pd.DataFrame | None) -> tuple[float, float, int] | None:
    """Gas [kWh], connections and year, over the sectors that have both in the latest such year."""
    if metered is None:
        return None
    rows = metered[metered["quantity"].isin([GAS, CONNECTIONS])].dropna(subset=["value"])
    gas_rows = rows["quantity"] == GAS
    units = rows["unit"].str.strip().str.lower()
    strange = sorted(set(units[gas_rows]) - set(KWH_PER_UNIT))
    if strange:
        raise DataError(
            f"gas of the sectors is in {', '.join(strange)}; expected one of kWh, MWh, GWh. Correct the column unit"
        )
    scale = units.map(KWH_PER_UNIT).where(gas_rows, 1.0)
    wide = rows.assign(value=rows["value"] * scale).pivot_table(
        index=["year", "sector"], columns="quantity", values="value", aggfunc="sum"
    )
    both = wide.reindex(columns=[GAS, CONNECTIONS]).dropna()
    both = both[both[CONNECTIONS] > 0]
    if both.empty or both[GAS].sum() <= 0:
        return None
    year = int(both.index.get_level_values("year").max())
    latest = both[both.index.get_level_values("year") == year]
    return float(latest[GAS].sum()), float(latest[CONNECTIONS].sum()), year


def _unused_remarks(metered: pd.DataFrame | None) -> list[RemarkRow]:
    if metered is None or not (metered["quantity"] == GAS).any():
        return []
    return [tables.remark(
        "sector_statistics", "Het gasverbruik per sector is niet gebruikt: geef voor hetzelfde jaar en dezelfde sector ook het aantal "
        "aansluitingen (gas_connections).", "The gas use per sector was not used: give the number of connections (gas_connections) of the "
        "same year and sector too.", level="warning", method=ANCHOR,
    )]  # fmt: skip


def _refuse_wrong_unit(ratio: float, parameters: Parameters, day: date, *, where: str) -> None:
    low, high = (
        parameters.at("building.calibration.low_factor", day),
        parameters.at("building.calibration.high_factor", day),
    )
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


def _weather_ratio(year: int, parameters: Parameters, day: date) -> float:
    known = parameters.silent().table("climate.degree_days", day)
    if str(year) not in known.index:
        return 1.0
    return parameters.at("climate.degree_days", day, str(year)) / parameters.at("climate.normal_degree_days", day)


def _weather_remarks(year: int, parameters: Parameters, day: date) -> list[RemarkRow]:
    if str(year) in parameters.silent().table("climate.degree_days", day).index:
        return []
    return [tables.remark(
        "sector_statistics", f"Voor {year} zijn geen graaddagen bekend: het gasverbruik geldt als dat van een normaal jaar.",
        f"No degree days are known for {year}: its gas use is taken as that of a normal year.", level="assumption", method=ANCHOR,
    )]  # fmt: skip
