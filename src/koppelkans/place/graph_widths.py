"""How wide each street section is: from facade to facade where buildings are drawn, else by class of road."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from koppelkans.parameters import Parameters
from koppelkans.place.graph_lines import Floats, Shapes, Whole, points_at
from koppelkans.place.impute_stock import AS_OF
from koppelkans.tables import RemarkRow, remark

COLUMNS = ["width_m", "width_low_m", "width_high_m", "width_from"]
SHARES = ("low", "value", "high")


def section_widths(
    sections: gpd.GeoDataFrame, group: pd.Series, buildings: gpd.GeoDataFrame, parameters: Parameters
) -> tuple[pd.DataFrame, list[RemarkRow]]:
    """Width of each section [m] with low and high end and where it comes from, and the remarks; index section.

    sections: ``width_m`` as the source writes it, or empty. group: of the road, ``streets.width_m`` has a value for each.

    1. derived: the distance from facade to facade (``facade_widths_m``), when it is at most what the class allows. Further apart means
       that front gardens lie between, and where the street ends in them only parcels would tell.
    2. register: the width that the source writes, usually of the carriageway: where no facades tell, or where it is larger.
    3. typology: the width of the class of road.

    Method: docs/method.md#street-width.
    """
    typical = pd.DataFrame([_typical(name, parameters) for name in group.unique()], index=group.unique())
    usual = typical.loc[group].set_axis(sections.index)
    seen = facade_widths_m(sections.geometry, buildings.geometry, parameters)
    written = sections["width_m"]
    gardens = seen["value"] > usual["high"]
    measured = seen["value"].notna() & ~gardens
    register = written.notna() & ~(measured & (written <= seen["value"]))
    low = usual["low"].mask(measured, seen["low"]).mask(register, written)
    value = usual["value"].mask(measured, seen["value"]).mask(register, written)
    # what a register calls the width is the least that the street has: the high end stays
    high = np.maximum(usual["high"].mask(measured, np.minimum(seen["high"], usual["high"])), value)
    origin = pd.Series("typology", index=sections.index).mask(measured, "derived").mask(register, "register")
    ends = pd.DataFrame({"width_m": value, "width_low_m": low, "width_high_m": high})
    found = ends.clip(lower=parameters.at("streets.width_min_m", AS_OF)).assign(width_from=origin.astype("str"))
    return found[COLUMNS], _remarks(sections.geometry.length, origin, gardens & ~register)


def _typical(group: str, parameters: Parameters) -> dict[str, float]:
    found = parameters.value("streets.width_m", AS_OF, group)
    value = float(found.value)
    return {
        "low": value if found.low is None else found.low, "value": value, "high": value if found.high is None else found.high
    }  # fmt: skip


def facade_widths_m(lines: gpd.GeoSeries, buildings: gpd.GeoSeries, parameters: Parameters) -> pd.DataFrame:
    """Distance from facade to facade along each line [m]: columns low, value, high; empty where one side has too few facades.

    From points every ``streets.sample_m`` a line of sight goes out square to the street, to the left and to the right, as far as
    ``streets.sight_m``; it ends at the first building. Per side a low share of these distances counts (``streets.facade_share``: the
    houses that stand nearest to the street), when at least ``streets.seen_share`` of the points see a building. The width is the sum of
    both sides.
    """
    columns = pd.DataFrame(np.nan, index=lines.index, columns=list(SHARES))
    drawn = buildings[buildings.geom_type.isin(["Polygon", "MultiPolygon"])].to_numpy()
    if not len(drawn) or not len(lines):
        return columns
    section, points, square = _stations(lines.to_numpy(), parameters.at("streets.sample_m", AS_OF))
    sight_m = parameters.at("streets.sight_m", AS_OF)
    both = np.tile(section, 2)
    side = np.repeat([0, 1], len(section))
    offset = np.concatenate([square, -square]) * sight_m
    free_m = _free_m(np.tile(points, (2, 1)), offset, drawn)
    sights = pd.DataFrame({"section": both, "side": side, "free_m": free_m}).groupby(["section", "side"])["free_m"]
    facade = parameters.value("streets.facade_share", AS_OF)
    shares = [float(share) for share in (facade.low, facade.value, facade.high) if share is not None]
    per_side = sights.quantile(np.array(shares)).unstack().set_axis(list(SHARES), axis=1)
    per_side = per_side[sights.count() >= sights.size() * parameters.at("streets.seen_share", AS_OF)]
    both_sides = per_side.groupby(level="section").sum()[per_side.groupby(level="section").size() == 2]
    return both_sides.reindex(np.arange(len(lines))).set_axis(lines.index)


def _stations(lines: Shapes, step_m: float) -> tuple[Whole, Floats, Floats]:
    """Points along the lines: number of the line, coordinates, and the unit vector square to the line there."""
    length_m = shapely.length(lines)
    count = np.maximum(1, np.round(length_m / step_m)).astype(np.intp)
    line = np.repeat(np.arange(len(lines)), count)
    number = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    along_m = (number + 0.5) * length_m[line] / count[line]
    half_m = np.minimum(length_m[line], step_m) / 4
    before, at, after = (
        shapely.get_coordinates(shapely.line_interpolate_point(lines[line], along_m + shift_m))
        for shift_m in (-half_m, 0.0, half_m)
    )
    ahead = after - before
    size = np.maximum(np.hypot(*ahead.T), np.finfo(np.float64).tiny)
    return line, at, np.column_stack([-ahead[:, 1], ahead[:, 0]]) / size[:, None]


def _free_m(points: Floats, offset: Floats, buildings: Shapes) -> Floats:
    """Distance from each point along its line of sight to the first building [m]; empty without one, or from inside a building."""
    rays = np.asarray(shapely.linestrings(np.stack([points, points + offset], axis=1)), dtype=object)
    ray, building = shapely.STRtree(buildings).query(rays, predicate="intersects")
    here = points_at(points)
    away_m = shapely.distance(here[ray], shapely.intersection(rays[ray], buildings[building]))
    first_m = np.full(len(points), np.inf)
    np.minimum.at(first_m, ray, away_m)
    return np.where(np.isfinite(first_m) & (first_m > 0), first_m, np.nan)


def _remarks(length_m: pd.Series, origin: pd.Series, gardens: pd.Series) -> list[RemarkRow]:
    total_m = float(length_m.sum())
    if not total_m:
        return []
    share = {name: float(length_m[origin == name].sum() / total_m) for name in ("derived", "register", "typology")}
    rows = [
        remark(
            "sections",
            f"Straatbreedte: {share['derived']:.0%} van de lengte gemeten van gevel tot gevel, {share['register']:.0%} zoals de bron ze schrijft (meestal de rijbaan), "
            f"{share['typology']:.0%} naar de wegklasse.",
            f"Street width: {share['derived']:.0%} of the length measured from facade to facade, {share['register']:.0%} as its source writes it (usually the carriageway), "
            f"{share['typology']:.0%} by class of road.",
            rows_share=float((origin == "typology").mean()), method="street-width",
        )
    ]  # fmt: skip
    if gardens.any():
        rows.append(
            remark(
                "sections",
                f"Bij {int(gardens.sum())} straatsecties ({length_m[gardens].sum() / total_m:.0%} van de lengte) staan de gevels verder uiteen dan een straat van die klasse breed is: "
                "er liggen voortuinen tussen, en zonder percelen geldt de breedte van de wegklasse.",
                f"Along {int(gardens.sum())} street sections ({length_m[gardens].sum() / total_m:.0%} of the length) the facades stand further apart than a street of that class is wide: "
                "front gardens lie between, and without parcels the width of the class counts.",
                rows_share=float(gardens.mean()), method="street-width",
            )
        )  # fmt: skip
    return rows
