"""Finding the layers of a place in its files, recognising what each is, and reading them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from koppelkans.errors import DataError, suggestion
from koppelkans.place import columns, names
from koppelkans.place.formats_osm import osm_layers
from koppelkans.place.settings import LayerStated, Settings
from koppelkans.tables import RemarkRow, remark

GEOGRAPHIC = {".gpkg", ".shp", ".geojson", ".json", ".fgb", ".dbf"}
READABLE = GEOGRAPHIC | {".csv", ".parquet"}
MESSAGE_READABLE = "expected a GeoPackage, shapefile, GeoJSON, FlatGeobuf, dbf, CSV or GeoParquet file"

ROLE_OF_NAME = (
    ("address_links", r"tblgbgadr\w*"),
    ("road_widths", r"attwegbreedte\w*"),
    ("buildings_points", r"\w*buildings?_points?\w*|gebouw(en)?_?punten"),
    ("buildings", r"buildings?|gebouw(en)?|gbg\w*"),
    ("streets", r"streets?|straten|wegsegment\w*|roads?|wegen|ways"),
    ("addresses", r"addresses\w*|adres(sen)?\w*|crab\w*"),
    ("areas", r"wijk(en)?|areas?|gebied(en)?|perimeter"),
    ("landuse", r"land_?use|landgebruik"),
    ("waterways", r"waterways?|water|waterlopen"),
    ("unused", r"points|extent|layer_styles"),
)
ROLE_OF_COLUMNS = (
    ("address_links", {"gbgoidn", "huisnr"}),
    ("buildings", {"oidn", "oppervl", "lbltype"}),
    ("buildings", {"gebouwstatus"}),
    ("buildings", {"grar_gebouw_id"}),
    ("streets", {"lstrnm", "rstrnm"}),
    ("osm", {"building"}),
    ("osm", {"highway"}),
    ("addresses", {"straat", "huisnr"}),
    ("addresses", {"straatnaam", "huisnummer"}),
    ("addresses", {"street_nl", "huisnr"}),
    ("areas", {"wijkcode"}),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer, as read: columns under our names, quantities as numbers, text as text."""

    role: str
    name: str
    file: str
    frame: Any
    faults: tuple[str, ...] = ()
    complete: bool | None = None
    mapped: bool = False
    """True when the user named its columns in place.toml."""

    fields: tuple[str, ...] = ()
    """Columns as its source writes them."""

    @property
    def where(self) -> str:
        """File and layer, for messages."""
        return self.file if Path(self.file).stem == self.name else f"{self.file}, layer {self.name}"

    def holding(self, frame: Any, role: str | None = None) -> Layer:
        """The same layer with other rows, or in another role."""
        return replace(self, role=role or self.role, frame=frame)

    @property
    def has_geometry(self) -> bool:
        """Whether its rows have a place."""
        return isinstance(self.frame, gpd.GeoDataFrame)


@dataclass(frozen=True, slots=True)
class Layers:
    """All layers of a place by role, the CSV files that hold no layer, and what was remarked on the way."""

    by_role: dict[str, Layer]
    csv_files: tuple[Path, ...] = ()
    remarks: tuple[RemarkRow, ...] = field(default=())

    def __getitem__(self, role: str) -> Layer | None:
        return self.by_role.get(role)

    def replaced(self, layer: Layer, remarks: Sequence[RemarkRow] = ()) -> Layers:
        """The same layers with another one in its role."""
        return replace(self, by_role={**self.by_role, layer.role: layer}, remarks=(*self.remarks, *remarks))


@dataclass(frozen=True, slots=True)
class _Found:
    role: str
    name: str
    file: Path


def read_layers(files: Sequence[Path], settings: Settings) -> Layers:
    """The layers of a place. Raises DataError when a file cannot be read or two layers claim the same role."""
    found: list[_Found] = []
    csv_files: list[Path] = []
    remarks: list[RemarkRow] = []
    for file in files:
        for name, role in _listed(file, settings):
            if role is None and file.suffix.lower() == ".csv":
                csv_files.append(file)
            elif role is None:
                remarks.append(
                    remark(
                        "layers",
                        f"Laag {name} in {file.name} is niet herkend en wordt niet gebruikt.",
                        f"Layer {name} in {file.name} was not recognised and is not used.",
                        level="info",
                        method="place-formats",
                    )
                )
            elif role != "unused":
                found.append(_Found(role, name, file))
    _refuse_missing(files, settings)
    _refuse_rivals(found)
    layers: dict[str, Layer] = {}
    for item in found:
        for layer in _read(item, settings):
            if layer.role in layers:
                raise _rivals(layer.role, [layers[layer.role].where, layer.where])
            layers[layer.role] = layer
    return Layers(layers, tuple(csv_files), tuple(remarks))


