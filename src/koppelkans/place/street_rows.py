"""Rows about streets from a file of the user's own: as text, under our names, on the sections that they are about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from koppelkans.errors import DataError, suggestion
from koppelkans.place.columns import plain
from koppelkans.place.layers import GEOGRAPHIC, READABLE
from koppelkans.tables import first_keys

HALF = 0.5
"""A section counts when a shape runs along at least this share of it."""


@dataclass(frozen=True, slots=True)
class StreetRows:
    """The rows of one file: ``cells`` text by our column names (empty where nothing stands), ``lines`` the number of each row in the file, ``shapes`` where they lie."""

    file: str
    cells: pd.DataFrame
    lines: pd.Series
    shapes: gpd.GeoSeries | None
    word: str

    def where(self, wrong: pd.Series | np.ndarray) -> str:
        """File and rows, for a message."""
        numbers = [str(number) for number in self.lines[np.asarray(wrong)]]
        return f"{self.file}, {self.word}{'s' if len(numbers) > 1 else ''} {first_keys(numbers)}"

    def filled(self, names: Sequence[str]) -> StreetRows:
        """The rows in which at least one of these columns is filled, or that have a shape."""
        kept = (self.cells[list(names)] != "").any(axis=1)
        if self.shapes is not None:
            kept |= self.shapes.notna()
        shapes = None if self.shapes is None else self.shapes[kept]
        return StreetRows(self.file, self.cells[kept], self.lines[kept], shapes, self.word)


def street_rows(
    path: Path | str, known: Mapping[str, tuple[str, ...]], *, needed: Mapping[str, str], layer: str, crs: Any
) -> StreetRows:
    """The rows of a GeoPackage, GeoJSON or CSV. known: our columns, each with other names for it; needed: columns that must be there, each with what to do else.

    layer: of a GeoPackage, read when it has several. Shapes come in the coordinate system of the place.
    Raises DataError: no such file, unreadable, columns missing or unknown, no coordinate system.
    """
    file = Path(path)
    if not file.is_file():
        raise DataError(f"no file {file}; name a GeoPackage, GeoJSON or CSV beside the scenario, or leave it out")
    if file.suffix.lower() not in READABLE:
        raise DataError(f"{file.name}: files ending on {file.suffix} are not read, expected .gpkg, .geojson or .csv")
    geographic = file.suffix.lower() in GEOGRAPHIC
    frame, first = (_layer(file, layer), 1) if geographic else _csv(file)
    shapes = _shapes(frame, file, crs)
    texts = pd.DataFrame(frame.drop(columns="geometry", errors="ignore")).reset_index(drop=True)
    cells = _named(texts, file.name, known, needed, located=shapes is not None)
    lines = pd.Series(np.arange(first, first + len(cells)), index=cells.index)
    return StreetRows(file.name, cells, lines, shapes, "feature" if geographic else "row")


def _layer(file: Path, name: str) -> pd.DataFrame:
    try:
        layers = [str(one) for one in pyogrio.list_layers(file)[:, 0]]
        chosen = name if name in layers else layers[0]
        if name not in layers and len(layers) > 1:
            raise DataError(
                f"{file.name} has {len(layers)} layers ({', '.join(layers)}) and none is called {name}; rename the one that counts"
            )
        frame = pyogrio.read_dataframe(file, layer=chosen)
    except (DataSourceError, DataLayerError, OSError, ValueError, IndexError) as error:
        raise DataError(f"{file.name} cannot be read: {error}; expected a GeoPackage, GeoJSON or CSV") from error
    if isinstance(frame, gpd.GeoDataFrame) and frame.active_geometry_name != "geometry":
        frame = frame.rename_geometry("geometry")
    found: pd.DataFrame = frame
    return found


def _csv(file: Path) -> tuple[pd.DataFrame, int]:
    """A CSV as text, and the number of its first row; lines that begin with # are remarks."""
    raw = file.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252")
    lines = text.splitlines()
    skipped = next((number for number, line in enumerate(lines) if not line.startswith("#")), len(lines))
    head = lines[skipped] if skipped < len(lines) else ""
    try:
        frame = pd.read_csv(
            file, sep=max(";,\t", key=head.count), dtype="str", keep_default_na=False, skiprows=skipped, skip_blank_lines=False,
            encoding="utf-8-sig" if text.encode("utf-8") == raw.removeprefix(b"\xef\xbb\xbf") else "cp1252",
        )  # fmt: skip
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise DataError(
            f"{file.name} cannot be read as a table: {error}; expected a header and columns separated by ; or ,"
        ) from error
    return frame, skipped + 2


