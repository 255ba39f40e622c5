"""Is a place fit to plan with: every fault of its layers at once, and what the command line tells about a place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd
import pyproj
import pyproj.exceptions

from koppelkans import tables
from koppelkans.errors import DataError
from koppelkans.place.layers import Layer, Layers
from koppelkans.place.model import Attribution, Place
from koppelkans.place.settings import Settings
from koppelkans.tables import RemarkRow, remark

SHAPES = {
    "buildings": ("Polygon", "MultiPolygon"), "buildings_points": ("Point",), "streets": ("LineString", "MultiLineString"),
    "addresses": ("Point",), "areas": ("Polygon", "MultiPolygon"),
}  # fmt: skip
FLANDERS_M = (20_000.0, 150_000.0, 262_000.0, 247_000.0)
"""Extent of Flanders and Brussels in Belge Lambert 72 (EPSG:31370), with a margin: west, south, east, north."""
LAMBERT_2008_SHIFT_M = 500_000.0
"""Belgian Lambert 2008 (EPSG:3812) has its origin about 500 km south and west of that of Lambert 72."""
LAMBERT_72, LAMBERT_2008 = 31370, 3812
DRAWN = ("areas", "landuse", "waterways")
"""Layers that nothing is matched with."""
COUNTRIES = {"Belgium": "BE", "Austria": "AT", "Netherlands": "NL", "Germany": "DE", "France": "FR", "Luxembourg": "LU"}


def in_one_crs(layers: Layers, settings: Settings) -> Layers:
    """The layers in the coordinate system that place.toml states; as they are when it states none."""
    if settings.place.crs is None:
        return layers
    try:
        wanted = pyproj.CRS.from_user_input(settings.place.crs)
    except pyproj.exceptions.CRSError as error:
        raise DataError(
            f"place.toml, place.crs: {settings.place.crs!r} is not a coordinate system; expected e.g. EPSG:31370"
        ) from error
    if not wanted.is_projected:
        raise DataError(
            f"place.toml, place.crs: {settings.place.crs} is in degrees; expected metres (Flanders: EPSG:31370)"
        )
    for layer in list(layers.by_role.values()):
        if (
            layer.has_geometry
            and layer.frame.crs is not None
            and not wanted.equals(layer.frame.crs, ignore_axis_order=True)
        ):
            was = layer.frame.crs.to_string()
            moved = layer.holding(layer.frame.to_crs(wanted))
            row = remark(
                layer.role, f"Laag {layer.name} is bij het inlezen omgezet van {was} naar {settings.place.crs}.",
                f"Layer {layer.name} was converted from {was} to {settings.place.crs} when it was read.", level="info", method="place-crs",
            )  # fmt: skip
            layers = layers.replaced(moved, [row])
    return layers


def refuse_faults(layers: Layers) -> None:
    """Raise DataError with every fault of shape, key and coordinate system; file and layer stand before each."""
    if not any(layers[role] for role in ("buildings", "buildings_points", "addresses")):
        known = ", ".join(sorted(layers.by_role)) or "none"
        raise DataError(
            f"the place has neither buildings nor addresses (layers found: {known}); add a layer called buildings "
            "(polygons), buildings_points or addresses (points), or name it in place.toml"
        )
    faults = [f"{layer.where}: {fault}" for layer in layers.by_role.values() for fault in _faults(layer)]
    systems = {
        layer.where: layer.frame.crs.to_string()
        for layer in layers.by_role.values()
        if layer.has_geometry and layer.frame.crs is not None and layer.role in SHAPES
    }
    if len(set(systems.values())) > 1:
        listed = "; ".join(f"{where}: {crs}" for where, crs in systems.items())
        faults.append(
            f"the layers are in different coordinate systems ({listed}); reproject them to one, or state crs in place.toml"
        )
    if faults:
        raise DataError("the layers cannot be used; correct them in the source and read again", faults)


def _faults(layer: Layer) -> list[str]:
    faults = list(layer.faults)
    if layer.role in SHAPES:
        if not layer.has_geometry:
            return [*faults, f"the layer has no geometry, expected {' or '.join(SHAPES[layer.role])}"]
        faults += tables.geometry_faults(layer.frame, SHAPES[layer.role])
    if layer.role in ("buildings", "buildings_points"):
        keys = layer.frame.index
        repeated = keys[keys.duplicated()].unique()
        if len(repeated):
            faults.append(
                f"key of the buildings: {len(repeated)} values occur more than once ({tables.first_keys(repeated)}), expected each once"
            )
        if layer.role == "buildings" and any("rows are" in fault and "Point" in fault for fault in faults):
            faults.append("buildings that are points belong in a layer called buildings_points")
    return faults


def country_of(layers: Layers, settings: Settings) -> str:
    """Country of the place: as place.toml states it, else by the area of use of its coordinate system.

    Raises DataError when neither says.
    """
    if settings.place.country:
        return settings.place.country
    crs = main_crs(layers)
    use = crs.area_of_use.name if crs is not None and crs.area_of_use is not None else ""
    found = [code for country, code in COUNTRIES.items() if use.startswith(country)]
    if not found:
        name = crs.to_string() if crs is not None else "no coordinate system"
        raise DataError(
            f'the country of the place is not known: {name} does not tell; state it in place.toml: [place] country = "BE"'
        )
    return found[0]


def main_crs(layers: Layers) -> pyproj.CRS | None:
    """Coordinate system of the first layer that has one."""
    for role in SHAPES:
        layer = layers[role]
        if layer is not None and layer.has_geometry and layer.frame.crs is not None:
            crs: pyproj.CRS = layer.frame.crs
            return crs
    return None


def refuse_misplaced(layers: Layers, country: str) -> None:
    """Raise DataError for a Belgian place whose coordinates do not lie in Flanders or Brussels.

    The two Belgian systems look alike: Lambert 2008 coordinates that are labelled Lambert 72 lie 500 km away.
    """
    faults = []
    for role in ("buildings", "buildings_points", "addresses"):
        layer = layers[role]
        if country != "BE" or layer is None or layer.frame.crs is None or not len(layer.frame):
            continue
        code = layer.frame.crs.to_epsg()
        if code not in (LAMBERT_72, LAMBERT_2008):
            continue
        own, other = (0.0, LAMBERT_2008_SHIFT_M) if code == LAMBERT_72 else (LAMBERT_2008_SHIFT_M, 0.0)
        if _share_in_flanders(layer.frame, own) >= 0.5:
            continue
        middle = layer.frame.geometry.bounds.median()
        found = f"{layer.where}: coordinates around x = {middle['minx']:.0f} m, y = {middle['miny']:.0f} m"
        if _share_in_flanders(layer.frame, other) >= 0.5:
            meant = LAMBERT_2008 if code == LAMBERT_72 else LAMBERT_72
            faults.append(
                f"{found} are labelled EPSG:{code} but belong to EPSG:{meant} (the two differ by about 500 km); assign EPSG:{meant} "
                "to the layer (QGIS: Set layer CRS), then reproject it to EPSG:31370"
            )
        else:
            west, south, east, north = FLANDERS_M
            faults.append(
                f"{found} lie outside Flanders, expected x {west + own:.0f} to {east + own:.0f} m and y {south + own:.0f} to "
                f"{north + own:.0f} m in EPSG:{code}; check the coordinate system, or state the country in place.toml"
            )
    if faults:
        raise DataError("the place does not lie where its coordinate system says", faults)


def _share_in_flanders(frame: gpd.GeoDataFrame, shift_m: float) -> float:
    bounds = frame.geometry.bounds
    placed = bounds[(bounds["minx"] != 0) | (bounds["miny"] != 0)]
    if placed.empty:
        return 1.0
    west, south, east, north = (edge + shift_m for edge in FLANDERS_M)
    return float((placed["minx"].between(west, east) & placed["miny"].between(south, north)).mean())


# ------------------------------------------------------------------------------------------------------- for the command line


@dataclass(frozen=True, slots=True)
class PlaceCheck:
    """What there is to tell about a place before it is planned."""

    name: str
    title: str
    municipality: str | None
    nis: str | None
    grid_area: str | None
    country: str
    crs: str
    levels: pd.Series
    """Share of the heated buildings per level."""
    counts: Mapping[str, int]
    """Rows per table."""
    remarks: pd.DataFrame
    attributions: Sequence[Attribution]


def place_check(place: Place) -> PlaceCheck:
    """The facts of a place that keeps its contracts; raises DataError that lists every fault of every table."""
    held = {
        "buildings": place.buildings, "streets": place.streets, "addresses": place.addresses, "areas": place.areas,
        "sector_statistics": place.sector_statistics, "meters": place.meters, "sections": place.sections, "attachments": place.attachments,
        "remarks": place.remarks,
    }  # fmt: skip
    faults = [
        f"{name}: {fault}"
        for name, frame in held.items()
        if frame is not None
        for fault in tables.table_faults(tables.TABLES[name], frame)
    ]
    if faults:
        raise DataError(f"place {place.name} does not keep its contracts", faults)
    counts = {name: len(frame) for name, frame in held.items() if frame is not None and name != "remarks"}
    return PlaceCheck(
        place.name, place.title, place.municipality, place.nis, place.grid_area, place.country, place.crs, place.levels,
        counts, place.remarks, place.attributions,
    )  # fmt: skip


def date_remarks(attributions: Sequence[Attribution]) -> list[RemarkRow]:
    """A remark when the layers of a place are of different years: they will not agree everywhere."""
    years = {
        item.layer: found
        for item in attributions
        if item.layer not in DRAWN
        if (found := _year(item.dated)) is not None
    }
    if len(set(years.values())) < 2:
        return []
    listed = ", ".join(f"{layer} {year}" for layer, year in sorted(years.items()))
    return [
        remark(
            "layers",
            f"De lagen zijn niet van hetzelfde jaar ({listed}): ze spreken elkaar hier en daar tegen.",
            f"The layers are not of the same year ({listed}): here and there they disagree.",
            level="info",
            method="place-matching",
        )
    ]


def _year(dated: str) -> int | None:
    found = pd.Series([dated]).str.extract(r"((?:19|20)\d{2})", expand=False).dropna()
    return int(found.iloc[0]) if len(found) else None
