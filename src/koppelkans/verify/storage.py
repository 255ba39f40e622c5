"""Do the streets hold the rain that a plan says? Their storage in one storm, simulated in SWMM of the US EPA, beside the static figure of the plan.

The plan adds up what all streets can store. Here each street keeps its own rain alone: what falls on a street without storage, or after its storage is
full, goes to the sewer. SWMM comes with the extra ``koppelkans[swmm]``; nothing else needs it.
Method: docs/method.md#swmm-check.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from koppelkans.errors import DataError, KoppelkansError

if TYPE_CHECKING:
    import pandas as pd

When = Literal["now", "then"]
MM_PER_M = 1_000.0
M2_PER_HA = 10_000.0
L_PER_M3 = 1_000.0
SECONDS_PER_HOUR = 3_600.0
PERCENT = 100.0
STEP = timedelta(seconds=10)
TAIL = timedelta(hours=2)
"""How long the simulation goes on after the rain: until the streets have run dry."""
FULL = 1 - 1e-6
THIRST = 10
"""Times the rain that the ground takes where nothing runs off: any number well above 1 gives the same."""
LONGEST = 200
"""Characters of a section's name that are written: SWMM refuses long lines."""
START = datetime(2026, 1, 1)
"""Any day: SWMM asks for one."""


@dataclass(frozen=True, slots=True)
class Storm:
    """A block of rain, and the streets on which it falls: what runs off sealed and green ground, how fast, and how fast it soaks into a bed."""

    rain_mm: float
    hours: float
    sealed_share: float
    green_share: float
    soak_mm_per_hour: float
    roughness: float
    slope_share: float

    @property
    def mm_per_hour(self) -> float:
        """Intensity, the same during the whole storm."""
        return self.rain_mm / self.hours


class Street(NamedTuple):
    """One section as the simulation sees it; ``flow_m`` is the way that water runs over the surface to its gutter or bed."""

    section: str
    area_m2: float
    runoff_share: float
    flow_m: float
    storage_m3: float
    bed_m2: float


class Water(NamedTuple):
    """Result of the simulation over all streets. ``runoff_m3`` runs off the surfaces, ``overflow_m3`` of it out of storage that is full; ``peak_l_per_s`` goes to the sewer at most.

    ``held_m3`` never reaches the sewer; ``unfilled_m3`` is room that the storm leaves empty, in ``unfilled`` of the ``stores`` sections with storage;
    ``rational_l_per_s``: peak without storage by the rational formula, sum of runoff share times intensity times area.
    """

    area_m2: float
    rain_m3: float
    runoff_m3: float
    overflow_m3: float
    sewer_m3: float
    peak_l_per_s: float
    rational_l_per_s: float
    held_m3: float
    storage_m3: float
    unfilled_m3: float
    unfilled: int
    stores: int

    @property
    def held_mm(self) -> float:
        """What is held, over the streets."""
        return self.held_m3 * MM_PER_M / self.area_m2

    @property
    def storage_mm(self) -> float:
        """What the plan says can be held, over the streets."""
        return self.storage_m3 * MM_PER_M / self.area_m2

    @property
    def differs_share(self) -> float:
        """How much more than the plan says is held, over what it says; negative: less. 0 without storage."""
        return self.held_m3 / self.storage_m3 - 1 if self.storage_m3 else 0.0


def storm_streets(patterns: pd.DataFrame, storm: Storm, when: When) -> list[Street]:
    """The planned sections of ``street_patterns`` as they are in the plan (``then``), or sealed and without storage (``now``, as the plan assumes).

    Raises DataError when no section has a cross-section.
    """
    rows = patterns[(patterns["state"] != "not_planned") & (patterns["sealed_m2"] + patterns["depaved_m2"] > 0)]
    if rows.empty:
        raise DataError("no street of this plan has a cross-section: there is no storage to simulate")
    area_m2 = rows["sealed_m2"] + rows["depaved_m2"]
    green = rows["depaved_m2"] / area_m2 if when == "then" else 0.0 * area_m2
    runoff = storm.sealed_share + green * (storm.green_share - storm.sealed_share)
    kept = 1.0 if when == "then" else 0.0
    columns = (area_m2, runoff, rows["class_m"] / 2, kept * rows["storage_m3"], kept * rows["bed_m2"])
    return [
        Street(str(name), *values)
        for name, *values in zip(rows.index, *(one.astype(float).tolist() for one in columns), strict=True)
    ]


