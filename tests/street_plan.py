"""A small plan with works in its streets and cross-sections: thirty drawn sections, of which the pages and the report may tell different things."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

import plan_fixture
from koppelkans import tables
from koppelkans.plan import Plan

NOW, THEN, RARE = "12.0|local|now", "12.0|local|two_way|none|1.5|parking|trees", "12.0|local|cut|none|2|none|wadi"
SECTIONS = 30
SECRET = "Zeldzaamstraat"
FIRST_YEAR = 2029


def _sections(place: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Thirty sections after the pattern of the first, fifteen in one street."""
    one = place.iloc[[0] * SECTIONS].copy()
    one.index = pd.Index([f"z{at}" for at in range(SECTIONS)], name=place.index.name)
    lines = [shapely.LineString([(10.0 * at, 200.0), (10.0 * at, 260.0)]) for at in range(SECTIONS)]
    return one.assign(
        street=[SECRET if at < SECTIONS / 2 else "Dorp" for at in range(SECTIONS)], geometry=lines, length_m=60.0
    )


def _strips(pattern: str, kinds: list[tuple[str, str, float, float]]) -> list[tuple[str, str, str, float, float]]:
    return [(pattern, *kind) for kind in kinds]


def street_tables(*, drawn: bool) -> dict[str, pd.DataFrame]:
    """Tables of works and street space of the thirty sections; three sections take a rare cross-section, eleven keep that of today."""
    keys = pd.Index([f"z{at}" for at in range(SECTIONS)], name="section", dtype="str")
    then = [RARE if at < 3 else NOW if at < 14 else THEN for at in range(SECTIONS)]
    street = [SECRET if at < SECTIONS / 2 else "Dorp" for at in range(SECTIONS)]
    zero = dict.fromkeys(
        [item.name for item in tables.TABLES["street_patterns"].columns if item.name not in
         ("street", "class_m", "pattern_now", "pattern_then", "state", "drive", "heat_corridor")], 0.0,
    )  # fmt: skip
    patterns = pd.DataFrame(
        {**zero, "street": street, "class_m": 12.0, "pattern_now": NOW, "pattern_then": then, "state": ["kept" if one == NOW else "computed" for one in then], "drive": "two_way", "heat_corridor": "not_asked",
         "bays_now": 17.0, "bays": 9.0, "trees": 6.0, "storage_m3": 4.0, "cost_eur": 9_000.0}, index=keys,
    )[tables.TABLES["street_patterns"].column_names]  # fmt: skip
    about = tables.TABLES["patterns"].column_names
    rows = {
        NOW: ("two_way", "none", 1.0, "parking", "parking", 29.0, 0.0, 0), THEN: ("two_way", "none", 1.5, "parking", "trees", 15.0, 10.0, 27),
        RARE: ("cut", "none", 2.0, "none", "wadi", 0.0, 5.0, 3),
    }  # fmt: skip
    profiles = pd.DataFrame([
        {**dict.fromkeys(about, 0.0), "class_m": 12.0, "direction": row[0], "cycle": row[1], "footway_m": row[2], "left_side": row[3], "right_side": row[4],
         "gardens": 0, "carriageway_m": 5.0, "bays": row[5], "trees": row[6], "sections": row[7]}
        for row in rows.values()
    ], index=pd.Index(list(rows), name="pattern", dtype="str"))[about]  # fmt: skip
    ground = [
        ("above", "footway", 0.0, 2.0),
        ("above", "carriageway", 2.0, 10.0),
        ("above", "footway", 10.0, 12.0),
        ("below", "water", 0.0, 0.75),
    ]
    strips = pd.DataFrame(
        [row for name in rows for row in _strips(name, ground)], columns=["pattern", "level", "kind", "from_m", "to_m"]
    )
    strips.index = pd.Index([f"s{at}" for at in range(len(strips))], name="strip", dtype="str")
    made = (
        {"street_patterns": patterns, "patterns": profiles, "pattern_strips": strips}
        | _asked()
        | _works(keys, street, drawn=drawn)
    )
    return {name: tables.check(tables.TABLES[name], frame) for name, frame in made.items()}


