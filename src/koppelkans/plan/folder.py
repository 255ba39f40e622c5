"""The plan folder: one plan as files. Written beside its final name and renamed, so that a killed run leaves no half plan."""

from __future__ import annotations

import atexit
import functools
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from koppelkans import tables
from koppelkans.errors import DataError, KoppelkansError
from koppelkans.place.model import Attribution, Place
from koppelkans.plan.network_layers import network_layers
from koppelkans.plan.record import Plan, RunRecord, StepRecord
from koppelkans.plan.street_layers import street_layers
from koppelkans.scenario import Scenario
from koppelkans.verify import CERTIFICATE, WORKS_CERTIFICATE

RECORD = "plan.json"
FORMAT = 1
_PLACE_TABLES = ("buildings", "streets", "sections", "attachments", "addresses", "areas", "sector_statistics", "meters")


@contextmanager
def plan_folder(target: Path) -> Iterator[Path]:
    """A folder to write a plan into; it takes the name ``target`` only when everything has been written.

    Refuses a target that holds something other than a plan. What a killed run left beside the target is cleared away.
    Raises KoppelkansError when the disk is full or the folder cannot be written.
    """
    target = target.absolute()
    _restore(target)
    if target.exists() and not _is_plan(target):
        raise KoppelkansError(f"{target} exists and holds something other than a plan; choose another --out")
    partial = target.with_name(f".{target.name}.partial-{os.getpid()}")
    clear = functools.partial(shutil.rmtree, partial, ignore_errors=True)
    # after ctrl-c a thread of the caller may go on writing for a moment: what it leaves goes when all threads have ended
    atexit.register(clear)
    try:
        partial.mkdir(parents=True)
        yield partial
        _take_name(partial, target)
        atexit.unregister(clear)
    except OSError as error:
        raise KoppelkansError(
            f"the plan could not be written to {target}: {error.strerror or error}; nothing was left behind. "
            "Free space or choose another folder with --out"
        ) from error
    finally:
        clear()


def write_text(path: Path, text: str) -> None:
    """A text file, whole or not at all. Raises KoppelkansError when it cannot be written."""
    partial = path.with_name(f".{path.name}.partial-{os.getpid()}")
    try:
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise KoppelkansError(
            f"{path} could not be written: {error.strerror or error}; nothing was left behind"
        ) from error


def _is_plan(folder: Path) -> bool:
    return folder.is_dir() and ((folder / RECORD).exists() or not any(folder.iterdir()))


def _take_name(partial: Path, target: Path) -> None:
    old = target.with_name(f".{target.name}.old")
    if target.exists():
        target.rename(old)
    partial.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def _restore(target: Path) -> None:
    """Finish or undo what a killed run left: a plan set aside comes back, half-written folders of dead runs go."""
    old = target.with_name(f".{target.name}.old")
    if old.exists():
        if target.exists():
            shutil.rmtree(old, ignore_errors=True)
        else:
            old.rename(target)
    if not target.parent.is_dir():
        return
    for partial in target.parent.glob(f".{target.name}.partial-*"):
        if not _alive(partial.name.rsplit("-", 1)[1]):
            shutil.rmtree(partial, ignore_errors=True)


