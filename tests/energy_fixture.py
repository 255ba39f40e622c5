"""What buildings ask, their ladders, labels and periods, made by hand for the enlarged Krekelwijk: simple to check, not meant to be true.

Every building has four rungs; each saves the same share everywhere. A third of the buildings (those with a ground heat pump) take rung 2.
"""

import numpy as np
import pandas as pd

from koppelkans import tables

NAMES = (
    "meters", "hours", "coincidence", "calibration", "renovations", "stop_insulating", "epc", "label_migration", "epc_terms", "obligations", "orderings",
    "schedule", "schedule_limits", "proofs", "data_value",
)  # fmt: skip
RUNGS = [
    # measures, depth, part of need, space heat and peak that is left, euro per m2 of floor
    ("", "as_is", 1.0, 0.0), ("roof", "light_renovation", 0.8, 50.0), ("roof+glazing", "medium_renovation", 0.5, 200.0),
    ("roof_deep+wall_external+floor+glazing_deep+ventilation_balanced", "deep_renovation", 0.25, 600.0),
]  # fmt: skip
LABELS_NOW = (0.0, 0.1, 0.3, 0.3, 0.2, 0.1)
"""Chance of A to F of every dwelling now; after the plan three tenths move to A, the rest one label up from C on."""
HOURS = 8_760


