"""Where each building would leave the street: the section, the place along it, and the length of its service pipe."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from koppelkans import tables
from koppelkans.parameters import Parameters
from koppelkans.place import names
from koppelkans.place.impute_stock import AS_OF
from koppelkans.tables import RemarkRow, remark


def attached(
    sections: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame, parameters: Parameters
) -> tuple[pd.DataFrame, list[RemarkRow]]:
    """Table ``attachments``: heated buildings with the section that they connect to; and the remarks.

    1. street_name: the nearest section of the street that the building is addressed in (names compared by letters only), within
       ``streets.reach.own_street_m``.
    2. distance: else the nearest section within ``streets.reach.other_street_m``.

    Only sections that a pipe may lie in; of equally near ones that with the first key. The service pipe goes from the axis of the street
    straight to the outline of the building (or to its point), ``streets.service_min_m`` at least. Buildings out of reach have no row.
    Method: docs/method.md#street-attachments.
    """
    open_sections = sections[sections["trench"]].sort_index()
    heated = buildings.loc[buildings["heated"], ["street", "geometry"]].sort_index()
    found = _by_name(open_sections, heated, parameters.at("streets.reach.own_street_m", AS_OF))
    rest = heated.loc[heated.index.difference(found.index)]
    found = pd.concat([found, _by_distance(open_sections, rest, parameters.at("streets.reach.other_street_m", AS_OF))])
    axis = open_sections.geometry.loc[found["section"]].to_numpy()
    branch = shapely.get_point(shapely.shortest_line(axis, heated.geometry.loc[found.index].to_numpy()), 0)
    frame = found.assign(
        along_m=shapely.line_locate_point(axis, branch),
        service_m=found["away_m"].clip(lower=parameters.at("streets.service_min_m", AS_OF)),
        x_m=shapely.get_x(branch), y_m=shapely.get_y(branch),
    )  # fmt: skip
    kinds = {"section": "str", "found_by": "str"} | dict.fromkeys(("along_m", "service_m", "x_m", "y_m"), "float64")
    frame = frame.astype(kinds)[tables.ATTACHMENTS.column_names].rename_axis("building")
    return frame.reindex(buildings.index[buildings.index.isin(frame.index)]), _remarks(
        frame, heated, sections, parameters
    )


def _by_name(sections: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame, limit_m: float) -> pd.DataFrame:
    ours = pd.DataFrame({"building": buildings.index, "name": names.letters(buildings["street"]).to_numpy()}).dropna()
    theirs = pd.DataFrame({"section": sections.index, "name": names.letters(sections["street"]).to_numpy()}).dropna()
    pairs = ours.merge(theirs, on="name")
    return _nearest(pairs, sections, buildings, limit_m).assign(found_by="street_name")


def _by_distance(sections: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame, limit_m: float) -> pd.DataFrame:
    tree = shapely.STRtree(sections.geometry.to_numpy())
    building, section = tree.query_nearest(buildings.geometry.to_numpy(), max_distance=limit_m, all_matches=True)
    pairs = pd.DataFrame({"building": buildings.index[building], "section": sections.index[section]})
    return _nearest(pairs, sections, buildings, limit_m).assign(found_by="distance")


def _nearest(
    pairs: pd.DataFrame, sections: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame, limit_m: float
) -> pd.DataFrame:
    """The nearest section of each building among the pairs, within the limit: index building, columns section and away_m."""
    away_m = shapely.distance(
        buildings.geometry.loc[pairs["building"]].to_numpy(), sections.geometry.loc[pairs["section"]].to_numpy()
    )
    # to the millimetre: sections that meet in one junction are equally near whatever the last decimals say
    near = pairs.assign(away_m=away_m, mm=np.round(away_m, 3))
    near = near[near["away_m"] <= limit_m].sort_values(["building", "mm", "section"])
    return near.drop_duplicates("building").set_index("building")[["section", "away_m"]]


def _remarks(
    frame: pd.DataFrame, heated: gpd.GeoDataFrame, sections: gpd.GeoDataFrame, parameters: Parameters
) -> list[RemarkRow]:
    if heated.empty:
        return []
    named = int((frame["found_by"] == "street_name").sum())
    lost = len(heated) - len(frame)
    rows = []
    if len(frame):
        rows.append(
            remark(
                "attachments",
                f"{named} verwarmde gebouwen zijn bij hun eigen straat aangesloten, {len(frame) - named} bij de dichtste; aansluitleiding mediaan {frame['service_m'].median():.0f} m.",
                f"{named} heated buildings were attached to their own street, {len(frame) - named} to the nearest; service pipe {frame['service_m'].median():.0f} m (median).",
                level="info", rows_share=len(frame) / len(heated), method="street-attachments",
            )
        )  # fmt: skip
    if lost:
        limit_m = parameters.at("streets.reach.other_street_m", AS_OF)
        shut = set(names.letters(sections.loc[~sections["trench"], "street"]).dropna())
        beside = int(names.letters(heated["street"].loc[heated.index.difference(frame.index)]).isin(shut).sum())
        rows.append(
            remark(
                "attachments",
                f"{lost} van {len(heated)} verwarmde gebouwen ({lost / len(heated):.1%}) liggen verder dan {limit_m:g} m van elke straat waar een leiding mag liggen: "
                f"een net bereikt ze niet (hun aandeel in de warmte is hier niet bekend). {beside} daarvan hebben hun adres aan een weg van een uitgesloten klasse.",
                f"{lost} of {len(heated)} heated buildings ({lost / len(heated):.1%}) lie further than {limit_m:g} m from any street where a pipe may be laid: "
                f"a network does not reach them (their share of the heat is not known here). {beside} of them are addressed on a road of an excluded class.",
                rows_share=lost / len(heated), method="street-attachments",
            )
        )  # fmt: skip
    return rows
