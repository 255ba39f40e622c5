"""The homes of Flanders with a boiler of their own: type, period, who lives there, how much heat, and what works cost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import product

import numpy as np
import pandas as pd

from koppelkans.parameters import Parameters, reference_table
from koppelkans.people.population import QUARTILES, flemish_cells
from koppelkans.tables.society import TENURES

KWH_PER_MWH = 1000.0
HOUSES = ("terraced", "semi_detached", "detached")
FLAT = "apartment_building"
TYPES = (*HOUSES, FLAT)
TABULA_FORM = {**{name: name for name in HOUSES}, FLAT: "apartment_large"}
TABULA_PERIODS = {
    "to_1970": ("to_1945", "1946_1970"),
    "1971_1990": ("1971_1990",),
    "1991_2006": ("1991_2005",),
}
"""Periods of the frequency table and the periods of the typology that stand for each."""
ELEMENTS = ("roof_1", "roof_2", "wall_1", "wall_2", "floor_1", "floor_2", "window_1", "door_1")
BOILER_HEATINGS = ("gas", "oil")


@dataclass(frozen=True, slots=True, eq=False)
class FlemishHomes:
    """Homes with a boiler of their own, in cells.

    ``forms``: index type, period and quartile; ``heat_kwh`` useful heat of a home, ``renovated_share`` what remains after usual
    works, ``works_eur`` their cost without tax, ``dwellings_in_block``. ``dwellings``: index the same and tenure, a number.
    """

    forms: pd.DataFrame
    dwellings: pd.Series


def flemish_homes(parameters: Parameters, day: date) -> FlemishHomes:
    """Homes of Flanders that heat with gas or oil, by type, period, quartile and tenure.

    Numbers: households with gas or oil of ``flemish_cells`` by quartile and tenure, spread over types (Statbel 2018; tenants live in
    flats as surveys say, owners are what is left) and over periods (TABULA frequencies). Heat of quartile q in a home of loss H:
        q_heat x H^(1 + e) / mean of H^(1 + e)          e exponent of the prebound effect
    so that each quartile keeps its metered mean. Oil homes are taken as gas homes.
    Validity: one stock for all years; homes built after 2006 stand with those of 1991-2006.
    Method: docs/method.md#response-flemish.
    """
    shells = _shells(parameters, day)
    by_group, heat_kwh = _households(parameters, day)
    share = _type_share(by_group, parameters, day)
    period = _period_share()
    rows = {
        (kind, age, quartile, tenure): by_group[quartile, tenure] * share.loc[tenure, kind] * period.loc[kind, age]
        for kind, age, quartile, tenure in product(TYPES, TABULA_PERIODS, QUARTILES, TENURES)
    }
    dwellings = pd.Series(rows, name="dwellings").rename_axis(["type", "period", "quartile", "tenure"])
    exponent = 1 + parameters.at("building.prebound.exponent", day)
    forms = dwellings.groupby(["type", "period", "quartile"], sort=False).sum().to_frame("dwellings")
    forms = forms.join(shells, on=["type", "period"])
    relative = forms["loss_w_per_k"] ** exponent
    quartile = forms.index.get_level_values("quartile")
    weighted = (relative * forms["dwellings"]).groupby(quartile).sum() / forms["dwellings"].groupby(quartile).sum()
    forms = forms.assign(
        heat_kwh=relative / weighted.reindex(quartile).to_numpy() * heat_kwh.reindex(quartile).to_numpy(),
        renovated_share=(forms["renovated_w_per_k"] / forms["loss_w_per_k"]) ** exponent,
    )
    return FlemishHomes(forms, dwellings)


def _households(parameters: Parameters, day: date) -> tuple[pd.Series, pd.Series]:
    """Households with a boiler by quartile and tenure, and useful heat [kWh] of a gas home by quartile."""
    cells, _ = flemish_cells(parameters=parameters, day=day)
    own = cells[cells["heating"].isin(BOILER_HEATINGS)]
    gas = cells[cells["heating"] == "gas"]
    burnt = (gas["gas_kwh"] * gas["weight"]).groupby(gas["quartile"]).sum() / gas["weight"].groupby(
        gas["quartile"]
    ).sum()
    efficiency = parameters.at("population.use.boiler_efficiency_share", day, "gas")
    return own.groupby(["quartile", "tenure"])["weight"].sum(), burnt * efficiency


def _type_share(by_group: pd.Series, parameters: Parameters, day: date) -> pd.DataFrame:
    """Share of each type among the homes of a tenure; index tenure, columns type."""
    stock = reference_table("flemish_stock_2018").set_index("type")["dwellings"]
    tenure = by_group.groupby("tenure").sum() / by_group.sum()
    flats = parameters.numbers("response_data.flemish.apartment_share", day)
    let = sum(flats[name] * tenure[name] for name in flats)
    flats["owner"] = max(0.0, float(stock[FLAT] / stock.sum() - let) / float(tenure["owner"]))
    houses = stock[list(HOUSES)] / stock[list(HOUSES)].sum()
    return pd.DataFrame(
        {name: [*(houses * (1 - flats[name])), flats[name]] for name in TENURES}, index=list(TYPES)
    ).T  # fmt: skip


def _period_share() -> pd.DataFrame:
    frequency = reference_table("tabula_frequency_2006").set_index("size")[list(TABULA_PERIODS)]
    share = frequency.div(frequency.sum(axis=1), axis=0)
    return share.loc[["SFH"] * len(HOUSES) + ["MFH"]].set_axis(list(TYPES))


def _shells(parameters: Parameters, day: date) -> pd.DataFrame:
    """Heat loss per home before and after usual works [W/K] and the cost of the works [EUR]; index type and period."""
    table = reference_table("tabula_be")
    stock = reference_table("flemish_stock_2018").set_index("type")
    losses = pd.DataFrame({
        "form": table["form"], "tabula_period": table["period"], "state": table["state"],
        "loss_w_per_k": _loss_w_per_k(table, parameters, day, after=False) / table["apartments"],
        "renovated_w_per_k": _loss_w_per_k(table, parameters, day, after=True) / table["apartments"],
        "works_eur": _works_eur(table, parameters, day) / table["apartments"],
    })  # fmt: skip
    usual = losses[losses["state"] == "usual"].set_index(["form", "tabula_period"]).drop(columns="state")
    rows = {
        (kind, period): usual.loc[[(TABULA_FORM[kind], part) for part in parts]].mean()
        for (kind, (period, parts)) in product(TYPES, TABULA_PERIODS.items())
    }
    frame = pd.DataFrame(rows).T.rename_axis(["type", "period"])
    block = (stock["dwellings"] / stock["buildings"]).where(stock.index == FLAT, 1.0)
    return frame.assign(dwellings_in_block=block.reindex(frame.index.get_level_values("type")).to_numpy())


def _loss_w_per_k(table: pd.DataFrame, parameters: Parameters, day: date, *, after: bool) -> pd.Series:
    """Transmission and ventilation of the example buildings; after the measures of their row each element has a thicker layer."""
    loss = pd.Series(0.0, index=table.index)
    for element in ELEMENTS:
        u = table[f"{element}_u"]
        if after:
            u = 1 / (1 / u + table[f"{element}_measure_r"].fillna(0.0))
        weight = table[f"{element}_b"].fillna(1.0) if f"{element}_b" in table else 1.0
        loss = loss + (table[f"{element}_m2"] * u * weight).fillna(0.0)
    per_hour = parameters.at("building.tabula.use_per_hour", day) + table["infiltration_per_hour"]
    return loss + parameters.at("building.tabula.air_wh_per_m3k", day) * per_hour * table["volume_m3"]


def _works_eur(table: pd.DataFrame, parameters: Parameters, day: date) -> pd.Series:
    """Roof, outer wall and glass where the usual works of the row touch them; a cavity is filled where there usually is one."""
    prices = {
        name: parameters.at(f"renovation.{name}.investment_eur_per_m2", day)
        for name in ("roof", "wall_cavity", "wall_external", "glazing")
    }
    cavity = table["period"].map(parameters.numbers("renovation.cavity_share", day)).astype(float)
    wall = cavity * prices["wall_cavity"] + (1 - cavity) * prices["wall_external"]
    cost = pd.Series(0.0, index=table.index)
    for element, price in (("roof_1", prices["roof"]), ("roof_2", prices["roof"]), ("wall_1", wall), ("wall_2", wall), ("window_1", prices["glazing"])):  # fmt: skip
        touched = np.where(table[f"{element}_measure_r"].fillna(0.0) > 0, table[f"{element}_m2"].fillna(0.0), 0.0)
        cost = cost + touched * price
    return cost
