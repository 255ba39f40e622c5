"""Whether pipes and cables fit below a cross-section, and where they may lie."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from koppelkans.street.space.kernels import NOBODY, Floats, Ints, placed
from koppelkans.street.space.rules import SpaceRules
from koppelkans.street.space.surface import ALTERNATING, LOADING, NONE, PARKING, TREES, WADI, Surfaces, edges_m

NO_ROOM, BUNDLED, FREE = range(3)
OPEN = (NONE, PARKING, LOADING)
"""Strips under which pipes of the footway may reach."""
KEEPERS = ("", "roots", "wadi")
NOWHERE = np.array([1.0, -1.0])
"""A zone in which nothing fits."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The ground below one cross-section: zones of the footways and of the carriageway, and what tree rows and wadis keep free, in m from the left."""

    left_m: tuple[float, float]
    middle_m: tuple[float, float]
    right_m: tuple[float, float]
    width_m: float
    blocked: tuple[tuple[float, float, str], ...]
    rain: bool


def variants(rules: SpaceRules) -> int:
    """Number of underground variants: a heat pair of each class or none, with and without a gas pipe."""
    return 2 * (1 + len(rules.heat_classes_mm))


def variant_of(heat_class: int | Ints, gas: bool | Ints) -> int | Ints:
    """The variant of a class of heat pairs (0: none) with or without gas."""
    return 2 * heat_class + gas


def layouts(found: Surfaces, rules: SpaceRules) -> list[Layout]:
    """The ground below each cross-section.

    Footway pipes may reach ``footway_reach_m`` under a neighbouring parking strip or carriageway, not under trees; the middle runs from footway to
    footway. A row of trees keeps ``tree_clearance_m`` on both sides of its centre free, a wadi its whole body.
    """
    return [_layout(row) for row in _grounds(found, rules).tolist()]


def _grounds(found: Surfaces, rules: SpaceRules) -> Floats:
    """(rows, 11) of the ground below: reach of the left footway, middle from and to, reach of the right footway, width, and per side kept free from and to,
    by what (0 nothing, 1 roots, 2 wadi).
    """
    edges, reach = edges_m(found, rules), rules.at("footway_reach_m")
    open_side = np.isin(found.sides, OPEN)
    free = np.zeros((len(found), 2, 3))
    for side, at in ((0, 2), (1, 7)):
        low, high = edges[:, at], edges[:, at + 1]
        wadi, rooted = found.sides[:, side] == WADI, np.isin(found.sides[:, side], (ALTERNATING, TREES))
        clear, centre = rules.at("tree_clearance_m"), (low + high) / 2
        free[:, side, 0] = np.where(wadi, low, np.where(rooted, np.maximum(centre - clear, 0.0), 0.0))
        free[:, side, 1] = np.where(wadi, high, np.where(rooted, np.minimum(centre + clear, edges[:, 10]), 0.0))
        free[:, side, 2] = 1.0 * rooted + 2.0 * wadi
    ends = [
        edges[:, 2] + reach * open_side[:, 0],
        edges[:, 2],
        edges[:, 8],
        edges[:, 8] - reach * open_side[:, 1],
        edges[:, 10],
    ]
    return np.round(np.concatenate([np.stack(ends, axis=1), free.reshape(len(found), 6)], axis=1), 6)


def _layout(row: list[float]) -> Layout:
    pieces = [(low, high, KEEPERS[int(what)]) for low, high, what in (row[5:8], row[8:11]) if what]
    return Layout(
        left_m=(0.0, row[0]), middle_m=(row[1], row[2]), right_m=(row[3], row[4]), width_m=row[4], blocked=tuple(sorted(pieces)),
        rain=KEEPERS.index("wadi") not in (row[7], row[10]),
    )  # fmt: skip