def energy(buildings: pd.DataFrame, demand: pd.DataFrame, choices: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Every table of this part, by name; metered totals and calibration without rows."""
    heated = buildings[buildings["heated"]]
    ladder, works = renovations(heated, demand), schedule(choices)
    made = {
        "hours": hours(demand), "coincidence": coincidence(), "renovations": ladder, "stop_insulating": stops(choices), "epc": epc(heated),
        "label_migration": label_migration(heated), "epc_terms": epc_terms(), "obligations": obligations(heated), "orderings": orderings(heated),
        "schedule": works, "schedule_limits": schedule_limits(works, ladder), "proofs": proofs(), "data_value": data_value(),
    }  # fmt: skip
    empty = {name: tables.TABLES[name].empty() for name in NAMES}
    return empty | {name: tables.check(tables.TABLES[name], frame) for name, frame in made.items()}


def stops(choices: pd.DataFrame) -> pd.DataFrame:
    """Insulating stops to pay on the rung that the plan takes."""
    rung = np.where(choices["solution"] == "ground_heat_pump", 2, 0)
    saved = np.array([1 - row[2] for row in RUNGS])[rung]
    return pd.DataFrame({"rung": rung, "saved_share": saved, "next_rung_eur_per_kwh": 0.2}, index=choices.index)


def keyed(frame: pd.DataFrame, key: str, names: list[str] | None = None) -> pd.DataFrame:
    """The rows under keys ``r0``, ``r1``, ... or under names of their own; text as text."""
    texts = {name: "str" for name in frame.columns if frame[name].dtype == object}
    index = names if names is not None else [f"r{number}" for number in range(len(frame))]
    return frame.astype(texts).set_axis(pd.Index(index, name=key, dtype="str"))


def hours(demand: pd.DataFrame) -> pd.DataFrame:
    """Space heat as a cosine over the year that sums to the demand, hot water flat, cold in the middle of the year."""
    at = np.arange(HOURS)
    cold_season = (1 + np.cos(2 * np.pi * at / HOURS)) / 2
    space = demand["space_heat_kwh"].sum() * cold_season / cold_season.sum()
    return pd.DataFrame({
        "outdoor_c": 10.0 - 8 * (2 * cold_season - 1), "space_heat_kw": space, "hot_water_kw": demand["hot_water_kwh"].sum() / HOURS,
        "cold_kw": demand["cold_kwh"].sum() * (1 - cold_season) / (1 - cold_season).sum(), "space_heat_after_kw": space * 0.8,
    }, index=pd.Index([f"{hour:04d}" for hour in at], name="hour", dtype="str"))  # fmt: skip


def coincidence() -> pd.DataFrame:
    """One home alone, ten, a hundred."""
    homes = [1, 10, 100]
    return pd.DataFrame({
        "dwellings": homes, "space_heat_share": [1.0, 0.8, 0.7], "hot_water_share": [1.0, 0.25, 0.1], "design_share": [1.0, 0.7, 0.55],
        "hot_water_kw": [30.0, 7.5, 3.0],
    }, index=pd.Index([str(count) for count in homes], name="homes", dtype="str"))  # fmt: skip


def renovations(heated: pd.DataFrame, demand: pd.DataFrame) -> pd.DataFrame:
    """Four rungs for every heated building."""
    parts = []
    for rung, (measures, depth, left, per_m2) in enumerate(RUNGS):
        cost = heated["floor_area_m2"] * per_m2
        trades = {trade for trade in ("roof", "wall", "floor", "glazing", "ventilation") if trade in measures}
        frame = pd.DataFrame({
            "building": heated.index.astype("str"), "rung": rung, "measures": measures, "depth": depth,
            "need_kwh": demand["theoretical_space_heat_kwh"].reindex(heated.index) * left, "space_share": left, "peak_share": left,
            "heat_loss_w_per_k": demand["heat_loss_w_per_k"].reindex(heated.index) * left, "investment_eur": cost, "life_years": 40.0,
            **{f"{trade}_eur": cost / len(trades) if trade in trades else cost * 0 for trade in ("roof", "wall", "floor", "glazing", "ventilation")},
            "electricity_kwh": 0.0,
        })  # fmt: skip
        parts.append(frame.set_axis(pd.Index(heated.index.astype(str) + f"|{rung}", name="renovation", dtype="str")))
    return pd.concat(parts).astype({"measures": "str", "depth": "str"})


def _shares() -> tuple[dict[str, float], dict[str, float]]:
    now = dict(zip(tables.EPC_LABELS, LABELS_NOW, strict=True))
    after = {"A": 0.3, "B": 0.3, "C": 0.2, "D": 0.15, "E": 0.05, "F": 0.0}
    return now, after


def epc(heated: pd.DataFrame) -> pd.DataFrame:
    """The same chances for every home, under two rules."""
    homes = heated[heated["dwellings"] > 0]
    now, after = _shares()
    parts = [
        pd.DataFrame({
            "building": homes.index.astype("str"), "rule": rule, "score_kwh_per_m2": 320.0, "after_score_kwh_per_m2": 180.0,
            **{f"{label.lower()}_share": share for label, share in now.items()}, **{f"after_{label.lower()}_share": share for label, share in after.items()},
        })
        for rule in ("today", "two_axis")
    ]  # fmt: skip
    return keyed(pd.concat(parts, ignore_index=True).astype({"rule": "str"}), "row")


def label_migration(heated: pd.DataFrame) -> pd.DataFrame:
    """Chances now times chances after, over all dwellings."""
    now, after = _shares()
    count = float(heated["dwellings"].sum())
    rows = [
        (rule, first, second, count * share * then)
        for rule in ("today", "two_axis")
        for first, share in now.items()
        for second, then in after.items()
    ]
    return keyed(pd.DataFrame(rows, columns=tables.LABEL_MIGRATION.column_names), "row")


def epc_terms() -> pd.DataFrame:
    """A terraced house with a condensing boiler and with a heat network, under two rules."""
    rows = [
        ("today", "Rijwoning 1946-1970", "Terraced house 1946-1970", "Condensatieketel", "Condensing boiler", 196.0, 5.0, 15.0, 1.07, 1.0, 6.25, 237.0, "C"),
        ("two_axis", "Rijwoning 1946-1970", "Terraced house 1946-1970", "Condensatieketel", "Condensing boiler", 196.0, 5.0, 15.0, 1.07, 1.0, 6.25, 196.0, "C"),
        ("today", "Rijwoning 1946-1970", "Terraced house 1946-1970", "Warmtenet", "Heat network", 196.0, 5.0, 15.0, 1.03, 2.0, 6.25, 452.0, "E"),
        ("two_axis", "Rijwoning 1946-1970", "Terraced house 1946-1970", "Warmtenet", "Heat network", 196.0, 5.0, 15.0, 1.03, 2.0, 6.25, 196.0, "B"),
        ("today", "Vrijstaande woning 1946-1970", "Detached house 1946-1970", "Condensatieketel", "Condensing boiler", 272.0, 5.0, 15.0, 1.07, 1.0, 6.25, 318.0, "D"),
    ]  # fmt: skip
    return keyed(pd.DataFrame(rows, columns=tables.EPC_TERMS.column_names), "row")


def obligations(heated: pd.DataFrame) -> pd.DataFrame:
    """Buyers to D: three tenths of the dwellings lie below it now, a twentieth after."""
    count = float(heated["dwellings"].sum())
    rows = [("Kopers", "Buyers", "D", 2023, 5.0, 0.3 * count, 0.05 * count, "secondary", "Persbericht <2024>"), ("Verhuurders", "Landlords", "E", 2030, 0.0, 0.1 * count, 0.0, "unverified", "Ontwerpplan")]  # fmt: skip
    return keyed(
        pd.DataFrame(rows, columns=tables.OBLIGATIONS.column_names),
        "obligation",
        ["buyer_house_2023", "rental_closed_2030"],
    )


def orderings(heated: pd.DataFrame) -> pd.DataFrame:
    """Efficiency first renovates sixty dwellings deeply, the date none."""
    count = float(heated["dwellings"].sum())
    names = ["efficiency_first", "fossil_free_first", "date_leads"]
    return pd.DataFrame({
        "chosen": [False, False, True], "society_eur_per_year": [420_000.0, 370_000.0, 350_000.0], "owner_eur_per_year": [430_000.0, 380_000.0, 360_000.0],
        "present_cost_eur": [9.1e6, 8.2e6, 8.0e6], "investment_eur": [5.0e6, 2.6e6, 2.4e6], "emission_after_tonnes": [40.0, 80.0, 75.0],
        "emission_horizon_tonnes": [9_400.0, 6_100.0, 7_000.0], "need_after_kwh_per_m2": [60.0, 120.0, 105.0], "dwellings": count,
        "fossil_free_dwellings": count, "fossil_free_below_a_dwellings": [12.0, 70.0, 66.0], "light_dwellings": [0.0, 4.0, 0.0],
        "medium_dwellings": [20.0, 20.0, 34.0], "deep_dwellings": [60.0, 0.0, 0.0], "deep_avoided_dwellings": [0.0, 60.0, 60.0],
        "last_year": [2061, 2042, 2050],
    }, index=pd.Index(names, name="ordering", dtype="str"))  # fmt: skip


def schedule(choices: pd.DataFrame) -> pd.DataFrame:
    """The plan in three periods of five years, one after another down the list; the last twelve buildings not within the horizon."""
    first = [2027 + 5 * min(number // 18, 3) for number in range(len(choices))]
    frame = choices[["solution", "package", "measures"]].assign(first_year=first, present_cost_eur=50_000.0)
    return frame[tables.SCHEDULE.column_names]


def schedule_limits(works: pd.DataFrame, ladder: pd.DataFrame) -> pd.DataFrame:
    """Money in three periods, the first full: renovation and 5,000 euro of installation a building; a bound on glazing; one street full."""
    cost = ladder[ladder["rung"] == 2].set_index("building")["investment_eur"]
    medium = works["package"] == "medium_renovation"
    spent = (cost.reindex(works.index).where(medium, 0.0) + 5_000.0).groupby(works["first_year"]).sum()
    rows = [
        ("budget", "", year, "EUR", float(spent.max()), float(spent.get(year, 0.0)), price)
        for year, price in ((2027, 0.18), (2032, 0.0), (2037, 0.0))
    ]
    rows += [
        ("glazing", "", year, "EUR", 0.5e6, max(float(spent.get(year, 0.0)) - 90_000.0, 0.0) / 2, price)
        for year, price in ((2027, 0.05), (2032, 0.0), (2037, 0.0))
    ]
    rows += [
        ("emissions", "", 2037, "t/jaar", 100.0, 100.0, 1_400.0),
        ("feeder", "Veldpad 1", 2027, "kW", 50.0, 50.0, 900.0),
    ]
    return keyed(pd.DataFrame(rows, columns=tables.SCHEDULE_LIMITS.column_names), "row")


def proofs() -> pd.DataFrame:
    """The choice over periods, recomputed."""
    rows = [(8.0e6, 7.99e6, 0.00125, "recomputed", "rounds"), (0.74e6, 0.74e6, 0.0, "solver", "none")]
    return keyed(pd.DataFrame(rows, columns=tables.PROOFS.column_names), "step", ["schedule", "network"])


def data_value() -> pd.DataFrame:
    """Ever less error."""
    rows = [("Geen meters", "No meters", 0.41, 0.14, 0.08, 0.22, 14.5, 9_500.0), ("Meters per straat", "Meters per street", 0.36, 0.05, 0.01, 0.12, 7.9, 3_200.0)]  # fmt: skip
    return keyed(pd.DataFrame(rows, columns=tables.DATA_VALUE.column_names), "data", ["none", "street"])


def calibration(demand: pd.DataFrame, buildings: pd.DataFrame) -> pd.DataFrame:
    """Three streets and the municipality: the model expects a fifth too much before, a fiftieth after."""
    heat = demand["heat_kwh"].groupby(buildings["street"].reindex(demand.index)).sum()
    count = buildings[buildings["heated"]]["street"].value_counts()
    names = ["Krekelstraat", "Sprinkhaanlaan", "Veldpad 1"]
    metered = [*(float(heat[name]) for name in names), float(demand["heat_kwh"].sum())]
    frame = pd.DataFrame({
        "level": ["street"] * 3 + ["municipality"], "name": [*names, "Krekelgem"], "year": 2024, "buildings": [*(int(count[name]) for name in names), 66],
        "connections": float("nan"), "metered_kwh": metered, "prior_kwh": np.array(metered) * 1.2, "posterior_kwh": np.array(metered) * 1.02,
        "posterior_low_kwh": np.array(metered) * 0.95, "posterior_high_kwh": np.array(metered) * 1.1, "used": True,
    })  # fmt: skip
    return tables.check(tables.CALIBRATION, keyed(frame, "row"))
