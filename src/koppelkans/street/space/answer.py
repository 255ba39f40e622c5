"""What comes out: the tables of street space."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from koppelkans import tables
from koppelkans.street.space.choice import KEUR, Chosen
from koppelkans.street.space.clash import Clash
from koppelkans.street.space.kernels import EPS, Flags, Floats, Ints
from koppelkans.street.space.library import Library
from koppelkans.street.space.offer import Demands, Offer
from koppelkans.street.space.rules import SpaceRules
from koppelkans.street.space.streets import SpaceTargets, Streets
from koppelkans.street.space.strips import strips_above, strips_below
from koppelkans.street.space.surface import CUT, ONE_WAY, YIELDS, Surfaces
from koppelkans.street.space.underground import BUNDLED, FREE, layouts, placement, variant_of
from koppelkans.tables import RemarkRow
from koppelkans.tables.space import (
    CORRIDOR_ROOM,
    CYCLE_KINDS,
    DIRECTIONS,
    DUTY_DEMANDS,
    PATTERN_STRIPS,
    PATTERNS,
    QUANTITY_DEMANDS,
    SIDES,
    SPACE_CLASHES,
    SPACE_TARGETS,
    STREET_PATTERNS,
)

PER_100_M = 100.0
TITLES = {
    "street_parking": ("Parkeervakken op straat", "Bays on the street", "aandeel van nu"),
    "parking": ("Parkeervakken, ook elders", "Bays, elsewhere too", "aandeel van nu"),
    "canopy": ("Kroonbedekking na 20 jaar", "Canopy after 20 years", "aandeel van de straat"),
    "storage": ("Waterberging", "Rain storage", "mm over de straat"),
    "depaved": ("Ontharding", "Depaving", "m²"),
    "trees": ("Extra bomen", "Extra trees", "bomen"),
    "loading": ("Laad- en losplaatsen", "Loading bays", "plaatsen"),
    "boreholes": ("Boringen", "Boreholes", "boringen"),
    "cycle": ("Fietspad of fietsstraat waar die moet", "Cycle path or cycle street where due", "aandeel van de lengte"),
    "footway": ("Voetpad breed genoeg", "Footway wide enough", "aandeel van de lengte"),
    "heat_corridor": ("Plaats voor het warmtenet", "Room for the heat network", "aandeel van de lengte"),
    "gas_corridor": ("Plaats voor de gasleiding die blijft", "Room for the gas pipe that stays", "aandeel van de lengte"),
    "directions": ("Rijrichtingen behouden", "Directions kept", "aandeel van de lengte"),
    "own_bays": ("Elke straat houdt haar parkeervakken", "Every street keeps its bays", "aandeel van de lengte"),
    "frozen": ("Vastgelegde profielen", "Frozen cross-sections", "aandeel van de lengte"),
}  # fmt: skip
"""Dutch name, English name and unit of each demand."""


@dataclass(frozen=True)
class SpaceAnswer:
    """``made``: PATTERNS, PATTERN_STRIPS, STREET_PATTERNS, SPACE_TARGETS, SPACE_CLASHES and PARETO by name. ``feasible``: all demands are kept; otherwise the cross-sections
    are those that miss the demands by least. ``cost_eur`` with the alternatives, its proven ``bound_eur`` and ``gap_share``; ``alternatives`` taken by name.
    """

    made: dict[str, pd.DataFrame]
    feasible: bool
    cost_eur: float
    bound_eur: float
    gap_share: float
    alternatives: dict[str, float]
    bays_now: float
    area_m2: float
    remarks: list[RemarkRow] = field(default_factory=list)


def patterns_table(used: Ints, counts: Ints, library: Library) -> pd.DataFrame:
    """PATTERNS: some rows of the library, and how many sections take each."""
    found = library.surfaces.rows(used)
    hundred = {
        name: found.yields[:, YIELDS.index(name)] * PER_100_M
        for name in ("bays", "trees", "canopy_m2", "storage_m3", "bed_m2", "depaved_m2", "loading")
    }
    frame = pd.DataFrame(
        {
            "class_m": found.width_m, "direction": np.array(DIRECTIONS)[found.direction], "cycle": np.array(CYCLE_KINDS)[found.cycle],
            "footway_m": found.walk_m + found.spare_m, "left_side": np.array(SIDES)[found.sides[:, 0]],
            "right_side": np.array(SIDES)[found.sides[:, 1]], "gardens": found.gardens.sum(axis=1), "carriageway_m": found.carriageway_m,
            "verge_m": found.verge_m, **hundred, "cost_eur_per_m": found.yields[:, YIELDS.index("cost_eur")], "sections": counts,
        },
        index=pd.Index([library.names[row] for row in used], name="pattern", dtype="str"),
    )  # fmt: skip
    text = ["direction", "cycle", "left_side", "right_side"]
    frame = frame.astype({**dict.fromkeys(text, "str"), "gardens": "int64", "sections": "int64"})
    return tables.check(PATTERNS, frame[PATTERNS.column_names])


def streets_table(sections: pd.DataFrame, streets: Streets, library: Library, offered: Offer, answer: Chosen, *, targets: SpaceTargets, rules: SpaceRules) -> pd.DataFrame:  # fmt: skip
    """STREET_PATTERNS: one row per section, those left out last."""
    row, length = offered.pattern[answer.column], streets.length_m
    found, today = library.surfaces.rows(row), streets.today(library)
    now = library.surfaces.rows(today)
    amounts = {name: found.yields[:, YIELDS.index(name)] * length for name in YIELDS}
    amounts |= {"boreholes": offered.amount[answer.column, QUANTITY_DEMANDS.index("boreholes")] * length}
    amounts |= {
        "cost_eur": offered.cost_eur[answer.column] * length,
        "bundle_eur": offered.bundle_eur[answer.column] * length,
    }
    frozen = np.isin(np.array(streets.names, dtype=object), list(targets.frozen))
    room = offered.room[answer.column]
    free, bundled = widest_pairs(streets, library, offered, rules)
    names = np.array(library.names, dtype=object)
    frame = pd.DataFrame(
        {
            "class_m": streets.width_m, "pattern_now": names[today], "pattern_then": names[row],
            "state": np.where(frozen, "frozen", np.where(row == today, "kept", "computed")), "drive": _drive(found, now, streets, row == today),
            "bays_now": now.yields[:, YIELDS.index("bays")] * length,
            **amounts,
            "garden_m": found.gardens.sum(axis=1) * length,
            "heat_corridor": np.where(streets.heat_class == 0, "not_asked", np.array(CORRIDOR_ROOM)[2 - room]), "free_dn_mm": free, "bundled_dn_mm": bundled,
            "occupancy_share": _occupancy(row, room, streets, library, rules),
        },
        index=pd.Index(streets.names, name="section", dtype="str"),
    )  # fmt: skip
    return all_sections(frame, sections)


def all_sections(frame: pd.DataFrame, sections: pd.DataFrame) -> pd.DataFrame:
    """STREET_PATTERNS: the rows in the order of ``sections``, those without a cross-section empty or zero."""
    frame = frame.reindex(sections.index.astype(str)).rename_axis(index="section")
    amounts = [item.name for item in STREET_PATTERNS.columns if item.kind is float and not item.nullable]
    words = {"state": "not_planned", "heat_corridor": "not_asked"}
    frame = frame.assign(
        street=sections["street"].set_axis(frame.index),
        **{name: frame[name].fillna(word) for name, word in words.items()},
    )
    frame[amounts] = frame[amounts].fillna(0.0)
    text = {item.name: "str" for item in STREET_PATTERNS.columns if item.kind is str}
    return tables.check(STREET_PATTERNS, frame[STREET_PATTERNS.column_names].astype(text))


def _drive(found: Surfaces, now: Surfaces, streets: Streets, kept: Flags) -> NDArray[np.str_]:
    """How each section is driven in the answer, seen along its line."""
    turns, one_way = streets.access.turns, found.direction == ONE_WAY
    lane = np.where(turns > 0, "along", np.where(turns < 0, "back", "one_lane"))
    single = one_way & ((turns == 0) | (kept & (now.direction == ONE_WAY)))
    return np.where(found.direction == CUT, "cut", np.where(single, "one_lane", np.where(one_way, lane, "two_way")))


def widest_pairs(streets: Streets, library: Library, offered: Offer, rules: SpaceRules) -> tuple[Floats, Floats]:
    """DN of the widest pair for which some cross-section of the group has room, as it is and when bundled; 0 without any."""
    groups = int(offered.members.max(initial=-1)) + 1
    free, bundled = np.zeros(groups), np.zeros(groups)
    gas = np.zeros(groups, dtype=np.int64)
    gas[offered.members] = streets.gas
    for heat_class, dn in enumerate(rules.heat_classes_mm, start=1):
        room = library.room[offered.pattern, variant_of(heat_class, gas[offered.group])]
        most = np.zeros(groups, dtype=np.int64)
        np.maximum.at(most, offered.group, room)
        free[most == FREE], bundled[most >= BUNDLED] = dn, dn
    return free[offered.members], bundled[offered.members]


def _occupancy(row: Ints, room: Ints, streets: Streets, library: Library, rules: SpaceRules) -> Floats:
    """Width of all corridors over the width of the street; empty where they do not fit."""
    variant = np.asarray(variant_of(streets.heat_class, streets.gas.astype(np.int64)))
    keys, place = np.unique(np.column_stack([row, room, variant]), axis=0, return_inverse=True)
    shares = np.full(len(keys), np.nan)
    grounds = layouts(library.surfaces.rows(keys[:, 0]), rules)
    for at, (ground, (_, held, which)) in enumerate(zip(grounds, keys.tolist(), strict=True)):
        pieces = placement(ground, which, held, rules) if held else None
        if pieces is not None:
            shares[at] = sum(high - low for _, low, high in pieces) / ground.width_m
    return shares[place.reshape(-1)]


def strips_table(used: Ints, variants: Ints, held: Ints, library: Library, rules: SpaceRules) -> pd.DataFrame:
    """PATTERN_STRIPS of some rows of the library, each with the underground variant and room (FREE or BUNDLED) in which it is drawn."""
    rows = []
    surfaces = library.surfaces.rows(used)
    above, grounds = strips_above(surfaces, rules), layouts(surfaces, rules)
    for at, row in enumerate(used.tolist()):
        name = library.names[row]
        below = strips_below(grounds[at], int(variants[at]), int(held[at]), rules)
        rows += [(name, "above", *strip) for strip in above[at]] + [(name, "below", *strip) for strip in below]
    frame = pd.DataFrame(rows, columns=PATTERN_STRIPS.column_names).astype({"from_m": float, "to_m": float})
    frame.index = pd.Index([f"s{number:05d}" for number in range(len(frame))], name="strip", dtype="str")
    frame = frame.astype(dict.fromkeys(("pattern", "level", "kind"), "str"))
    return tables.check(PATTERN_STRIPS, frame)


def targets_table(
    asked: Demands, offered: Offer, answer: Chosen, strict: tuple[str, ...], *, priced: bool
) -> pd.DataFrame:
    """SPACE_TARGETS: what was asked and what the answer reaches; the price of one step more where the answer is the cheapest."""
    length = offered.length_m
    amounts = (offered.amount[answer.column] * length[:, None]).sum(axis=0)
    amounts[QUANTITY_DEMANDS.index("parking")] += asked.worth @ answer.alternatives
    rows = []
    lost = [name for name in strict if name not in asked.active and asked.hopeless_m[DUTY_DEMANDS.index(name)] > 0]
    for name in (*asked.active, *lost):
        title, title_en, unit = TITLES[name]
        if name in QUANTITY_DEMANDS:
            place = QUANTITY_DEMANDS.index(name)
            wanted, reached = asked.asked[name], float(amounts[place]) / asked.step[name]
            step = asked.step[name] * (0.01 if unit.startswith("aandeel") else 1.0)
            price = float(answer.price[place]) * KEUR * step if priced else np.nan
        else:
            duty = DUTY_DEMANDS.index(name)
            wanted, price = 1.0, np.nan
            hopeless_m = float(asked.hopeless_m[duty]) if name in strict else 0.0
            broken_m = float((offered.breaks[answer.column, duty] * length).sum()) + hopeless_m
            reached = 1.0 - broken_m / (float(asked.duty_m[duty]) + hopeless_m)
        rows.append((name, title, title_en, unit, wanted, reached, reached >= wanted * (1 - 1e-6) - EPS, price))
    frame = pd.DataFrame(rows, columns=["demand", *SPACE_TARGETS.column_names]).set_index("demand")
    if frame.empty:
        return SPACE_TARGETS.empty()
    text = dict.fromkeys(("title", "title_en", "unit"), "str")
    frame = frame.astype({**text, **dict.fromkeys(("asked", "reached", "marginal_eur"), float), "met": bool})
    return tables.check(SPACE_TARGETS, frame)


def clashes_table(found: list[Clash], asked: Demands) -> pd.DataFrame:
    """SPACE_CLASHES: a row per demand of each smallest set that clashes."""
    rows = [
        (number, name, TITLES[name][2], asked.asked.get(name, 1.0), clash.within[name], clash.beside_all[name])
        for number, clash in enumerate(found, start=1)
        for name in clash.members
    ]
    if not rows:
        return SPACE_CLASHES.empty()
    frame = pd.DataFrame(rows, columns=SPACE_CLASHES.column_names)
    frame = frame.astype(
        {"clash": int, "demand": "str", "unit": "str", "asked": float, "within": float, "beside_all": float}
    )
    frame.index = pd.Index(
        [f"{clash}|{name}" for clash, name in zip(frame["clash"], frame["demand"], strict=True)],
        name="row",
        dtype="str",
    )
    return tables.check(SPACE_CLASHES, frame)
