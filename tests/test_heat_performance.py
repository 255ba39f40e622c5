"""How well heat pumps do, and which flow temperature a building needs."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis.strategies import floats

from koppelkans.heat.packages import flow_c, ready_share
from koppelkans.heat.performance import (
    FLOWS_C,
    cop,
    hot_water_spf,
    hybrid_curve,
    hybrid_size_share,
    pump_curve,
    temperature_bins,
)
from koppelkans.heat.technique import Figures
from koppelkans.parameters import read_parameters
from koppelkans.tables import PERIODS

DAY = date(2026, 11, 1)
FIGURES = read_parameters()
PUBLISHED = pd.read_csv(Path(__file__).parent / "published" / "heat_pumps.csv")


def with_figures(**values):
    """The shipped figures with some of them set; a key is written with __ for a dot."""
    figures = FIGURES
    for name, value in values.items():
        key = name.replace("__", ".")
        whole = key if key.startswith("climate.") else f"heat.{key}"
        figures = figures.changed(whole, since=date(2020, 1, 1), value=value)
    return figures


def old_houses(count=1):
    return pd.Series(["1946_1970"] * count)


# ------------------------------------------------------------------------------------------------------------------ cases


def test_flow_temperature_by_hand():
    """75/65 with half as much again as needed: 20 + 50 (2/3)^(1/1.3) + 10 / 2 x 2/3 = 59.94."""
    figures = with_figures(emitters__oversizing=1.5, emitters__exponent=1.3)
    assert flow_c(old_houses(), np.array([[1.0]]), parameters=figures, day=DAY)[0, 0] == pytest.approx(59.94, abs=0.01)


def test_radiators_at_their_design_load_need_their_design_flow():
    figures = with_figures(emitters__oversizing=1.0)
    assert flow_c(old_houses(), np.array([[1.0]]), parameters=figures, day=DAY)[0, 0] == pytest.approx(75.0)


def test_cop_by_hand():
    """0.85 (6.08 - 0.0941 x 40 + 0.000464 x 1600) = 2.600."""
    assert cop("air", np.array([40.0]), parameters=FIGURES, day=DAY)[0] == pytest.approx(2.5997, abs=1e-3)


def test_cop_knows_no_lift_below_fifteen_degrees():
    low, at = cop("air", np.array([3.0, 15.0]), parameters=FIGURES, day=DAY)
    assert low == at


def test_the_typical_year_has_all_its_hours():
    bins = temperature_bins(FIGURES, DAY)
    assert bins.hours.sum() == 8760
    assert bins.heat_share.sum() == pytest.approx(1.0)
    assert bins.load_share.max() <= 1.0


def test_hybrid_is_as_large_as_the_load_at_its_bivalence_temperature():
    figures = with_figures(base_c=16.0, climate__design_outdoor_c=-8.0, hybrid_heat_pump__bivalence_c=4.0)
    assert hybrid_size_share(figures, DAY) == pytest.approx(0.5)


def test_hybrid_leaves_the_coldest_hours_to_the_boiler():
    curve = hybrid_curve(parameters=FIGURES, day=DAY)
    warm, hot = (int(np.flatnonzero(flow == FLOWS_C)[0]) for flow in (45.0, 85.0))
    assert 0.8 < curve.heat_share[warm] < 1.0
    assert curve.heat_share[hot] < curve.heat_share[warm]


def test_peak_of_a_pump_that_covers_all_is_the_peak_over_its_cop():
    curve = pump_curve("ground", parameters=with_figures(ground_heat_pump__cover_share=1.0), day=DAY)
    at = cop("ground", np.array([45.0 - FIGURES.at("heat.ground_source_c", DAY)]), parameters=FIGURES, day=DAY)[0]
    spot = curve.at(np.array([45.0]))
    assert spot.peak_share[0] == pytest.approx(1 / at)
    assert spot.source_share[0] == pytest.approx(1 - 1 / at)


# ------------------------------------------------------------------------------------------------------------- properties


@given(difference_k=floats(15, 70), more_k=floats(0.1, 8))
@settings(max_examples=40)
@pytest.mark.parametrize("source", ["air", "ground"])
def test_a_larger_lift_never_gives_a_better_cop(source, difference_k, more_k):
    least, largest = cop(source, np.array([difference_k + more_k, difference_k]), parameters=FIGURES, day=DAY)
    assert 1.0 <= least <= largest + 1e-9


@given(peak_share=floats(0.05, 1.0), less=floats(0.5, 0.99))
@settings(max_examples=40)
@pytest.mark.parametrize("period", PERIODS)
def test_less_loss_needs_cooler_water(period, peak_share, less):
    now, then = flow_c(pd.Series([period]), np.array([[peak_share, peak_share * less]]), parameters=FIGURES, day=DAY)[0]
    assert 25.0 <= then <= now <= 75.0


@pytest.mark.parametrize("source", ["air", "ground"])
def test_hotter_water_costs_electricity_all_year(source):
    curve = pump_curve(source, parameters=FIGURES, day=DAY)
    warm = FLOWS_C <= 75
    assert (np.diff(curve.spf[warm]) <= 1e-9).all()
    assert (np.diff(curve.peak_share[warm]) >= -1e-9).all()
    assert (curve.spf >= 1.0).all()


def test_the_ground_beats_the_air():
    air, ground = (
        pump_curve(source, parameters=FIGURES, day=DAY).at(np.array([45.0, 55.0])) for source in ("air", "ground")
    )
    assert (ground.spf > air.spf).all()
    assert (ground.peak_share < air.peak_share).all()


def test_larger_emitters_never_make_fewer_houses_ready():
    share = [
        ready_share(old_houses(), 55.0, parameters=with_figures(emitters__oversizing=size), day=DAY)
        for size in (1.2, 1.5, 2.0)
    ]
    assert share == sorted(share)
    assert share[0] < share[-1]


def test_hotter_hot_water_costs_more_electricity():
    individual, collective = (
        hot_water_spf("air", kind, parameters=FIGURES, day=DAY) for kind in ("individual", "collective")
    )
    assert 1.5 < collective < individual < 3.5


# -------------------------------------------------------------------------------------------------------------- published


def answer(what, case):
    """Our figure for a row of the published ones."""
    name, _, of = what.partition("_")
    if name == "cop":  # the published regression has no field factor
        return cop(of, np.array([case]), parameters=FIGURES, day=DAY)[0] / FIGURES.at(f"heat.{of}.field_factor", DAY)
    if name == "spf":
        return pump_curve(of, parameters=FIGURES, day=DAY).at(np.array([case])).spf[0]
    if name == "ready":
        return ready_share(old_houses(), case, parameters=FIGURES, day=DAY)
    figures = Figures(FIGURES, DAY)
    if of == "gas_boiler":
        return figures.plant_eur(of, "boiler", np.array([case]))[0]
    plant_eur = figures.plant_eur(of, "heat_pump", np.array([case]))[0]
    if of == "air_heat_pump":
        return plant_eur
    drawn = pump_curve("ground", parameters=FIGURES, day=DAY).at(np.array([45.0])).source_share[0] * case
    return plant_eur + drawn * 1_000 / figures.at("borehole.extraction_w_per_m") * figures.at(
        "borehole.investment_eur_per_m"
    )


@pytest.mark.parametrize(
    "row", PUBLISHED.index, ids=[f"{what}-{case:g}" for what, case in PUBLISHED[["what", "case"]].to_numpy()]
)
def test_against_published_figures(row):
    published = PUBLISHED.loc[row]
    assert answer(published["what"], float(published["case"])) == pytest.approx(
        published["published"], rel=published["tolerance_share"]
    )
