"""The figures a plan is judged by: sums over the tables of the plan, each with its unit and method.

Low and high are added by the plan, which knows how far each figure moves over the range of the uncertain parameters.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from koppelkans import tables

KWH_PER_MWH = 1_000.0
KW_PER_MW = 1_000.0
KG_PER_TONNE = 1_000.0

GROUND = "ground_heat_pump"
REFERENCES = ("gas_boiler", "collective_gas_boiler")

_FIGURES = [
    # id, group, Dutch, English, unit, method
    ("heat_demand_mwh", "energy", "Warmtevraag", "Useful heat demand", "MWh/jaar", "indicators-energy"),
    ("peak_heat_mw", "energy", "Som van de warmtepieken", "Sum of heat peaks", "MW", "indicators-energy"),
    ("peak_hour_mw", "energy", "Hoogste uur van het gebied, typisch jaar", "Highest hour of the place, typical year", "MW", "hours-of-place"),
    ("peak_hour_after_mw", "energy", "Hoogste uur van het gebied na het plan", "Highest hour of the place after the plan", "MW", "hours-of-place"),
    ("heat_after_mwh", "energy", "Warmtevraag na het plan", "Useful heat demand after the plan", "MWh/jaar", "hours-of-place"),
    ("cold_demand_mwh", "energy", "Koudevraag", "Cold demand", "MWh/jaar", "cold"),
    ("overheating_hours", "energy", "Uren te warm zonder koeling, gemiddelde woning", "Hours too warm without cooling, mean dwelling", "uur/jaar", "cold"),
    ("borehole_regeneration_share", "energy", "Warmte die koelen teruggeeft aan de boringen", "Heat that cooling gives back to boreholes", "aandeel", "cold"),
    ("line_density_mwh_per_m", "energy", "Warmtedichtheid als iedereen aansluit", "Linear heat density when everybody connects", "MWh/m per jaar", "line-density"),
    ("gas_now_mwh", "energy", "Gas in de referentie (elk gebouw op gas)", "Gas in the reference (every building on gas)", "MWh/jaar", "indicators-reference"),
    ("gas_after_mwh", "energy", "Gas na het plan", "Gas after the plan", "MWh/jaar", "indicators-energy"),
    ("electricity_after_mwh", "energy", "Stroom voor warmte na het plan", "Electricity for heat after the plan", "MWh/jaar", "indicators-energy"),
    ("added_electric_peak_mw", "energy", "Som van de elektrische pieken", "Sum of electric peaks", "MW", "indicators-energy"),
    ("fossil_free_heat_share", "energy", "Warmte zonder fossiele brandstof in de woning", "Heat without fossil fuel in the building", "aandeel", "indicators-energy"),
    ("buildings_off_gas", "energy", "Gebouwen van het gas", "Buildings off gas", "gebouwen", "indicators-energy"),
    ("dwellings_off_gas", "energy", "Woningen van het gas", "Dwellings off gas", "woningen", "indicators-energy"),
    ("dwellings_renovated", "energy", "Woningen met isolatiewerken in het plan", "Dwellings with insulation works in the plan", "woningen", "indicators-energy"),
    ("dwellings_deep", "energy", "Woningen met een diepe renovatie", "Dwellings with a deep renovation", "woningen", "renovation-ladder"),
    ("label_a_now_dwellings", "energy", "Woningen met verwacht label A nu (model)", "Dwellings with expected label A now (model)", "woningen", "epc-distribution"),
    ("label_a_after_dwellings", "energy", "Woningen met verwacht label A na het plan (model)", "Dwellings with expected label A after the plan (model)", "woningen", "epc-distribution"),
    ("co2_now_tonnes", "emissions", "CO2 in de referentie (elk gebouw op gas)", "CO2 in the reference (every building on gas)", "t/jaar", "indicators-emissions"),
    ("co2_after_tonnes", "emissions", "CO2 na het plan", "CO2 after the plan", "t/jaar", "indicators-emissions"),
    ("co2_avoided_tonnes", "emissions", "Vermeden CO2", "Avoided CO2", "t/jaar", "indicators-emissions"),
    ("abatement_eur_per_tonne", "emissions", "Kost per vermeden ton", "Cost per tonne avoided", "EUR/t", "indicators-emissions"),
    ("investment_meur", "cost", "Investering in gebouwen", "Investment in buildings", "miljoen EUR", "indicators-cost"),
    ("investment_per_dwelling_eur", "cost", "Investering per woning", "Investment per dwelling", "EUR", "indicators-cost"),
    ("society_now_keur_per_year", "cost", "Jaarkost voor de maatschappij, referentie gas", "Yearly cost to society, gas reference", "duizend EUR/jaar", "indicators-cost"),
    ("society_after_keur_per_year", "cost", "Jaarkost voor de maatschappij, plan", "Yearly cost to society, plan", "duizend EUR/jaar", "indicators-cost"),
    ("heat_cost_now_eur_per_mwh", "cost", "Maatschappelijke kost van warmte, referentie gas", "National cost of heat, gas reference", "EUR/MWh", "indicators-cost"),
    ("heat_cost_after_eur_per_mwh", "cost", "Maatschappelijke kost van warmte, plan", "National cost of heat, plan", "EUR/MWh", "indicators-cost"),
    ("owner_now_keur_per_year", "finance", "Jaarkost voor eigenaars, referentie gas", "Yearly cost to owners, gas reference", "duizend EUR/jaar", "indicators-finance"),
    ("owner_after_keur_per_year", "finance", "Jaarkost voor eigenaars, plan", "Yearly cost to owners, plan", "duizend EUR/jaar", "indicators-finance"),
    ("premium_meur", "finance", "Premies in het plan", "Premiums in the plan", "miljoen EUR", "indicators-finance"),
    ("owner_investment_median_eur", "finance", "Eigen inleg per woning, mediaan", "Own outlay per dwelling, median", "EUR", "indicators-finance"),
    ("owner_investment_p90_eur", "finance", "Eigen inleg per woning, p90", "Own outlay per dwelling, p90", "EUR", "indicators-finance"),
    ("network_dwellings", "energy", "Woningen op het warmtenet", "Dwellings on the heat network", "woningen", "indicators-network"),
    ("network_heat_share", "energy", "Aandeel van de warmte uit het warmtenet", "Share of heat from the heat network", "aandeel", "indicators-network"),
    ("network_main_km", "energy", "Leiding in de straat", "Pipes in the street", "km", "indicators-network"),
    ("network_density_mwh_per_m", "energy", "Lijndichtheid van het net", "Linear heat density of the network", "MWh/m per jaar", "indicators-network"),
    ("network_loss_share", "energy", "Verlies van het net", "Loss of the network", "aandeel", "indicators-network"),
    ("network_investment_meur", "cost", "Investering in het net", "Investment in the network", "miljoen EUR", "indicators-network"),
    ("network_saving_keur_per_year", "cost", "Besparing van het net tegenover alleen eigen oplossingen", "Saving of the network against individual solutions only", "duizend EUR/jaar", "indicators-network"),
    ("network_gap_share", "cost", "Grootste afstand tot het beste ontwerp", "Largest distance from the best design", "aandeel", "indicators-network"),
    ("network_break_even_eur_per_mwh", "finance", "Kostendekkende warmteprijs", "Break-even heat price", "EUR/MWh", "indicators-network"),
    ("network_npv_meur", "finance", "Netto contante waarde van het net", "Net present value of the network", "miljoen EUR", "indicators-network"),
    ("owners_better_off_share", "finance", "Woningen waar het plan ook voor de eigenaar goedkoper is dan gas", "Dwellings where the plan is cheaper than gas for the owner too", "aandeel", "indicators-finance"),
]  # fmt: skip


def reference_options(options: pd.DataFrame) -> pd.DataFrame:
    """The gas reference of each building: its own boilers where that is possible, else the collective boiler room.

    Result: index building, columns of OPTIONS.
    """
    gas = options[options["solution"].isin(REFERENCES)].sort_values(
        "solution", key=lambda names: names.map(REFERENCES.index)
    )
    return gas.drop_duplicates("building").set_index("building").sort_index()


def chosen_options(options: pd.DataFrame, choices: pd.DataFrame) -> pd.DataFrame:
    """The option that each building takes. Result: index building, columns of OPTIONS."""
    keys = choices.index.astype(str) + "|" + choices["solution"]
    return options.loc[keys].set_index("building").sort_index()


def indicators(
    buildings: pd.DataFrame, made: Mapping[str, pd.DataFrame], *, carbon_eur_per_tonne: float, year: int,
    regeneration_share: float = float("nan"),
) -> pd.DataFrame:  # fmt: skip
    """The indicators of a plan (contract INDICATORS): energy, emissions, cost and finance, low and high still empty.

    ``made`` holds DEMAND, HOURS, OPTIONS, CHOICES, LINE_DENSITY, LABEL_MIGRATION, NETWORK_VARIANTS, CONNECTIONS and PROJECT by name;
    ``regeneration_share`` what cooling gives back to the boreholes of the plan. The reference is the
    same buildings, all heated with gas: what the data cannot tell is who heats with oil, wood or electricity today. A figure
    without meaning (cost per tonne when nothing is avoided, a network that is not there) is left out.
    Method: docs/method.md#indicators-energy and the sections after it.
    """
    demand, options = made["demand"], made["options"]
    before, after = reference_options(options), chosen_options(options, made["choices"])
    dwellings = buildings["dwellings"].reindex(after.index).astype(float)
    network = _network(made, demand)
    values = {
        **_energy(demand, before, after, dwellings),
        **_hours(made["hours"]),
        **_cold(buildings, demand, after, regeneration_share),
        **_labels(made["label_migration"]),
        **_emissions(before, after),
        **_cost(demand, before, after, dwellings),
        **_finance(before, after, dwellings),
        **network,
        "premium_meur": after["premium_eur"].sum() / 1e6,
        "line_density_mwh_per_m": _ratio(
            made["line_density"]["heat_mwh"].sum(), made["line_density"]["length_m"].sum()
        ),
    }
    extra_eur = (values["society_after_keur_per_year"] - values["society_now_keur_per_year"]) * 1e3
    avoided_tonnes = values["co2_avoided_tonnes"]
    # the cost to society counts carbon already: taken out again, or the price of avoiding it would contain itself
    values["abatement_eur_per_tonne"] = _ratio(extra_eur + carbon_eur_per_tonne * avoided_tonnes, avoided_tonnes)
    return _as_table(values, year)


def _network(made: Mapping[str, pd.DataFrame], demand: pd.DataFrame) -> dict[str, float]:
    """Figures of the chosen network; none without one."""
    variants = made["network_variants"]
    chosen = variants[variants["chosen"]]
    if chosen.empty:
        return {}
    row = chosen.drop(columns=["source", "chosen"]).astype(float).to_dict("records")[0]
    case = made["project"].loc[["plan"]].astype(float).to_dict("records")[0]
    produced_mwh = row["heat_mwh"] + row["loss_mwh"]
    return {
        "network_dwellings": row["dwellings"],
        "network_heat_share": _ratio(row["heat_mwh"], demand["heat_kwh"].sum() / KWH_PER_MWH),
        "network_main_km": row["main_m"] / 1e3,
        "network_density_mwh_per_m": _ratio(row["heat_mwh"], row["main_m"]),
        "network_loss_share": _ratio(row["loss_mwh"], produced_mwh),
        "network_investment_meur": row["investment_eur"] / 1e6,
        "network_saving_keur_per_year": (row["without_eur_per_year"] - row["whole_eur_per_year"]) / 1e3,
        "network_gap_share": row["gap_share"],
        "network_break_even_eur_per_mwh": case["break_even_eur_per_mwh"],
        "network_npv_meur": case["npv_eur"] / 1e6,
    }


def _energy(demand: pd.DataFrame, before: pd.DataFrame, after: pd.DataFrame, dwellings: pd.Series) -> dict[str, float]:
    heat_kwh = demand["heat_kwh"].reindex(after.index)
    free = ~after["solution"].isin(tables.FOSSIL_SOLUTIONS)
    renovated = after["package"].isin(tables.DEPTHS[1:])
    return {
        "heat_demand_mwh": demand["heat_kwh"].sum() / KWH_PER_MWH,
        "peak_heat_mw": demand["peak_kw"].sum() / KW_PER_MW,
        "gas_now_mwh": before["gas_kwh"].sum() / KWH_PER_MWH,
        "gas_after_mwh": after["gas_kwh"].sum() / KWH_PER_MWH,
        "electricity_after_mwh": after["electricity_kwh"].sum() / KWH_PER_MWH,
        "added_electric_peak_mw": after["electric_peak_kw"].sum() / KW_PER_MW,
        "fossil_free_heat_share": _ratio(heat_kwh[free].sum(), heat_kwh.sum()),
        "buildings_off_gas": float(free.sum()),
        "dwellings_off_gas": float(dwellings[free].sum()),
        "dwellings_renovated": float(dwellings[renovated].sum()),
        "dwellings_deep": float(dwellings[after["package"] == tables.DEPTHS[-1]].sum()),
    }


def _hours(hours: pd.DataFrame) -> dict[str, float]:
    water = hours["hot_water_kw"]
    after = hours["space_heat_after_kw"] + water
    return {
        "peak_hour_mw": float((hours["space_heat_kw"] + water).max()) / KW_PER_MW,
        "peak_hour_after_mw": float(after.max()) / KW_PER_MW,
        "heat_after_mwh": float(after.sum()) / KWH_PER_MWH,
    }


def _cold(buildings: pd.DataFrame, demand: pd.DataFrame, after: pd.DataFrame, given_back: float) -> dict[str, float]:
    """Cold of all heated buildings, hours too warm of the mean dwelling, and what boreholes get back where there are any."""
    homes = buildings["dwellings"].where(buildings["heated"] & (buildings["use"] == "residential"), 0)
    return {
        "cold_demand_mwh": demand["cold_kwh"].sum() / KWH_PER_MWH,
        "overheating_hours": _ratio((demand["overheating_hours"] * homes).sum(), homes.sum()),
        "borehole_regeneration_share": given_back if (after["solution"] == GROUND).any() else float("nan"),
    }


def _labels(migration: pd.DataFrame) -> dict[str, float]:
    """Expected dwellings with label A under the rule of today."""
    today = migration[migration["rule"] == tables.EPC_RULES[0]]
    best = tables.EPC_LABELS[0]
    return {
        "label_a_now_dwellings": float(today.loc[today["from_label"] == best, "dwellings"].sum()),
        "label_a_after_dwellings": float(today.loc[today["to_label"] == best, "dwellings"].sum()),
    }


def _emissions(before: pd.DataFrame, after: pd.DataFrame) -> dict[str, float]:
    now, then = before["emission_kg"].sum() / KG_PER_TONNE, after["emission_kg"].sum() / KG_PER_TONNE
    return {"co2_now_tonnes": now, "co2_after_tonnes": then, "co2_avoided_tonnes": now - then}


def _cost(demand: pd.DataFrame, before: pd.DataFrame, after: pd.DataFrame, dwellings: pd.Series) -> dict[str, float]:
    heat_mwh = demand["heat_kwh"].sum() / KWH_PER_MWH
    now, then = before["society_eur_per_year"].sum(), after["society_eur_per_year"].sum()
    homes = dwellings > 0
    return {
        "investment_meur": after["investment_eur"].sum() / 1e6,
        "investment_per_dwelling_eur": _ratio(after["investment_eur"][homes].sum(), dwellings.sum()),
        "society_now_keur_per_year": now / 1e3,
        "society_after_keur_per_year": then / 1e3,
        "heat_cost_now_eur_per_mwh": _ratio(now, heat_mwh),
        "heat_cost_after_eur_per_mwh": _ratio(then, heat_mwh),
    }


def _finance(before: pd.DataFrame, after: pd.DataFrame, dwellings: pd.Series) -> dict[str, float]:
    homes = dwellings[dwellings > 0].astype(int)
    outlay_eur = (after["owner_investment_eur"].reindex(homes.index) / homes).repeat(homes.to_list())
    better = after["owner_eur_per_year"] < before["owner_eur_per_year"]
    return {
        "owner_now_keur_per_year": before["owner_eur_per_year"].sum() / 1e3,
        "owner_after_keur_per_year": after["owner_eur_per_year"].sum() / 1e3,
        "owner_investment_median_eur": float(outlay_eur.median()),
        "owner_investment_p90_eur": float(outlay_eur.quantile(0.9)),
        "owners_better_off_share": _ratio(homes[better.reindex(homes.index)].sum(), homes.sum()),
    }


def _ratio(part: float, whole: float) -> float:
    return float(part) / float(whole) if whole else float("nan")


def _as_table(values: dict[str, float], year: int) -> pd.DataFrame:
    names = ["indicator", "group", "title", "title_en", "unit", "method"]
    frame = pd.DataFrame(_FIGURES, columns=names).set_index("indicator")
    value = pd.Series(values, dtype=float).reindex(frame.index)
    frame = frame.assign(scope="heated_buildings", year=year, value=value, low=float("nan"), high=float("nan"))
    return tables.check(tables.INDICATORS, frame.loc[value.notna(), tables.INDICATORS.column_names])
