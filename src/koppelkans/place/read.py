"""From the files of a place to its checked and completed tables."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import pandas as pd

from koppelkans import tables
from koppelkans.errors import DataError
from koppelkans.parameters import read_parameters
from koppelkans.place import check, names
from koppelkans.place.addresses import address_table
from koppelkans.place.attributions import attributions
from koppelkans.place.formats_registers import as_points, register_rules
from koppelkans.place.graph import street_graph
from koppelkans.place.layers import Layer, Layers, read_layers
from koppelkans.place.metered import known_names, meter_table
from koppelkans.place.model import Place
from koppelkans.place.records import gas_fault, records
from koppelkans.place.records_of_buildings import Around
from koppelkans.place.sectors import sector_table
from koppelkans.place.settings import Settings, read_settings
from koppelkans.place.shipped import located
from koppelkans.place.streets import street_table
from koppelkans.place.surfaces import refuse_contradictions
from koppelkans.tables import RemarkRow, remark

DRAWN = ("landuse", "waterways")
"""Layers that are only drawn."""
GRID_AREAS = Path(__file__).parent / "data" / "grid_areas.csv"


@dataclass(frozen=True, slots=True)
class Known:
    """What the files of a place say, checked and matched, before anything is imputed."""

    name: str
    settings: Settings
    layers: Layers
    country: str
    records: gpd.GeoDataFrame
    streets: gpd.GeoDataFrame | None
    addresses: gpd.GeoDataFrame | None
    areas: gpd.GeoDataFrame | None
    sector_statistics: pd.DataFrame | None
    meters: pd.DataFrame | None
    municipality: str | None
    nis: str | None
    grid_area: str | None
    remarks: tuple[RemarkRow, ...]

    @property
    def origin(self) -> str:
        """File and layer that the buildings come from, for messages."""
        return _origin(self.layers)


def read_place(source: str | Path, *, seed: int = 1) -> Place:
    """The place in a shipped name, a folder or a file: layers found, checked, matched and completed.

    source: name of a shipped place, or a folder, GeoPackage or other file with the layers of one neighbourhood.
    seed: for what must be drawn when the data do not say (construction year, type).
    Tables keep the contracts of ``tables``; everything assumed on the way is a remark.

    Raises DataError that lists every fault: no such place, unreadable file, neither buildings nor addresses, coordinate system
    absent, in degrees or wrongly labelled, wrong or invalid shapes, repeated keys, absurd values, unknown keys in place.toml.
    Method: docs/method.md#place-levels.
    """
    from koppelkans.place.impute import complete

    known = read_known(source)
    buildings, completed = complete(known.records, known.addresses, nis=known.nis, country=known.country, seed=seed)
    refuse_contradictions(buildings, known.origin, read_parameters())
    named, nameless = attributions(known.layers, known.settings)
    sections, attachments, routed = _graph(known.streets, buildings)
    rows = [*known.remarks, *completed, *routed, *check.date_remarks(named), *nameless, *_abroad(known.country)]
    title = known.settings.place.title or known.name.replace("_", " ").capitalize()
    return Place(
        name=known.name, title=title, municipality=known.municipality, nis=known.nis, grid_area=known.grid_area,
        country=known.country, crs=known.records.crs.to_string(), buildings=buildings, streets=known.streets,
        addresses=known.addresses, areas=known.areas, sector_statistics=known.sector_statistics,
        backdrop={role: layer.frame for role in DRAWN if (layer := known.layers[role]) is not None},
        attributions=named, remarks=tables.remarks(rows), sections=sections, attachments=attachments,
        meters=known.meters,
    )  # fmt: skip


def check_place(source: str | Path, *, seed: int = 1) -> check.PlaceCheck:
    """What there is to tell about a place: levels, rows per table, remarks, grid area, attributions.

    Raises DataError that lists every fault, as read_place does.
    """
    return check.place_check(read_place(source, seed=seed))


def read_known(source: str | Path) -> Known:
    """What the files of a place say: tables ``records``, ``streets``, ``addresses`` and the rest, nothing imputed.

    Raises DataError as read_place does.
    """
    where = located(source)
    settings = read_settings(where.settings)
    layers = register_rules(_with_points(check.in_one_crs(read_layers(where.files, settings), settings), settings))
    check.refuse_faults(layers)
    country = check.country_of(layers, settings)
    check.refuse_misplaced(layers, country)
    areas = _areas(layers["areas"])
    addresses, dropped = _addresses(layers["addresses"], areas, settings)
    streets, sections = _streets(layers["streets"], addresses)
    official = names.official_names(*(frame["street"] for frame in (addresses, streets) if frame is not None))
    addresses, streets = _spelled(addresses, official), _spelled(streets, official)
    found, matched = records(layers, Around(streets, addresses, official), settings.reading)
    _refuse_values(found, layers)
    grid_area, grid_rows = _grid_area(settings, found, country)
    statistics, sector_rows = sector_table(layers.csv_files, settings, where.settings.parent, areas)
    name = names.plain_key(settings.place.name or where.name).replace("-", "_")
    municipality = settings.place.municipality or _municipality(layers, addresses)
    nis = settings.place.nis or _nis(layers)
    meters, meter_rows = meter_table(
        layers.csv_files, settings, where.settings.parent,
        known_names(found, streets, areas=areas, statistics=statistics, municipality=(municipality, nis)),
    )  # fmt: skip
    rows = (
        *layers.remarks, *dropped, *sections, *_unknown_streets(addresses, streets), *matched, *grid_rows, *sector_rows, *meter_rows,
    )  # fmt: skip
    return Known(
        name, settings, layers, country, found, streets, addresses, areas, statistics, meters, municipality, nis, grid_area, rows
    )  # fmt: skip


# ---------------------------------------------------------------------------------------------------------------- one by one


def _with_points(layers: Layers, settings: Settings) -> Layers:
    """Tables with coordinates in columns (addresses, a page of the building register) become layers."""
    for role in ("addresses", "buildings"):
        table = layers[role]
        if table is None or table.has_geometry or not {"x", "lat", "wkt"} & set(table.frame.columns):
            continue
        crs = settings.place.crs or check.main_crs(layers)
        if crs is None:
            raise DataError(
                f"{table.where}: the coordinate system of its coordinates is not known; state it in place.toml: "
                '[place] crs = "EPSG:31370"'
            )
        placed = as_points(table.frame, crs)
        if placed is None:
            raise DataError(
                f"{table.where}: no coordinates; expected columns x and y, LAT and LON, or a geometry as text (WKT)"
            )
        bare = role == "buildings" and bool((placed.geom_type == "Point").all())
        others = {name: layer for name, layer in layers.by_role.items() if name != role}
        layers = replace(layers, by_role=others).replaced(table.holding(placed, "buildings_points" if bare else role))
    return layers


def _addresses(
    layer: Layer | None, areas: gpd.GeoDataFrame | None, settings: Settings
) -> tuple[gpd.GeoDataFrame | None, list[RemarkRow]]:
    if layer is None:
        return None, []
    return address_table(layer.frame, areas, settings.place.municipality, settings.reading)


def _streets(
    layer: Layer | None, addresses: gpd.GeoDataFrame | None
) -> tuple[gpd.GeoDataFrame | None, list[RemarkRow]]:
    if layer is None or layer.frame.empty:
        return None, []
    return street_table(layer.frame, addresses)


def _graph(
    streets: gpd.GeoDataFrame | None, buildings: gpd.GeoDataFrame
) -> tuple[gpd.GeoDataFrame | None, pd.DataFrame | None, list[RemarkRow]]:
    if streets is None:
        return None, None, []
    return street_graph(streets, buildings, parameters=read_parameters())


def _areas(layer: Layer | None) -> gpd.GeoDataFrame | None:
    if layer is None or layer.frame.empty:
        return None
    raw = layer.frame
    name = names.text(raw["name"]) if "name" in raw else pd.Series(None, index=raw.index, dtype="str")
    frame = gpd.GeoDataFrame({"name": name}, index=raw.index, geometry=raw.geometry, crs=raw.crs)
    return frame.rename_axis("area")[["name", "geometry"]]


def _spelled(frame: gpd.GeoDataFrame | None, official: dict[str, str]) -> gpd.GeoDataFrame | None:
    return None if frame is None else frame.assign(street=names.spelled(frame["street"], official))


def _unknown_streets(addresses: gpd.GeoDataFrame | None, streets: gpd.GeoDataFrame | None) -> list[RemarkRow]:
    if addresses is None or streets is None or addresses.empty:
        return []
    lost = ~addresses["street"].isin(streets["street"].dropna())
    if not lost.any():
        return []
    share = float(lost.mean())
    return [
        remark(
            "addresses",
            f"{int(lost.sum())} van {len(addresses)} adressen ({share:.1%}) dragen een straatnaam die niet in de stratenlaag staat.",
            f"{int(lost.sum())} of {len(addresses)} addresses ({share:.1%}) carry a street name that is not in the street layer.",
            level="info",
            rows_share=share,
            method="place-matching",
        )
    ]


def _refuse_values(found: gpd.GeoDataFrame, layers: Layers) -> None:
    """Absurd values of the source, told with the file and layer they stand in."""
    faults = tables.table_faults(tables.RECORDS, found)
    gas = gas_fault(found)
    faults += [gas] if gas else []
    if faults:
        raise DataError(
            f"{_origin(layers)} holds values that cannot be; correct them in the source, or leave them empty so that they are estimated",
            faults,
        )


def _origin(layers: Layers) -> str:
    layer = layers["buildings"] or layers["buildings_points"] or layers["addresses"]
    return layer.where if layer is not None else "the place"


def _municipality(layers: Layers, addresses: gpd.GeoDataFrame | None) -> str | None:
    """Name most rows carry: addresses first, then buildings, then the name of the area (``Wechelderzande (Lille)``)."""
    carried = [addresses["municipality"]] if addresses is not None else []
    for role in ("buildings", "buildings_points"):
        layer = layers[role]
        if layer is not None and "municipality" in layer.frame:
            carried.append(names.text(layer.frame["municipality"]))
    areas = layers["areas"]
    if areas is not None and "name" in areas.frame:
        carried.append(areas.frame["name"].astype("str").str.extract(r"\(([^)]+)\)\s*$", expand=False))
    for values in carried:
        counted = values.dropna().value_counts()
        if len(counted):
            return str(counted.index[0])
    return None


def _nis(layers: Layers) -> str | None:
    """NIS code: first five digits of the neighbourhood code, or the code that a GRB layer carries."""
    areas = layers["areas"]
    if areas is not None:
        codes = areas.frame.index.to_series().str.extract(r"^(\d{5})[A-Z]", expand=False).dropna().value_counts()
        if len(codes):
            return str(codes.index[0])
    for role in ("buildings", "buildings_points"):
        layer = layers[role]
        if layer is not None and "nis" in layer.frame:
            codes = names.text(layer.frame["nis"]).dropna().value_counts()
            if len(codes):
                return str(codes.index[0])
    return None


def _grid_area(settings: Settings, found: gpd.GeoDataFrame, country: str) -> tuple[str | None, list[RemarkRow]]:
    """Fluvius area of the place: as stated, else by the commonest postcode; an assumption either way until confirmed."""
    about = settings.place
    if about.grid_area:
        if not about.grid_area_note:
            return about.grid_area, []
        text, english = (
            f"{about.grid_area}: {note}"
            for note in (about.grid_area_note, about.grid_area_note_en or about.grid_area_note)
        )
        return about.grid_area, [
            remark("grid_area", f"Netgebied {text}", f"Grid area {english}", method="place-sources")
        ]
    codes = pd.to_numeric(found["postcode"], errors="coerce").dropna().value_counts()
    if country != "BE" or codes.empty:
        return None, []
    ranges = pd.read_csv(GRID_AREAS, comment="#")
    met = ranges[(ranges["first_postcode"] <= codes.index[0]) & (codes.index[0] <= ranges["last_postcode"])]
    if met.empty:
        return None, []
    area, note, note_en = (str(met[name].fillna("").iloc[0]) for name in ("grid_area", "note", "note_en"))
    return area, [
        remark(
            "grid_area",
            f"Netgebied {area} is afgeleid van postcode {codes.index[0]:.0f}; bevestig het in place.toml (grid_area). {note}".strip(),
            f"Grid area {area} was derived from postcode {codes.index[0]:.0f}; confirm it in place.toml (grid_area). {note_en}".strip(),
            method="place-sources",
        )
    ]


def _abroad(country: str) -> list[RemarkRow]:
    if country == "BE":
        return []
    return [
        remark(
            "place",
            f"De plek ligt buiten Vlaanderen ({country}): Vlaamse regels, tarieven, klimaat en gebouwcijfers staan in de plaats van de eigen.",
            f"The place lies outside Flanders ({country}): Flemish law, tariffs, climate and building statistics stand in for its own.",
            level="warning",
            method="place-levels",
        )
    ]
