"""Typical households of a place: heat demand from its own dwellings, the rest from Flemish figures."""

from __future__ import annotations

from datetime import date

import pandas as pd

from koppelkans import tables
from koppelkans.parameters import Parameters
from koppelkans.tables import RemarkRow

_WHO = [
    # key, Dutch, English, tenure, vulnerable, quantile of the heat demand per dwelling, small electricity use
    ("social_tenant", "Sociale huurder met sociaal tarief", "Social tenant with social tariff", "social_tenant", True, 0.25, True),
    ("vulnerable_owner", "Eigenaar met sociaal tarief, slecht geïsoleerde woning", "Owner with social tariff, poorly insulated home", "owner", True, 0.75, True),
    ("private_tenant", "Huurder bij een particulier, zonder sociaal tarief", "Private tenant without social tariff", "private_tenant", False, 0.50, True),
    ("owner_median", "Eigenaar, doorsnee woning", "Owner, median home", "owner", False, 0.50, False),
    ("owner_large", "Eigenaar, grote warmtevraag", "Owner, large heat demand", "owner", False, 0.90, False),
]  # fmt: skip


def typical_households(
    buildings: pd.DataFrame, demand: pd.DataFrame, *, parameters: Parameters, day: date
) -> tuple[pd.DataFrame, list[RemarkRow]]:
    """Five typical households (contract HOUSEHOLDS), vulnerable ones first.

    Heat is a quantile of the expected useful heat per dwelling of the place, each dwelling counted once: 25 % for the social
    tenant, 75 % for the vulnerable owner, the median for the other tenant and owner, 90 % for the large home. Electricity and
    monthly peak are Flemish means, for three households lowered by the gradient of the poorest neighbourhoods.
    Empty (with a remark) in a place without dwellings. Method: docs/method.md#typical-households.
    """
    homes = buildings[buildings["heated"] & (buildings["dwellings"] > 0)]
    if homes.empty:
        text = "Geen woningen in dit gebied: er zijn geen voorbeeldgezinnen en geen facturen berekend."
        english = "No dwellings in this area: no typical households and no bills were computed."
        return tables.HOUSEHOLDS.empty(), [tables.remark("households", text, english, level="warning")]
    per_dwelling_kwh = (demand.loc[homes.index, "heat_kwh"] / homes["dwellings"]).repeat(homes["dwellings"])
    mean_kwh = parameters.at("household.electricity_kwh_per_year", day)
    small_kwh = mean_kwh * (1 + parameters.at("household.electricity_gradient_share", day))
    names = ["household", "title", "title_en", "tenure", "vulnerable", "quantile", "small"]
    who = pd.DataFrame(_WHO, columns=names).set_index("household")
    frame = who.assign(
        heat_kwh=per_dwelling_kwh.quantile(who["quantile"].to_list()).to_numpy(),
        electricity_kwh=who["small"].map({True: small_kwh, False: mean_kwh}),
        peak_kw=parameters.at("household.billed_peak_kw", day),
    )
    text = (
        "Voorbeeldgezinnen: de warmtevraag is een kwantiel van de woningen in het gebied; wie waar woont, is niet bekend. "
        "Stroom en maandpiek zijn Vlaamse gemiddelden."
    )
    english = (
        "Typical households: their heat demand is a quantile of the dwellings in the area; who lives where is not known. "
        "Electricity and monthly peak are Flemish means."
    )
    remark = tables.remark("households", text, english, method="typical-households")
    return tables.check(tables.HOUSEHOLDS, frame[tables.HOUSEHOLDS.column_names]), [remark]
