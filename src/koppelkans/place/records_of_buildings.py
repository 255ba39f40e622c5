"""Records from a layer of buildings: what its columns and the addresses around it say."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from koppelkans import tables
from koppelkans.place import matching, names
from koppelkans.place.formats_osm import TYPE_OF_CLASS, use_of
from koppelkans.place.formats_registers import link_counts
from koppelkans.place.layers import Layer
from koppelkans.place.settings import Reading
from koppelkans.tables import RemarkRow, remark

METHOD = "place-matching"
MAIN_BUILDING = 1
"""GRB, TYPE: main building; every other value is an annex."""


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around the buildings: streets and addresses of the place, if there are any."""

    streets: gpd.GeoDataFrame | None
    addresses: gpd.GeoDataFrame | None
    official: dict[str, str]
    """Official spelling of the street names."""


def from_buildings(
    layer: Layer, links: pd.DataFrame | None, around: Around, reading: Reading, *, level: str
) -> tuple[gpd.GeoDataFrame, list[RemarkRow]]:
    """One record per building of a layer, with its addresses counted; and the remarks.

    Annexes are told by their class, or by size where they have no address. A building without address takes the nearest street.
    Method: docs/method.md#place-matching.
    """
    points = layer.role == "buildings_points"
    raw = tidy(layer, around)
    numbers = matching.own_numbers(raw, links)
    met = matches(raw, numbers, around, reading, points=points)
    counted = _counted(raw, numbers, links, met, around)
    annex = _annex(raw, counted, reading)
    use = _text(raw, "use").fillna(use_of(raw)).mask(annex, "annex").astype("str")
    found = _known(raw, layer).assign(
        level=level, use=use, type=_type(raw, use), addresses=counted["addresses"], boxes=counted["boxes"],
        street=counted["street"], house_number=counted["house_number"], postcode=counted["postcode"],
    )  # fmt: skip
    rows = _match_remarks(met, len(around.addresses) if around.addresses is not None else 0)
    rows += _box_trap(raw, links)
    small = annex & ~_surely_annex(raw)
    if small.any():
        rows.append(
            remark(
                "buildings",
                f"{int(small.sum())} gebouwen zonder adres en kleiner dan {reading.small_annex_m2:g} m² gelden als bijgebouw zonder verwarming.",
                f"{int(small.sum())} buildings without address and smaller than {reading.small_annex_m2:g} m² count as annexes without heating.",
                rows_share=float(small.mean()),
                method=METHOD,
            )
        )
    if around.streets is not None:
        found, placed = _on_nearest_street(found, around.streets, reading)
        rows += placed
    return as_records(found), rows


def tidy(layer: Layer, around: Around) -> gpd.GeoDataFrame:
    """The layer with comparable text: official street names, house numbers in one spelling."""
    raw = layer.frame
    changed: dict[str, pd.Series] = {}
    if "street" in raw:
        changed["street"] = names.spelled(names.text(raw["street"]), around.official)
    if "house_number" in raw:
        changed["house_number"] = names.house_numbers(raw["house_number"])
    for name in ("postcode", "box_number", "source_class", "use", "type"):
        if name in raw:
            changed[name] = names.text(raw[name])
    return raw.assign(**changed)


def _text(raw: pd.DataFrame, name: str) -> pd.Series:
    return raw[name] if name in raw else pd.Series(None, index=raw.index, dtype="str")


def matches(
    raw: gpd.GeoDataFrame, numbers: pd.DataFrame, around: Around, reading: Reading, *, points: bool
) -> matching.Matches | None:
    """The building of each address of the place; None when the place has no addresses."""
    if around.addresses is None:
        return None
    near = reading.point_match_m if points else reading.match_m
    return matching.matches(around.addresses, raw, numbers, annex=_surely_annex(raw), near_m=near, reading=reading)


