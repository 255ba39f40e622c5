"""The streets of a place: sections with the official street name, class, surface, width and length."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from koppelkans import tables
from koppelkans.place import names
from koppelkans.tables import RemarkRow, remark


def street_table(raw: gpd.GeoDataFrame, addresses: gpd.GeoDataFrame | None) -> tuple[gpd.GeoDataFrame, list[RemarkRow]]:
    """Table ``streets`` from a street layer, and the remarks.

    raw: columns street, road_class, surface, width_m, object, bridge, tunnel, layer, each where its source has it. Lines of a relation whose name no
    address carries are no street (a city named as a whole) and are dropped.
    Result: index section; keys repeat in the source where a way was cut, so a number is added.
    Method: docs/method.md#place-matching.
    """
    rows: list[RemarkRow] = []
    empty = pd.Series(None, index=raw.index, dtype="str")
    street = names.text(raw["street"]) if "street" in raw else empty
    if "object" in raw.columns and addresses is not None:
        known = set(names.letters(addresses["street"]).dropna())
        stray = (raw["object"] == "relation") & ~names.letters(street).isin(known)
        if stray.any():
            called = ", ".join(sorted(street[stray].dropna().unique()))
            rows.append(
                remark(
                    "streets",
                    f"{int(stray.sum())} lijnen ({called}) zijn geen straat: geen adres draagt die naam. Ze zijn weggelaten.",
                    f"{int(stray.sum())} lines ({called}) are no street: no address carries that name. They were left out.",
                    level="info",
                    rows_share=float(stray.mean()),
                    method="place-matching",
                )
            )
            raw, street, empty = raw[~stray], street[~stray], empty[~stray]
    section = raw.index.to_series()
    part = section.groupby(section).cumcount() + 1
    many = section.duplicated(keep=False)
    key = pd.Index(section.where(~many, section + "-" + part.astype("str")), name="section", dtype="str")
    frame = gpd.GeoDataFrame(
        {
            "street": street.to_numpy(),
            "road_class": (names.text(raw["road_class"]) if "road_class" in raw else empty).to_numpy(),
            "surface": (names.text(raw["surface"]) if "surface" in raw else empty).to_numpy(),
            "width_m": raw["width_m"].to_numpy() if "width_m" in raw else float("nan"),
            "structure": _structure(raw).to_numpy(),
            "length_m": raw.geometry.length.to_numpy(),
        },
        index=key, geometry=raw.geometry.to_numpy(), crs=raw.crs,
    )  # fmt: skip
    kinds = dict.fromkeys(("street", "road_class", "surface", "structure"), "str")
    kinds |= {"width_m": "float64", "length_m": "float64"}
    return frame.astype(kinds)[[*tables.STREETS.column_names, "geometry"]], rows


def _structure(raw: gpd.GeoDataFrame) -> pd.Series:
    """``bridge`` or ``tunnel``, by the tags of OpenStreetMap; a passage through a building lies on the ground."""
    empty = pd.Series(None, index=raw.index, dtype="str")
    bridge, tunnel = (names.text(raw[tag]) if tag in raw else empty for tag in ("bridge", "tunnel"))
    layer = (
        pd.to_numeric(names.text(raw["layer"]), errors="coerce") if "layer" in raw else pd.Series(0.0, index=raw.index)
    )
    through = tunnel.eq("building_passage")
    found = empty.mask((layer > 0) & ~through, "bridge").mask((layer < 0) & ~through, "tunnel")
    found = found.mask(tunnel.notna() & ~tunnel.isin(["no", "building_passage"]), "tunnel")
    return found.mask(bridge.notna() & bridge.ne("no"), "bridge").astype("str")
