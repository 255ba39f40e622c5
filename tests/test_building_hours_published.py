"""The hourly model against ANSI/ASHRAE 140-2020: six programs, limits of the standard. The model sees weather and case table only."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import ashrae140
from koppelkans.building.hours import Control, annual_loads, hourly_loads, shipped_climate, zones_of
from koppelkans.building.seasonal import season, seasonal_need
from koppelkans.building.typology import LARGE, TOWER, variant_envelopes, variants
from koppelkans.parameters import read_parameters

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.building_hours import accuracy, judged  # noqa: E402

DAY = ashrae140.DAY
PUBLISHED = pd.read_csv(ROOT / "tests" / "published" / "ashrae140.csv", dtype={"case": "str"})
LOADS = PUBLISHED[PUBLISHED["quantity"].isin(["heating", "cooling"])]
FREE = PUBLISHED[PUBLISHED["quantity"].str.startswith("free_float")]
SUN = PUBLISHED[PUBLISHED["quantity"].str.startswith("incident")]

COOLING_OUTSIDE = {"900", "940", "985"}
"""Heavy cases whose cooling lies below limits that are narrower than the six programs themselves; known, and in docs/method.md."""


def rows(table: pd.DataFrame) -> list[dict]:
    return table.to_dict("records")


def named(row: dict) -> str:
    return f"{row['case']}-{row['quantity']}"


@pytest.mark.parametrize("row", rows(LOADS), ids=named)
def test_loads_of_the_cases(row):
    ours = ashrae140.results().loc[row["case"], row["quantity"]]
    assert abs(ours - row["programs_mean"]) <= row["tolerance"] * row["programs_mean"], f"{ours:.3f} MWh"
    outside = row["quantity"] == "cooling" and row["case"] in COOLING_OUTSIDE
    assert (row["lowest"] <= ours <= row["highest"]) is not outside, f"{ours:.3f} MWh"


def test_as_many_cases_inside_as_promised():
    found = accuracy()
    assert found["ashrae140_heating_inside"] == found["ashrae140_heating_cases"] == 18
    assert found["ashrae140_heating_mean_dev"] <= 0.06
    assert found["ashrae140_cooling_inside"] >= 17
    assert found["ashrae140_cooling_cases"] == 20
    assert found["ashrae140_cooling_mean_dev"] <= 0.08


def test_closer_to_the_six_programs_than_the_published_5r1c():
    # Modelica Buildings Library: mean distance in heating 12.1 %, in case 670 (single glass) 30 %
    heating = judged().loc["heating"]["deviation_share"].abs()
    assert heating.mean() < 0.121
    assert heating["670"] < 0.30


@pytest.mark.parametrize("row", rows(FREE), ids=named)
def test_temperatures_without_heating_and_cooling(row):
    made = ashrae140.case(row["case"])
    air = hourly_loads(made.zones, made.climate, made.control, keep_air=True).air_c
    assert air is not None
    ours = {"maximum": np.max, "minimum": np.min, "average": np.mean}[row["quantity"].removeprefix("free_float_")](air)
    assert row["lowest"] - row["tolerance"] <= ours <= row["highest"] + row["tolerance"], f"{ours:.1f} C"


@pytest.mark.parametrize("row", rows(SUN), ids=named)
def test_sun_on_the_planes(row):
    ours = ashrae140.incident()[row["quantity"].removeprefix("incident_")].total.sum() / 1000
    assert ours == pytest.approx(row["programs_mean"], rel=row["tolerance"])


def test_shadows_by_hand():
    # sun straight ahead at 45 degrees: an overhang of 1 m shades 1 m below it, so 0.5 m of the 2 m of window, on the whole width
    across, up = np.array([0.0]), np.array([1.0])
    assert ashrae140.sunlit_share(across, up, ashrae140.table().loc["610"], "south")[0] == pytest.approx(0.75, abs=0.01)
    # low sun from 45 degrees aside: a fin of 1 m shades 1 m of the 3 m
    across, up = np.array([1.0]), np.array([0.0])
    assert ashrae140.sunlit_share(across, up, ashrae140.table().loc["630"], "east")[0] == pytest.approx(2 / 3, abs=0.01)
    assert ashrae140.sunlit_share(across, up, ashrae140.table().loc["620"], "east")[0] == 1


def test_glazing_from_its_layers():
    # single pane: the U-value one of the teams uses is 5.16; low-e with argon 1.19
    assert ashrae140.glazing_u("single_clear") == pytest.approx(5.16, rel=0.02)
    assert ashrae140.glazing_u("double_low_e_argon") == pytest.approx(1.19, rel=0.06)


def test_hourly_year_against_the_seasonal_typology():
    # 99 variants of TABULA, constant 20 C, Uccle: another climate and no night reduction, so near 1 but not 1; as in docs/method.md
    parameters = read_parameters()
    use = season(parameters, DAY)
    table = variants(use)
    envelope = variant_envelopes(table, reference_share=parameters.at("building.reference_area_share", DAY))
    form = table["form"].replace({TOWER: LARGE})
    zones = zones_of(table, table, table, form=form, parameters=parameters, day=DAY)
    climate = shipped_climate()
    hourly = annual_loads(zones, climate, Control.constant(len(climate.outdoor_c), heat_c=20.0)).heating_kwh
    seasonal = seasonal_need(envelope, use)
    ratio = hourly / seasonal
    assert ratio.mean() == pytest.approx(1.05, abs=0.02)
    assert np.percentile(ratio, [5, 95]) == pytest.approx([0.92, 1.19], abs=0.03)
    assert np.corrcoef(hourly / zones.floor_m2, seasonal / zones.floor_m2)[0, 1] > 0.99
