"""Krekelwijk: 12 buildings on 3 streets, small enough to check by hand. Not a real place."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
from shapely.geometry import LineString, box

from koppelkans import tables
from koppelkans.parameters import read_parameters
from koppelkans.place.graph import street_graph
from koppelkans.place.model import Attribution, Place
from koppelkans.plan import Plan, make_plan
from koppelkans.scenario import Scenario, Source

CRS = "EPSG:31370"


def buildings() -> gpd.GeoDataFrame:
    """Six terraced houses, two semi-detached, one detached, one apartment building, a school and a shed."""
    rows = [
        # key, street, number, use, type, dwellings, year, storeys, x, y, width, depth, free perimeter
        *[(f"t{n}", "Krekelstraat", str(2 * n), "residential", "terraced", 1, 1935, 2.0, 6 * n, 0, 6, 10, 12.0 if 1 < n < 6 else 22.0) for n in range(1, 7)],
        ("s1", "Sprinkhaanlaan", "1", "residential", "semi_detached", 1, 1962, 2.0, 0, 40, 8, 9, 25.0),
        ("s2", "Sprinkhaanlaan", "3", "residential", "semi_detached", 1, 1962, 2.0, 8, 40, 8, 9, 25.0),
        ("d1", "Sprinkhaanlaan", "5", "residential", "detached", 1, 1985, 1.5, 30, 40, 10, 12, 44.0),
        ("a1", "Veldpad", "2", "residential", "apartment_building", 8, 1975, 4.0, 60, 0, 20, 12, 64.0),
        ("school", "Veldpad", "4", "school", "non_residential", 0, 1968, 2.0, 60, 40, 40, 20, 120.0),
        ("shed", "Veldpad", None, "annex", "annex", 0, 1990, 1.0, 110, 40, 4, 5, 18.0),
    ]  # fmt: skip
    names = [
        "building",
        "street",
        "house_number",
        "use",
        "type",
        "dwellings",
        "built_year",
        "storeys",
        "x",
        "y",
        "width",
        "depth",
        "exposed_perimeter_m",
    ]
    frame = pd.DataFrame(rows, columns=names).set_index("building")
    geometry = [box(x, y, x + w, y + d) for x, y, w, d in frame[["x", "y", "width", "depth"]].to_numpy()]
    footprint = frame["width"] * frame["depth"] * 1.0
    perimeter = 2.0 * (frame["width"] + frame["depth"])
    frame = frame.drop(columns=["x", "y", "width", "depth"]).assign(
        level="A", heated=frame["use"] != "annex", protected=False, period=tables.period_of(frame["built_year"]),
        footprint_m2=footprint, floor_area_m2=footprint * frame["storeys"], party_share=1 - frame["exposed_perimeter_m"] / perimeter,
        roof_m2=float("nan"), wall_m2=float("nan"), window_m2=float("nan"), ground_m2=float("nan"), metered_gas_kwh=float("nan"),
        roof_w_per_m2k=float("nan"), wall_w_per_m2k=float("nan"), window_w_per_m2k=float("nan"), ground_w_per_m2k=float("nan"), epc_score_kwh_per_m2=float("nan"),
        use_from="register", type_from="derived", dwellings_from="register", built_year_from="register", storeys_from="register",
        floor_area_from="derived",
    )  # fmt: skip
    frame = gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(geometry, index=frame.index, crs=CRS), crs=CRS)
    return tables.check(tables.BUILDINGS, frame[[*tables.BUILDINGS.column_names, "geometry"]])


def streets() -> gpd.GeoDataFrame:
    """Three streets: 60, 50 and 60 m."""
    lines = {
        "Krekelstraat": LineString([(0, -5), (60, -5)]),
        "Sprinkhaanlaan": LineString([(0, 35), (50, 35)]),
        "Veldpad": LineString([(55, -5), (55, 55)]),
    }
    index = pd.Index(["k", "s", "v"], name="section", dtype="str")
    frame = gpd.GeoDataFrame(
        {"street": list(lines), "road_class": "residential", "surface": None, "width_m": float("nan"), "structure": None, "length_m": [line.length for line in lines.values()]},
        geometry=list(lines.values()), index=index, crs=CRS,
    )  # fmt: skip
    return tables.check(tables.STREETS, frame.astype({"surface": "str", "structure": "str"}))


def place() -> Place:
    """The whole neighbourhood as a place of level A, its streets as a graph."""
    sections, attachments, _ = street_graph(streets(), buildings(), parameters=read_parameters())
    return Place(
        name="krekelwijk", title="Krekelwijk", municipality="Krekelgem", nis=None, grid_area="antwerpen", country="BE", crs=CRS,
        buildings=buildings(), streets=streets(), addresses=None, areas=None, sector_statistics=None, backdrop={},
        attributions=(Attribution("buildings", "Krekelwijk bestaat niet", "CC0", "2026"),), remarks=tables.remarks([]),
        sections=tables.check(tables.SECTIONS, sections), attachments=tables.check(tables.ATTACHMENTS, attachments),
    )  # fmt: skip


def source(**changed) -> Source:
    """A heat source beside the place: cheap, hot enough and large enough, but for what is changed."""
    stated = {"name": "bron", "x_m": 30.0, "y_m": -20.0, "capacity_kw": 5_000, "supply_c": 80, "price_eur_per_mwh": 10}
    return Source(**{**stated, **changed})


def planned(**changed) -> Plan:
    """The plan of the place with that source and without weighing figures, but for what is changed."""
    return make_plan(place(), Scenario(**{"weigh_figures": False, "sources": [source()], **changed}))


def geopackage(path: Path) -> Path:
    """The neighbourhood as a GeoPackage with the layers and columns that a user would bring."""
    houses, ways = buildings().reset_index(drop=True), streets().reset_index(drop=True)
    words = {"annex": "shed", "school": "school"}
    osm = gpd.GeoDataFrame(
        {
            "building": houses["use"].map(words).fillna("house"), "addr_street": houses["street"],
            "addr_housenumber": houses["house_number"], "osm_way": [f"b{number}" for number in range(len(houses))],
        },
        geometry=houses.translate(180_000, 210_000),
    )  # fmt: skip
    osm.to_file(path, layer="buildings", driver="GPKG")
    osm = gpd.GeoDataFrame(
        {"name": ways["street"], "highway": "residential", "osm_way": ["s1", "s2", "s3"]},
        geometry=ways.translate(180_000, 210_000),
    )
    osm.to_file(path, layer="streets", driver="GPKG")
    return path
