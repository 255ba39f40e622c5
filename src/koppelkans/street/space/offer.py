"""What every section may become, with amounts and price per metre, and what is asked: the choice before it is a model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from koppelkans.errors import DataError, suggestion
from koppelkans.street.space.kernels import EPS, Flags, Floats, Ints
from koppelkans.street.space.library import Library
from koppelkans.street.space.rules import SpaceRules
from koppelkans.street.space.streets import BY_CLASS, SpaceTargets, Streets
from koppelkans.street.space.surface import CUT, FRONTS, NO_CYCLE, ONE_WAY, TWO_WAY, YIELDS
from koppelkans.street.space.underground import BUNDLED, NO_ROOM, variant_of
from koppelkans.tables.space import DUTY_DEMANDS, QUANTITY_DEMANDS

MM_PER_M = 1_000.0
QUANTITIES = {
    "street_parking": "bays", "parking": "bays", "canopy": "canopy_m2", "storage": "storage_m3", "depaved": "depaved_m2", "trees": "trees",
    "loading": "loading",
}  # fmt: skip
"""Yield that a demand counts; boreholes depend on what lies below."""
ALTERNATIVES = ("hub_bays", "opened_bays", "shared_cars")


@dataclass(frozen=True, slots=True)
class Offer:
    """Columns: a cross-section for a group of sections that are alike. Sorted by group.

    ``group`` and ``pattern`` (row of the library) per column; ``amount`` (columns, QUANTITY_DEMANDS) and ``cost_eur`` per metre of street, with what turning, cutting,
    changing and bundling costs; ``bundle_eur`` of it; ``breaks`` (columns, DUTY_DEMANDS) duties that it would not keep; ``room`` for its corridors.
    ``members``: group of each section; ``length_m`` of each section. ``carries`` (groups, DUTY_DEMANDS): duties that count
    there; ``hopeless``: those that none of its cross-sections can keep, which are waived there, and said.
    """

    group: Ints
    pattern: Ints
    amount: Floats
    cost_eur: Floats
    bundle_eur: Floats
    breaks: Flags
    room: Ints
    members: Ints
    length_m: Floats
    carries: Flags
    hopeless: Flags

    @property
    def groups(self) -> int:
        """Number of groups."""
        return len(self.hopeless)

    @property
    def group_m(self) -> Floats:
        """Length of each group."""
        return np.asarray(np.bincount(self.members, weights=self.length_m, minlength=self.groups), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Demands:
    """``need`` per quantity (0: not asked), ``asked`` in the unit that the planner wrote, ``unit`` of one such in the counted amount; ``active`` names.

    ``caps``, ``price_eur``, ``worth`` (in bays) of ALTERNATIVES; ``duty_m`` length of the sections that carry each duty and can keep it; ``hopeless_m`` of those that
    cannot, whatever else is asked.
    """

    need: Floats
    asked: dict[str, float]
    step: dict[str, float]
    active: tuple[str, ...]
    caps: Floats
    price_eur: Floats
    worth: Floats
    duty_m: Floats
    hopeless_m: Floats


def offer(streets: Streets, library: Library, targets: SpaceTargets, rules: SpaceRules) -> Offer:
    """Every cross-section of its class for every section; sections alike in class, ground, duty and access are one group.

    A street that has two directions today is turned only where the network allows it, and cut likewise; a single lane of today stays one. A cross-section
    without room below for the wished heat pair or the gas pipe breaks that duty; one that has room only when cables and sewers are bundled pays for it.
    Raises DataError on a frozen pattern that its class does not have.
    """
    frozen = np.array(
        [_frozen(name, place, streets, library, targets) for place, name in enumerate(streets.names)], dtype=np.int64
    )
    features = np.column_stack([
        streets.width_m, [main for _, main in streets.class_of], streets.heat_class, streets.gas, streets.duty, streets.access.turns != 0, streets.access.cuts,
        frozen, [FRONTS.index(front) for front in streets.front],
    ]).astype(float).reshape(len(streets.names), 9)  # fmt: skip
    kinds, members = np.unique(features, axis=0, return_inverse=True)
    parts = [_group(number, row, library, targets, rules) for number, row in enumerate(kinds)]
    stacked = [np.concatenate([part[place] for part in parts]) for place in range(7)]
    group, pattern, amount, cost_eur, bundle_eur, breaks, room = stacked
    columns = np.bincount(group, minlength=len(kinds))
    everywhere = np.ones(len(kinds), dtype=bool)
    carries = np.column_stack([
        kinds[:, 4] > 0, everywhere * (targets.footway_m is not None), kinds[:, 2] > 0, kinds[:, 3] > 0, everywhere * targets.keep_directions,
        kinds[:, 7] >= 0, everywhere * targets.keep_own_bays,
    ]).astype(bool)  # fmt: skip
    hopeless = np.stack([np.bincount(group, weights=one, minlength=len(kinds)) == columns for one in breaks.T], axis=1)
    return Offer(
        group, pattern, amount, cost_eur, bundle_eur, breaks & ~hopeless[group], room, members=members.reshape(-1), length_m=streets.length_m,
        carries=carries & ~hopeless, hopeless=carries & hopeless,
    )  # fmt: skip


def _frozen(name: str, place: int, streets: Streets, library: Library, targets: SpaceTargets) -> int:
    wanted = targets.frozen.get(name)
    if wanted is None:
        return -1
    rows = library.rows(streets.class_of[place], streets.front[place])
    known = {library.names[row]: int(row) for row in rows}
    if wanted not in known:
        raise DataError(
            f"section {name} is frozen to {wanted}, which streets of {streets.class_of[place][0]:g} m do not have; {suggestion(wanted, known)}"
        )
    return known[wanted]


def _group(
    number: int, row: Floats, library: Library, targets: SpaceTargets, rules: SpaceRules
) -> tuple[Floats | Ints | Flags, ...]:
    """The columns of one group: group, pattern, amounts, cost, bundling, duties broken, room."""
    width, main, heat_class, gas, duty, turns, cuts, frozen, front = row.tolist()
    rows = library.rows((width, bool(main)), FRONTS[int(front)])
    today = rows[0]
    found, surfaces = library.surfaces.rows(rows), library.surfaces
    now, single = rows == today, surfaces.direction[today] == ONE_WAY
    turned = ~now & (found.direction != TWO_WAY)
    allowed = (found.direction != ONE_WAY) | single | bool(turns)
    allowed &= (found.direction != CUT) | bool(cuts) | (single & (not turns))
    rows, found, now, turned = rows[allowed], found.rows(allowed), now[allowed], turned[allowed]
    variant = int(variant_of(int(heat_class), bool(gas)))
    room, plain = library.room[rows, variant], library.room[rows, variant_of(0, bool(gas))]
    bundled = (room == BUNDLED) & (~now | bool(heat_class))  # a street that stays as it is bundles nothing
    bundle = bundled * rules.at("bundle_eur_per_m")
    new = turned & (surfaces.direction[today] == TWO_WAY)
    cost = (
        found.yields[:, YIELDS.index("cost_eur")] + ~now * rules.at("change_eur_per_m") + bundle
        + new * np.where(found.direction == CUT, rules.at("cut_eur_per_m"), rules.at("one_way_eur_per_m"))
    )  # fmt: skip
    columns = [found.yields[:, YIELDS.index(name)] for name in QUANTITIES.values()]
    amount = np.column_stack([*columns, library.lines[rows, variant] / rules.at("borehole_spacing_m")])
    breaks = np.column_stack([
        (found.cycle == NO_CYCLE) & bool(duty),
        found.walk_m + found.spare_m < (targets.footway_m or 0.0) - EPS,
        (room == NO_ROOM) & (plain != NO_ROOM) if heat_class else np.zeros(len(rows), dtype=bool),
        (plain == NO_ROOM) & bool(gas) & ~now,
        new & targets.keep_directions,
        (rows != int(frozen)) & (frozen >= 0),
        (found.yields[:, YIELDS.index("bays")] < surfaces.yields[today, YIELDS.index("bays")] - EPS) & targets.keep_own_bays,
    ])  # fmt: skip
    if heat_class:
        breaks[:, 2] |= (room == NO_ROOM) & now
    return np.full(len(rows), number), rows, amount, cost, bundle, breaks, room


def demands(streets: Streets, offered: Offer, bays_now: float, targets: SpaceTargets, rules: SpaceRules) -> Demands:
    """What is asked, in amounts that columns count."""
    area = streets.area_m2
    written = {
        "street_parking": targets.street_parking_share, "parking": targets.parking_share, "canopy": targets.canopy_share, "storage": targets.storage_mm,
        "depaved": targets.depaved_m2, "trees": targets.trees, "loading": targets.loading_bays, "boreholes": targets.boreholes,
    }  # fmt: skip
    one = {"street_parking": bays_now, "parking": bays_now, "canopy": area, "storage": area / MM_PER_M}
    step = {name: one.get(name, 1.0) for name in QUANTITY_DEMANDS}
    asked = {name: float(value) for name, value in written.items() if value}
    need = np.array([asked.get(name, 0.0) * step[name] for name in QUANTITY_DEMANDS])
    duty_m, hopeless_m = offered.group_m @ offered.carries, offered.group_m @ offered.hopeless
    return Demands(
        need=need,
        asked=asked,
        step=step,
        active=(*asked, *(name for name, length in zip(DUTY_DEMANDS, duty_m, strict=True) if length > 0)),
        caps=np.array([targets.hub_bays, targets.opened_bays, targets.shared_cars], dtype=float),
        price_eur=np.array([rules.at("hub_bay_eur"), rules.at("opened_bay_eur"), rules.at("shared_car_eur")]),
        worth=np.array([1.0, 1.0, rules.at("shared_car_replaces") - 1.0]),
        duty_m=duty_m,
        hopeless_m=hopeless_m,
    )


def strict_duties(targets: SpaceTargets) -> tuple[str, ...]:
    """Duties that somebody asked for by name: where no cross-section can keep one, it counts as missed. Of the others it is only said."""
    cycle = () if targets.cycle == BY_CLASS else ("cycle",)
    return (*cycle, "heat_corridor", "directions", "frozen", "own_bays")