def _counted(
    raw: gpd.GeoDataFrame,
    numbers: pd.DataFrame,
    links: pd.DataFrame | None,
    met: matching.Matches | None,
    around: Around,
) -> pd.DataFrame:
    """House numbers and boxes per building, and the first street, number and postcode where the source has none of its own."""
    counted = pd.DataFrame(
        {
            "addresses": numbers.groupby("building").size().reindex(raw.index, fill_value=0), "boxes": 0,
            "street": _text(raw, "street"), "house_number": _text(raw, "house_number"), "postcode": _text(raw, "postcode"),
        },
        index=raw.index,
    )  # fmt: skip
    if "house_numbers_counted" in raw and around.addresses is None:
        counted["addresses"] = np.maximum(
            counted["addresses"], raw["house_numbers_counted"].fillna(0).clip(lower=0).astype(int)
        )
    found = [] if links is None else [link_counts(links)]
    if met is not None and around.addresses is not None:
        found.append(_address_counts(around.addresses, met))
    for counts in (part.reindex(raw.index) for part in found):
        for name in ("addresses", "boxes"):
            counted[name] = np.maximum(counted[name], counts[name].fillna(0)).astype("int64")
        for name in ("street", "house_number", "postcode"):
            counted[name] = counted[name].fillna(counts[name])
    return counted.assign(street=names.spelled(counted["street"], around.official)).astype(
        {"addresses": "int64", "boxes": "int64"}
    )


def _address_counts(addresses: gpd.GeoDataFrame, met: matching.Matches) -> pd.DataFrame:
    frame = pd.DataFrame(addresses.drop(columns="geometry")).assign(building=met.building).dropna(subset=["building"])
    number = frame["street"].fillna("") + "|" + frame["house_number"].fillna("")
    frame = frame.assign(
        number=number, box=(number + "|" + frame["box_number"]).where(frame["box_number"].notna()),
        order=frame["house_number"].str.extract(r"(\d+)", expand=False).astype("float64"),
    )  # fmt: skip
    grouped = frame.groupby("building")
    first = frame.sort_values(["order", "house_number", "street"]).groupby("building").first()
    counts = pd.DataFrame({"addresses": grouped["number"].nunique(), "boxes": grouped["box"].nunique()})
    return counts.join(first[["street", "house_number", "postcode"]])


def _surely_annex(raw: gpd.GeoDataFrame) -> pd.Series:
    """Annexes by their class in the source: shed, garage, GRB type other than main building."""
    annex = use_of(raw).eq("annex") | _text(raw, "use").eq("annex") | _text(raw, "type").eq("annex")
    if "grb_type" in raw:
        annex |= raw["grb_type"].notna() & (pd.to_numeric(raw["grb_type"], errors="coerce") != MAIN_BUILDING)
    return annex


def _annex(raw: gpd.GeoDataFrame, counted: pd.DataFrame, reading: Reading) -> pd.Series:
    unsaid = use_of(raw).isna() & _text(raw, "use").isna() & ("grb_type" not in raw)
    return _surely_annex(raw) | (unsaid & (counted["addresses"] == 0) & (footprint_m2(raw) < reading.small_annex_m2))


def footprint_m2(raw: gpd.GeoDataFrame) -> pd.Series:
    """Footprint [m2]: as the source writes it, else its ground floor, else the area of the drawn shape; missing for a bare point."""
    footprint = raw["footprint_m2"] if "footprint_m2" in raw else pd.Series(np.nan, index=raw.index)
    if "ground_m2" in raw:
        footprint = footprint.fillna(raw["ground_m2"])
    drawn = raw.geometry.area
    return footprint.fillna(drawn.where(drawn > 0))


def _type(raw: gpd.GeoDataFrame, use: pd.Series) -> pd.Series:
    said = _text(raw, "type").fillna(_text(raw, "source_class").str.lower().map(TYPE_OF_CLASS))
    other = use.notna() & ~use.isin(["residential", "annex"])
    return said.mask(other, "non_residential").mask(use.eq("annex"), "annex").astype("str")


