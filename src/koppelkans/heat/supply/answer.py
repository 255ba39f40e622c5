"""The supply of a network as tables: plants, the whole, typical hours, and what must be said beside them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from koppelkans import tables
from koppelkans.heat.costs import KG_PER_TONNE
from koppelkans.heat.supply.case import SupplyCase, checked
from koppelkans.heat.supply.programme import Dispatch, field_figures, least_cost, tank_figures
from koppelkans.heat.supply.spread import cost_band
from koppelkans.heat.supply.units import KWH_PER_MWH, Unit, units
from koppelkans.heat.supply.year import TypicalYear, typical_hours, typical_year
from koppelkans.tables import RemarkRow

Floats = NDArray[np.float64]
ANCHOR = "supply"
SHORTAGE = "shortage"
SMALL_KW = 1e-6
PUMPED = ("waste_heat", "surface_water", "borehole", "sewer", "air", "electric_boiler")
"""Kinds of which heat over electricity says something; not of waste heat that is taken over directly."""


@dataclass(frozen=True, slots=True)
class HeatSupply:
    """The supply of one network: tables SUPPLY, SUPPLY_TOTAL (one row) and SUPPLY_HOURS, and remarks."""

    plants: pd.DataFrame
    total: pd.DataFrame
    hours: pd.DataFrame
    remarks: list[RemarkRow]


def heat_supply(case: SupplyCase) -> HeatSupply:
    """Sizes, hours, cost, emission and origin of the heat of a network at least cost.

    Cost without carbon, EUR per MWh at the source; carbon counts in what runs and what is built. The programme, its validity and
    what it leaves out: docs/method.md#supply. Raises DataError and OutOfRangeError as ``case.checked`` and ``hourly_load_kw``.
    """
    checked(case)
    year = typical_year(case)
    found = units(case, year)
    run = least_cost(found, year, case)
    plants = _plants(found, run, year, case)
    total = _total(plants, found, run, year, case)
    return HeatSupply(plants, total, _hours(found, run, year, case), _remarks(plants, total.iloc[0], case))


def _plants(found: list[Unit], run: Dispatch, year: TypicalYear, case: SupplyCase) -> pd.DataFrame:
    """One row per plant, then tank and shortage where there are any."""
    weight = year.hour_weight
    rows = [_plant(number, unit, run, weight, case) for number, unit in enumerate(found)]
    names = [unit.plant.name for unit in found]
    tank = tank_figures(case)
    if case.tank is not None and tank is not None:
        given_back = float(np.maximum(run.from_tank_kw, 0.0) @ weight) / KWH_PER_MWH
        rows.append(_none("tank") | {
            "capacity_kw": run.tank_m3 * tank.kwh_per_m3 / tank.fill_hours, "volume_m3": run.tank_m3, "heat_mwh": given_back,
            "investment_eur": run.tank_m3 * tank.m3_eur, "capital_eur_per_year": run.tank_m3 * tank.m3_eur_per_year,
        })  # fmt: skip
        names.append(case.tank.name)
    lacking = float(run.shortage_kw @ weight) / KWH_PER_MWH
    if float(run.shortage_kw.max()) > SMALL_KW:
        rows.append(_none(SHORTAGE) | {"capacity_kw": float(run.shortage_kw.max()), "heat_mwh": lacking})
        names.append(SHORTAGE)
    frame = pd.DataFrame(rows, index=pd.Index(names, name="plant", dtype="str")).astype({"kind": "str"})
    made = ~frame["kind"].eq("tank")
    share = frame["heat_mwh"].where(made, 0.0) / float(frame.loc[made, "heat_mwh"].sum())
    cost = frame["capital_eur_per_year"] + frame["running_eur_per_year"]
    per_mwh = (cost / frame["heat_mwh"]).where(frame["heat_mwh"] > 0).where(made & frame["kind"].ne(SHORTAGE))
    return frame.assign(heat_share=share.clip(upper=1.0), eur_per_mwh=per_mwh)[tables.SUPPLY.column_names]


def _none(kind: str) -> dict[str, object]:
    """A row of SUPPLY in which nothing happens yet."""
    empty = {item.name: np.nan if item.nullable else 0.0 for item in tables.SUPPLY.columns}
    return empty | {"kind": kind}


def _plant(number: int, unit: Unit, run: Dispatch, weight: Floats, case: SupplyCase) -> dict[str, object]:
    heat = run.heat_kw[number] * weight
    heat_mwh, size = float(heat.sum()) / KWH_PER_MWH, float(run.size_kw[number])
    power = float(heat @ unit.electricity) / KWH_PER_MWH
    metres = field_figures(unit, case)
    hole_m = float(run.borehole_m[number]) if metres else 0.0
    field_eur, field_yearly = (hole_m * metres.m_eur, hole_m * metres.m_eur_per_year) if metres else (0.0, 0.0)
    pump = unit.plant.kind in PUMPED and bool((unit.drawn < 1.0).all())
    return _none(unit.plant.kind) | {
        "capacity_kw": size, "borehole_m": hole_m if metres else np.nan, "heat_mwh": heat_mwh,
        "full_load_hours": heat_mwh * KWH_PER_MWH / size if size > SMALL_KW else np.nan,
        "spf": heat_mwh / power if pump and power > 0 else np.nan, "electricity_mwh": power,
        "gas_mwh": float(heat @ unit.gas) / KWH_PER_MWH, "wood_mwh": float(heat @ unit.wood) / KWH_PER_MWH,
        "drawn_mwh": float(heat @ unit.drawn) / KWH_PER_MWH, "regenerated_mwh": float(run.regenerated_kwh[number]) / KWH_PER_MWH,
        "investment_eur": size * unit.kw_eur + field_eur, "capital_eur_per_year": size * unit.kw_eur_per_year + field_yearly,
        "running_eur_per_year": float(heat @ unit.running_eur_per_kwh),
        "emission_tonnes": float(heat @ unit.emission_kg_per_kwh) / KG_PER_TONNE,
    }  # fmt: skip


def _total(plants: pd.DataFrame, found: list[Unit], run: Dispatch, year: TypicalYear, case: SupplyCase) -> pd.DataFrame:
    weight, heat_kwh = year.hour_weight, year.heat_kwh
    renewable, residual = (
        sum(float(np.nansum(run.heat_kw[number] * weight * part)) for number, part in enumerate(parts)) / heat_kwh
        for parts in ([unit.renewable for unit in found], [unit.residual for unit in found])
    )
    if ((plants["kind"] == "stated") & (plants["heat_mwh"] > 0)).any():
        renewable, residual = float("nan"), float("nan")
    computed = computed_factor(plants, case)
    drawn = plants.loc[plants["kind"] == "borehole", ["drawn_mwh", "regenerated_mwh"]].sum()
    emission = float(plants["emission_tonnes"].sum()) * KG_PER_TONNE / heat_kwh
    money = float((plants["capital_eur_per_year"] + plants["running_eur_per_year"]).sum())
    low, high = cost_band(run, year, case)
    values = {
        "low_eur_per_mwh": low / heat_kwh * KWH_PER_MWH, "high_eur_per_mwh": high / heat_kwh * KWH_PER_MWH, "heat_mwh": heat_kwh / KWH_PER_MWH, "peak_kw": float(year.load_kw[-1].max()), "eur_per_mwh": money / heat_kwh * KWH_PER_MWH,
        "carbon_eur_per_mwh": emission * case.economics.carbon_eur_per_tonne, "stated_eur_per_mwh": case.stated_eur_per_mwh, "renewable_share": min(renewable, 1.0), "residual_share": min(residual, 1.0),
        "emission_kg_per_kwh": emission, "stated_emission_kg_per_kwh": case.stated_emission_kg_per_kwh,
        "efficient": renewable + residual >= case.at("efficient_share"),
        "primary_factor": max(computed, case.parameters.at("epc.network_least_factor", case.economics.day)), "computed_factor": computed,
        "shortage_mwh": float(run.shortage_kw @ weight) / KWH_PER_MWH,
        "regeneration_share": drawn["regenerated_mwh"] / drawn["drawn_mwh"] if drawn["drawn_mwh"] > 0 else float("nan"),
    }  # fmt: skip
    frame = pd.DataFrame([values], index=pd.Index([case.name], name="network", dtype="str"))
    return frame[tables.SUPPLY_TOTAL.column_names]


def computed_factor(plants: pd.DataFrame, case: SupplyCase) -> float:
    """Primary energy over delivered heat [-], before the least value of the rule: gas, electricity with the pumps of the network, wood."""
    day = case.economics.day
    gas, power = (case.parameters.at(f"epc.primary_factor.{name}", day, "today") for name in ("gas", "electricity"))
    primary = float(plants["gas_mwh"].sum()) * gas + float(plants["wood_mwh"].sum()) * case.at("primary_factor.wood")
    primary += (float(plants["electricity_mwh"].sum()) + case.load.pump_mwh) * power
    return primary / case.load.heat_mwh


def _hours(found: list[Unit], run: Dispatch, year: TypicalYear, case: SupplyCase) -> pd.DataFrame:
    """Heat of every plant in every typical hour, tank and shortage included."""
    names, series = [unit.plant.name for unit in found], list(run.heat_kw)
    if case.tank is not None:
        names, series = [*names, case.tank.name], [*series, run.from_tank_kw]
    if float(run.shortage_kw.max()) > SMALL_KW:
        names, series = [*names, SHORTAGE], [*series, run.shortage_kw]
    hours = typical_hours(year)
    frame = pd.concat([hours] * len(names), ignore_index=True).assign(
        plant=np.repeat(np.array(names, dtype=object), len(hours)), heat_kw=np.concatenate(series)
    )
    rank = np.tile(np.arange(len(hours)), len(names))
    key = (
        pd.Series(np.repeat(np.arange(len(names)), len(hours))).astype(str)
        + "-"
        + pd.Series(rank).astype(str).str.zfill(4)
    )
    frame = frame.astype({"plant": "str"}).set_axis(pd.Index(key, name="row", dtype="str"))
    return frame[tables.SUPPLY_HOURS.column_names]


# --------------------------------------------------------------------------------------------------------------------- remarks


def _remarks(plants: pd.DataFrame, total: pd.Series, case: SupplyCase) -> list[RemarkRow]:
    rows = [_assumed()]
    stated = plants.index[plants["kind"] == "stated"]
    if len(stated):
        rows.append(_only_stated(stated))
    away = float(total["eur_per_mwh"]) / case.stated_eur_per_mwh - 1.0 if case.stated_eur_per_mwh > 0 else 0.0
    if abs(away) > case.at("price_gap_share"):
        rows.append(_price_gap(float(total["eur_per_mwh"]), case.stated_eur_per_mwh))
    rows += _emission_gap(total, case)
    if float(total["shortage_mwh"]) > 0 and SHORTAGE in plants.index:
        rows.append(_shortage(float(plants["capacity_kw"][SHORTAGE]), float(total["shortage_mwh"])))
    unrun = plants.index[
        plants["kind"].isin(["borehole"]) & (plants["regenerated_mwh"] <= 0) & (plants["heat_mwh"] > 0)
    ]
    if len(unrun):
        rows.append(_not_regenerated(unrun))
    return rows


def _assumed() -> RemarkRow:
    return tables.remark(
        "supply", "De opwekkers zijn gekozen en gedraaid alsof het jaar vooraf gekend is, zonder stilstand en zonder reserve; prijzen en investeringen zijn "
        "richtwaarden zonder btw. Wie de centrale bouwt, rekent na.", "Plants are chosen and run as if the year were known beforehand, without outages and without "
        "reserve; prices and investments are indicative, without VAT. Whoever builds the plant works it out again.", level="assumption", method=ANCHOR,
    )  # fmt: skip


def _only_stated(names: pd.Index) -> RemarkRow:
    listed = ", ".join(names)
    return tables.remark(
        "supply", f"Van {listed} is alleen een prijs opgegeven: de kost van de warmte is die prijs, en hoeveel ervan hernieuwbaar is, is niet bekend. Geef de "
        "bron een soort (kind) om hem door te rekenen.", f"Of {listed} only a price is stated: the cost of its heat is that price, and how much of it is renewable "
        "is not known. Give the source a kind to have it worked out.", level="info", method=ANCHOR,
    )  # fmt: skip


def _price_gap(found: float, stated: float) -> RemarkRow:
    dutch, english = ("hoger", "higher") if found > stated else ("lager", "lower")
    return tables.remark(
        "supply_total.eur_per_mwh", f"De warmte kost {found:.0f} EUR per MWh aan de bron, {dutch} dan de {stated:.0f} EUR waarmee het net ontworpen is. Pas de prijs "
        "van de bron aan en reken opnieuw.", f"The heat costs {found:.0f} EUR per MWh at the source, {english} than the {stated:.0f} EUR that the network was designed "
        "with. Change the price of the source and compute again.", level="warning", method=ANCHOR,
    )  # fmt: skip


def _emission_gap(total: pd.Series, case: SupplyCase) -> list[RemarkRow]:
    found, stated = float(total["emission_kg_per_kwh"]), case.stated_emission_kg_per_kwh
    if abs(found - stated) <= case.at("price_gap_share") * max(found, stated):
        return []
    return [tables.remark(
        "supply_total.emission_kg_per_kwh", f"De warmte stoot {1_000 * found:.0f} g CO2 per kWh uit; het plan rekent met de opgegeven {1_000 * stated:.0f} g. Pas de uitstoot van de "
        "bron aan en reken opnieuw.", f"The heat emits {1_000 * found:.0f} g CO2 per kWh; the plan reckons with the stated {1_000 * stated:.0f} g. Change the emission of the source "
        "and compute again.", level="warning", method=ANCHOR,
    )]  # fmt: skip


def _shortage(power_kw: float, heat_mwh: float) -> RemarkRow:
    return tables.remark(
        "supply_total.shortage_mwh", f"De opwekkers komen op de koudste dag {power_kw:.0f} kW te kort, {heat_mwh:.1f} MWh in een jaar. Voeg een piekketel of een buffervat "
        "toe, of laat de vermogens vrij.", f"The plants lack {power_kw:.0f} kW on the coldest day, {heat_mwh:.1f} MWh in a year. Add a peak boiler or a tank, or leave "
        "the capacities open.", level="warning", method=ANCHOR,
    )  # fmt: skip


def _not_regenerated(names: pd.Index) -> RemarkRow:
    listed = ", ".join(names)
    return tables.remark(
        "supply.regenerated_mwh", f"Het boorveld van {listed} krijgt geen warmte van koeling terug; de lengte rekent op wat de bodem zelf aanvult.",
        f"The boreholes of {listed} get no heat of cooling back; their length counts on what the ground supplies by itself.", level="info", method=ANCHOR,
    )  # fmt: skip
