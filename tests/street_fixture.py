"""A street of three sections in a row with ten houses, small enough to reckon by hand, and a calendar that does everything when it is due."""

from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import LineString, Point

import krekelwijk
from koppelkans import tables
from koppelkans.parameters import read_parameters
from koppelkans.street.assets import StreetNetwork, StreetTerms, StreetWorks, street_works
from koppelkans.street.calendar.case import DRAINS, GAS, RECONSTRUCTION, WorksCase

DAY = date(2026, 11, 1)
FIRST = 2027
PARAMETERS = read_parameters()
TERMS = StreetTerms(FIRST, years=25)


def sections(**changed) -> gpd.GeoDataFrame:
    """a - b - c, each 80 m long and 11 m wide, from west to east; c has no houses."""
    lines = [LineString([(80 * n, 0), (80 * n + 80, 0)]) for n in range(3)]
    columns = {
        "street": ["Dorpstraat", "Dorpstraat", "Veldweg"], "road_class": "residential", "surface": None, "from_node": ["0", "1", "2"], "to_node": ["1", "2", "3"],
        "length_m": 80.0, "width_m": 11.0, "width_low_m": 7.0, "width_high_m": 16.0, "width_from": "typology", "trench": True, "component": "n1", **changed,
    }  # fmt: skip
    index = pd.Index(["a", "b", "c"], name="section", dtype="str")
    frame = gpd.GeoDataFrame(columns, index=index, geometry=lines, crs=krekelwijk.CRS)
    return tables.check(tables.SECTIONS, frame.astype({"surface": "str", "street": "str", "road_class": "str"}))


def buildings(built_year: int | list[int] = 1965) -> gpd.GeoDataFrame:
    """Ten houses of one dwelling: four along a, six along b."""
    first = krekelwijk.buildings().loc[["t1"]]
    keys = [f"h{n}" for n in range(10)]
    frame = pd.concat([first] * 10).set_axis(pd.Index(keys, name="building", dtype="str"))
    places = [Point(10 + 15 * n, 8) for n in range(10)]
    return gpd.GeoDataFrame(frame.assign(built_year=built_year, geometry=places), crs=krekelwijk.CRS)


def attachments() -> pd.DataFrame:
    """The houses on their sections."""
    frame = pd.DataFrame({
        "section": ["a"] * 4 + ["b"] * 6, "along_m": 10.0, "service_m": 8.0, "found_by": "street_name", "x_m": 0.0, "y_m": 0.0,
    }, index=pd.Index([f"h{n}" for n in range(10)], name="building", dtype="str"))  # fmt: skip
    return tables.check(tables.ATTACHMENTS, frame)


def assets(*rows: dict) -> pd.DataFrame:
    """Given assets: each row a section and a kind, and what else is known."""
    usual = {
        "owner": None,
        "built_year": np.nan,
        "life_years": np.nan,
        "condition": None,
        "length_m": np.nan,
        "dn_mm": np.nan,
        "drawn": False,
        "assets_from": "user",
    }
    index = pd.Index([f"{row['section']}|{row['kind']}|{n}" for n, row in enumerate(rows)], name="asset", dtype="str")
    return pd.DataFrame([{**usual, **row} for row in rows], index=index)


def planned(*rows: dict) -> pd.DataFrame:
    """Planned works: each row a section, a kind and a year."""
    usual = {"owner": None, "status": "planned", "own_eur": np.nan, "source": "GIPOD 1"}
    index = pd.Index([f"{n}|{row['section']}" for n, row in enumerate(rows)], name="work", dtype="str")
    return pd.DataFrame([{**usual, **row} for row in rows], index=index)


def network() -> StreetNetwork:
    """A heat pipe through a and b that feeds nine of the ten houses."""
    return StreetNetwork(pd.DataFrame({
        "heat_own_eur": [10_000.0, 20_000.0], "trench_eur": [55_704.0, 55_704.0], "upstream": [None, "a"], "heat_mwh": [60.0, 75.0], "buildings": [4, 5],
    }, index=pd.Index(["a", "b"], name="section", dtype="str")).astype({"upstream": "str"}))  # fmt: skip


def works(**asked) -> StreetWorks:
    """The works of the street, but for what is changed."""
    usual = {"parameters": PARAMETERS, "day": DAY, "seed": 1, "terms": TERMS}
    return street_works(
        asked.pop("sections", sections()),
        asked.pop("buildings", buildings()),
        asked.pop("attachments", attachments()),
        **{**usual, **asked},
    )


def done_when_due(case: WorksCase) -> np.ndarray:
    """Every work in the year in which it is due, heat at once and gas after the horizon; what a rebuilding forbids is done in its year, drains with their sewer."""
    asked = case.works
    year = np.clip(asked.due, asked.release, np.minimum(asked.last, case.years - 1))
    year = np.where(asked.due >= case.years, np.where(asked.after, case.years, asked.release), year)
    year = np.where(asked.kind == GAS, case.years, year)
    year = np.where(asked.fixed >= 0, asked.fixed, year)
    rebuilt = np.full(len(case.streets.length_m), -1)
    roads = (asked.kind == RECONSTRUCTION) & (year < case.years)
    rebuilt[asked.section[roads]] = year[roads]
    since = year - rebuilt[asked.section]
    barred = (rebuilt[asked.section] >= 0) & (since > 0) & (since <= case.streets.protected_years[asked.section])
    barred &= ~np.isin(asked.kind, (RECONSTRUCTION, GAS, DRAINS)) & (asked.fixed < 0)
    year = np.where(barred, np.maximum(rebuilt[asked.section], asked.release), year)
    year[case.before[:, 1]] = np.maximum(year[case.before[:, 1]], year[case.before[:, 0]])
    return year.astype(np.int64)
