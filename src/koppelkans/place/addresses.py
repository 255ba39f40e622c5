"""The addresses of a place: cleaned, each once, inside the municipality."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import shapely

from koppelkans import tables
from koppelkans.place import names
from koppelkans.place.settings import Reading
from koppelkans.tables import RemarkRow, remark

METHOD = "place-matching"


def address_table(
    raw: gpd.GeoDataFrame, areas: gpd.GeoDataFrame | None, municipality: str | None, reading: Reading
) -> tuple[gpd.GeoDataFrame, list[RemarkRow]]:
    """Table ``addresses`` from a layer of address points, and the remarks on what was dropped.

    Dropped are: points at (0, 0); few points of another municipality; strays far from the area; repeated addresses.
    Result: index address, made of street, number, box and postcode, so that it does not hang on the order of rows.
    Method: docs/method.md#place-matching.
    """
    frame = _clean(raw)
    rows: list[RemarkRow] = []
    total = max(len(frame), 1)

    def without(gone: pd.Series, dutch: str, english: str) -> gpd.GeoDataFrame:
        if gone.any():
            count = int(gone.sum())
            rows.append(
                remark(
                    "addresses",
                    f"{count} adressen {dutch} en zijn weggelaten.",
                    f"{count} addresses {english} and were left out.",
                    level="info",
                    rows_share=count / total,
                    method=METHOD,
                )
            )
        return frame[~gone]

    x, y = shapely.get_x(frame.geometry.to_numpy()), shapely.get_y(frame.geometry.to_numpy())
    frame = without(
        pd.Series((x == 0) & (y == 0), index=frame.index),
        "hebben geen coördinaten (0, 0)",
        "have no coordinates (0, 0)",
    )
    home = municipality if municipality in set(frame["municipality"].dropna()) else None
    counted = frame["municipality"].value_counts(normalize=True)
    few = counted[(counted < reading.foreign_share) & (counted.index != home)].index
    frame = without(
        frame["municipality"].isin(few),
        f"liggen in een andere gemeente ({', '.join(few)})",
        f"lie in another municipality ({', '.join(few)})",
    )
    frame = without(
        _strays(frame, areas, reading.stray_m), f"liggen meer dan {reading.stray_m:g} m buiten het gebied",
        f"lie more than {reading.stray_m:g} m outside the area",
    )  # fmt: skip
    same = frame.assign(street_key=names.letters(frame["street"])).duplicated(
        ["street_key", "house_number", "box_number", "postcode"]
    )
    nameless = frame["street"].isna() | frame["house_number"].isna()
    frame = without(same & ~nameless, "komen meermaals voor", "occur more than once")
    return frame.set_axis(_keys(frame))[[*tables.ADDRESSES.column_names, "geometry"]], rows


def _clean(raw: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    empty = pd.Series(None, index=raw.index, dtype="str")
    data = {name: names.text(raw[name]) if name in raw else empty for name in tables.ADDRESSES.column_names}
    if "house_number" in raw:
        # CRAB writes a sub-address behind an underscore (50_2): the number of the building and a box
        number = names.house_numbers(raw["house_number"])
        parts = number.str.partition("_")
        data["house_number"] = parts[0].astype("str").where(number.notna())
        data["box_number"] = data["box_number"].fillna(parts[2].where(parts[2] != ""))
    frame = gpd.GeoDataFrame(data, index=raw.index, geometry=raw.geometry, crs=raw.crs)
    return frame.astype(dict.fromkeys(tables.ADDRESSES.column_names, "str"))


def _strays(frame: gpd.GeoDataFrame, areas: gpd.GeoDataFrame | None, limit_m: float) -> pd.Series:
    """Points farther than the limit from the area; without an area, from the bulk of the points."""
    if frame.empty:
        return pd.Series(False, index=frame.index)
    if areas is not None and len(areas):
        home = shapely.union_all(areas.geometry.to_numpy())
        shapely.prepare(home)
        near = shapely.dwithin(home, frame.geometry.to_numpy(), limit_m)
        return pd.Series(~near, index=frame.index)
    x, y = frame.geometry.x, frame.geometry.y
    low, high = pd.DataFrame({"x": x, "y": y}).quantile([0.02, 0.98]).to_numpy()
    outside: pd.Series = ~(
        x.between(low[0] - limit_m, high[0] + limit_m) & y.between(low[1] - limit_m, high[1] + limit_m)
    )
    return outside


def _keys(frame: gpd.GeoDataFrame) -> pd.Index:
    parts = [names.slug(frame[name]).fillna("") for name in ("street", "house_number", "box_number", "postcode")]
    key = parts[0] + "-" + parts[1] + "-" + parts[2] + "-" + parts[3]
    key = key.str.replace(r"-+", "-", regex=True).str.strip("-")
    repeat = key.groupby(key).cumcount()
    return pd.Index(key.where(repeat == 0, key + "-" + (repeat + 1).astype("str")), name="address", dtype="str")