def _alive(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:
        return True
    return True


# ---------------------------------------------------------------------------------------------------------------------- writing


def save_plan(plan: Plan, folder: Path) -> None:
    """Every table as (Geo)Parquet, one GeoPackage for QGIS, and ``plan.json`` last, which makes the folder a plan."""
    (folder / "tables").mkdir(parents=True, exist_ok=True)
    for name, frame in {**_place_tables(plan.place), **plan.tables}.items():
        frame.to_parquet(folder / "tables" / f"{name}.parquet")
    for name, frame in plan.place.backdrop.items():
        frame.to_parquet(folder / "tables" / f"backdrop_{name}.parquet")
    write_geopackage(plan, folder / "plan.gpkg")
    record = {
        "format": FORMAT,
        "confidential": "working file of the project team: tables marked per_building hold rows about single buildings; do not publish",
        "per_building": sorted(name for name in [*_PLACE_TABLES, *plan.tables] if tables.TABLES[name].per_building),
        "place": _place_record(plan.place),
        "scenario": plan.scenario.model_dump(mode="json"),
        "run": asdict(plan.run),
    }
    for certificate, file, key in (
        (plan.certificate, CERTIFICATE, "certificate_sha256"), (plan.works_certificate, WORKS_CERTIFICATE, "works_certificate_sha256"),
    ):  # fmt: skip
        if certificate is not None:
            proven = json.dumps(certificate, separators=(",", ":")).encode("ascii")
            (folder / file).write_bytes(proven)
            record[key] = hashlib.sha256(proven).hexdigest()
    text = json.dumps(record, indent=1, ensure_ascii=False, default=str)
    (folder / RECORD).write_text(text + "\n", encoding="utf-8")


def _place_tables(place: Place) -> dict[str, pd.DataFrame]:
    named = {name: getattr(place, name) for name in _PLACE_TABLES}
    return {name: frame for name, frame in named.items() if frame is not None}


def _place_record(place: Place) -> dict[str, Any]:
    fields = ("name", "title", "municipality", "nis", "grid_area", "country", "crs")
    return {
        **{name: getattr(place, name) for name in fields},
        "attributions": [asdict(item) for item in place.attributions],
        "backdrop": sorted(place.backdrop),
    }


def write_geopackage(plan: Plan, path: Path) -> None:
    """Buildings with demand and choice; streets with density and threshold; the network as pipes, sources and connections; works and space of the streets. A team file."""
    buildings = plan.place.buildings
    columns = ["street", "house_number", "use", "type", "dwellings", "built_year", "floor_area_m2", "geometry"]
    found = plan["demand"][
        ["heat_kwh", "heat_low_kwh", "heat_high_kwh", "peak_kw", "cold_kwh", "overheating_hours", "calibrated"]
    ]
    chosen = plan["choices"][["solution", "package", "measures", "second_best", "regret_eur_per_year"]]
    planned = plan["schedule"]["first_year"].rename("works_from_year")
    stop = plan["stop_insulating"]["rung"].rename("stop_insulating_rung")
    joined = (
        buildings.loc[buildings["heated"], columns].join(found).join(_after(plan)).join(chosen).join(planned).join(stop)
    )
    layers = {"buildings": joined.join(_label_chances(plan))}
    sections = plan.place.sections
    if sections is not None and len(sections):
        density = plan["line_density"].drop(columns="length_m")
        layers["streets"] = sections.merge(density, left_on="street", right_index=True, how="left").join(
            plan["thresholds"].drop(columns=["street", "dwellings"]).add_prefix("threshold_")
        )
        layers["streets"] = layers["streets"].merge(
            _metered_streets(plan), left_on="street", right_index=True, how="left"
        )
    layers |= network_layers(plan) | street_layers(plan)
    for name, layer in layers.items():
        gpd.GeoDataFrame(layer, crs=buildings.crs).to_file(path, layer=name, driver="GPKG", engine="pyogrio")


def _after(plan: Plan) -> pd.DataFrame:
    """Space heat after the plan and the theoretical need after its renovation, per building."""
    choices, options, ladder = plan["choices"], plan["options"], plan["renovations"]
    rung = options.loc[choices.index.astype(str) + "|" + choices["solution"], "rung"].astype(str).to_numpy()
    rows = ladder.loc[choices.index.astype(str) + "|" + rung]
    space = plan["demand"]["space_heat_kwh"].reindex(choices.index).to_numpy() * rows["space_share"].to_numpy()
    return pd.DataFrame(
        {"space_heat_after_kwh": space, "need_after_kwh": rows["need_kwh"].to_numpy()}, index=choices.index
    )


def _metered_streets(plan: Plan) -> pd.DataFrame:
    """Metered gas of each street in its latest year beside the model, before and after the calibration."""
    rows = plan["calibration"]
    streets = rows[(rows["level"] == "street") & rows["used"]].sort_values("year").drop_duplicates("name", keep="last")
    columns = ["metered_kwh", "prior_kwh", "posterior_kwh", "posterior_low_kwh", "posterior_high_kwh"]
    return streets.set_index("name")[columns].add_prefix("gas_")


def _label_chances(plan: Plan) -> pd.DataFrame:
    """Chance of label A and of worse than D, now and after the plan, under the rule of today: a model, never the EPC of a house."""
    epc = plan["epc"]
    today = epc[epc["rule"] == tables.EPC_RULES[0]].set_index("building")
    worse = [label.lower() for label in tables.EPC_LABELS[4:]]
    return pd.DataFrame({
        "model_label_a_share": today["a_share"], "model_label_a_after_share": today["after_a_share"],
        "model_worse_than_d_share": today[[f"{label}_share" for label in worse]].sum(axis=1),
        "model_worse_than_d_after_share": today[[f"after_{label}_share" for label in worse]].sum(axis=1),
    })  # fmt: skip


# ---------------------------------------------------------------------------------------------------------------------- reading


def read_plan(folder: Path | str) -> Plan:
    """The plan in a folder that ``save_plan`` wrote. Raises DataError when it is no plan or of another format."""
    home = Path(folder)
    if not (home / RECORD).exists():
        raise DataError(f"{home} holds no plan: {RECORD} is missing; make one with: koppelkans plan PLACE --out {home}")
    record = json.loads((home / RECORD).read_text(encoding="utf-8"))
    if record.get("format") != FORMAT:
        raise DataError(
            f"{home} was written in format {record.get('format')}, this version reads format {FORMAT}; make the plan again"
        )
    frames = {path.stem: _read_table(path) for path in sorted((home / "tables").glob("*.parquet"))}
    return Plan(
        place=_read_place(record["place"], frames),
        scenario=Scenario.model_validate(record["scenario"]),
        tables={name: frame for name, frame in frames.items() if name in tables.TABLES and name not in _PLACE_TABLES},
        run=_read_run(record["run"]),
    )


def _read_table(path: Path) -> pd.DataFrame:
    declared = tables.TABLES.get(path.stem)
    has_geometry = bool(declared.geometry) if declared else path.stem.startswith("backdrop_")
    return gpd.read_parquet(path) if has_geometry else pd.read_parquet(path)


def _read_place(record: Mapping[str, Any], frames: Mapping[str, pd.DataFrame]) -> Place:
    fields: dict[str, Any] = {
        name: record[name] for name in ("name", "title", "municipality", "nis", "grid_area", "country", "crs")
    }
    found: dict[str, Any] = {name: frames.get(name) for name in _PLACE_TABLES}
    return Place(
        **fields,
        **found,
        backdrop={name: frames[f"backdrop_{name}"] for name in record["backdrop"]},
        attributions=tuple(Attribution(**item) for item in record["attributions"]),
        remarks=frames["remarks"],
    )


def _read_run(record: Mapping[str, Any]) -> RunRecord:
    days = {name: date.fromisoformat(record[name]) for name in ("made_on", "valid_until")}
    steps = tuple(StepRecord(**step) for step in record["steps"])
    return RunRecord(**{**record, **days, "steps": steps})
