"""A plan made by hand: Krekelwijk six times side by side, so that some groups may be published and others may not.

Every table keeps its contract; the numbers are simple enough to check, not meant to be true. ``plan`` has no heat network,
``plan_with_network`` has one: the terraced houses of the Krekelstraat and one apartment building.
"""

from dataclasses import replace
from datetime import date

import geopandas as gpd
import pandas as pd
from shapely.affinity import translate

import energy_fixture
import krekelwijk
import network_fixture
from koppelkans import tables
from koppelkans.place.model import Attribution, Place
from koppelkans.plan.record import Plan, RunRecord, StepRecord
from koppelkans.scenario import Scenario

COPIES = 6
KWH_PER_M2 = 120.0
SOLUTIONS = {
    # the package of the ground heat pump is rung 2 of the ladder: roof and glazing
    # society EUR a year per home, owner, investment, own money, gas factor, power factor, kg per kWh heat, package, flow
    "gas_boiler": (2_600.0, 2_000.0, 3_000.0, 3_180.0, 1.1, 0.0, 0.22, "as_is", 75.0),
    "air_heat_pump": (2_300.0, 2_200.0, 14_000.0, 11_000.0, 0.0, 0.33, 0.04, "low_temperature_emitters", 45.0),
    "ground_heat_pump": (2_500.0, 2_500.0, 24_000.0, 19_000.0, 0.0, 0.25, 0.03, "medium_renovation", 40.0),
}
MEASURES = {
    "as_is": "",
    "low_temperature_emitters": "low_temperature_emitters",
    "medium_renovation": "roof+glazing+low_temperature_emitters",
}


def place() -> Place:
    """Six copies, 130 m apart; the long streets run through all of them, every copy has its own Veldpad."""
    one = krekelwijk.place()
    buildings = pd.concat([_moved(one.buildings, number, "building") for number in range(COPIES)])
    streets = pd.concat([_moved(one.streets, number, "section") for number in range(COPIES)])
    lines = (
        Attribution("buildings", "Krekelwijk bestaat niet", "CC0", "2026"),
        Attribution("streets", "© OpenStreetMap-bijdragers", "ODbL 1.0", "2026", "alleen om te tonen"),
    )
    return replace(
        one, buildings=tables.check(tables.BUILDINGS, buildings), streets=tables.check(tables.STREETS, streets), attributions=lines,
        sections=tables.check(tables.SECTIONS, _sections(streets)), attachments=None,
    )  # fmt: skip


