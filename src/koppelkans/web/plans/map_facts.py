"""What a map page shows beside the tiles: layers with their legend, rows per street, and for the team a row per building.

The pages read these small files and need none of the libraries of the engine: ``map_team.json``, ``map_public.json`` and
``team.sqlite``, of which the last and the first are the team's alone.
"""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from koppelkans.plan.record import Plan
    from koppelkans.report.palette import Line
    from koppelkans.report.published_network import PublishedNetwork

HEAT_CLASSES_MWH = {"to_10": 10.0, "to_20": 20.0, "to_50": 50.0, "above_50": float("inf")}
TEAM, PUBLIC = "team", "public"
HIDDEN = "hidden"
_KWH_PER_MWH = 1_000.0
_HEAT_WORDS = {
    "to_10": ("tot 10 MWh per jaar", "up to 10 MWh a year"), "to_20": ("10 tot 20 MWh", "10 to 20 MWh"),
    "to_50": ("20 tot 50 MWh", "20 to 50 MWh"), "above_50": ("meer dan 50 MWh", "more than 50 MWh"),
}  # fmt: skip
_TITLES = {
    "solution": ("oplossing per gebouw", "solution per building"), "package": ("ingreep per gebouw", "works per building"),
    "heat": ("warmtevraag per gebouw", "heat demand per building"), "density": ("warmtedichtheid per straat", "heat density per street"),
    "threshold": ("aansluitdrempel per straat", "connection threshold per street"), "network": ("net met diameters", "network with diameters"),
}  # fmt: skip
_PATTERNS = {
    "gas_boiler": "dots", "hybrid_heat_pump": "dots", "collective_gas_boiler": "dots", "network_high": "stripes", "network_middle": "stripes",
    "network_low": "stripes", "network_ambient": "stripes",
}  # fmt: skip


