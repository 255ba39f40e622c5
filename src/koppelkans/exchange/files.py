"""One file of a plan for the tools of others, written beside its name and renamed: whole, or not there at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from koppelkans.errors import DataError, KoppelkansError, suggestion
from koppelkans.exchange.esdl import esdl_text
from koppelkans.exchange.workbook import workbook_bytes
from koppelkans.exchange.works_files import calendar_ics, lekp_csv, quantities_workbook, works_geojson
from koppelkans.plan.folder import read_plan, write_geopackage
from koppelkans.plan.record import Plan


def _geopackage(plan: Plan, path: Path) -> None:
    write_geopackage(plan, path)


def _esdl(plan: Plan, path: Path) -> None:
    path.write_text(esdl_text(plan), encoding="utf-8")


def _workbook(plan: Plan, path: Path) -> None:
    path.write_bytes(workbook_bytes(plan))


def _works_title(plan: Plan) -> str:
    return f"{plan.place.title} - {plan.scenario.title}"


def _with_works(plan: Plan, *others: str) -> None:
    missing = [name for name in ("calendar", *others) if name not in plan.tables]
    if missing:
        raise DataError(f"the plan was made before it had the tables {', '.join(missing)}; make it again")
    if plan["calendar"].empty:
        raise DataError(
            "the plan has no works calendar: no streets are known in this place; give streets and make the plan again"
        )


def _calendar(plan: Plan, path: Path) -> None:
    _with_works(plan)
    path.write_bytes(calendar_ics(plan["calendar"], title=_works_title(plan), made_on=plan.run.made_on))


def _ground_works(plan: Plan, path: Path) -> None:
    _with_works(plan)
    if plan.place.sections is None:
        raise ValueError("works without streets")
    path.write_bytes(works_geojson(plan["calendar"], plan.place.sections.geometry, made_on=plan.run.made_on))


def _quantities(plan: Plan, path: Path) -> None:
    _with_works(plan, "work_quantities", "openings", "owner_shares", "owners")
    names = plan["owners"]["name"]
    shares = plan["owner_shares"].rename(index=names.to_dict())
    footer = f"koppelkans {plan.run.engine_version}, plan {plan.run.plan_hash[:12]}"
    path.write_bytes(quantities_workbook(
        plan["work_quantities"], plan["openings"], shares, title=_works_title(plan), footer=footer, made_on=plan.run.made_on
    ))  # fmt: skip


def _pact(plan: Plan, path: Path) -> None:
    if plan["lekp"].empty:
        raise DataError(
            "the plan has no street space: no streets are known in this place; give streets and make the plan again"
        )
    path.write_bytes(lekp_csv(plan["lekp"]))


@dataclass(frozen=True, slots=True)
class Kind:
    """What a plan can be written as: how, and under which name in the plan folder."""

    write: Callable[[Plan, Path], None]
    name: str


KINDS = {
    "esdl": Kind(_esdl, "plan.esdl"), "xlsx": Kind(_workbook, "plan.xlsx"), "gpkg": Kind(_geopackage, "plan.gpkg"),
    "works": Kind(_quantities, "works.xlsx"), "ics": Kind(_calendar, "works.ics"), "geojson": Kind(_ground_works, "works.geojson"),
    "lekp": Kind(_pact, "lekp.csv"),
}  # fmt: skip


def export_plan(folder: Path, kind: str, target: Path | None = None) -> Path:
    """The file that was written: a plan folder as a kind of ``KINDS``; beside the plan, under the name of the kind, when none is given.

    Raises KoppelkansError for an unknown kind, DataError for a folder without a plan or a plan without what is asked, and when the file
    cannot be written; then nothing is left behind and a file that was there stays.
    """
    if kind not in KINDS:
        raise KoppelkansError(f"a plan cannot be written as {kind}; {suggestion(kind, KINDS)}")
    plan = read_plan(folder)
    asked = KINDS[kind]
    path = target or folder / asked.name
    if path.is_dir():
        raise KoppelkansError(f"{path} is a folder; name a file with --out")
    # the driver of the GeoPackage looks at the ending
    partial = path.with_name(f".{path.stem}.partial-{os.getpid()}{Path(asked.name).suffix}")
    try:
        asked.write(plan, partial)
        partial.replace(path)
    except OSError as error:
        raise KoppelkansError(
            f"{path} could not be written: {error.strerror or error}; nothing was left behind"
        ) from error
    finally:
        partial.unlink(missing_ok=True)
    return path
