"""The sections of a place as they enter the choice: class of width, kind of road, what lies below, and which duties they carry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from koppelkans.errors import DataError
from koppelkans.parameters import reference_table
from koppelkans.street.space.access import Access, access
from koppelkans.street.space.kernels import EPS, Flags, Floats, Ints
from koppelkans.street.space.library import Class, Library
from koppelkans.street.space.rules import SpaceRules
from koppelkans.street.space.surface import FRONTS
from koppelkans.tables import first_keys

PLANNED = ("main", "collector", "local", "living", "unknown")
THROUGH = ("main", "collector")
"""Groups of roads that keep two directions and carry buses."""
RANK = {"main": 0, "collector": 1, "unknown": 2, "local": 3, "living": 4, "service": 5}
BY_CLASS = "by_class"


@dataclass(frozen=True)
class SpaceTargets:
    """What is asked of the streets of a neighbourhood; None: not asked.

    Shares run 0-1. ``street_parking_share``: bays on the street, ``parking_share``: bays offered anywhere, both over the bays of today.
    ``canopy_share`` crown after 20 years over street area; ``storage_mm`` over street area; ``depaved_m2``, ``trees``, ``loading_bays``, ``boreholes`` in total.

    ``cycle``: sections that need a cycle path or cycle street; ``by_class``: main roads and collectors where one fits; empty: none.
    ``footway_m``: least clear footway. ``keep_directions``: no street is turned one-way or cut. ``keep_own_bays``: every section keeps its bays of today. ``frozen``: section -> pattern.

    What may stand in for a bay on the street, at most: ``hub_bays`` built, ``opened_bays`` in car parks that open, ``shared_cars``.
    """

    street_parking_share: float | None = None
    parking_share: float | None = None
    canopy_share: float | None = None
    storage_mm: float | None = None
    depaved_m2: float | None = None
    trees: float | None = None
    loading_bays: float | None = None
    boreholes: float | None = None
    cycle: str | frozenset[str] = BY_CLASS
    footway_m: float | None = 1.5
    keep_directions: bool = False
    keep_own_bays: bool = False
    frozen: Mapping[str, str] = field(default_factory=dict)
    hub_bays: float = 0.0
    opened_bays: float = 0.0
    shared_cars: float = 0.0


@dataclass(frozen=True, slots=True)
class Streets:
    """The planned sections: ``names``, ``length_m``, ``class_of`` each, ``heat_class`` (0: no pair) and ``gas``, ``duty`` to have room for cyclists,
    ``access``, ``group`` of road, ``front`` how it is built along; ``area_m2`` by class width; ``low_m`` low end of the width; ``left_out`` sections that are no streets or too narrow.
    """

    names: tuple[str, ...]
    length_m: Floats
    class_of: tuple[Class, ...]
    heat_class: Ints
    gas: Flags
    duty: Flags
    access: Access
    group: tuple[str, ...]
    front: tuple[str, ...]
    low_m: Floats
    left_out: tuple[str, ...]

    @property
    def width_m(self) -> Floats:
        """Class width of each section."""
        return np.array([one[0] for one in self.class_of], dtype=float)

    def today(self, library: Library) -> Ints:
        """Row of the cross-section that each section is assumed to have today."""
        rows = [library.today[*one, front] for one, front in zip(self.class_of, self.front, strict=True)]
        return np.array(rows, dtype=np.int64)

    @property
    def area_m2(self) -> float:
        """Area of all planned sections."""
        return float((self.width_m * self.length_m).sum())


def planned_streets(
    sections: pd.DataFrame, targets: SpaceTargets, *, heat_dn_mm: pd.Series | None, gas: pd.Series | None, rules: SpaceRules
) -> Streets:  # fmt: skip
    """The sections that get a cross-section, in the order of ``sections``.

    ``built_per_m`` of the sections: buildings or dwellings per metre, whichever are more, both sides together (no such column: all built along in closed rows).
    ``heat_dn_mm``: DN of the pair per section, empty or 0 for none; ``gas``: sections whose gas pipe stays (None: all).
    Raises DataError that lists widths and lengths that are not above zero, sections that do not exist, and pairs wider than any known corridor.
    """
    _check(sections, targets, heat_dn_mm, gas, rules)
    known = reference_table("street_classes").set_index("road_class")["group"]
    groups = sections["road_class"].str.lower().str.strip().map(known).fillna("unknown").astype(str)
    step, top = rules.at("class_m"), rules.at("class_to_m")
    widths = np.minimum(np.round(np.floor(sections["width_m"].to_numpy(float) / step + EPS) * step, 6), top)
    use = groups.isin(PLANNED).to_numpy() & (widths >= rules.at("class_from_m") - EPS)
    drivable = groups.isin([*PLANNED, "service"]).to_numpy()
    rank = groups.map(RANK).fillna(len(RANK)).to_numpy().astype(np.int64)
    found = access(sections["from_node"], sections["to_node"], drivable, rank)
    dn = (
        pd.Series(0.0, index=sections.index) if heat_dn_mm is None else heat_dn_mm.reindex(sections.index).fillna(0.0)
    ).to_numpy(float)
    heat_class = np.where(dn > 0, np.searchsorted(rules.heat_classes_mm, dn) + 1, 0)
    stays = (
        np.ones(len(sections), dtype=bool)
        if gas is None
        else gas.reindex(sections.index).astype("boolean").fillna(True).to_numpy(bool)
    )
    through = groups.isin(THROUGH).to_numpy()
    duty = through if targets.cycle == BY_CLASS else np.asarray(sections.index.isin(list(targets.cycle)))
    return Streets(
        names=tuple(sections.index[use].astype(str)),
        length_m=sections["length_m"].to_numpy(float)[use],
        class_of=tuple(zip(widths[use].tolist(), through[use].tolist(), strict=True)),
        heat_class=heat_class[use].astype(np.int64),
        gas=stays[use],
        duty=duty[use],
        access=Access(found.turns[use], found.cuts[use]),
        group=tuple(groups[use]),
        front=tuple(_fronts(sections, rules)[use].tolist()),
        low_m=sections.get("width_low_m", sections["width_m"]).to_numpy(float)[use],
        left_out=tuple(sections.index[~use].astype(str)),
    )


def _fronts(sections: pd.DataFrame, rules: SpaceRules) -> NDArray[np.str_]:
    """How each section is built along, by what stands along a metre of it."""
    if "built_per_m" not in sections:
        return np.full(len(sections), FRONTS[0])
    built = sections["built_per_m"].fillna(0.0).to_numpy(float)
    least = [rules.at("now_front_per_m", front) for front in FRONTS[:2]]
    return np.select([built >= least[0], built >= least[1], built > 0], FRONTS[:3], FRONTS[3])


def _check(
    sections: pd.DataFrame, targets: SpaceTargets, heat_dn_mm: pd.Series | None, gas: pd.Series | None, rules: SpaceRules
) -> None:  # fmt: skip
    faults = []
    for name in ("width_m", "length_m"):
        wrong = sections.index[~(sections[name] > 0)]
        if len(wrong):
            found = ", ".join(f"{value:g}" for value in sections.loc[wrong[:3], name])
            faults.append(
                f"column {name}: {len(wrong)} sections hold {found} m ({first_keys(wrong)}), expected more than 0 m"
            )
    cycle = [] if targets.cycle == BY_CLASS else sorted(targets.cycle)
    listed = {"frozen": list(targets.frozen), "cycle": cycle}
    listed |= {name: list(one.index) for name, one in (("heat_dn_mm", heat_dn_mm), ("gas", gas)) if one is not None}
    for name, keys in listed.items():
        strange = [key for key in keys if key not in sections.index]
        if strange:
            faults.append(f"{name} names {len(strange)} sections that do not exist ({first_keys(strange)})")
    most = rules.heat_classes_mm[-1]
    if heat_dn_mm is not None and (heat_dn_mm > most).any():
        wide = heat_dn_mm.index[heat_dn_mm > most]
        faults.append(
            f"heat_dn_mm: {len(wide)} sections are wider than DN{most} ({first_keys(wide)}), for which no corridor width is known"
        )
    faults += _target_faults(targets)
    if faults:
        raise DataError("the streets cannot be planned", faults)


def _target_faults(targets: SpaceTargets) -> list[str]:
    names = (
        "street_parking_share", "parking_share", "canopy_share", "storage_mm", "depaved_m2", "trees", "loading_bays", "boreholes", "footway_m",
        "hub_bays", "opened_bays", "shared_cars",
    )  # fmt: skip
    given = [(name, getattr(targets, name)) for name in names]
    faults = [
        f"{name} = {value:g}, expected at least 0" for name, value in given if value is not None and not value >= 0
    ]
    if targets.canopy_share is not None and targets.canopy_share > 1:
        faults.append(f"canopy_share = {targets.canopy_share:g}, expected at most 1")
    return faults
