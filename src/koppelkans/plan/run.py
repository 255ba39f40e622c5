"""What the chapters of a run share: what each is asked with, and what grows while they answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import pandas as pd

from koppelkans import tables
from koppelkans.building.hours import Climate
from koppelkans.heat import Economics
from koppelkans.parameters import Parameters
from koppelkans.place.model import Place
from koppelkans.plan.energy import Answer
from koppelkans.plan.influence import at_design, economics_of
from koppelkans.plan.record import StepRecord
from koppelkans.plan.street import StreetInputs, StreetPart
from koppelkans.scenario import Scenario
from koppelkans.tables import RemarkRow

OnStep = Callable[[str], None]


@dataclass(slots=True)
class Run:
    """What grows while the chapters run: tables, remarks and step times."""

    on_step: OnStep
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    remarks: list[RemarkRow] = field(default_factory=list)
    steps: list[StepRecord] = field(default_factory=list)
    indicators: list[pd.DataFrame] = field(default_factory=list)
    works: StreetPart | None = None

    def step(self, name: str, answer: Callable[[], tuple[pd.DataFrame, list[RemarkRow]]]) -> pd.DataFrame:
        """The table that a chapter answers, checked against its contract; its remarks and time are kept."""

        def one() -> Answer:
            frame, remarks = answer()
            return {name: frame}, remarks

        return self.several(name, one)[name]

    def several(self, name: str, answer: Callable[[], Answer]) -> dict[str, pd.DataFrame]:
        """The tables that a chapter answers by name, checked; the step is called ``name``."""
        self.on_step(name)
        begin = time.perf_counter()
        frames, remarks = answer()
        for table, frame in frames.items():
            self.tables[table] = tables.check(tables.TABLES[table], frame, where=f"step {name}")
        self.remarks += remarks
        rows = len(next(iter(frames.values()))) if frames else 0
        self.steps.append(StepRecord(name, time.perf_counter() - begin, rows))
        return frames


@dataclass(frozen=True, slots=True)
class Case:
    """What every chapter of this run is asked with."""

    place: Place
    scenario: Scenario
    parameters: Parameters
    area: str
    climate: Climate
    folder: Path | None = None
    laid: gpd.GeoDataFrame | None = None

    @property
    def economics(self) -> Economics:
        """How options are weighed."""
        return economics_of(self.scenario, self.parameters)

    @property
    def streets(self) -> StreetInputs:
        """What the works in the streets are asked with."""
        return StreetInputs(self.place, self.scenario, self.folder, self.economics, self.at_design)

    @property
    def at_design(self) -> Parameters:
        """The figures with the design temperature of the scenario."""
        return at_design(self.scenario, self.parameters)