def _refuse_missing(files: Sequence[Path], settings: Settings) -> None:
    known = [file.name for file in files]
    stated = [(f"layers.{role}", item.file) for role, item in settings.layers.items()]
    stated += [
        (f"tables.{name}", item.file)
        for name, item in settings.tables.items()
        if not (files[0].parent / item.file).is_file()
    ]
    faults = [
        f"{key}.file: {file} does not exist; {suggestion(file, known)}"
        for key, file in stated
        if file and file not in known
    ]
    if faults:
        raise DataError("place.toml names files that are not there", faults)


def _refuse_rivals(found: Sequence[_Found]) -> None:
    for role in {item.role for item in found if item.role != "osm"}:
        same = [item for item in found if item.role == role]
        if len(same) > 1:
            raise _rivals(role, [f"{item.file.name}, layer {item.name}" for item in same])


def _rivals(role: str, where: list[str]) -> DataError:
    return DataError(
        f"{len(where)} layers could be {role}: {'; '.join(where)}. Remove one, or say in place.toml which one counts: "
        f"[layers.{role}] file = ..., layer = ..."
    )


# --------------------------------------------------------------------------------------------------------------- recognising


def _listed(file: Path, settings: Settings) -> list[tuple[str, str | None]]:
    """Layers of a file with their role; None for a layer nobody knows."""
    suffix = file.suffix.lower()
    if suffix == ".dbf" and file.with_suffix(".shp").is_file():
        return []  # the attributes of the shapefile of that name
    if any(table.file == file.name for table in settings.tables.values()):
        return [(file.stem, None)]
    if suffix in (".csv", ".parquet"):
        try:
            return [(file.stem, _role(file, file.stem, settings))]
        except (OSError, ValueError) as error:
            raise _unreadable(file, error) from error
    try:
        listed = [str(name) for name in pyogrio.list_layers(file)[:, 0]]
    except DataSourceError as error:
        raise _unreadable(file, error) from error
    return [(name, _role(file, name, settings)) for name in listed]


def _unreadable(file: Path, error: Exception) -> DataError:
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    return DataError(f"{file.name} cannot be read: {reason}; {MESSAGE_READABLE}")


def _role(file: Path, name: str, settings: Settings) -> str | None:
    by_role: dict[str, LayerStated] = {str(role): stated for role, stated in settings.layers.items()}
    for role, stated in by_role.items():
        if stated.file in (None, file.name) and (stated.file or stated.layer) and stated.layer in (None, name):
            return role
    plain = columns.plain(name)
    fields = {columns.plain(field) for field in _fields(file, name)}
    if {"building", "highway"} <= fields:
        return "osm"  # everything in one layer, whatever it is called
    for role, pattern in ROLE_OF_NAME:
        if re.fullmatch(pattern, plain):
            chosen = by_role.get(role)
            return None if chosen is not None and (chosen.file or chosen.layer) else role
    for role, needed in ROLE_OF_COLUMNS:
        if needed <= fields:
            return role
    return None


def _fields(file: Path, name: str) -> list[str]:
    if file.suffix.lower() == ".csv":
        return _csv_header(file)
    if file.suffix.lower() == ".parquet":
        import pyarrow.parquet

        return [str(field) for field in pyarrow.parquet.read_schema(file).names]
    return [str(field) for field in pyogrio.read_info(file, layer=name)["fields"]]


def _csv_header(file: Path) -> list[str]:
    first = file.read_bytes().split(b"\n", 1)[0].decode("utf-8-sig", errors="replace")
    return [part.strip().strip('"') for part in re.split(r"[;,\t]", first)]


# ------------------------------------------------------------------------------------------------------------------- reading


