"""Heat per metre of street: an indicative class, and never a trench length."""

from __future__ import annotations

import unicodedata
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from koppelkans import tables
from koppelkans.heat.options import heated_rows
from koppelkans.parameters import Parameters
from koppelkans.tables import RemarkRow

Floats = NDArray[np.float64]
KWH_PER_MWH = 1_000.0
GRID_M = 100.0
"""Step of the grid to which points are moved where their place may not be shown."""
CLASS_EDGES = ("sufficient", "good", "very_good")


def line_density(
    buildings: gpd.GeoDataFrame,
    streets: gpd.GeoDataFrame | None,
    demand: pd.DataFrame,
    *,
    parameters: Parameters,
    day: date,
) -> tuple[pd.DataFrame, list[RemarkRow]]:
    """Useful heat per metre of street when everybody connects [MWh/m per year], by street name, with its class and band.

    Inputs keep BUILDINGS, STREETS (None where there are none) and DEMAND. Result keeps LINE_DENSITY, streets by name.

    density = sum of heat_kwh of the heated buildings of a street / length that serves them. With axes: the sections of the
    street that are nearest to at least one of its buildings within ``line_density.reach_m``, not the whole road; buildings
    without a known street go to the nearest named section. Without axes: the distance between the outer points along their main
    direction, plus ``line_density.points_extra_m``; the band is the measured error of that. Names are compared by their letters.
    Valid as a first sieve; crossings, branches and source are unknown. Method: docs/method.md#line-density.
    """
    warm = heated_rows(buildings, demand)
    houses = gpd.GeoDataFrame({"street": buildings.loc[warm, "street"]}, geometry=buildings.geometry.loc[warm].centroid)
    houses = houses.assign(heat_mwh=demand.loc[warm, "heat_kwh"] / KWH_PER_MWH, name=_letters(houses["street"]))
    axes = streets is not None and bool(streets["street"].notna().any())
    if axes:
        per_street = _along_axes(houses, streets, parameters.at("line_density.reach_m", day))
    else:
        per_street = _through_points(houses, parameters.at("line_density.points_extra_m", day))
    grid = not axes and _on_grid(houses)
    frame = _classed(per_street, "axis" if axes else "grid" if grid else "points", parameters, day)
    return frame, _density_remarks(frame, len(warm), axes, grid)


def _letters(names: pd.Series) -> pd.Series:
    """Names in small letters without accents, spaces or signs, so that spellings of one street agree."""
    known = names.dropna().unique()
    plain = {
        name: "".join(sign for sign in unicodedata.normalize("NFKD", name).lower() if sign.isalpha()) for name in known
    }
    return names.map(plain).astype("str")


def _along_axes(houses: gpd.GeoDataFrame, streets: gpd.GeoDataFrame, reach_m: float) -> pd.DataFrame:
    """Buildings, heat and served length per street, from the axes."""
    named = streets.loc[streets["street"].notna()]
    named = named.assign(name=_letters(named["street"]), section=named.index)
    served = pd.concat([_on_own_street(houses, named), _on_nearest_street(houses, named, reach_m)])
    served = served.assign(within=served["distance_m"] <= reach_m)
    reached = served.groupby("name")["within"].transform("any")
    counted = served.loc[served["within"] | ~reached, ["name", "section"]].drop_duplicates("section")
    length_m = counted["section"].map(named["length_m"]).groupby(counted["name"]).sum()
    frame = served.groupby("name").agg(buildings=("heat_mwh", "size"), heat_mwh=("heat_mwh", "sum"))
    labels = named.drop_duplicates("name").set_index("name")["street"]
    frame = frame.assign(length_m=length_m.reindex(frame.index), street=labels.reindex(frame.index))
    return frame.set_index("street")


def _on_own_street(houses: gpd.GeoDataFrame, named: gpd.GeoDataFrame) -> pd.DataFrame:
    """The nearest section of its own street for each building whose street has an axis."""
    matched = houses.loc[houses["name"].isin(set(named["name"])), ["name", "heat_mwh", "geometry"]]
    pairs = (
        matched.rename_axis("building")
        .reset_index()
        .merge(named[["name", "section", "geometry"]], on="name", suffixes=("", "_axis"))
    )
    pairs = pairs.assign(distance_m=shapely.distance(pairs["geometry"].to_numpy(), pairs["geometry_axis"].to_numpy()))
    nearest = pairs.sort_values(["building", "distance_m", "section"]).drop_duplicates("building")
    return pd.DataFrame(nearest[["building", "name", "section", "heat_mwh", "distance_m"]])


def _on_nearest_street(houses: gpd.GeoDataFrame, named: gpd.GeoDataFrame, reach_m: float) -> pd.DataFrame:
    """The nearest named section within reach for each other building; buildings further away are left out."""
    loose = houses.loc[~houses["name"].isin(set(named["name"]))]
    tree = shapely.STRtree(named.geometry.to_numpy())
    pairs, distance_m = tree.query_nearest(
        loose.geometry.to_numpy(), max_distance=reach_m, return_distance=True, all_matches=False
    )
    return pd.DataFrame(
        {
            "building": loose.index.to_numpy()[pairs[0]],
            "name": named["name"].to_numpy()[pairs[1]],
            "section": named["section"].to_numpy()[pairs[1]],
            "heat_mwh": loose["heat_mwh"].to_numpy()[pairs[0]],
            "distance_m": distance_m,
        }
    )