def write_map_facts(plan: Plan, network: PublishedNetwork, folder: Path) -> None:
    """Write the three files into a folder."""
    bounds = [round(float(value), 6) for value in _window(plan)]
    for audience in (TEAM, PUBLIC):
        streets = street_values(network, published=audience == PUBLIC)
        facts = {
            "audience": audience, "bounds": bounds, "layers": _layers(plan, network, streets, audience),
            "streets_drawn": "lines" if len(network.sections) else "points", "streets": _rows(network, streets),
            "hidden_streets": int(network.material.heated["street"].nunique() - len(streets)) if audience == PUBLIC else 0,
            "colours": _colours(), "attribution": list(dict.fromkeys(f"{item.line} ({item.licence})" for item in plan.place.attributions)),
        }  # fmt: skip
        text = json.dumps(facts, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        (folder / f"map_{audience}.json").write_text(text + "\n", encoding="utf-8")
    _write_buildings(plan, folder / "team.sqlite")


def _window(plan: Plan) -> Any:
    """West, south, east, north around the heated buildings; the few that lie far away are left out."""
    import geopandas as gpd
    import numpy as np

    buildings = plan.place.buildings
    points = buildings.geometry[buildings["heated"]].centroid
    points = points[~points.is_empty & points.notna()]
    inside = (points.x.between(*np.quantile(points.x, (0.005, 0.995)))) & (
        points.y.between(*np.quantile(points.y, (0.005, 0.995)))
    )
    around = gpd.GeoSeries(points[inside] if inside.any() else points, crs=buildings.crs).buffer(40.0)
    return around.to_crs(4326).total_bounds


# ------------------------------------------------------------------------------------------------------------------------ values


def building_values(plan: Plan) -> pd.DataFrame:
    """One row per heated building for maps and tables of the team (index building): where it is, what the plan does there."""
    import pandas as pd

    buildings = plan.place.buildings
    chosen = plan["choices"]
    heated = buildings.loc[buildings.index.intersection(chosen.index, sort=False)]
    heat_mwh = plan["demand"]["heat_kwh"].reindex(heated.index) / _KWH_PER_MWH
    edges = [-1.0, *HEAT_CLASSES_MWH.values()]
    connections = plan.tables.get("connections")
    connected = heated.index.isin([] if connections is None else connections.index[connections["connected"]])
    options = (
        plan["options"].groupby("building", sort=False)["solution"].agg(lambda names: "|".join(sorted(set(names))))
    )
    frame = pd.DataFrame({
        "building": heated.index.astype("str"), "street": heated["street"].astype("str").where(heated["street"].notna(), ""),
        "number": heated["house_number"].astype("str").where(heated["house_number"].notna(), ""), "kind": heated["type"].astype("str"),
        "dwellings": heated["dwellings"].astype("int64"), "heat_mwh": heat_mwh.round(1),
        "heat": pd.cut(heat_mwh, edges, labels=list(HEAT_CLASSES_MWH)).astype("str"), "connected": connected,
        "options": options.reindex(heated.index).fillna(""),
    }, index=heated.index)  # fmt: skip
    return frame.join(chosen[["solution", "package", "second_best"]])


def street_values(network: PublishedNetwork, *, published: bool) -> pd.DataFrame:
    """One row per street (index street) with density and threshold; published: only streets and figures that may be, rounded."""
    from koppelkans.report.network_map import threshold_class

    material = network.material
    columns = ["buildings", "heat_mwh", "length_m", "density_mwh_per_m", "density_class"]
    density = (
        material.streets[columns]
        if published
        else material.table("line_density")[columns].sort_values("density_mwh_per_m", ascending=False)
    )
    shares = ["known", "share", "low_share", "high_share"]
    thresholds = (network.streets if published else network._thresholds).reindex(columns=shares)
    frame = density.join(thresholds.reindex(density.index))
    known = frame["known"].eq(True)
    frame["threshold_class"] = [
        threshold_class(share, low) if has else None
        for share, low, has in zip(frame["share"], frame["low_share"], known, strict=True)
    ]
    for name, digits in (("heat_mwh", 3), ("length_m", 2), ("density_mwh_per_m", 2)):
        frame[name] = [float(f"{value:.{digits}g}") for value in frame[name]]
    return frame.assign(known=known)


def _rows(network: PublishedNetwork, streets: pd.DataFrame) -> list[dict[str, Any]]:
    """Streets as they stand in the table below the map, with the box that a reader is taken to."""
    boxes = _boxes(network)
    rows = []
    for name, row in streets.iterrows():
        ends = {
            key: None if row[key] != row[key] or row[key] > 1 else round(float(row[key]), 2)
            for key in ("share", "low_share", "high_share")
        }
        rows.append({
            "street": str(name), "buildings": int(row["buildings"]), "heat_mwh": row["heat_mwh"], "length_m": row["length_m"],
            "density_mwh_per_m": row["density_mwh_per_m"], "density": str(row["density_class"]),
            "threshold": row["threshold_class"] if row["known"] else None, **ends, "box": boxes.get(name),
        })  # fmt: skip
    return rows


def _boxes(network: PublishedNetwork) -> dict[Any, list[float]]:
    """West, south, east, north of each street."""
    plan = network.material.plan
    if len(network.sections):
        shapes: gpd.GeoDataFrame = network.sections[["street", "geometry"]]
    else:
        heated = plan.place.buildings[plan.place.buildings["heated"]]
        shapes = heated[["street"]].set_geometry(heated.geometry.centroid)
    found = (
        shapes.to_crs(4326)
        .geometry.bounds.groupby(shapes["street"])
        .agg({"minx": "min", "miny": "min", "maxx": "max", "maxy": "max"})
    )
    return {
        name: [round(value, 6) for value in row]
        for name, row in zip(found.index, found.to_numpy().tolist(), strict=True)
    }


# ------------------------------------------------------------------------------------------------------------------------ legend


def _layers(plan: Plan, network: PublishedNetwork, streets: pd.DataFrame, audience: str) -> list[dict[str, Any]]:
    """What the reader can choose from, the first one shown first, with classes that occur and how often."""
    from koppelkans.report import palette

    layers = []
    if audience == TEAM:
        values = building_values(plan)
        fills = {
            "solution": palette.SOLUTIONS,
            "package": palette.PACKAGES,
            "heat": dict(zip(HEAT_CLASSES_MWH, palette.DENSITY.values(), strict=True)),
        }
        for name, colours in fills.items():
            counts = values[name].value_counts()
            layers.append(_layer(name, "buildings", [
                {"key": key, **_words(name, key), "colour": colour, "pattern": _PATTERNS.get(key) if name == "solution" else None, "count": int(counts[key])}
                for key, colour in colours.items() if key in counts
            ]))  # fmt: skip
    lines = palette.DENSITY_LINES if len(network.sections) else palette.DENSITY_DOTS
    if len(streets):
        layers.append(_layer("density", "streets", _lines("density", lines, streets["density_class"])))
    if streets["known"].any():
        layers.append(
            _layer("threshold", "streets", _lines("threshold", palette.THRESHOLDS, streets["threshold_class"]))
        )
    pipes = network.table("pipes")
    if len(pipes) and (audience == TEAM or network.publishable):
        few = {} if audience == TEAM else {"few": palette.PIPES["few"]}
        shown = {**few, **{key: line for key, line in palette.PIPES.items() if key != "few"}}
        layers.append(_layer("network", "pipes", _lines("network", shown, None)))
    return layers


def _colours() -> dict[str, str]:
    """Colours of what lies below every layer."""
    from koppelkans.report import palette

    return {
        "paper": palette.PAPER, "ink": palette.INK, "building": palette.BUILDING, "water": palette.WATER, "green": palette.GREEN_AREA,
        "area": palette.LINE, "street": palette.STREET.colour, "hidden": palette.HIDDEN, "must": palette.ACCENT, "never": palette.LEVELS["warning"],
    }  # fmt: skip


def _layer(name: str, on: str, classes: list[dict[str, Any]]) -> dict[str, Any]:
    nl, en = _TITLES[name]
    properties = {"density": "density_class", "threshold": "threshold_class", "network": "diameter"}
    return {"key": name, "on": on, "property": properties.get(name, name), "nl": nl, "en": en, "classes": classes}


def _lines(name: str, lines: dict[str, Line], values: pd.Series | None) -> list[dict[str, Any]]:
    counts = {} if values is None else values.value_counts().to_dict()
    return [
        {
            "key": key, **_words(name, key), "colour": line.colour, "width": line.width, "dashes": [float(dash) for dash in line.dashes],
            "count": int(counts.get(key, 0)) if values is not None else None,
        }
        for key, line in lines.items()
    ]  # fmt: skip


def _words(name: str, key: str) -> dict[str, str]:
    from koppelkans.report.material import Words

    if name == "heat":
        return dict(zip(("nl", "en"), _HEAT_WORDS[key], strict=True))
    group = {
        "solution": "solution_names",
        "package": "packages",
        "density": "classes",
        "threshold": "threshold_classes",
        "network": "diameter_classes",
    }[name]
    return {language: Words(language).name(group, key) for language in ("nl", "en")}


# --------------------------------------------------------------------------------------------------------------------- buildings


def _write_buildings(plan: Plan, target: Path) -> None:
    """Rows per building, by street and house number, so that a page reads one street of a city without reading the rest."""
    values = building_values(plan)
    points = plan.place.buildings.geometry.loc[values.index].centroid.to_crs(4326)
    frame = values.assign(lon=points.x.round(6), lat=points.y.round(6), connected=values["connected"].astype("int64"))
    numbers = frame["number"].str.extract(r"(\d+)", expand=False).astype(float).fillna(0.0)
    order = ["street", "_by", "number", "building"]
    frame = frame.assign(_by=numbers).reset_index(drop=True).sort_values(order, kind="stable").drop(columns="_by")
    target.unlink(missing_ok=True)
    with sqlite3.connect(target) as file:
        frame.to_sql("buildings", file, index=False)
        file.execute("CREATE UNIQUE INDEX by_building ON buildings (building)")
        file.execute("CREATE INDEX by_street ON buildings (street)")
    file.close()
