"""One file of a plan for the tools of others, written beside its name and renamed: whole, or not there at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from koppelkans.errors import KoppelkansError, suggestion
from koppelkans.exchange.esdl import esdl_text
from koppelkans.exchange.workbook import workbook_bytes
from koppelkans.plan.folder import read_plan, write_geopackage
from koppelkans.plan.record import Plan


def _geopackage(plan: Plan, path: Path) -> None:
    write_geopackage(plan, path)


def _esdl(plan: Plan, path: Path) -> None:
    path.write_text(esdl_text(plan), encoding="utf-8")


def _workbook(plan: Plan, path: Path) -> None:
    path.write_bytes(workbook_bytes(plan))


KINDS: dict[str, Callable[[Plan, Path], None]] = {"esdl": _esdl, "xlsx": _workbook, "gpkg": _geopackage}
"""What a plan can be written as, by the ending of the file."""


def export_plan(folder: Path, kind: str, target: Path | None = None) -> Path:
    """The file that was written: a plan folder as ``esdl``, ``xlsx`` or ``gpkg``; beside the plan, as ``plan.<kind>``, when no name is given.

    Raises KoppelkansError for an unknown kind, DataError for a folder without a plan or a plan without what is asked, and when the file
    cannot be written; then nothing is left behind and a file that was there stays.
    """
    if kind not in KINDS:
        raise KoppelkansError(f"a plan cannot be written as {kind}; {suggestion(kind, KINDS)}")
    plan = read_plan(folder)
    path = target or folder / f"plan.{kind}"
    if path.is_dir():
        raise KoppelkansError(f"{path} is a folder; name a file with --out")
    # the driver of the GeoPackage looks at the ending
    partial = path.with_name(f".{path.stem}.partial-{os.getpid()}.{kind}")
    try:
        KINDS[kind](plan, partial)
        partial.replace(path)
    except OSError as error:
        raise KoppelkansError(
            f"{path} could not be written: {error.strerror or error}; nothing was left behind"
        ) from error
    finally:
        partial.unlink(missing_ok=True)
    return path