def simulated_storage(patterns: pd.DataFrame, storm: Storm) -> dict[When, Water]:
    """What a storm does in the streets of today and of the plan. Raises DataError without cross-sections, KoppelkansError without SWMM."""
    both: tuple[When, When] = ("now", "then")
    return {when: simulated(storm_streets(patterns, storm, when), storm) for when in both}


def swmm_input(streets: list[Street], storm: Storm) -> str:
    """The input file of SWMM: a subcatchment for each section, and a storage unit with its bed for each that stores.

    SWMM knows no runoff share; a subcatchment of which that part is impervious, without puddles, and the rest soaks up any rain gives the same volume.
    What a full storage unit spills is the flooding of its node. The short conduit carries nothing: SWMM routes no storage in a model without links.
    """
    minutes = round(storm.hours * 60)
    end = START + timedelta(minutes=minutes) + TAIL
    length, step = f"{minutes // 60}:{minutes % 60:02d}", f"0{STEP}"
    rain = storm.mm_per_hour
    options = {
        "FLOW_UNITS": "CMS", "INFILTRATION": "HORTON", "FLOW_ROUTING": "KINWAVE", "START_DATE": f"{START:%m/%d/%Y}", "START_TIME": "00:00:00",
        "REPORT_START_DATE": f"{START:%m/%d/%Y}", "REPORT_START_TIME": "00:00:00", "END_DATE": f"{end:%m/%d/%Y}", "END_TIME": f"{end:%H:%M:%S}",
        "REPORT_STEP": "00:05:00", "WET_STEP": step, "DRY_STEP": step, "ROUTING_STEP": step, "THREADS": "1",
    }  # fmt: skip
    at = list(enumerate(streets))
    parts: dict[str, list[str]] = {
        "TITLE": ["koppelkans: storage of streets in one storm"],
        "OPTIONS": [f"{name} {value}" for name, value in options.items()],
        "RAINGAGES": [f"rain INTENSITY {length} 1.0 TIMESERIES storm"],
        "TIMESERIES": [f"storm 0:00 {rain:.9g}", f"storm {length} 0"],
        "SUBCATCHMENTS": [
            f"; {' '.join(one.section.split())[:LONGEST]}\n"
            f"s{n} rain {f'b{n}' if one.storage_m3 > 0 else 'sewer'} {one.area_m2 / M2_PER_HA:.12g} {one.runoff_share * PERCENT:.9g} "
            f"{one.area_m2 / one.flow_m:.9g} {storm.slope_share * PERCENT:.9g} 0"
            for n, one in at
        ],
        "SUBAREAS": [f"s{n} {storm.roughness:.9g} {storm.roughness:.9g} 0 0 0 OUTLET" for n, _ in at],
        "INFILTRATION": [f"s{n} {THIRST * rain:.9g} {THIRST * rain:.9g} 0 1 0" for n, _ in at],
        "JUNCTIONS": ["idle 0 1"],
        "OUTFALLS": ["sewer -10 FREE", "end -1 FREE"],
        "CONDUITS": ["unused idle end 10 0.013 0 0"],
        "XSECTIONS": ["unused CIRCULAR 1 0 0 0"],
        "STORAGE": [_unit(n, one, storm) for n, one in at if one.storage_m3 > 0],
    }
    return "\n\n".join("\n".join([f"[{name}]", *lines]) for name, lines in parts.items() if lines) + "\n"


