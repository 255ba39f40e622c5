"""The child process that computes one plan: it limits its memory, writes the plan folder, and tells its worker how far it is.

Run as ``python -m koppelkans.web.jobs.engine PIPE WORKER ORDER`` by the worker; it touches no database. KOPPELKANS_WORKER_GB is how
much memory it may use (default 6).
"""

from __future__ import annotations

import ctypes
import fcntl
import importlib
import json
import os
import resource
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from koppelkans.errors import DataError, KoppelkansError, ScenarioError

Tell = Callable[..., None]
BYTES_PER_GB = 1 << 30
_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of prctl(2)
_POLITENESS = 5

STEPS: dict[str, float] = {
    "read": 6, "demand": 5, "coincidence": 2, "renovations": 1, "prices": 1, "support": 1, "line_density": 1, "stop_insulating": 1,
    "network": 20, "street": 14, "options": 1, "choices": 1, "street_space": 3, "hours": 5, "supply": 1, "robustness": 1, "epc": 1, "orderings": 2, "schedule": 2, "data_value": 4, "households": 1,
    "bills": 1, "ledger": 1, "response": 4, "indicators": 1, "drawn_assets": 8, "figures": 22, "write": 4, "report": 10, "pages": 12,
}  # fmt: skip
"""The steps of a run in their order, each with about its share of the time; the progress bar is all that depends on it."""

HEADLINE = (
    "fossil_free_heat_share",
    "co2_avoided_tonnes",
    "investment_meur",
    "society_after_keur_per_year",
    "network_dwellings",
)
"""Indicators that the list of plans shows."""


@dataclass(frozen=True, slots=True)
class Order:
    """What to compute: a shipped place by name or a folder, a scenario, and where the plan goes."""

    place: str
    scenario: dict[str, Any]
    folder: str


Compute = Callable[[Order, Tell], None]


def main(compute: Compute | None = None) -> None:
    """Carry out the order of the command line and tell the worker the outcome on the pipe; ``compute`` writes the plan folder."""
    pipe, worker, order = int(sys.argv[1]), int(sys.argv[2]), Order(**json.loads(sys.argv[3]))
    _die_with(worker)
    _limit_memory(float(os.environ.get("KOPPELKANS_WORKER_GB") or 6))
    os.nice(_POLITENESS)

    def tell(**message: Any) -> None:
        try:
            os.write(pipe, json.dumps(message).encode() + b"\n")
        except BrokenPipeError:
            sys.exit("the worker that asked for this is gone")

    try:
        tell(**make(order, tell, compute or write_plan_folder))
    except KoppelkansError as error:
        tell(outcome="fault", message=error.message, faults=list(error.faults))
    except MemoryError:
        tell(outcome="memory")


def make(order: Order, tell: Tell, compute: Compute) -> dict[str, Any]:
    """The outcome of an order whose plan folder is whole: computed here, or by an earlier run with the same inputs."""
    folder = Path(order.folder)
    with _alone(folder):
        if not _whole(folder):
            compute(order, tell)
    return {"outcome": "done", **result(folder)}


def write_plan_folder(order: Order, tell: Tell) -> None:
    """The plan of the order, its report and its pages, in a folder that takes its name only when everything is written."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "koppelkans.web.settings")
    from koppelkans.place import read_place
    from koppelkans.plan import make_plan, plan_folder, save_plan
    from koppelkans.report import write_report
    from koppelkans.web.plans.bundle import write_bundle

    django.setup()
    scenario = _scenario(order)
    tell(step="read")
    place = read_place(_source(order), seed=scenario.seed)
    plan = make_plan(place, scenario, folder=_home(order), on_step=lambda name: tell(step=name))
    with plan_folder(Path(order.folder)) as folder:
        tell(step="write")
        save_plan(plan, folder)
        tell(step="report")
        write_report(plan, folder)
        tell(step="pages")
        write_bundle(plan, folder)


def result(folder: Path) -> dict[str, Any]:
    """What the row of a run keeps of a plan folder: fingerprint and headline figures."""
    import pandas as pd

    record = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    indicators = pd.read_parquet(folder / "tables" / "indicators.parquet")
    shown = indicators.loc[
        [key for key in HEADLINE if key in indicators.index], ["title", "title_en", "value", "low", "high", "unit"]
    ]
    return {"plan_hash": record["run"]["plan_hash"], "headline": json.loads(shown.to_json(orient="index"))}


def progress_at(step: str) -> float:
    """Share of the work that is behind when this step begins; 0 for a step that is not known."""
    names = list(STEPS)
    behind = names[: names.index(step)] if step in STEPS else []
    return sum(STEPS[name] for name in behind) / sum(STEPS.values())


def _scenario(order: Order) -> Any:
    """The scenario of the order. A weather file must lie inside the folder of the place: nobody reads other files of the server."""
    from pydantic import ValidationError

    from koppelkans.scenario import Scenario, validation_faults

    try:
        scenario = Scenario.model_validate(order.scenario)
    except ValidationError as error:
        raise ScenarioError("the scenario cannot be used", validation_faults(error, Scenario)) from error
    for key in ("weather_file", "existing_pipes"):
        name, home = getattr(scenario, key), _home(order)
        if name is not None and (home is None or not (home / name).resolve().is_relative_to(home.resolve())):
            raise ScenarioError(f"{key}: found {name}; expected a file inside the uploaded place")
    return scenario


def _source(order: Order) -> str | Path:
    """The place of the order; a folder that disappeared is said as such, never taken for a name."""
    if not Path(order.place).is_absolute():
        return order.place
    if not Path(order.place).exists():
        raise DataError("the files of this place are no longer there; upload the place again")
    return Path(order.place)


def _home(order: Order) -> Path | None:
    path = Path(order.place)
    if not path.is_absolute():
        return None
    return path if path.is_dir() else path.parent


def _whole(folder: Path) -> bool:
    return (folder / "plan.json").exists() and (folder / "web").is_dir()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One process at a time for one plan folder; the lock goes with the process that holds it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / f".{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _die_with(worker: int) -> None:
    """Have the system end this process when its worker dies: nobody would read the result, and another worker takes the run over."""
    ctypes.CDLL(None, use_errno=True).prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != worker:
        sys.exit("the worker died before the computation began")


def _limit_memory(gigabytes: float) -> None:
    """A limit on data, not on addresses: libraries reserve far more addresses than they ever use."""
    # its OpenBLAS asks for memory for ever when it is loaded after there is none left
    importlib.import_module("scipy.linalg")
    most = int(gigabytes * BYTES_PER_GB)
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))


if __name__ == "__main__":
    main()