def _shapes(frame: pd.DataFrame, file: Path, crs: Any) -> gpd.GeoSeries | None:
    if not isinstance(frame, gpd.GeoDataFrame) or frame.geometry.isna().all():
        return None
    if frame.crs is None:
        raise DataError(
            f"{file.name}: no coordinate system; assign one (QGIS: Set layer CRS), such as that of the place ({crs})"
        )
    moved = frame.geometry.to_crs(crs).reset_index(drop=True)
    return gpd.GeoSeries(shapely.force_2d(moved.to_numpy()), index=moved.index, crs=crs)


def _named(
    frame: pd.DataFrame, file: str, known: Mapping[str, tuple[str, ...]], needed: Mapping[str, str], *, located: bool
) -> pd.DataFrame:
    theirs = {plain(str(name)): name for name in frame.columns}
    found = {
        ours: next((theirs[name] for name in (ours, *others) if name in theirs), None) for ours, others in known.items()
    }
    faults = [f"{file}: column {name} is missing; {step}" for name, step in needed.items() if found[name] is None]
    if found["section"] is None and not located:
        faults.append(
            f"{file}: column section is missing and the rows have no shape; give the key of the street section, or draw them in a GeoPackage"
        )
    names = [name for others in known.items() for name in (others[0], *others[1])]
    # a layer of somebody else carries columns of its own; a CSV is written for this
    unknown = [] if located else [name for name in theirs if name not in names]
    faults += [f"{file}: column {name} is not known; {suggestion(name, known)}" for name in unknown]
    if faults:
        raise DataError("the columns cannot be used; correct them and read again", faults)
    blank = pd.Series("", index=frame.index, dtype="str")
    return pd.DataFrame({ours: blank if name is None else _text(frame[name]) for ours, name in found.items()})


def _text(values: pd.Series) -> pd.Series:
    """Cells as text without outer blanks; whole numbers without a decimal point."""
    if pd.api.types.is_float_dtype(values):
        return values.map(lambda number: "" if pd.isna(number) else f"{number:.15g}").astype("str")
    return values.astype("str").where(values.notna(), "").str.strip().astype("str")


# ------------------------------------------------------------------------------------------------------------------ one column


def numbers(rows: StreetRows, name: str, *, low: float, high: float, unit: str, whole: bool = False) -> tuple[pd.Series, list[str]]:  # fmt: skip
    """A column as numbers, empty where nothing stands; and the faults: no number, or outside its bounds."""
    written = rows.cells[name]
    values = pd.to_numeric(written.where(written != ""), errors="coerce")
    expected = f"{'a whole number' if whole else 'a number'} from {low:g} to {high:g}{' ' + unit if unit else ''}"
    faults = []
    unread = (written != "") & values.isna()
    if unread.any():
        faults.append(
            f"{rows.where(unread)}, column {name}: found {written[unread].iloc[0]!r}, expected {expected}; write it with a decimal point, without unit"
        )
    outside = values.notna() & ((values < low) | (values > high) | (whole & (values % 1 != 0)))
    if outside.any():
        faults.append(
            f"{rows.where(outside)}, column {name}: found {written[outside].iloc[0]}{' ' + unit if unit else ''}, expected {expected}; correct the figure"
        )
    return values.astype("float64"), faults


