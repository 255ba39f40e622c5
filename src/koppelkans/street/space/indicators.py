"""Figures of space, water, heat stress and mobility over the tables of street space, and what they bring to the climate pact."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pandas as pd

from koppelkans import tables
from koppelkans.parameters import Parameters
from koppelkans.street.space.answer import SpaceAnswer
from koppelkans.tables.space import LEKP

MM_PER_M = 1_000.0
KM = 1_000.0

_FIGURES = [
    # id, group, Dutch, English, unit
    ("depaved_m2", "space", "Ontharde straat", "Street depaved", "m²"),
    ("depaved_per_inhabitant_m2", "space", "Ontharde straat per inwoner", "Street depaved per inhabitant", "m²/inwoner"),
    ("sealed_now_share", "space", "Verharde straat nu (aangenomen)", "Street sealed now (assumed)", "aandeel"),
    ("sealed_then_share", "space", "Verharde straat dan", "Street sealed then", "aandeel"),
    ("garden_m", "space", "Geveltuin", "Facade garden", "m"),
    ("garden_per_inhabitant_m", "space", "Geveltuin per inwoner", "Facade garden per inhabitant", "m/inwoner"),
    ("underground_share", "space", "Bezetting van de ondergrond", "Underground occupancy", "aandeel van de breedte"),
    ("heat_corridor_m", "space", "Straat met plaats voor het gevraagde warmtenet", "Street with room for the heat network that was asked", "m"),
    ("heat_conflict_m", "space", "Straat zonder plaats voor het gevraagde warmtenet", "Street without room for the heat network that was asked", "m"),
    ("demands_missed", "space", "Eisen aan de straatruimte die niet gehaald zijn", "Demands on street space not met", "eisen"),
    ("space_cost_keur", "space", "Meerkost van de nieuwe profielen", "Extra cost of the new cross-sections", "duizend EUR"),
    ("movable_canopy_m2", "space", "Meer kroon mogelijk als parkeren mag schuiven", "More canopy possible when parking may move", "m²"),
    ("movable_canopy_share", "space", "Meer kroonbedekking mogelijk als parkeren mag schuiven", "More canopy share possible when parking may move", "aandeel van de straat"),
    ("movable_storage_mm", "space", "Meer waterberging mogelijk als parkeren mag schuiven", "More rain storage possible when parking may move", "mm"),
    ("movable_bays", "space", "Meer vakken van vandaag naast het gevraagde groen als parkeren mag schuiven", "More bays of today kept beside the green asked when parking may move", "vakken"),
    ("storage_m3", "water", "Waterberging in de straat", "Rain stored in the street", "m³"),
    ("storage_mm", "water", "Waterberging over de straat", "Rain stored over the street", "mm"),
    ("storage_per_inhabitant_m3", "water", "Waterberging per inwoner", "Rain stored per inhabitant", "m³/inwoner"),
    ("bed_share", "water", "Infiltratiebed over de straat", "Infiltration bed over the street", "aandeel"),
    ("runoff_now_share", "water", "Afstroming nu (aangenomen)", "Runoff now (assumed)", "aandeel"),
    ("runoff_then_share", "water", "Afstroming dan", "Runoff then", "aandeel"),
    ("canopy_share", "heat_stress", "Kroonbedekking van nieuwe bomen na 20 jaar", "Canopy of new trees after 20 years", "aandeel van de straat"),
    ("trees_extra", "heat_stress", "Extra bomen", "Extra trees", "bomen"),
    ("trees_per_inhabitant", "heat_stress", "Extra bomen per inwoner", "Extra trees per inhabitant", "bomen/inwoner"),
    ("street_bays_now", "mobility", "Parkeervakken op straat nu (aangenomen)", "Bays on the street now (assumed)", "vakken"),
    ("street_bays_then", "mobility", "Parkeervakken op straat dan", "Bays on the street then", "vakken"),
    ("hub_bays", "mobility", "Parkeervakken in een buurtparking", "Bays in a neighbourhood car park", "vakken"),
    ("opened_bays", "mobility", "Opengestelde parkeervakken", "Bays in car parks that open", "vakken"),
    ("bays_per_dwelling", "mobility", "Parkeervakken per woning dan", "Bays per dwelling then", "vakken/woning"),
    ("shared_cars_per_1000", "mobility", "Deelwagens", "Shared cars", "per 1.000 inwoners"),
    ("cars_avoided", "mobility", "Eigen wagens minder door deelwagens", "Private cars avoided by shared cars", "wagens"),
    ("cycle_km", "mobility", "Straat met fietspad of fietsstraat", "Street with cycle path or cycle street", "km"),
    ("footway_share", "mobility", "Straat met voetpaden die breed genoeg zijn", "Street with footways wide enough", "aandeel van de lengte"),
    ("loading_bays", "mobility", "Laad- en losplaatsen", "Loading bays", "plaatsen"),
    ("one_way_m", "mobility", "Straat met één rijrichting", "One-way street", "m"),
    ("cut_m", "mobility", "Straat zonder doorgaand verkeer", "Street without through traffic", "m"),
]  # fmt: skip
METHODS = {
    "space": "indicators-space",
    "water": "indicators-water",
    "heat_stress": "indicators-heat-stress",
    "mobility": "indicators-mobility",
}

_GOALS = [
    # goal, Dutch, English, unit, parameter
    ("trees", "Extra bomen", "Extra trees", "bomen", "lekp.trees_per_inhabitant"),
    ("hedge", "Extra haag of geveltuin", "Extra hedge or facade garden", "m", "lekp.hedge_m_per_inhabitant"),
    ("depaved", "Ontharding", "Depaving", "m²", "lekp.depaved_m2_per_inhabitant"),
    ("rain", "Extra opvang van hemelwater", "Extra capture of rain", "m³", "lekp.rain_m3_per_inhabitant"),
    ("cycle", "Nieuw of opgewaardeerd fietspad", "New or upgraded cycle path", "m", "lekp.cycle_m_per_inhabitant"),
    ("shared_cars", "Deelwagens", "Shared cars", "wagens", "lekp.shared_cars_per_inhabitant"),
]  # fmt: skip


def space_indicators(answer: SpaceAnswer, sections: pd.DataFrame, *, inhabitants: float, dwellings: float, parameters: Parameters, day: date) -> pd.DataFrame:  # fmt: skip
    """Indicators of space, water, heat stress and mobility (columns of INDICATORS), low and high empty.

    ``inhabitants``, ``dwellings`` of the place; a figure that needs one that is zero is left out. Scope: the planned street sections.
    Method: docs/method.md#indicators-space and the sections after it.
    """
    values = _values(answer, sections, inhabitants=inhabitants, dwellings=dwellings, parameters=parameters, day=day)
    frame = pd.DataFrame(_FIGURES, columns=["indicator", "group", "title", "title_en", "unit"]).set_index("indicator")
    value = pd.Series(values, dtype=float).reindex(frame.index)
    empty = float("nan")
    frame = frame.assign(
        scope="streets", year=day.year, value=value, low=empty, high=empty, method=frame["group"].map(METHODS)
    )
    return frame.loc[value.notna(), tables.INDICATORS.column_names]


def _values(answer: SpaceAnswer, sections: pd.DataFrame, *, inhabitants: float, dwellings: float, parameters: Parameters, day: date) -> Mapping[str, float]:  # fmt: skip
    streets = answer.made["street_patterns"]
    streets = streets[streets["state"] != "not_planned"]
    area, length = answer.area_m2, sections["length_m"].set_axis(sections.index.astype(str)).reindex(streets.index)
    sums = streets.select_dtypes("number").sum()
    taken = answer.alternatives
    width = answer.made["patterns"]["footway_m"].reindex(streets["pattern_then"]).to_numpy(float)
    least = parameters.at("street_space.footway_m", day, "clear")
    green, hard = (parameters.at("street_space.runoff_share", day, scope) for scope in ("green", "sealed"))
    then_share = _over(sums["sealed_m2"], area)
    asked = streets["heat_corridor"] != "not_asked"
    there = streets["heat_corridor"].isin(["free", "bundled"])
    moved = answer.made["space_dividend"]["gain"].rename(lambda figure: f"movable_{figure}").to_dict()
    replaces = parameters.at("street_space.shared_car_replaces", day)
    bays = sums["bays"] + taken["hub_bays"] + taken["opened_bays"]
    return moved | {
        "depaved_m2": sums["depaved_m2"], "depaved_per_inhabitant_m2": _over(sums["depaved_m2"], inhabitants),
        "sealed_now_share": 1.0 if area else float("nan"), "sealed_then_share": then_share,
        "garden_m": sums["garden_m"], "garden_per_inhabitant_m": _over(sums["garden_m"], inhabitants),
        "underground_share": _over((streets["occupancy_share"] * length).sum(), length[streets["occupancy_share"].notna()].sum()),
        "heat_corridor_m": length[there].sum(), "heat_conflict_m": length[asked & ~there].sum(),
        "demands_missed": float((~answer.made["space_targets"]["met"].astype(bool)).sum()), "space_cost_keur": answer.cost_eur / 1e3,
        "storage_m3": sums["storage_m3"], "storage_mm": _over(sums["storage_m3"] * MM_PER_M, area),
        "storage_per_inhabitant_m3": _over(sums["storage_m3"], inhabitants), "bed_share": _over(sums["bed_m2"], area),
        "runoff_now_share": hard if area else float("nan"), "runoff_then_share": then_share * hard + (1 - then_share) * green,
        "canopy_share": _over(sums["canopy_m2"], area), "trees_extra": sums["trees"], "trees_per_inhabitant": _over(sums["trees"], inhabitants),
        "street_bays_now": sums["bays_now"], "street_bays_then": sums["bays"], "hub_bays": taken["hub_bays"], "opened_bays": taken["opened_bays"],
        "bays_per_dwelling": _over(bays, dwellings), "shared_cars_per_1000": _over(taken["shared_cars"] * KM, inhabitants),
        "cars_avoided": taken["shared_cars"] * replaces, "cycle_km": sums["cycle_m"] / KM,
        "footway_share": _over(length[width >= least - 1e-9].sum(), length.sum()), "loading_bays": sums["loading"],
        "one_way_m": length[streets["drive"].isin(["along", "back"])].sum(), "cut_m": length[streets["drive"] == "cut"].sum(),
    }  # fmt: skip


def lekp_goals(answer: SpaceAnswer, *, inhabitants: float, parameters: Parameters, day: date) -> pd.DataFrame:
    """LEKP: what the streets bring to the goals of the climate pact, each goal per inhabitant times the inhabitants of the place (its part of the municipality).

    Method: docs/method.md#lekp.
    """
    streets = answer.made["street_patterns"]
    delta = {
        "trees": streets["trees"].sum(), "hedge": streets["garden_m"].sum(), "depaved": streets["depaved_m2"].sum(),
        "rain": streets["storage_m3"].sum(), "cycle": streets["cycle_m"].sum(), "shared_cars": answer.alternatives["shared_cars"],
    }  # fmt: skip
    rows = []
    for goal, title, title_en, unit, key in _GOALS:
        found = parameters.value(key, day)
        target = parameters.at(key, day) * inhabitants
        rows.append((goal, title, title_en, unit, target, float(delta[goal]), _over(delta[goal], target), found.source))
    frame = pd.DataFrame(rows, columns=["goal", *LEKP.column_names]).set_index("goal")
    frame.index = frame.index.astype("str")
    text = dict.fromkeys(("title", "title_en", "unit", "version"), "str")
    return tables.check(LEKP, frame.astype({**text, **dict.fromkeys(("target", "delta", "target_share"), float)}))


def _over(part: float, whole: float) -> float:
    return float(part) / float(whole) if whole else float("nan")
