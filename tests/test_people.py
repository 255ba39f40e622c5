"""Typical households: quantiles of the dwellings of the place."""

from datetime import date

import pandas as pd
import pytest

import krekelwijk
from koppelkans.parameters import read_parameters
from koppelkans.people import typical_households

DAY = date(2026, 11, 1)


def households(heat_kwh: pd.Series):
    buildings = krekelwijk.buildings()
    return typical_households(buildings, pd.DataFrame({"heat_kwh": heat_kwh}), parameters=read_parameters(), day=DAY)


def test_every_dwelling_counts_once():
    heat_kwh = krekelwijk.buildings()["floor_area_m2"] * 100.0
    frame, remarks = households(heat_kwh)
    # 17 dwellings: 6 x 12,000, 8 x 12,000 (flats of 120 m2), 2 x 14,400, 1 x 18,000 kWh
    assert frame.at["owner_median", "heat_kwh"] == pytest.approx(12_000)
    assert frame.at["owner_large", "heat_kwh"] == pytest.approx(14_400)
    assert "Vlaamse gemiddelden" in remarks[0]["text"]


def test_vulnerable_households_come_first_and_use_less_electricity():
    frame, _ = households(krekelwijk.buildings()["floor_area_m2"] * 100.0)
    assert frame["vulnerable"].tolist() == sorted(frame["vulnerable"], reverse=True)
    assert frame.at["social_tenant", "electricity_kwh"] == pytest.approx(0.75 * 3_025)


def test_a_place_without_dwellings_has_no_households_and_says_so():
    buildings = krekelwijk.buildings().assign(dwellings=0)
    frame, remarks = typical_households(
        buildings, pd.DataFrame({"heat_kwh": buildings["floor_area_m2"]}), parameters=read_parameters(), day=DAY
    )
    assert frame.empty
    assert remarks[0]["level"] == "warning"
