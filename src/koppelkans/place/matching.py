"""Which building an address belongs to: by street and number where both are written, else by distance."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from koppelkans.place import names
from koppelkans.place.formats_registers import address_links
from koppelkans.place.settings import Reading


@dataclass(frozen=True, slots=True)
class Matches:
    """Building of each address (index address; missing where none), and how many were found by number and by distance."""

    building: pd.Series
    by_number: int
    by_distance: int

    @property
    def lost(self) -> pd.Series:
        """True for each address without building."""
        return self.building.isna()

    @property
    def lost_share(self) -> float:
        """Share of the addresses without building."""
        return float(self.lost.mean()) if len(self.building) else 0.0


def own_numbers(buildings: gpd.GeoDataFrame, links: pd.DataFrame | None) -> pd.DataFrame:
    """Every house number that a source writes on a building: columns building, street_key, house_number, postcode."""
    parts = []
    if {"street", "house_number"} <= set(buildings.columns):
        single = names.single_numbers(buildings["house_number"])
        parts.append(
            pd.DataFrame(
                {
                    "building": single.index, "house_number": single.to_numpy(),
                    "street_key": names.letters(buildings["street"]).reindex(single.index.unique()).loc[single.index].to_numpy(),
                    "postcode": buildings["postcode"].loc[single.index].to_numpy() if "postcode" in buildings else None,
                }
            )
        )  # fmt: skip
    if links is not None:
        clean = address_links(links)
        clean = clean[clean["building"].isin(buildings.index)]
        parts.append(clean[["building", "street_key", "house_number", "postcode"]])
    kinds = {"building": "str", "street_key": "str", "house_number": "str", "postcode": "str"}
    if not parts:
        return pd.DataFrame(columns=list(kinds)).astype(kinds)
    joined = pd.concat(parts, ignore_index=True).astype(kinds)
    return joined.dropna(subset=["street_key", "house_number"]).drop_duplicates(
        ["building", "street_key", "house_number"]
    )


def matches(
    addresses: gpd.GeoDataFrame,
    buildings: gpd.GeoDataFrame,
    numbers: pd.DataFrame,
    *,
    annex: pd.Series,
    near_m: float,
    reading: Reading,
) -> Matches:
    """The building of each address.

    First the nearest building with the same street (letters only), number and, where both have one, postcode, within
    ``reading.same_number_m``; then the nearest building that is no annex within ``near_m``. A building that is a point and has a
    number of its own takes no other number by distance: that is the house next door.
    Method: docs/method.md#place-matching.
    """
    by_number = _by_number(addresses, buildings, numbers, reading.same_number_m)
    rest = addresses.loc[addresses.index.difference(by_number.index, sort=False)]
    taken = buildings.index.isin(numbers["building"]) & (buildings.geom_type == "Point").to_numpy()
    by_distance = _by_distance(rest, buildings[~annex & ~taken], near_m)
    found = pd.concat([by_number, by_distance]).reindex(addresses.index).astype("str")
    return Matches(found.rename("building"), len(by_number), len(by_distance))


def _by_number(
    addresses: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame, numbers: pd.DataFrame, limit_m: float
) -> pd.Series:
    wanted = pd.DataFrame(
        {
            "address": addresses.index, "street_key": names.letters(addresses["street"]).to_numpy(),
            "house_number": addresses["house_number"].to_numpy(), "postcode": addresses["postcode"].to_numpy(),
        }
    ).dropna(subset=["street_key", "house_number"])  # fmt: skip
    met = wanted.merge(numbers, on=["street_key", "house_number"], suffixes=("", "_theirs"))
    other = met["postcode"].notna() & met["postcode_theirs"].notna() & (met["postcode"] != met["postcode_theirs"])
    met = met[~other]
    here = addresses.geometry.loc[met["address"]].to_numpy()
    there = buildings.geometry.loc[met["building"]].to_numpy()
    met = met.assign(distance_m=shapely.distance(here, there))
    met = met[met["distance_m"] <= limit_m].sort_values(["distance_m", "building"]).drop_duplicates("address")
    return met.set_index("address")["building"]


def _by_distance(addresses: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame, limit_m: float) -> pd.Series:
    if addresses.empty or buildings.empty:
        return pd.Series(dtype="str")
    rows, met = buildings.sindex.nearest(addresses.geometry.to_numpy(), return_all=False, max_distance=limit_m)
    return pd.Series(buildings.index.to_numpy()[met], index=addresses.index[rows], dtype="str")


def nearest_street(places: gpd.GeoDataFrame, streets: gpd.GeoDataFrame, limit_m: float) -> pd.Series:
    """Name of the nearest named street of each place within the limit; missing where there is none."""
    named = streets[streets["street"].notna()]
    found = pd.Series(None, index=places.index, dtype="str")
    if named.empty or places.empty:
        return found
    rows, met = named.sindex.nearest(places.geometry.to_numpy(), return_all=False, max_distance=limit_m)
    return pd.Series(named["street"].to_numpy()[met], index=places.index[rows], dtype="str").reindex(places.index)


def overlaps_m2(polygons: gpd.GeoDataFrame, limit_m2: float) -> np.ndarray:
    """Shared area of every pair of polygons that share more than the limit [m2]."""
    shapes = polygons.geometry.to_numpy()
    left, right = polygons.sindex.query(shapes, predicate="intersects")
    once = left < right
    left, right = left[once], right[once]
    # neighbours that only share a wall touch: no need to cut them
    meet = ~shapely.touches(shapes[left], shapes[right])
    shared = shapely.area(shapely.intersection(shapes[left][meet], shapes[right][meet]))
    return np.asarray(shared[shared > limit_m2])