def _asked() -> dict[str, pd.DataFrame]:
    targets = pd.DataFrame(
        {"title": ["Parkeervakken op straat", "Kroonbedekking na 20 jaar"], "title_en": ["Bays on the street", "Canopy after 20 years"],
         "unit": ["aandeel van nu", "aandeel van de straat"], "asked": [1.0, 0.3], "reached": [0.6, 0.2], "met": [False, False], "marginal_eur": [np.nan, np.nan]},
        index=pd.Index(["street_parking", "canopy"], name="demand", dtype="str"),
    )  # fmt: skip
    clashes = pd.DataFrame(
        {"clash": 1, "demand": ["street_parking", "canopy"], "unit": ["aandeel van nu", "aandeel van de straat"], "asked": [1.0, 0.3], "within": [0.62, 0.04], "beside_all": [0.62, np.nan]},
        index=pd.Index(["r0", "r1"], name="row", dtype="str"),
    )  # fmt: skip
    pareto = pd.DataFrame(
        {"parking_share": [1.0, 0.75, 0.5], "canopy_share": [np.nan, 0.08, 0.23], "storage_mm": [np.nan, 14.0, 29.0], "canopy_gap_share": [np.nan, 0.0, 0.0], "storage_gap_share": [np.nan, 0.0, 0.0]},
        index=pd.Index(["p100", "p75", "p50"], name="point", dtype="str"),
    )  # fmt: skip
    lekp = pd.DataFrame(
        {"title": ["Extra bomen"], "title_en": ["Extra trees"], "unit": ["bomen"], "target": [400.0], "delta": [180.0], "target_share": [0.45], "version": ["lekp1"]},
        index=pd.Index(["trees"], name="goal", dtype="str"),
    )  # fmt: skip
    return {"space_targets": targets, "space_clashes": clashes, "space_pareto": pareto, "lekp": lekp}


def _works(keys: pd.Index, street: list[str], *, drawn: bool) -> dict[str, pd.DataFrame]:
    """A sewer and cables in each section, together in one year."""
    rows = [
        (key, name, kind, owner)
        for key, name in zip(keys, street, strict=True)
        for kind, owner in (("sewer", "sewer_manager"), ("cable", "grid_operator"))
    ]
    frame = pd.DataFrame(rows, columns=["section", "street", "kind", "owner"])
    frame.index = pd.Index(frame["section"] + "|" + frame["kind"], name="work", dtype="str")
    other = {"sewer": "cable", "cable": "sewer"}
    calendar = frame.assign(
        status="computed", drawn=drawn, planned_year=float(FIRST_YEAR), month_from=f"{FIRST_YEAR}-03", month_to=f"{FIRST_YEAR}-09", own_eur=30_000.0,
        opening_eur=9_000.0, closure_eur=1_000.0, joined_with=[f"{row.section}|{other[row.kind]}" for row in frame.itertuples()],
    )  # fmt: skip
    owners = pd.DataFrame(
        {"name": ["Rioolbeheerder", "Netbeheerder"], "name_en": ["Sewer manager", "Grid operator"], "role": ["sewer_manager", "grid_operator"], "budget_eur_per_year": np.nan, "crews_m": np.nan, "rate_share": 0.03, "takes_part": True, "flexibility_years": 12},
        index=pd.Index(["sewer_manager", "grid_operator"], name="owner", dtype="str"),
    )  # fmt: skip
    assets = frame[["section", "owner"]].assign(
        kind=frame["kind"].replace({"cable": "electricity"}), built_year=1970, life_years=60.0, condition=None, length_m=60.0, dn_mm=np.nan, drawn=drawn,
        assets_from="statistics" if drawn else "user",
    )  # fmt: skip
    assets.index = pd.Index(assets["section"] + "|" + assets["kind"], name="asset", dtype="str")
    assets = assets.astype({"condition": "str"})[tables.TABLES["assets"].column_names]
    assets["condition"] = assets["condition"].where(assets["condition"].isin(["1"]))
    return {"calendar": calendar[tables.TABLES["calendar"].column_names], "owners": owners, "assets": assets}


def street_plan(*, drawn: bool = True) -> Plan:
    """The plan with a network of the other tests, with thirty sections and their tables."""
    plan = plan_fixture.plan_with_network()
    assert plan.place.sections is not None
    place = replace(plan.place, sections=pd.concat([plan.place.sections, _sections(plan.place.sections)]))
    return replace(plan, place=place, tables={**plan.tables, **street_tables(drawn=drawn)})
