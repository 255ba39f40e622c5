"""What the layers know of each building, nothing imputed: table ``records``, one row per building or per address."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from koppelkans.errors import DataError
from koppelkans.place import matching, names
from koppelkans.place.layers import Layer, Layers
from koppelkans.place.records_of_buildings import Around, as_records, footprint_m2, from_buildings, matches, tidy
from koppelkans.place.sectors import GAS_KWH_PER_CONNECTION
from koppelkans.place.settings import Reading
from koppelkans.tables import RemarkRow, remark

METHOD = "place-matching"
GAS_BAND = 25.0
"""A place whose median home lies this many times above or below the mean is written in another unit."""
SMALLEST_FOOTPRINT_M2 = 1.0
"""A polygon smaller than this is a sliver of drawing, not a building."""


def records(layers: Layers, around: Around, reading: Reading) -> tuple[gpd.GeoDataFrame, list[RemarkRow]]:
    """Table ``records`` of a place, and the remarks.

    The level stands per row: A polygons and streets; B points, addresses and streets; C building records without streets
    (polygons too: no network can be drawn); D addresses only. A building layer with far fewer rows than there are addresses is
    a sample and never the stock.
    Method: docs/method.md#place-levels.
    """
    polygons, points = layers["buildings"], layers["buildings_points"]
    for layer in (polygons, points):
        if layer is not None and layer.frame.empty:
            raise DataError(
                f"{layer.where}: no buildings (0 rows, or none left after the status filter), expected at least one; add the buildings, "
                "or remove the layer to work from addresses alone"
            )
    links = layers["address_links"]
    links_frame = None if links is None else links.frame
    if polygons is not None:
        found, rows = _from_polygons(polygons, links_frame, around, reading)
        if points is not None:
            rows.append(_unused(points))
    elif points is not None and _is_sample(points, around, reading):
        found, rows = _from_sample(points, around, reading)
    elif points is not None:
        found, rows = from_buildings(points, links_frame, around, reading, level=_level(around, "B", "C"))
    elif around.addresses is not None and len(around.addresses):
        found, rows = _from_addresses(around.addresses, _level(around, "B", "D")), []
    else:
        raise DataError(
            "no addresses are left after those without coordinates or outside the area were dropped; expected at least one"
        )
    rows += _mix(found)
    return found, rows


def _level(around: Around, with_streets: str, without: str) -> str:
    return without if around.streets is None else with_streets


def _is_sample(layer: Layer, around: Around, reading: Reading) -> bool:
    if layer.complete is not None:
        return not layer.complete
    if around.addresses is None:
        return False
    return "partial" in layer.name.lower() or len(layer.frame) < reading.partial_share * len(around.addresses)


def _unused(layer: Layer) -> RemarkRow:
    return remark(
        "buildings", f"Laag {layer.name} (punten) wordt niet gebruikt: er zijn gebouwen met een vorm.",
        f"Layer {layer.name} (points) is not used: there are buildings with a shape.", level="info", method="place-levels",
    )  # fmt: skip


def _from_polygons(
    layer: Layer, links: pd.DataFrame | None, around: Around, reading: Reading
) -> tuple[gpd.GeoDataFrame, list[RemarkRow]]:
    rows: list[RemarkRow] = []
    sliver = layer.frame.geometry.area < SMALLEST_FOOTPRINT_M2
    if sliver.any():
        rows.append(
            remark(
                "buildings",
                f"{int(sliver.sum())} vormen kleiner dan 1 m² zijn geen gebouwen en zijn weggelaten.",
                f"{int(sliver.sum())} shapes smaller than 1 m² are no buildings and were left out.",
                level="info",
                method=METHOD,
            )
        )
        layer = layer.holding(layer.frame[~sliver])
    shared = matching.overlaps_m2(layer.frame, reading.overlap_m2)
    if len(shared):
        rows.append(
            remark(
                "buildings",
                f"{len(shared)} paren gebouwen overlappen elkaar, samen {shared.sum():.0f} m²: er kunnen verdwenen gebouwen bij zijn, en dan telt de warmtevraag dubbel.",
                f"{len(shared)} pairs of buildings overlap, {shared.sum():.0f} m² together: some may be historic, and then heat is counted twice.",
                level="warning",
                method=METHOD,
            )
        )
    found, matched = from_buildings(layer, links, around, reading, level=_level(around, "A", "C"))
    rows += matched
    if around.addresses is not None and _is_sample(layer, around, reading):
        missing = around.addresses.loc[
            around.addresses.index.difference(_matched_addresses(layer, links, around, reading), sort=False)
        ]
        found = pd.concat([found, _from_addresses(missing, _level(around, "B", "D"))])
        rows.append(
            remark(
                "buildings",
                f"Laag {layer.name} dekt maar een deel van het gebied: {len(missing)} adressen zonder gebouw tellen mee als adres.",
                f"Layer {layer.name} covers only a part of the area: {len(missing)} addresses without building count as addresses.",
                level="warning",
                rows_share=len(missing) / len(found),
                method="place-levels",
            )
        )
    return found, rows


def _matched_addresses(layer: Layer, links: pd.DataFrame | None, around: Around, reading: Reading) -> pd.Index:
    raw = tidy(layer, around)
    met = matches(raw, matching.own_numbers(raw, links), around, reading, points=layer.role == "buildings_points")
    return pd.Index([]) if met is None else met.building.dropna().index


# -------------------------------------------------------------------------------------------------------- rows from addresses


def _from_addresses(addresses: gpd.GeoDataFrame, level: str) -> gpd.GeoDataFrame:
    """One record per house number; boxes counted, never a row each: they share the building."""
    number = (
        addresses["street"].fillna("")
        + "|"
        + addresses["house_number"].fillna("")
        + "|"
        + addresses["postcode"].fillna("")
    )
    number = number.mask(addresses["house_number"].isna(), addresses.index.to_series())
    boxes = addresses.groupby(number)["box_number"].nunique()
    first = ~number.duplicated()
    kept, key = addresses[first], number[first]
    # a key without its box, so that the building keeps its name when boxes come or go
    plain = names.slug(key.str.replace("|", "-", regex=False)).str.replace(r"-+", "-", regex=True).str.strip("-")
    plain = plain.where(~plain.duplicated(keep=False), kept.index.to_series())
    nothing = np.nan
    found = gpd.GeoDataFrame(
        {
            "street": kept["street"], "house_number": kept["house_number"], "postcode": kept["postcode"], "level": level,
            "source_class": None, "use": None, "type": None, "protected": False, "addresses": 1, "boxes": boxes.reindex(key).to_numpy(),
            "dwellings": nothing, "built_year": nothing, "storeys": nothing, "floor_area_m2": nothing, "footprint_m2": nothing,
            "volume_m3": nothing, "roof_m2": nothing, "wall_m2": nothing, "window_m2": nothing, "ground_m2": nothing,
            "roof_w_per_m2k": nothing, "wall_w_per_m2k": nothing, "window_w_per_m2k": nothing, "ground_w_per_m2k": nothing,
            "epc_score_kwh_per_m2": nothing, "metered_gas_kwh": nothing, "record_from": "register",
        },
        geometry=kept.geometry, crs=addresses.crs,
    )  # fmt: skip
    return as_records(found.set_axis(pd.Index(plain, dtype="str")))


def _from_sample(layer: Layer, around: Around, reading: Reading) -> tuple[gpd.GeoDataFrame, list[RemarkRow]]:
    """Addresses are the rows; points of a partial register layer give their footprint to the address they stand at."""
    assert around.addresses is not None  # noqa: S101 - a sample is only known beside addresses
    found = _from_addresses(around.addresses, _level(around, "B", "D"))
    known = layer.frame[footprint_m2(layer.frame) >= reading.small_annex_m2]
    rows, met = found.sindex.nearest(
        known.geometry.to_numpy(), return_all=False, return_distance=False, max_distance=reading.point_match_m
    )
    largest = pd.Series(footprint_m2(known).to_numpy()[rows], index=found.index[met]).groupby(level=0).max()
    found = found.assign(footprint_m2=found["footprint_m2"].fillna(largest.reindex(found.index)))
    count = int(found["footprint_m2"].notna().sum())
    row = remark(
        "buildings",
        f"Laag {layer.name} is een deel van het register ({len(layer.frame)} gebouwen naast {len(around.addresses)} adressen) en telt niet als gebouwenbestand: "
        f"de adressen zijn de rijen, en {count} daarvan krijgen een grondoppervlakte van het gebouw op hoogstens {reading.point_match_m:g} m.",
        f"Layer {layer.name} is a part of the register ({len(layer.frame)} buildings beside {len(around.addresses)} addresses) and is not the stock: "
        f"the addresses are the rows, and {count} of them take the footprint of the building within {reading.point_match_m:g} m.",
        level="warning", rows_share=count / len(found), method="place-levels",
    )  # fmt: skip
    return as_records(found), [row]


def _mix(found: gpd.GeoDataFrame) -> list[RemarkRow]:
    share = found["level"].value_counts(normalize=True).sort_index()
    listed = ", ".join(f"{level} {part:.0%}" for level, part in share.items())
    rows = [
        remark(
            "buildings",
            f"Niveau van de gegevens: {listed}.",
            f"Level of the data: {listed}.",
            level="info",
            method="place-levels",
        )
    ]
    if not set(share.index) & {"A", "B"}:
        rows.append(
            remark(
                "streets",
                "Er zijn geen straten: een warmtenet, sleuven en werken worden niet beoordeeld.",
                "There are no streets: a heat network, trenches and works are not assessed.",
                level="warning",
                method="place-levels",
            )
        )
    return rows


def gas_fault(found: pd.DataFrame) -> str | None:
    """A fault when the metered gas of the buildings is written in another unit than kWh; None when it fits.

    Judged by the median use per address or box against that of a Flemish home.
    """
    used = found.loc[found["metered_gas_kwh"] > 0]
    if used.empty:
        return None
    homes = used[["addresses", "boxes"]].max(axis=1).clip(lower=1)
    median = float((used["metered_gas_kwh"] / homes).median())
    if GAS_KWH_PER_CONNECTION / GAS_BAND <= median <= GAS_KWH_PER_CONNECTION * GAS_BAND:
        return None
    guess = (
        "MWh: state factors = { metered_gas_kwh = 1000 } in place.toml"
        if median < GAS_KWH_PER_CONNECTION
        else "Wh: state a factor of 0.001"
    )
    return (
        f"column metered_gas_kwh: the median home uses {median:g} kWh ({len(used)} buildings), expected about {GAS_KWH_PER_CONNECTION:g} kWh; "
        f"it looks like {guess}, or correct the column"
    )
