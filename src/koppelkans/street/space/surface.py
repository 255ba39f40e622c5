"""Every cross-section above ground that fits a width, and what a metre of it yields."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from itertools import combinations_with_replacement, product

import numpy as np
from numpy.typing import NDArray

from koppelkans.street.space.kernels import EPS, Flags, Floats, Ints
from koppelkans.street.space.rules import SpaceRules
from koppelkans.tables.space import CYCLE_KINDS, DIRECTIONS, SIDES

NARROW, CLEAR, WIDE = range(3)
FOOTWAYS = ("narrow", "clear", "wide")
TWO_WAY, ONE_WAY, CUT = range(len(DIRECTIONS))
NO_CYCLE, PATHS, TWO_WAY_PATH, CYCLE_STREET = range(len(CYCLE_KINDS))
NONE, PARKING, LOADING, ALTERNATING, TREES, WADI = range(len(SIDES))
FRONTS = ("closed", "half_open", "open", "none")
"""How a street is built along: closed rows, houses with a driveway each, houses apart, nobody. It decides where cars stand in the street today."""
YIELDS = (
    "bays",
    "trees",
    "canopy_m2",
    "storage_m3",
    "bed_m2",
    "depaved_m2",
    "loading",
    "cycle_m",
    "sealed_m2",
    "cost_eur",
)
"""What a metre of street yields, in the order of the columns of ``Surfaces.yields``."""


@dataclass(frozen=True, slots=True)
class Surfaces:
    """Cross-sections, one per row. ``width_m`` class; ``main`` road with buses; ``now`` as it is assumed today; ``direction``, ``cycle``, ``footway``
    (places in FOOTWAYS), ``sides`` (rows, 2) places in SIDES, ``gardens`` (rows, 2); widths in m: ``walk_m`` clear footway, ``spare_m`` what each
    footway has more, ``carriageway_m``, ``verge_m``, ``path_m`` (rows, 2) cycle path left and right; ``yields`` (rows, YIELDS) per metre.
    """

    width_m: Floats
    main: Flags
    now: Flags
    direction: Ints
    cycle: Ints
    footway: Ints
    sides: Ints
    gardens: Flags
    walk_m: Floats
    spare_m: Floats
    carriageway_m: Floats
    verge_m: Floats
    path_m: Floats
    yields: Floats

    def __len__(self) -> int:
        return len(self.width_m)

    def rows(self, which: NDArray[np.bool_] | Ints) -> Surfaces:
        """The same for some rows."""
        return Surfaces(*(getattr(self, item.name)[which] for item in fields(self)))


def joined(parts: list[Surfaces]) -> Surfaces:
    """All rows, one after the other."""
    return Surfaces(*(np.concatenate([getattr(part, item.name) for part in parts]) for item in fields(Surfaces)))


def surfaces(width_m: float, *, main: bool, rules: SpaceRules) -> Surfaces:
    """Every cross-section that fits ``width_m`` and leaves the fire brigade its width; mirror images once.

    From facade to facade: garden, footway, strip (parking, loading, alternating, trees, wadi or nothing), cycle path, carriageway, cycle path, berm,
    strip, footway, garden. What is left over is a berm from ``verge_min_m`` on, else it widens the footways. Carriageway, cycle paths and berm lie
    side by side and together are the fire lane. A road with buses has two directions and no cycle street.
    Method: docs/method.md#street-space-patterns.
    """
    flanks = [(side, garden) for side in range(len(SIDES)) for garden in (False, True)]
    pairs = list(combinations_with_replacement(flanks, 2))
    uses = [(TWO_WAY, cycle) for cycle in (NO_CYCLE, PATHS, TWO_WAY_PATH)]
    if not main:
        uses = list(product(range(len(DIRECTIONS)), range(len(CYCLE_KINDS))))
    every = [(way, cycle, footway, *pair) for (way, cycle), footway, pair in product(uses, range(len(FOOTWAYS)), pairs)]
    direction, cycle, footway = (np.array([row[place] for row in every], dtype=np.int64) for place in range(3))
    sides = np.array([(row[3][0], row[4][0]) for row in every], dtype=np.int64)
    gardens = np.array([(row[3][1], row[4][1]) for row in every])
    lanes = [rules.at("carriageway_m", "two_way_main" if main and way == "two_way" else way) for way in DIRECTIONS]
    walk = np.array([rules.at("footway_m", name) for name in FOOTWAYS])[footway]
    path = np.zeros((len(every), 2))
    path[cycle == PATHS] = rules.at("cycle_m", "paths")
    path[cycle == TWO_WAY_PATH, 1] = rules.at("cycle_m", "two_way_path")
    carriageway = np.array(lanes)[direction]
    strip = np.array([rules.of("side_m", name) for name in SIDES])[sides]
    used = carriageway + 2 * walk + strip.sum(axis=1) + path.sum(axis=1) + rules.at("garden_m") * gardens.sum(axis=1)
    rest = np.round(width_m - used, 6)
    verge = np.where(rest >= rules.at("verge_min_m") - EPS, rest, 0.0)
    fits = (rest >= 0) & (carriageway + path.sum(axis=1) + verge >= rules.at("fire_lane_m") - EPS)
    count = len(every)
    found = Surfaces(
        width_m=np.full(count, width_m), main=np.full(count, main), now=np.zeros(count, dtype=bool), direction=direction, cycle=cycle,
        footway=footway, sides=sides, gardens=gardens, walk_m=walk, spare_m=np.maximum(rest - verge, 0.0) / 2, carriageway_m=carriageway,
        verge_m=verge, path_m=path, yields=np.zeros((count, len(YIELDS))),
    ).rows(fits)  # fmt: skip
    return replace(found, yields=_yields(found, rules))


def _yields(found: Surfaces, rules: SpaceRules) -> Floats:
    """What a metre of each cross-section yields, in the order of YIELDS."""
    bay, spacing = rules.at("bay_m"), rules.at("loading_spacing_m")
    module = (rules.at("bays_per_tree") + 1) * bay
    loading = 1 / spacing
    bays = dict.fromkeys(SIDES, 0.0) | {
        "parking": 1 / bay,
        "loading": max(0.0, 1 - rules.at("loading_bay_m") * loading) / bay,
        "alternating": rules.at("bays_per_tree") / module,
    }
    trees = dict.fromkeys(SIDES, 0.0) | {
        "alternating": 1 / module,
        **{name: 1 / rules.at("tree_spacing_m", name) for name in ("trees", "wadi")},
    }
    cost = dict.fromkeys(SIDES, 0.0) | {
        name: rules.at("tree_eur") * trees[name] + rules.at("depaving_eur_per_m2") * rules.at("depaved_m2_per_m", name)
        for name in ("alternating", "trees")
    }
    cost |= {
        "wadi": rules.at("side_m", "wadi") * rules.at("wadi_eur_per_m2"),
        "loading": loading * rules.at("loading_eur"),
    }

    def both(per_side: dict[str, float]) -> Floats:
        return np.asarray(np.array([per_side[name] for name in SIDES])[found.sides].sum(axis=1))

    def strips(figure: str) -> Floats:
        return both({name: rules.of(figure, name) for name in SIDES})

    gardens = found.gardens.sum(axis=1)
    planted = rules.at("verge_share") * found.verge_m
    depaved = strips("depaved_m2_per_m") + gardens * rules.at("depaved_m2_per_m", "garden") + planted
    priced = (
        both(cost) + gardens * rules.at("depaved_m2_per_m", "garden") * rules.at("garden_eur_per_m2")
        + planted * rules.at("depaving_eur_per_m2") + found.path_m.sum(axis=1) * rules.at("cycle_eur_per_m2")
        + (found.cycle == CYCLE_STREET) * rules.at("cycle_street_eur_per_m")
    )  # fmt: skip
    return np.column_stack([
        both(bays) * rules.at("parked_share"), both(trees), both({name: trees[name] * rules.of("canopy_m2", name) for name in SIDES}),
        strips("storage_m3_per_m"), strips("bed_m2_per_m") + gardens * rules.at("bed_m2_per_m", "garden"), depaved,
        (found.sides == LOADING).sum(axis=1) * loading, (found.cycle != NO_CYCLE) * 1.0, found.width_m - depaved, priced,
    ])  # fmt: skip


def surface_now(width_m: float, *, main: bool, rules: SpaceRules, front: str = FRONTS[0]) -> Surfaces:
    """The cross-section that a street of this width is assumed to have today: parking on two sides in wide streets, else on one, where footways stay.

    front: how it is built along; along houses apart cars stand on one side at most, where nobody lives on none, and driveways take their part of the length.
    Two directions where they fit beside it, else one lane; no trees, no open soil, no cycle path. Method: docs/method.md#street-space-now.
    """
    most = min(2 if width_m >= rules.at("now_two_sides_from_m") - EPS else 1, round(rules.at("now_sides", front)))
    lanes = [rules.at("carriageway_m", "two_way_main" if main else "two_way"), rules.at("carriageway_m", "one_way")]
    parking, least = rules.at("side_m", "parking"), rules.at("now_footway_m")
    tried = [(count, way) for count in range(most, -1, -1) for way in (TWO_WAY, ONE_WAY)]
    fitting = [(count, way) for count, way in tried if (width_m - lanes[way] - count * parking) / 2 >= least - EPS]
    count, way = fitting[0] if fitting else (0, ONE_WAY)
    lane = min(lanes[way], width_m)
    walk = min((width_m - lane - count * parking) / 2, rules.at("footway_m", "wide"))
    sides = np.array([[PARKING, PARKING if count == 2 else NONE] if count else [NONE, NONE]], dtype=np.int64)
    widths = np.array([rules.at("footway_m", name) for name in FOOTWAYS])
    yields = np.zeros((1, len(YIELDS)))
    yields[0, 0] = count * rules.of("now_parked_share", front) / rules.at("bay_m")
    yields[0, YIELDS.index("sealed_m2")] = width_m
    level = (
        int(np.searchsorted(widths, walk + EPS, side="right")) - 1
    )  # -1: narrower than any that a new street may have
    return Surfaces(
        width_m=np.array([width_m]), main=np.array([main]), now=np.array([True]), direction=np.array([way]), cycle=np.array([NO_CYCLE]),
        footway=np.array([level]), sides=sides, gardens=np.zeros((1, 2), dtype=bool), walk_m=np.array([walk]), spare_m=np.zeros(1),
        carriageway_m=np.array([width_m - 2 * walk - count * parking]), verge_m=np.zeros(1), path_m=np.zeros((1, 2)), yields=yields,
    )  # fmt: skip


def edges_m(found: Surfaces, rules: SpaceRules) -> Floats:
    """(rows, 11) edges of the ten strips from the left facade: garden, footway, strip, path, carriageway, path, berm, strip, footway, garden."""
    strip = np.array([rules.of("side_m", name) for name in SIDES])[found.sides]
    garden = rules.at("garden_m") * found.gardens
    walk = found.walk_m + found.spare_m
    parts = [
        garden[:, 0], walk, strip[:, 0], found.path_m[:, 0], found.carriageway_m, found.path_m[:, 1], found.verge_m, strip[:, 1], walk, garden[:, 1],
    ]  # fmt: skip
    return np.concatenate([np.zeros((len(found), 1)), np.cumsum(np.stack(parts, axis=1), axis=1)], axis=1)
