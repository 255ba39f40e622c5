"""The network as one more option of each connected building, with its share of the network."""

from __future__ import annotations

import pandas as pd

from koppelkans import tables
from koppelkans.heat.network.design_answer import NetworkResult
from koppelkans.heat.offers import KWH_PER_MWH, NetworkCase
from koppelkans.tables import RemarkRow


def with_network(
    options: pd.DataFrame, result: NetworkResult, case: NetworkCase
) -> tuple[pd.DataFrame, list[RemarkRow]]:
    """The options with a row ``building|network_...`` for every connected building (contract OPTIONS).

    The yearly cost of the network (trench, pipes, upkeep, losses, pumping) is shared by heat bought:

        society = inside + heat x (price + carbon) of the source + network x heat / heat of all

    so that the sum over the buildings is what the network costs in all. Owner: works inside the building with VAT, connection fee,
    bills at the tariff. ``investment_eur`` holds the delivery set, ``owner_investment_eur`` does not: it belongs to the heat company.
    ``electricity_kwh`` is of booster and ventilation; the pumps of the network stand in NETWORK_VARIANTS and their emission, with that of the
    losses, is shared by heat. Rows of a building stay together, in the order of ``tables.SOLUTIONS``.
    Method: docs/method.md#network-options.
    """
    joined = result.offers.loc[result.connected]
    if joined.empty:
        return options, []
    share = joined["heat_kwh"] / joined["heat_kwh"].sum()
    power_kg_per_kwh = case.terms.power["emission_kg_per_kwh"]
    lost_kg = (
        result.variant["loss_mwh"] * case.source.emission_kg_per_kwh + result.variant["pump_mwh"] * power_kg_per_kwh
    )
    rows = joined.assign(
        building=joined.index, solution=result.regime, premium_eur=0.0, gas_kwh=0.0,
        society_eur_per_year=joined["society_eur_per_year"] + share * result.variant["network_eur_per_year"],
        emission_kg=joined["emission_kg"] + share * lost_kg * KWH_PER_MWH,
    )  # fmt: skip
    rows.index = pd.Index(rows["building"].astype(object) + "|" + result.regime, name="option", dtype="str")
    rows = rows[tables.OPTIONS.column_names].astype(
        {"building": "str", "solution": "str", "package": "str", "measures": "str", "rung": "int64"}
    )
    joint = pd.concat([options, rows])
    rank = joint["building"].map({name: place for place, name in enumerate(options["building"].unique())})
    ordered = joint.iloc[rank.argsort(kind="stable")]
    return tables.check(tables.OPTIONS, ordered), _remarks(case)


def _remarks(case: NetworkCase) -> list[RemarkRow]:
    tariff = case.tariff
    return [tables.remark(
        "options", "De jaarkost van het warmtenet is over de aangesloten gebouwen verdeeld naar de warmte die ze kopen. De eigenaar betaalt het tarief van "
        f"dit scenario ({tariff.energy_eur_per_kwh * KWH_PER_MWH:.0f} EUR/MWh en {tariff.fixed_eur_per_year:.0f} EUR per jaar per woning, met btw); de "
        "afleverset is van het warmtebedrijf.", "The yearly cost of the heat network is shared among the connected buildings by the heat they buy. "
        f"The owner pays the tariff of this scenario ({tariff.energy_eur_per_kwh * KWH_PER_MWH:.0f} EUR/MWh and {tariff.fixed_eur_per_year:.0f} EUR a "
        "year per dwelling, VAT included); the delivery set belongs to the heat company.", method="network-options",
    )]  # fmt: skip
