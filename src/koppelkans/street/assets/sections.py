"""What works must know of each street section: its road, its owner, its houses and who lives there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd

from koppelkans import tables
from koppelkans.parameters import Parameters, reference_table

UNKNOWN = "unknown"
ROADS = ("main", "collector", "local", "living", "service", UNKNOWN)
"""Groups of roads in which pipes lie and that are rebuilt."""
WITH_FOOTWAY = ("main", "collector", "local", "living", UNKNOWN)
THROUGH = ("main", "collector")
"""Roads whose traffic must find another way when they close."""
REGIONAL = "regional_road_agency"


@dataclass(frozen=True, slots=True)
class Sections:
    """Street sections in the order of their keys, as the works see them.

    ``about``: street, length_m, width_m, group, regional, soft, from_node, to_node, buildings, dwellings, residents, house_score
    (age of the houses with a known year as a standard normal number, old is low; empty where none is known), may_use_gas.
    ``houses``: index building, column section.
    """

    about: pd.DataFrame
    lines: gpd.GeoSeries


def sections_of(
    sections: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame, attachments: pd.DataFrame, *, parameters: Parameters, day: date
) -> Sections:  # fmt: skip
    """The sections where a pipe may lie, with their roads and houses. Method: docs/method.md#street-assets."""
    open_ones = sections[sections["trench"]].sort_index()
    written = open_ones["road_class"].str.lower().str.strip()
    classes = reference_table("street_classes").set_index("road_class")["group"]
    managers = reference_table("road_managers")
    regional = managers.loc[managers["manager"] == REGIONAL, "road_class"]
    surfaces = reference_table("street_surfaces")
    homes = _homes(buildings, attachments)
    joined = homes.groupby("section").agg(buildings=("known", "size"), dwellings=("dwellings", "sum"))
    joined = joined.reindex(open_ones.index).fillna(0.0)
    about = pd.DataFrame({
        "street": open_ones["street"].astype("str"), "length_m": open_ones["length_m"].astype(float),
        "width_m": open_ones["width_m"].astype(float), "group": written.map(classes).fillna(UNKNOWN).astype("str"),
        "regional": written.isin(regional),
        "soft": open_ones["surface"].fillna("").str.lower().isin(surfaces["surface"]),
        "from_node": open_ones["from_node"], "to_node": open_ones["to_node"],
        "buildings": joined["buildings"].astype("int64"), "dwellings": joined["dwellings"].astype("int64"),
        "residents": joined["dwellings"] * parameters.at("street_works.residents_per_dwelling", day),
        "house_score": _house_scores(homes).reindex(open_ones.index), "may_use_gas": open_ones.index.isin(_may_use_gas(homes)),
    }, index=open_ones.index)  # fmt: skip
    return Sections(about, open_ones.geometry)


def _homes(buildings: gpd.GeoDataFrame, attachments: pd.DataFrame) -> pd.DataFrame:
    """Heated buildings with the section they connect to."""
    here = buildings.loc[attachments.index, ["dwellings", "built_year", "built_year_from", "metered_gas_kwh"]]
    homes: pd.DataFrame = here.assign(
        section=attachments["section"], known=~here["built_year_from"].isin(tables.IMPUTED)
    )
    return homes


def _house_scores(homes: pd.DataFrame) -> pd.Series:
    """Median known building year per section as its place in the building stock: a standard normal number, low is old."""
    from koppelkans.street.assets.draws import scores

    known = homes[homes["known"]]
    if known.empty:
        return pd.Series(dtype="float64")
    years, below = _stock_years()
    share = np.interp(known.groupby("section")["built_year"].median().to_numpy(float), years, below)
    found = scores(np.clip(share, below[1] / 2.0, 1.0 - below[1] / 2.0))
    return pd.Series(found, index=sorted(known["section"].unique()), dtype="float64")


def _stock_years() -> tuple[np.ndarray, np.ndarray]:
    """Ends of the construction classes of the building stock, and the share of the buildings built up to each."""
    stock = reference_table("building_stock_2025")
    names = [str(name) for name in stock.columns if str(name)[-4:].isdigit()]
    counts = stock[names].sum().to_numpy(float)
    ends = np.array([int(name[-4:]) for name in names], dtype=float)
    first = 2.0 * ends[0] - ends[1] - 1.0
    return np.append(first, ends), np.append(0.0, np.cumsum(counts) / counts.sum())


def _may_use_gas(homes: pd.DataFrame) -> pd.Series:
    """Sections with a building that is known to use gas, or of which nobody knows."""
    return homes.loc[homes["metered_gas_kwh"].isna() | (homes["metered_gas_kwh"] > 0), "section"]
