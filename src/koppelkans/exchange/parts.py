"""What an ESDL file says about a network, as parts of a scenario: heat sources in TOML, existing pipes as a GeoPackage beside it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import geopandas as gpd

from koppelkans.errors import KoppelkansError
from koppelkans.place.formats_esdl import EsdlSystem, read_esdl
from koppelkans.tables import RemarkRow

PIPES, SCENARIO = "bestaande_leidingen.gpkg", "scenario.toml"
_NEEDED = ("price_eur_per_mwh", "supply_c")


def import_esdl(file: Path, folder: Path, *, crs: str) -> tuple[list[Path], list[RemarkRow]]:
    """The files written into a folder, and what must stand beside them: a scenario with the heat sources, and the existing pipes.

    ``crs``: metric coordinate system of the place that the scenario is for. Pipes: lines with ``dn``, ``capacity_kw`` and ``length_m``, as
    ``existing_pipes`` of a scenario wants them. What a source needs and the file does not give stands in the scenario as a line to fill in.
    Raises DataError as ``read_esdl``; KoppelkansError when a file of that name is there already, or cannot be written.
    Method: docs/method.md#exchange-esdl.
    """
    system = read_esdl(file, crs=crs)
    names = [SCENARIO, *([PIPES] if len(system.pipes) else [])]
    there = [name for name in names if (folder / name).exists()]
    if there:
        raise KoppelkansError(f"{folder} holds {' and '.join(there)} already; choose another folder with --out")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if len(system.pipes):
            _write_pipes(system, folder / PIPES)
        _write(folder / SCENARIO, scenario_text(system, file.name))
    except OSError as error:
        raise KoppelkansError(f"{folder} could not be written: {error.strerror or error}") from error
    return [folder / name for name in names], system.remarks


def _write_pipes(system: EsdlSystem, path: Path) -> None:
    pipes = system.pipes.rename(columns={"diameter_mm": "dn"})[
        ["name", "dn", "capacity_kw", "length_m", "supply_c", "return_c", "year", "geometry"]
    ]
    partial = path.with_name(f".{path.stem}.partial-{os.getpid()}.gpkg")
    try:
        gpd.GeoDataFrame(pipes).to_file(partial, layer="pipes", driver="GPKG", engine="pyogrio")
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _write(path: Path, text: str) -> None:
    partial = path.with_name(f".{path.name}.partial-{os.getpid()}")
    try:
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def scenario_text(system: EsdlSystem, file: str) -> str:
    """A scenario as TOML: name, existing pipes, a block per heat source; a line to fill in for what the file does not say."""
    lines = [
        f"# Uit {_plain(file)} (ESDL): {_plain(system.name)}",
        'name = "esdl"',
        f"title = {_quoted('Net uit ' + file)}",
    ]
    if len(system.pipes):
        lines.append(f"existing_pipes = {_quoted(PIPES)}")
    for source in system.sources:
        lines += [
            "",
            "[[sources]]",
            *(
                f"{key} = {_quoted(value) if isinstance(value, str) else repr(round(float(value), 3))}"
                for key, value in source.items()
            ),
        ]
        lines += [
            f"# {key} =    vul in: staat niet in het bestand / fill in: not in the file"
            for key in _NEEDED
            if key not in source
        ]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A basic string of TOML; JSON escapes what TOML escapes."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _plain(text: str) -> str:
    return " ".join(text.split())