def words(
    rows: StreetRows, name: str, known: Sequence[str], others: Mapping[str, str], *, usual: str | None = None
) -> tuple[pd.Series, list[str]]:
    """A column as words of ours; others: words of theirs, each with ours; usual: where nothing stands (None: something must). And the faults."""
    written = rows.cells[name].str.lower()
    found = written.replace(dict(others)).astype("str")
    wrong = ~found.isin(known) & ((written != "") | (usual is None))
    found = found.mask(written == "", usual or "").astype("str")
    if not wrong.any():
        return found, []
    shown = str(rows.cells.loc[wrong, name].iloc[0])
    expected, near = ", ".join(known), suggestion(shown, [*known, *others]) if shown else "fill it in"
    return found, [f"{rows.where(wrong)}, column {name}: found {shown!r}, expected one of {expected}; {near}"]


# ------------------------------------------------------------------------------------------------------------------- sections


def on_sections(rows: StreetRows, sections: gpd.GeoDataFrame, reach_m: float) -> tuple[pd.DataFrame, list[str]]:
    """Pairs of a row (``row``, its label in ``cells``) and a section (``section``) with ``length_m`` of it in there (empty: not known); and the faults.

    A row that names a section is about that one. Else its shape decides: every section along at least half of which it runs within ``reach_m``, and the section nearest to its
    middle. Sections where a pipe may lie come first; of equally near ones that with the first key.
    """
    named = rows.cells["section"]
    by_key = named[named != ""]
    lost = ~by_key.isin(sections.index)
    faults = []
    if lost.any():
        shown = str(by_key[lost].iloc[0])
        near = suggestion(shown, sections.index)
        near = near if near.startswith("did") else f"known: {first_keys(sections.index)}"
        faults.append(
            f"{rows.where(named.index.isin(by_key.index[lost]))}, column section: {shown!r} is no section of this place; {near}"
        )
    pairs = pd.DataFrame({"row": by_key.index[~lost], "section": by_key[~lost].to_numpy(object), "length_m": np.nan})
    drawn = named.index[named == ""]
    if rows.shapes is None:
        if len(drawn):
            faults.append(
                f"{rows.where(named == '')}, column section: empty, expected the key of a street section; fill it in, or draw the row in a GeoPackage"
            )
        return pairs, faults
    shapes = rows.shapes.loc[drawn]
    missing = shapes.isna() | shapes.is_empty
    open_ones = sections[sections["trench"]].sort_index()
    found = _along(shapes[~missing], open_ones, reach_m)
    off = ~shapes.index.isin(found["row"])
    if off.any():
        wrong = named.index.isin(shapes.index[off])
        faults.append(
            f"{rows.where(wrong)}: no street within {reach_m:g} m, expected a line, point or area on a street of this place; move it, or name its section"
        )
    return pd.concat([pairs, found], ignore_index=True), faults


def _along(shapes: gpd.GeoSeries, sections: gpd.GeoDataFrame, reach_m: float) -> pd.DataFrame:
    around = shapely.buffer(shapes.to_numpy(), reach_m)
    lines = sections.geometry.to_numpy()
    shape, section = shapely.STRtree(lines).query(around, predicate="intersects")
    covered = shapely.length(shapely.intersection(around[shape], lines[section]))
    whole = sections["length_m"].to_numpy(float)[section]
    middle = _middles(shapes.to_numpy())
    away = np.round(shapely.distance(middle[shape], lines[section]), 3)
    pairs = pd.DataFrame({
        "row": shapes.index.to_numpy()[shape], "section": sections.index.to_numpy(object)[section], "length_m": covered,
        "runs": (covered >= HALF * whole) & (covered >= 2.0 * reach_m), "away_m": away,
    })  # fmt: skip
    nearest = pairs.sort_values(["row", "away_m", "section"]).drop_duplicates("row").index
    kept = pairs[pairs["runs"] | pairs.index.isin(nearest)]
    return kept[["row", "section", "length_m"]].sort_values(["row", "section"])


def _middles(shapes: np.ndarray) -> np.ndarray:
    """Half-way along a line, else the centroid."""
    middle = shapely.centroid(shapes)
    line = shapely.get_type_id(shapes) == shapely.GeometryType.LINESTRING
    middle[line] = shapely.line_interpolate_point(shapes[line], HALF, normalized=True)
    return np.asarray(middle, dtype=object)
