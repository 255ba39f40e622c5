"""The figures that shape cross-sections, read once from the parameters."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from koppelkans.errors import ParameterError
from koppelkans.parameters import Parameters

SHAPE = (
    "class_m", "class_from_m", "class_to_m", "carriageway_m", "fire_lane_m", "footway_m", "cycle_m", "side_m", "garden_m", "verge_min_m",
    "bay_m", "bays_per_tree", "parked_share", "now_parked_share", "now_sides", "now_two_sides_from_m", "now_footway_m", "tree_spacing_m", "canopy_m2",
    "storage_m3_per_m", "bed_m2_per_m", "depaved_m2_per_m", "verge_share", "loading_bay_m", "loading_spacing_m", "tree_eur",
    "depaving_eur_per_m2", "wadi_eur_per_m2", "garden_eur_per_m2", "cycle_eur_per_m2", "cycle_street_eur_per_m", "loading_eur",
    "corridor_m", "tree_clearance_m", "heat_water_m", "footway_reach_m", "borehole_spacing_m",
)  # fmt: skip
"""Figures that decide which patterns exist and what they yield."""
PRICES = (
    "one_way_eur_per_m", "cut_eur_per_m", "change_eur_per_m", "hub_bay_eur", "opened_bay_eur", "shared_car_eur", "shared_car_replaces",
    "bundle_eur_per_m", "runoff_share", "now_front_per_m",
)  # fmt: skip
"""Figures that decide between them."""
ALL = "all"


@dataclass(frozen=True, slots=True)
class SpaceRules:
    """Figures of street space by name and scope."""

    figures: Mapping[str, Mapping[str, float]]

    def at(self, name: str, scope: str = ALL) -> float:
        """The figure; 0 for a yield that a kind of strip does not have is asked with ``of``."""
        return self.figures[name][scope]

    def of(self, name: str, scope: str) -> float:
        """The figure of a kind of strip, 0 where it has none."""
        return self.figures[name].get(scope, 0.0)

    @property
    def heat_classes_mm(self) -> tuple[int, ...]:
        """Largest DN of each class of heat pairs, ascending; read from the scopes of the corridor widths."""
        names = [name for name in self.figures["corridor_m"] if name.startswith("heat_")]
        return tuple(sorted(int(name.removeprefix("heat_")) for name in names))

    @property
    def key(self) -> str:
        """The same for the same shape figures: the name of a cached library."""
        shape = {name: sorted(self.figures[name].items()) for name in SHAPE}
        return hashlib.sha256(repr(shape).encode()).hexdigest()[:20]

    def changed(self, **changes: Mapping[str, float] | float) -> SpaceRules:
        """The same rules with some figures replaced; a number stands for the scope ``all``."""
        given: dict[str, Any] = {
            name: ({ALL: value} if isinstance(value, int | float) else {**self.figures[name], **value})
            for name, value in changes.items()
        }
        return SpaceRules({**self.figures, **given})


def space_rules(parameters: Parameters, day: date) -> SpaceRules:
    """The figures of ``street_space`` on a day. Raises ParameterError that lists every width, clearance or price below zero."""
    figures = {name: dict(parameters.numbers(f"street_space.{name}", day)) for name in (*SHAPE, *PRICES)}
    faults = [
        f"street_space.{name} ({scope}) is {value:g}, expected at least 0"
        for name, scopes in figures.items()
        for scope, value in scopes.items()
        if value < 0
    ]
    if faults:
        raise ParameterError("the figures of street space are not in order", faults)
    return SpaceRules(figures)