def _sections(streets: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Every street of a copy as one section of its own."""
    ends = streets.geometry.bounds.round(1).astype(str)
    frame = streets.drop(columns="structure").assign(
        from_node=ends["minx"] + "_" + ends["miny"], to_node=ends["maxx"] + "_" + ends["maxy"], width_m=11.0, width_low_m=7.0,
        width_high_m=16.0, width_from="typology", trench=True, component="n1",
    ).astype({"width_from": "str", "component": "str"})  # fmt: skip
    return frame[[*tables.SECTIONS.column_names, "geometry"]]


def _moved(frame: gpd.GeoDataFrame, number: int, key: str) -> gpd.GeoDataFrame:
    moved = frame.copy()
    moved.index = pd.Index([f"{name}_{number}" for name in frame.index], name=key, dtype="str")
    moved["street"] = [f"Veldpad {number + 1}" if name == "Veldpad" else name for name in frame["street"]]
    shapes = [translate(shape, 130.0 * (number % 3), 110.0 * (number // 3)) for shape in frame.geometry]
    return moved.set_geometry(gpd.GeoSeries(shapes, index=moved.index, crs=frame.crs))


def demand(buildings: pd.DataFrame) -> pd.DataFrame:
    """120 kWh/m2 for what is heated."""
    heat = buildings["floor_area_m2"] * KWH_PER_M2 * buildings["heated"]
    frame = pd.DataFrame({
        "method": "typology", "theoretical_space_heat_kwh": heat * 1.3, "space_heat_kwh": heat * 0.85, "hot_water_kwh": heat * 0.15,
        "heat_kwh": heat, "heat_low_kwh": heat * 0.6, "heat_high_kwh": heat * 1.5, "heat_loss_w_per_k": heat / 60, "peak_kw": heat / 2_000,
        "reference_m2": buildings["floor_area_m2"] * buildings["heated"], "occupants": 2.3 * buildings["dwellings"], "hourly_space_heat_kwh": heat * 1.04,
        "cold_kwh": heat * 0.05, "overheating_hours": buildings["heated"] * 100.0, "electricity_kwh": 3_000.0, "calibrated": False,
    })  # fmt: skip
    frame["method"] = frame["method"].where(buildings["heated"], "not_heated").astype("str")
    return tables.check(tables.DEMAND, frame)


def options(buildings: pd.DataFrame, heat: pd.DataFrame) -> pd.DataFrame:
    """Three solutions for every heated building; amounts grow with dwellings and, a little, with the house."""
    heated = buildings[buildings["heated"]]
    parts = []
    for solution, (society, owner, invest, own, gas, power, emission, package, flow) in SOLUTIONS.items():
        kwh = heat["heat_kwh"].reindex(heated.index)
        size = heated["dwellings"].clip(lower=1) * (0.8 + kwh / 60_000)
        frame = pd.DataFrame({
            "building": heated.index.astype("str"), "solution": solution, "package": package, "rung": 2 if package == "medium_renovation" else 0,
            "measures": MEASURES[package], "flow_c": flow, "investment_eur": invest * size,
            "society_eur_per_year": society * size, "vat_eur": invest * size * 0.06, "premium_eur": (invest * 1.06 - own) * size,
            "owner_investment_eur": own * size, "owner_eur_per_year": owner * size,
            "gas_kwh": kwh * gas, "electricity_kwh": kwh * power, "emission_kg": kwh * emission, "electric_peak_kw": kwh * power / 700,
            "spf": 0.9 if gas else 1 / power,
        }, index=heated.index)  # fmt: skip
        frame.index = pd.Index(heated.index.astype(str) + "|" + solution, name="option", dtype="str")
        parts.append(frame)
    joined = pd.concat(parts).astype({"solution": "str", "package": "str", "measures": "str"})
    return tables.check(tables.OPTIONS, joined)


def choices(buildings: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """Air heat pumps, but ground ones for every third building; gas is what owners would take."""
    heated = buildings.index[buildings["heated"]]
    ground = pd.Series([number % 3 == 0 for number in range(len(heated))], index=heated)
    frame = pd.DataFrame({
        "solution": ground.map({True: "ground_heat_pump", False: "air_heat_pump"}),
        "package": ground.map({True: "medium_renovation", False: "low_temperature_emitters"}),
        "measures": ground.map({True: MEASURES["medium_renovation"], False: MEASURES["low_temperature_emitters"]}),
        "second_best": ground.map({True: "air_heat_pump", False: "ground_heat_pump"}),
        "regret_eur_per_year": found.loc[heated + "|air_heat_pump", "society_eur_per_year"].to_numpy() * 0.08,
        "owner_best": "gas_boiler", "reason": "least cost",
    }, index=heated).astype({"owner_best": "str", "reason": "str"})  # fmt: skip
    return tables.check(tables.CHOICES, frame.rename_axis("building"))


def line_density(buildings: pd.DataFrame, streets: pd.DataFrame, heat: pd.DataFrame) -> pd.DataFrame:
    """Heat of each street over the length of its axis."""
    heated = buildings[buildings["heated"]]
    sums = heat["heat_kwh"].reindex(heated.index).groupby(heated["street"]).sum() / 1_000
    frame = pd.DataFrame(
        {
            "buildings": heated["street"].value_counts(),
            "heat_mwh": sums,
            "length_m": streets.groupby("street")["length_m"].sum(),
        }
    )
    frame = (
        frame.dropna()
        .astype({"buildings": "int64"})
        .assign(length_from="axis", density_mwh_per_m=frame["heat_mwh"] / frame["length_m"])
    )
    frame = frame.assign(
        low_mwh_per_m=frame["density_mwh_per_m"] * 0.7, high_mwh_per_m=frame["density_mwh_per_m"] * 1.3
    )
    place = pd.cut(
        frame["density_mwh_per_m"], [-1, 0.5, 1.0, 1.5, 1e9], labels=list(tables.DENSITY_CLASSES), right=False
    )
    frame = frame.assign(density_class=place.astype("str"), length_from=frame["length_from"].astype("str"))
    return tables.check(tables.LINE_DENSITY, frame[tables.LINE_DENSITY.column_names].rename_axis("street"))


def households() -> pd.DataFrame:
    """A tenant with the social tariff and an owner, the owner first: the report must turn them round."""
    frame = pd.DataFrame({
        "title": ["Eigenaar, doorsnee woning", "Sociale huurder met sociaal tarief"], "title_en": ["Owner, median home", "Social tenant with social tariff"],
        "tenure": ["owner", "social_tenant"], "vulnerable": [False, True], "heat_kwh": [14_400.0, 9_600.0],
        "electricity_kwh": [3_025.0, 2_300.0], "peak_kw": [3.9, 3.9],
    }, index=pd.Index(["owner_median", "social_tenant"], name="household", dtype="str"))  # fmt: skip
    return tables.check(tables.HOUSEHOLDS, frame)


def bills() -> pd.DataFrame:
    """A gas and a heat-pump bill for both, one line per part."""
    lines = [
        ("gas_boiler", "gas", "commodity", "supplier", 16_000, "kWh", 0.04), ("gas_boiler", "gas", "distribution_kwh", "grid_operator", 16_000, "kWh", 0.009),
        ("gas_boiler", "electricity", "commodity", "supplier", 3_000, "kWh", 0.11), ("air_heat_pump", "electricity", "commodity", "supplier", 7_800, "kWh", 0.11),
        ("air_heat_pump", "electricity", "capacity", "grid_operator", 5.5, "kW", 48.0), ("air_heat_pump", "electricity", "excise", "treasury", 7_800, "kWh", 0.05),
    ]  # fmt: skip
    rows = []
    for household, factor in (("owner_median", 1.0), ("social_tenant", 0.6)):
        for heating, carrier, component, payee, quantity, unit, price in lines:
            excl = round(quantity * factor * price, 2)
            rows.append((f"{household}.{heating}.{carrier}.{component}", household, heating, carrier, component, payee, quantity * factor, unit, price, excl, round(excl * 0.06, 2), round(excl * 1.06, 2)))  # fmt: skip
    frame = pd.DataFrame(rows, columns=["row", *tables.BILLS.column_names]).set_index("row")
    return tables.check(tables.BILLS, frame)


def ledger() -> pd.DataFrame:
    """Owners pay installers and suppliers; Flanders gives a premium; the treasury takes VAT."""
    rows = [
        ("dwelling owners and users", "installer", "works on heating and building", 2027, 900_000.0), ("dwelling owners and users", "treasury", "VAT on works", 2027, 54_000.0),
        ("flanders", "dwelling owners and users", "premium", 2027, 210_000.0), ("dwelling owners and users", "supplier", "electricity", 2028, 80_000.0),
        ("dwelling owners and users", "grid_operator", "electricity", 2028, 40_000.0),
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=tables.LEDGER.column_names, index=[f"r{number}" for number in range(len(rows))])
    return tables.check(tables.LEDGER, frame.rename_axis("row"))


def indicators(heat: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """The headline figures, some with a band."""
    gas, pump = (found[found["solution"] == name] for name in ("gas_boiler", "air_heat_pump"))
    rows = [
        ("heat_demand_mwh", "energy", "Warmtevraag", "Useful heat demand", "MWh/jaar", heat["heat_kwh"].sum() / 1e3, 0.8, "indicators-energy"),
        ("co2_now_tonnes", "emissions", "CO2 nu", "CO2 now", "t/jaar", gas["emission_kg"].sum() / 1e3, 0.8, "indicators-emissions"),
        ("co2_after_tonnes", "emissions", "CO2 na het plan", "CO2 after the plan", "t/jaar", pump["emission_kg"].sum() / 1e3, 0.7, "indicators-emissions"),
        ("investment_meur", "cost", "Investering in gebouwen", "Investment in buildings", "miljoen EUR", pump["investment_eur"].sum() / 1e6, 0.7, "indicators-cost"),
        ("society_now_keur_per_year", "cost", "Jaarkost nu", "Yearly cost now", "duizend EUR/jaar", gas["society_eur_per_year"].sum() / 1e3, 0.9, "indicators-cost"),
        ("society_after_keur_per_year", "cost", "Jaarkost plan", "Yearly cost plan", "duizend EUR/jaar", pump["society_eur_per_year"].sum() / 1e3, 0.9, "indicators-cost"),
        ("owner_investment_median_eur", "finance", "Eigen inleg, mediaan", "Own outlay, median", "EUR", 9_871.0, None, "indicators-finance"),
        ("owner_investment_p90_eur", "finance", "Eigen inleg, p90", "Own outlay, p90", "EUR", 18_432.0, None, "indicators-finance"),
        ("owners_better_off_share", "finance", "Goedkoper voor de eigenaar", "Cheaper for the owner", "aandeel", 0.413, None, "indicators-finance"),
    ]  # fmt: skip
    names = ["indicator", "group", "title", "title_en", "unit", "value", "band", "method"]
    frame = pd.DataFrame(rows, columns=names).set_index("indicator")
    band = frame["band"].astype(float)
    frame = frame.assign(
        scope="heated_buildings", year=2027, low=frame["value"] * band, high=frame["value"] * (2 - band)
    )
    return tables.check(tables.INDICATORS, frame[tables.INDICATORS.column_names].astype({"scope": "str"}))


def figures() -> pd.DataFrame:
    """Three figures: one official, two not, one of them with influence."""
    rows = [
        ("vat", "household_energy", 0.06, "share", None, None, "official", "Koninklijk besluit", None, None),
        ("heat_pump.air.investment_eur_per_kw", "all", 1_500.0, "EUR/kW", 1_000.0, 2_000.0, "unverified", "Prijzen van websites", -0.08, 0.07),
        ("market.gas_wholesale_eur_per_mwh", "calm", 30.0, "EUR/MWh", 20.0, 45.0, "secondary", "Termijnmarkt <TTF>", -0.02, 0.03),
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=tables.FIGURES.column_names).astype(
        {"low": float, "high": float, "influence_low_share": float, "influence_high_share": float}
    )
    frame.index = pd.Index(frame["parameter"] + "@" + frame["scope"], name="figure", dtype="str")
    return tables.check(tables.FIGURES, frame)


def remarks() -> pd.DataFrame:
    """One of each level; one carries signs that mean something in HTML and Typst."""
    return tables.remarks([
        tables.remark("buildings", "Bouwjaar geschat voor <alle> gebouwen & #straten *samen* [zie]", "Year estimated", rows_share=0.4),
        tables.remark("network", "Geen warmtebron opgegeven.", "No heat source given.", level="warning", method="not-modelled"),
        tables.remark("figures", "Steekproef van 120 gebouwen.", "Sample of 120 buildings.", level="info", method="influence"),
    ])  # fmt: skip


def plan(neighbourhood: Place | None = None, scenario: Scenario | None = None) -> Plan:
    """The whole plan; another place (of the same buildings) or scenario may be given."""
    here = neighbourhood or place()
    heat = demand(here.buildings)
    found = options(here.buildings, heat)
    streets = here.streets if here.streets is not None else place().streets
    density = line_density(here.buildings, streets, heat)
    if here.streets is None:
        density = density.assign(length_from="points").astype({"length_from": "str"})
    chosen = choices(here.buildings, found)
    made: dict[str, pd.DataFrame] = {name: tables.TABLES[name].empty() for name in network_fixture.NAMES} | {
        **energy_fixture.energy(here.buildings, heat, chosen), "demand": heat, "options": found, "choices": chosen, "line_density": density, "households": households(),
        "bills": bills(), "ledger": ledger(), "indicators": indicators(heat, found), "figures": figures(), "remarks": remarks(),
    }  # fmt: skip
    run = RunRecord(
        "0.1.0", date(2026, 11, 25), date(2027, 1, 1), "c0ffee" * 8, {}, True, (StepRecord("demand", 0.1, 66),)
    )
    return Plan(here, scenario or Scenario(), made, run)


def plan_with_network(scenario: Scenario | None = None) -> Plan:
    """The same place with a heat source and a network: 37 of 66 buildings, at 70/40 °C."""
    without = plan(scenario=scenario or Scenario(name="net", title="Met warmtebron", sources=[network_fixture.SOURCE]))
    heated = without.place.buildings[without.place.buildings["heated"]]
    made = network_fixture.network(without.place, without["demand"])
    options = pd.concat([without["options"], network_fixture.options(heated, without["demand"])])
    choices = network_fixture.choices(without["choices"], made["connections"]["connected"])
    made |= {"options": tables.check(tables.OPTIONS, options), "choices": tables.check(tables.CHOICES, choices)}
    return replace(without, tables={**without.tables, **made})


def plan_with_attachments() -> Plan:
    """The same, and every building hangs on a section of its street that has a main: what the register of intentions counts with."""
    made = plan_with_network()
    mains = made["pipes"].query("kind == 'main'")["section"].dropna().unique()
    laid = made.place.sections.loc[mains].drop_duplicates("street").reset_index().set_index("street")["section"]
    section = made.place.buildings["street"].map(laid).fillna(mains[0])
    hung = pd.DataFrame(
        {"section": section, "along_m": 1.0, "service_m": 5.0, "found_by": "street_name", "x_m": 0.0, "y_m": 0.0}
    )
    prices = pd.DataFrame({"society_eur_per_kwh": [0.05, 0.15]}, index=pd.Index(["gas", "electricity"], name="carrier"))
    return replace(made, place=replace(made.place, attachments=hung), tables={**made.tables, "prices": prices})