def _through_points(houses: gpd.GeoDataFrame, extra_m: float) -> pd.DataFrame:
    """Buildings, heat and estimated length per street name, from the points alone.

    Main direction of the points: half the angle of (2 sxy, sxx - syy), the larger axis of their spread.
    """
    known = houses.loc[houses["street"].notna()]
    points = pd.DataFrame(
        {"name": known["name"], "heat_mwh": known["heat_mwh"], "x": known.geometry.x, "y": known.geometry.y}
    )
    middle = points.groupby("name")[["x", "y"]].transform("mean")
    points = points.assign(x=points["x"] - middle["x"], y=points["y"] - middle["y"])
    products = points.assign(xx=points["x"] ** 2, yy=points["y"] ** 2, xy=points["x"] * points["y"])
    spread = products.groupby("name")[["xx", "yy", "xy"]].transform("sum")
    angle = 0.5 * np.arctan2(2.0 * spread["xy"], spread["xx"] - spread["yy"])
    along = (points["x"] * np.cos(angle) + points["y"] * np.sin(angle)).groupby(points["name"])
    frame = points.groupby("name").agg(buildings=("heat_mwh", "size"), heat_mwh=("heat_mwh", "sum"))
    labels = known.drop_duplicates("name").set_index("name")["street"]
    frame = frame.assign(length_m=along.max() - along.min() + extra_m, street=labels.reindex(frame.index))
    return frame.set_index("street")


def _on_grid(houses: gpd.GeoDataFrame) -> bool:
    """Whether all points lie whole steps of the grid apart."""
    if len(houses) < 2:
        return False
    spots = np.column_stack([houses.geometry.x, houses.geometry.y])
    steps = (spots - spots[0]) / GRID_M
    return bool(np.abs(steps - np.round(steps)).max() * GRID_M < 1.0 and np.ptp(spots, axis=0).max() > 0)


def _classed(per_street: pd.DataFrame, length_from: str, parameters: Parameters, day: date) -> pd.DataFrame:
    key, scope = ("axis_length_factor", "all") if length_from == "axis" else ("points_length_factor", length_from)
    factor = parameters.value(f"line_density.{key}", day, scope)
    middle = parameters.at(f"line_density.{key}", day, scope)
    shortest, longest = factor.low or middle, factor.high or middle
    density = per_street["heat_mwh"] / (per_street["length_m"] * middle)
    edges = [parameters.at("line_density.class_edge_mwh_per_m", day, name) for name in CLASS_EDGES]
    classes = np.array(tables.DENSITY_CLASSES, dtype=object)[
        np.searchsorted(edges, density.to_numpy(float), side="right")
    ]
    frame = per_street.assign(
        buildings=per_street["buildings"].astype("int64"), length_m=per_street["length_m"] * middle,
        length_from="axis" if length_from == "axis" else "points", density_mwh_per_m=density,
        low_mwh_per_m=density * middle / longest, high_mwh_per_m=density * middle / shortest, density_class=classes,
    )  # fmt: skip
    frame = frame.astype({"length_from": "str", "density_class": "str"}).sort_index()
    frame.index = frame.index.astype("str")
    return frame[tables.LINE_DENSITY.column_names]


def _density_remarks(frame: pd.DataFrame, heated: int, axes: bool, grid: bool) -> list[RemarkRow]:
    """What stands beside the classes."""
    rows = [
        tables.remark(
            "line_density",
            "De warmtedichtheid per straat is een eerste zeef bij volledige aansluiting: geen lengte van een sleuf, geen kost, geen oordeel over "
            "een warmtenet.",
            "Heat density per street is a first sieve when everybody connects: no trench length, no cost, no verdict on a heat network.",
            rows_share=1.0, method="line-density",
        ),
    ]  # fmt: skip
    if not axes:
        dutch = " De punten liggen op een raster van 100 m; dat maakt de band breder." if grid else ""
        english = " The points lie on a grid of 100 m, which widens the band." if grid else ""
        rows.append(
            tables.remark(
                "line_density.length_m",
                "Zonder straatassen is de lengte geschat uit de punten per straatnaam; de band is de gemeten fout waar de assen bekend zijn (10 tot "
                f"90 % van de straten).{dutch}",
                "Without street axes the length is estimated from the points per street name; the band is the error measured where axes are known "
                f"(10 to 90 % of streets).{english}",
                rows_share=1.0, method="line-density",
            )
        )  # fmt: skip
    outside = heated - int(frame["buildings"].sum())
    if outside:
        rows.append(
            tables.remark(
                "line_density",
                f"{outside} verwarmde gebouwen horen bij geen straat met een naam en tellen hier niet mee.",
                f"{outside} heated buildings belong to no street with a name and are not counted here.",
                level="info", rows_share=outside / heated, method="line-density",
            )
        )  # fmt: skip
    return rows
