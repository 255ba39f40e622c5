"""What follows from the register for the network of a plan, as plain values for a page. The engine computes; nothing is stored."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from koppelkans.web.intentions.models import Intention, Stance
from koppelkans.web.plans.models import PlanRun

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Effect:
    """``network``: the row of the whole network; ``branches``, ``streets``: theirs; ``large``: customers that did not sign;
    ``project``: business case by name; ``outside``: buildings that signed and are not in the design; ``remarks``: what was assumed.
    """

    network: Row
    branches: list[Row]
    streets: list[Row]
    large: list[Row]
    project: dict[str, Row]
    outside: list[str]
    remarks: list[Row]

    @property
    def instead(self) -> list[Row]:
        """Large customers of which one alone would do."""
        return [row for row in self.large if row["enough"]]

    @property
    def attainable(self) -> bool:
        """Whether the dwellings that did not sign yet are enough."""
        return self._enough("needed_dwellings")

    @property
    def attainable_with_large(self) -> bool:
        """Whether they are when every large customer signs too."""
        return bool(self.large) and self._enough("needed_with_large_dwellings")

    def _enough(self, name: str) -> bool:
        needed = self.network[name]
        return needed is not None and needed <= self.network["left_dwellings"]


def effect_of(run: PlanRun, rows: Iterable[Intention]) -> Effect:
    """What the rows of the register mean for the plan of a run. Raises DataError for a plan without a heat network."""
    said: dict[str, set[str]] = {stance.value: set() for stance in Stance}
    for row in rows:
        said[row.stance].add(row.building)
    record = run.folder / "plan.json"
    return _effect(
        run.folder, record.stat().st_mtime_ns, frozenset(said[Stance.SIGNED]), frozenset(said[Stance.INTERESTED])
    )


@lru_cache(maxsize=8)
def _effect(folder: Path, changed: int, signed: frozenset[str], interested: frozenset[str]) -> Effect:
    import pandas as pd

    from koppelkans.plan.signed import READ_TABLES, signed_case
    from koppelkans.scenario import Scenario

    scenario = Scenario.model_validate(json.loads((folder / "plan.json").read_text(encoding="utf-8"))["scenario"])
    tables = {
        name: pd.read_parquet(file) for name in READ_TABLES if (file := folder / "tables" / f"{name}.parquet").is_file()
    }
    case = signed_case(tables, scenario, signed=signed, interested=interested)
    groups = _rows(case.groups)
    return Effect(
        network=next(row for row in groups if row["kind"] == "network"),
        branches=[row for row in groups if row["kind"] == "branch"],
        streets=[row for row in groups if row["kind"] == "street"],
        large=_rows(case.large),
        project={row["key"]: row for row in _rows(case.project)},
        outside=case.outside,
        remarks=[dict(row) for row in case.remarks],
    )


def _rows(frame: Any) -> list[Row]:
    """Rows of a table as plain values; a missing number is None."""
    rows = frame.assign(key=frame.index.astype(str)).to_dict("records")
    return [{str(name): _value(value) for name, value in row.items()} for row in rows]


def _value(value: Any) -> Any:
    return None if value is None or (isinstance(value, float) and not math.isfinite(value)) else value
