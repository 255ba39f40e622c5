"""What a plan is: place, scenario, result tables, and the record of the run that made it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from koppelkans.place.model import Place
from koppelkans.scenario import Scenario


@dataclass(frozen=True, slots=True)
class StepRecord:
    """One step of the run: seconds and peak memory are notes of this run, no part of the plan hash."""

    name: str
    seconds: float
    rows: int


@dataclass(frozen=True, slots=True)
class RunRecord:
    """How the plan came about. ``plan_hash`` covers table contents, scenario, figures and engine version; never file bytes."""

    engine_version: str
    made_on: date
    valid_until: date
    plan_hash: str
    table_hashes: Mapping[str, str]
    reproducible: bool
    steps: tuple[StepRecord, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """One computed plan. ``tables`` holds every result table by its contract name (``tables.TABLES``).

    ``certificate``: proof of the heat network in whole numbers, None without a source; ``works_certificate``: proof of the works calendar, None without
    streets. Both None in a plan that was read from its folder.
    """

    place: Place
    scenario: Scenario
    tables: Mapping[str, pd.DataFrame]
    run: RunRecord
    certificate: Mapping[str, Any] | None = None
    works_certificate: Mapping[str, Any] | None = None

    def __getitem__(self, name: str) -> pd.DataFrame:
        return self.tables[name]
