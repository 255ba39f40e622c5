"""Support for owners who replace their heating: Mijn VerbouwPremie."""

from __future__ import annotations

from datetime import date

import pandas as pd

from koppelkans import tables
from koppelkans.parameters import Parameters
from koppelkans.tables import RemarkRow

_PREMIUMS = {
    "hybrid_heat_pump": "mvp.heat_pump.hybrid",
    "air_heat_pump": "mvp.heat_pump.air_water",
    "high_temperature_heat_pump": "mvp.heat_pump.air_water",
    "ground_heat_pump": "mvp.heat_pump.geothermal",
}
_CAP = "mvp.heat_pump.cap_share"
_COLLECTIVE = "collective_heat_pump"


def owner_support(*, parameters: Parameters, day: date, income_category: str) -> tuple[pd.DataFrame, list[RemarkRow]]:
    """Premium per dwelling and largest share of the invoice, for every individual solution (contract SUPPORT) [EUR, share].

    ``income_category``: cat1 (highest income) to cat4 (lowest). The premium is the lower of the amount and the share of the
    invoice without VAT. Solutions without a premium have 0 and 0. The collective heat pump has its own share; its amount is not
    known and counted as 0, with a remark.

    Raises ParameterError that names the key for a category without a sourced amount (cat3 and cat4 in 2026): choose a stand-in.
    Method: docs/method.md#owner-support.
    """
    amounts = {solution: parameters.at(key, day, income_category) for solution, key in _PREMIUMS.items()}
    caps = dict.fromkeys(_PREMIUMS, parameters.at(_CAP, day, income_category))
    caps[_COLLECTIVE] = parameters.at(_CAP, day, "collective")
    frame = pd.DataFrame({"amount_eur": pd.Series(amounts), "cap_share": pd.Series(caps)})
    frame = frame.reindex(list(tables.INDIVIDUAL_SOLUTIONS)).fillna(0.0)
    frame.index = pd.Index(frame.index, name="solution", dtype="str")
    return tables.check(tables.SUPPORT, frame), [_remark(income_category)]


def _remark(income_category: str) -> RemarkRow:
    return tables.remark(
        "support", f"Premies van inkomenscategorie {income_category.removeprefix('cat')} voor elk gebouw; een collectieve warmtepomp krijgt niets omdat het "
        "bedrag niet bekend is, en leningen zijn niet meegerekend.", f"Premiums of income category {income_category.removeprefix('cat')} for every "
        "building; a collective heat pump gets nothing because the amount is not known, and loans are not counted.", method="owner-support",
    )  # fmt: skip