def _unit(number: int, street: Street, storm: Storm) -> str:
    """A storage unit with upright walls on its bed; without a bed a closed tank of one metre."""
    bed_m2, soak = (street.bed_m2, storm.soak_mm_per_hour) if street.bed_m2 > 0 else (street.storage_m3, 0.0)
    seepage = f" 0 {soak:.9g} 0" if soak > 0 else ""
    return f"b{number} 0 {street.storage_m3 / bed_m2:.12g} 0 FUNCTIONAL 0 0 {bed_m2:.12g} 0 0{seepage}"


def simulated(streets: list[Street], storm: Storm) -> Water:
    """What SWMM finds for some streets. Raises KoppelkansError when SWMM is not installed."""
    try:
        from swmm.toolkit import shared_enum, solver
    except ImportError as error:
        raise KoppelkansError(
            "the storage of the streets is simulated in SWMM, which is not installed; add it with: pip install 'koppelkans[swmm]'"
        ) from error
    with tempfile.TemporaryDirectory(prefix="koppelkans-swmm-") as home:
        files = [str(Path(home) / f"streets.{kind}") for kind in ("inp", "rpt", "out")]
        Path(files[0]).write_text(swmm_input(streets, storm), encoding="utf-8")
        try:
            solver.swmm_open(*files)
            solver.swmm_start(0)
            kinds = shared_enum.ObjectType
            count = solver.project_get_count(kinds.NODE)
            nodes = {solver.project_get_id(kinds.NODE, number): number for number in range(count)}
            flows = [(nodes["sewer"], shared_enum.NodeResult.TOTAL_INFLOW)]
            flows += [(number, shared_enum.NodeResult.FLOOD) for name, number in nodes.items() if name[0] == "b"]
            peak = 0.0
            while solver.swmm_step() > 0:
                peak = max(peak, sum(solver.node_get_result(*flow) for flow in flows))
            stats = {name: solver.node_get_stats(number) for name, number in nodes.items()}
            most_m3 = {name: solver.storage_get_stats(nodes[name]).maxVol for name in nodes if name[0] == "b"}
            spilt_m3 = {name: stats[name].volFlooded for name in most_m3}
            runoff_m3 = sum(one.totLatFlow for one in stats.values())
            direct_m3 = stats["sewer"].totLatFlow
            solver.swmm_end()
        finally:
            solver.swmm_close()
    return _water(streets, storm, peak, (runoff_m3, direct_m3), spilt_m3, most_m3)


def _water(
    streets: list[Street], storm: Storm, peak_m3_per_s: float, flowed_m3: tuple[float, float],
    spilt_m3: Mapping[str, float], most_m3: Mapping[str, float],
) -> Water:  # fmt: skip
    """The sums of a simulation. ``flowed_m3``: off all surfaces, and off those that drain to the sewer at once; spilt and most by storage unit."""
    runoff_m3, direct_m3 = flowed_m3
    area_m2, overflow_m3 = sum(one.area_m2 for one in streets), sum(spilt_m3.values())
    room = {f"b{n}": one.storage_m3 for n, one in enumerate(streets) if one.storage_m3 > 0}
    left = {name: storage_m3 - most_m3[name] for name, storage_m3 in room.items() if most_m3[name] < FULL * storage_m3}
    m3_per_s = sum(one.runoff_share * one.area_m2 for one in streets) * storm.mm_per_hour / MM_PER_M / SECONDS_PER_HOUR
    return Water(
        area_m2=area_m2, rain_m3=area_m2 * storm.rain_mm / MM_PER_M, runoff_m3=runoff_m3, overflow_m3=overflow_m3, sewer_m3=direct_m3 + overflow_m3,
        peak_l_per_s=peak_m3_per_s * L_PER_M3, rational_l_per_s=m3_per_s * L_PER_M3, held_m3=runoff_m3 - direct_m3 - overflow_m3,
        storage_m3=sum(room.values()), unfilled_m3=sum(left.values()), unfilled=len(left), stores=len(room),
    )  # fmt: skip