def _known(raw: gpd.GeoDataFrame, layer: Layer) -> gpd.GeoDataFrame:
    """The columns that a source writes as they are; missing where it does not."""
    missing = pd.Series(np.nan, index=raw.index)
    as_is = (
        "dwellings", "built_year", "storeys", "floor_area_m2", "volume_m3", "roof_m2", "wall_m2", "window_m2", "ground_m2",
        "roof_w_per_m2k", "wall_w_per_m2k", "window_w_per_m2k", "ground_w_per_m2k", "epc_score_kwh_per_m2", "metered_gas_kwh",
    )  # fmt: skip
    values = {name: raw.get(name, missing) for name in as_is}
    protected = raw["heritage"].notna() if "heritage" in raw else pd.Series(False, index=raw.index)
    if "protected" in raw:
        protected |= raw["protected"].astype("str").str.lower().isin(["true", "1", "yes", "ja"])
    # an envelope in the source was computed from geometry by its makers; everything else was read in a register
    origin = "user" if layer.mapped else "derived" if "volume_m3" in raw else "register"
    data = {
        **values,
        "footprint_m2": footprint_m2(raw),
        "protected": protected,
        "source_class": _text(raw, "source_class"),
        "record_from": origin,
    }
    return gpd.GeoDataFrame(data, index=raw.index, geometry=raw.geometry, crs=raw.crs)


def _on_nearest_street(
    found: gpd.GeoDataFrame, streets: gpd.GeoDataFrame, reading: Reading
) -> tuple[gpd.GeoDataFrame, list[RemarkRow]]:
    lacking = found["street"].isna() & found["use"].ne("annex")
    near = matching.nearest_street(found[lacking], streets, reading.street_m)
    count = int(near.notna().sum())
    if not count:
        return found, []
    row = remark(
        "buildings", f"{count} gebouwen zonder adres zijn bij de dichtste straat gerekend (hoogstens {reading.street_m:g} m ver).",
        f"{count} buildings without address were counted with the nearest street (at most {reading.street_m:g} m away).",
        rows_share=count / len(found), method=METHOD,
    )  # fmt: skip
    return found.assign(street=found["street"].fillna(near.reindex(found.index)).astype("str")), [row]


# ------------------------------------------------------------------------------------------------------------ remarks, checks


def _match_remarks(met: matching.Matches | None, total: int) -> list[RemarkRow]:
    if met is None or not total:
        return []
    lost = int(met.lost.sum())
    rows = [
        remark(
            "addresses",
            f"{met.by_number} adressen zijn bij hun gebouw gezet op straat en nummer, {met.by_distance} op afstand.",
            f"{met.by_number} addresses were put with their building by street and number, {met.by_distance} by distance.",
            level="info",
            rows_share=1 - met.lost_share,
            method=METHOD,
        )
    ]
    if lost:
        rows.append(
            remark(
                "addresses",
                f"{lost} van {total} adressen ({met.lost_share:.0%}) vinden geen gebouw en tellen niet mee: de lagen zijn van een andere datum of onvolledig.",
                f"{lost} of {total} addresses ({met.lost_share:.0%}) find no building and do not count: the layers differ in date or are incomplete.",
                level="warning",
                rows_share=met.lost_share,
                method=METHOD,
            )
        )
    return rows


def _box_trap(raw: gpd.GeoDataFrame, links: pd.DataFrame | None) -> list[RemarkRow]:
    if "box_number" not in raw or links is not None or not raw["box_number"].notna().any():
        return []
    return [
        remark(
            "buildings",
            "Het busnummer bij een gebouw is dat van het eerste adres alleen: bussen worden er niet uit geteld. Voeg TblGbgAdr toe om appartementen te tellen.",
            "The box number of a building is that of its first address only: boxes are not counted from it. Add TblGbgAdr to count apartments.",
            level="warning",
            method="place-formats",
        )
    ]


def as_records(found: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The columns of table ``records`` in their order and with their types."""
    kinds: dict[type, str] = {str: "str", float: "float64", int: "int64", bool: "bool"}
    typed = found.astype({item.name: kinds[item.kind] for item in tables.RECORDS.columns})
    return typed[[*tables.RECORDS.column_names, "geometry"]].rename_axis("building")