def _read(item: _Found, settings: Settings) -> list[Layer]:
    frame = _frame(item)
    if item.role == "osm":
        return [_layer(replace(item, role=role), part, LayerStated()) for role, part in osm_layers(frame).items()]
    role = item.role
    if role == "buildings" and isinstance(frame, gpd.GeoDataFrame) and _by_columns_only(item) and _all_points(frame):
        role = "buildings_points"
    stated = settings.layers.get(role, LayerStated())  # type: ignore[call-overload]
    return [_layer(replace(item, role=role), frame, stated)]


def _by_columns_only(item: _Found) -> bool:
    """A layer *called* buildings must hold polygons; one recognised by its register columns may hold points."""
    return re.fullmatch(r"buildings?|gebouw(en)?", columns.plain(item.name)) is None


def _all_points(frame: gpd.GeoDataFrame) -> bool:
    return bool(len(frame)) and bool((frame.geom_type == "Point").all())


def _frame(item: _Found) -> pd.DataFrame:
    suffix = item.file.suffix.lower()
    try:
        if suffix == ".parquet":
            return _parquet(item.file)
        if suffix == ".csv":
            return _csv(item.file)
        # use_arrow hands whole columns over: a village reads in tens of milliseconds
        frame = pyogrio.read_dataframe(item.file, layer=item.name, use_arrow=True)
    except (DataSourceError, DataLayerError, OSError, ValueError) as error:
        raise _unreadable(item.file, error) from error
    if not isinstance(frame, gpd.GeoDataFrame):
        return pd.DataFrame(frame)
    if frame.active_geometry_name != "geometry":
        frame = frame.rename_geometry("geometry")
    flat: pd.DataFrame = frame.set_geometry(shapely.force_2d(frame.geometry.to_numpy()), crs=frame.crs)
    return flat


def _parquet(file: Path) -> pd.DataFrame:
    import pyarrow.parquet

    if b"geo" in (pyarrow.parquet.read_schema(file).metadata or {}):
        placed: pd.DataFrame = gpd.read_parquet(file)
        return placed
    return pd.read_parquet(file)


def _csv(file: Path) -> pd.DataFrame:
    """A CSV of addresses: everything as text; some Flemish address files are cp1252, the rest UTF-8."""
    raw = file.read_bytes()
    encoding = "utf-8-sig"
    try:
        raw.decode(encoding)
    except UnicodeDecodeError:
        encoding = "cp1252"
    first = raw.split(b"\n", 1)[0].decode("utf-8-sig", errors="replace")
    frame = pd.read_csv(file, sep=max(";,\t", key=first.count), dtype="str", encoding=encoding)
    return frame.rename(columns={"geometry": "wkt"})


def _layer(item: _Found, frame: pd.DataFrame, stated: LayerStated) -> Layer:
    """Columns under our names; the user's own mapping comes first."""
    theirs = list(frame.columns)
    ours = columns.COLUMNS[item.role]
    faults = [
        f"place.toml, layers.{item.role}.columns.{name}: no such column of ours; {suggestion(name, ours)}"
        for name in [*stated.columns, *stated.factors]
        if name not in ours
    ]
    faults += [
        f"place.toml, layers.{item.role}.columns.{name} = {source!r}: {item.file.name} has no such column; {suggestion(source, theirs)}"
        for name, source in stated.columns.items()
        if source not in theirs
    ]
    if faults:
        raise DataError("place.toml does not fit the layers; correct these keys", faults)
    wanted = {source: name for name, source in stated.columns.items()}
    frame = frame.drop(columns=[name for name in stated.columns if name in theirs and name not in wanted]).rename(
        columns=wanted
    )
    if item.role in ("landuse", "waterways"):
        return Layer(item.role, item.name, item.file.name, frame, fields=tuple(theirs))
    kept = columns.renamed(frame, item.role)
    kept, wrong = columns.numeric(_keyed(kept), stated.factors)
    return Layer(
        item.role, item.name, item.file.name, kept, tuple(wrong), stated.complete, bool(stated.columns), tuple(theirs)
    )


def _keyed(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows under their own key, as text; a key that is an address on the web keeps its last part."""
    if "key" not in frame.columns:
        width = len(str(len(frame)))
        return frame.set_axis(pd.Index([f"r{number:0{width}d}" for number in range(1, len(frame) + 1)], dtype="str"))
    key = names.text(frame["key"]).str.rsplit("/", n=1).str[-1]
    return frame.drop(columns="key").set_axis(pd.Index(key, dtype="str"))
