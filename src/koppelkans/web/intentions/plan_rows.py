"""Buildings of a finished plan, as the register needs them: address, size, and whether the design connects them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from koppelkans.web.plans.models import PlanRun, State
from koppelkans.web.projects.models import Project

KWH_PER_MWH = 1_000.0


@dataclass(frozen=True, slots=True)
class PlanBuilding:
    """One heated building. ``joined``: connected in the design of the plan."""

    key: str
    street: str
    house_number: str
    use: str
    dwellings: int
    heat_mwh: float
    joined: bool

    @property
    def address(self) -> str:
        """Street and number, the key where neither is known."""
        return " ".join(part for part in (self.street, self.house_number) if part) or self.key


def finished_runs(project: Project) -> list[PlanRun]:
    """Plans of a project that are done and whose tables stand, the newest first."""
    found = PlanRun.objects.filter(project=project, state=State.DONE).select_related("place")[:50]
    return [run for run in found if (run.folder / "tables" / "connections.parquet").is_file()]


def designs_network(run: PlanRun) -> bool:
    """Whether the plan of a run has pipes of a heat network."""
    from pyarrow.parquet import read_metadata

    pipes = run.folder / "tables" / "pipes.parquet"
    return pipes.is_file() and read_metadata(pipes).num_rows > 0


def plan_buildings(run: PlanRun) -> tuple[PlanBuilding, ...]:
    """The heated buildings of a plan, by street and number."""
    file = run.folder / "tables" / "buildings.parquet"
    return _buildings(run.folder / "tables", file.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _buildings(folder: Path, changed: int) -> tuple[PlanBuilding, ...]:
    given = _columns(folder / "buildings.parquet", "building", "street", "house_number", "use", "dwellings", "heated")
    heat = dict(zip(*_columns(folder / "demand.parquet", "building", "heat_kwh").values(), strict=True))
    joined = dict(zip(*_columns(folder / "connections.parquet", "building", "connected").values(), strict=True))
    rows = zip(*given.values(), strict=True)
    found = [
        PlanBuilding(
            str(key),
            street or "",
            number or "",
            use,
            int(dwellings),
            heat.get(key, 0.0) / KWH_PER_MWH,
            bool(joined.get(key)),
        )
        for key, street, number, use, dwellings, heated in rows
        if heated
    ]
    return tuple(sorted(found, key=lambda row: (row.street == "", row.street, _in_order(row.house_number), row.key)))


def _columns(file: Path, *names: str) -> dict[str, list[object]]:
    from pyarrow.parquet import read_table

    table = read_table(file, columns=list(names))
    return {name: table.column(name).to_pylist() for name in names}


def _in_order(number: str) -> tuple[int, str]:
    """House numbers as people count them: 2 before 10."""
    digits = re.match(r"\d+", number)
    return (int(digits[0]) if digits else 10**9, number)