def corridors(
    layout: Layout, variant: int, room: int, rules: SpaceRules, *, boreholes: bool
) -> list[tuple[str, float, Floats]]:
    """What must lie below: name, width, and zones (2, 2) of low and high edge. ``room`` FREE or BUNDLED.

    Electricity with telecom on each side, water, gas and foul and rain sewer; no rain sewer where a wadi replaces it. Bundled: cables of both sides in one duct
    bank, both sewers in one trench.
    """
    heat, gas = divmod(variant, 2)
    left, middle, right = (np.array(zone) for zone in (layout.left_m, layout.middle_m, layout.right_m))
    either, street = np.stack([left, right]), np.stack([middle, NOWHERE])

    def corridor(name: str, zones: Floats, width: str = "") -> tuple[str, float, Floats]:
        return name, rules.at("corridor_m", width or name), zones

    if room == FREE:
        listed = [corridor("electricity_telecom", np.stack([zone, NOWHERE])) for zone in (left, right)]
    else:
        listed = [corridor("bundled_cables", either)]
    listed.append(corridor("water", either))
    if layout.rain and room == BUNDLED:
        listed.append(corridor("bundled_sewers", street))
    else:
        listed += [corridor(name, street) for name in ("foul_sewer", *(["rain_sewer"] if layout.rain else []))]
    if gas:
        listed.append(corridor("gas", either))
    if heat:
        anywhere = np.stack([np.array([0.0, layout.width_m]), NOWHERE])
        listed.append(corridor("heat", anywhere, f"heat_{rules.heat_classes_mm[heat - 1]}"))
    if boreholes:
        listed.append(corridor("boreholes", street))
    return listed


def placement(
    layout: Layout, variant: int, room: int, rules: SpaceRules, *, boreholes: bool = False
) -> list[tuple[str, float, float]] | None:
    """Name, left and right edge of each corridor in one possible placement; None when there is none. Exact.

    Corridors do not overlap, lie in their zones, clear of trees and wadis; heat and drinking water are ``heat_water_m`` apart.
    Method: docs/method.md#street-space-underground.
    """
    listed = corridors(layout, variant, room, rules, boreholes=boreholes)
    names = [name for name, _, _ in listed]
    widths = np.array([width for _, width, _ in listed])
    zones = np.stack([zone for _, _, zone in listed])
    pair = [names.index("water"), names.index("heat")] if "heat" in names else [NOBODY, NOBODY]
    blocked = np.array([piece[:2] for piece in layout.blocked], dtype=float).reshape(-1, 2)
    starts = placed(
        widths, np.ascontiguousarray(zones[:, :, 0]), np.ascontiguousarray(zones[:, :, 1]), blocked, np.array(pair), rules.at("heat_water_m")
    )  # fmt: skip
    if not len(starts):
        return None
    return [(name, at, at + width) for name, at, width in zip(names, starts.tolist(), widths.tolist(), strict=True)]


def rooms(found: Surfaces, rules: SpaceRules) -> tuple[Ints, Ints]:
    """(rows, variants) room for corridors (NO_ROOM, BUNDLED, FREE), and (rows, variants) lines of boreholes that fit beside them (0 or 1).

    Rows with the same ground are asked once, and what fits with the widest heat pair and gas fits without.
    """
    grounds, place = np.unique(_grounds(found, rules), axis=0, return_inverse=True)
    if not len(grounds):
        return np.zeros((0, variants(rules)), dtype=np.int64), np.zeros((0, variants(rules)), dtype=np.int64)
    asked = [_rooms(_layout(row), rules) for row in grounds.tolist()]
    room, lines = (np.stack([one[part] for one in asked])[place] for part in (0, 1))
    return room, lines


def _rooms(layout: Layout, rules: SpaceRules) -> tuple[Ints, Ints]:
    count = variants(rules)
    room, lines = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    for variant in range(count - 1, -1, -1):
        lighter = _lighter(variant, count)
        if room[variant] < FREE and placement(layout, variant, FREE, rules) is not None:
            room[lighter] = FREE
        if room[variant] < BUNDLED and placement(layout, variant, BUNDLED, rules) is not None:
            room[lighter] = np.maximum(room[lighter], BUNDLED)
        if room[variant] == FREE and not lines[variant] and placement(layout, variant, FREE, rules, boreholes=True):
            lines[lighter] = 1
    return room, lines


def _lighter(variant: int, count: int) -> Ints:
    """The variant itself and all with a smaller or no heat pair, and no more gas."""
    every = np.arange(count)
    return every[(every // 2 <= variant // 2) & (every % 2 <= variant % 2)]
