"""What a connection costs inside a building and what it is worth there."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis.strategies import floats, sampled_from

from koppelkans import tables
from koppelkans.errors import ParameterError
from koppelkans.heat import Economics, heat_options
from koppelkans.heat.choices import best_individual
from koppelkans.heat.costs import annuity_share
from koppelkans.heat.offers import HeatSource, NetworkCase, NetworkTariff, network_offers
from koppelkans.parameters import read_parameters
from renovation_fixture import DEEP, LADDER, ladders

DAY = date(2026, 11, 1)
SINCE = date(2020, 1, 1)
FIGURES = read_parameters()
ECONOMICS = Economics(0.03, 0.04, 30, 100.0, DAY)
SOURCE = HeatSource("bron", 0.0, 0.0, 5_000.0, 90.0, 40.0, 0.02)
TARIFF = NetworkTariff(
    energy_eur_per_kwh=0.08, fixed_eur_per_year=250.0, capacity_eur_per_kw=10.0, connection_eur=2_000.0
)


def prices():
    gas = {
        "owner_eur_per_kwh": 0.095, "owner_fixed_eur_per_year": 110.0, "owner_eur_per_kw": 0.0, "society_eur_per_kwh": 0.055,
        "society_fixed_eur_per_year": 60.0, "society_eur_per_kw": 0.0, "emission_kg_per_kwh": 0.182,
    }  # fmt: skip
    power = {
        "owner_eur_per_kwh": 0.30, "owner_fixed_eur_per_year": 100.0, "owner_eur_per_kw": 55.0, "society_eur_per_kwh": 0.13,
        "society_fixed_eur_per_year": 0.0, "society_eur_per_kw": 60.0, "emission_kg_per_kwh": 0.08,
    }  # fmt: skip
    return pd.DataFrame([gas, power], index=pd.Index(["gas", "electricity"], name="carrier"))


def village():
    """A row house, a recent one, eight flats, a school, a listed house and a shed."""
    rows = {
        "row": ("terraced", "residential", "1946_1970", 1, False, True, 150.0, 10_000.0, 2_000.0, 8.0),
        "new": ("terraced", "residential", "from_2012", 1, False, True, 150.0, 6_000.0, 2_000.0, 5.0),
        "flats": ("apartment_building", "residential", "1971_1990", 8, False, True, 800.0, 60_000.0, 12_000.0, 45.0),
        "school": ("non_residential", "school", "1946_1970", 0, False, True, 2_000.0, 150_000.0, 0.0, 110.0),
        "listed": ("terraced", "residential", "to_1945", 1, True, True, 150.0, 12_000.0, 2_000.0, 9.0),
        "shed": ("annex", "annex", "1971_1990", 0, False, False, 20.0, 0.0, 0.0, 0.0),
    }
    names = [
        "type", "use", "period", "dwellings", "protected", "heated", "floor_area_m2", "space_heat_kwh", "hot_water_kwh", "peak_kw",
    ]  # fmt: skip
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=names)
    frame.index = pd.Index(frame.index, name="building", dtype="str")
    need = ["space_heat_kwh", "hot_water_kwh", "peak_kw"]
    demand = frame[need].assign(heat_kwh=frame["space_heat_kwh"] + frame["hot_water_kwh"])
    return frame.drop(columns=need), demand


BUILDINGS, DEMAND = village()
NO_SUPPORT = pd.DataFrame({"amount_eur": [], "cap_share": []}, index=pd.Index([], name="solution", dtype="str"))
RENOVATIONS = ladders(BUILDINGS, listed=LADDER[:1])
OPTIONS, _ = heat_options(BUILDINGS, DEMAND, RENOVATIONS, prices(), NO_SUPPORT, economics=ECONOMICS, parameters=FIGURES)


def case_of(figures=FIGURES, **about):
    return replace(NetworkCase(SOURCE, TARIFF, ECONOMICS, figures, prices(), RENOVATIONS), **about)


def offers_of(regime="network_high", case=None):
    return network_offers(BUILDINGS, DEMAND, OPTIONS, regime, case or case_of())


# ------------------------------------------------------------------------------------------------------------------------- cases


def test_a_row_house_at_high_temperature_by_hand():
    """12 MWh at 42 EUR (40, and 2 of carbon); a set of 4,000 EUR over 20 years with 2 % upkeep; nothing else is needed."""
    offer = offers_of().loc["row"]
    inside = 4_000 * (float(annuity_share(20.0, 0.03)) + 0.02)
    assert offer["package"] == "as_is"
    assert offer["investment_eur"] == offer["delivery_set_eur"] == pytest.approx(4_000.0)
    assert offer["inside_eur_per_year"] == pytest.approx(inside)
    assert offer["heat_kwh"] == pytest.approx(12_000.0)
    assert offer["society_eur_per_year"] == pytest.approx(inside + 12_000 * 0.042)
    assert offer["emission_kg"] == pytest.approx(240.0)
    assert offer["electricity_kwh"] == offer["electric_peak_kw"] == 0.0
    assert offer["advantage_eur_per_year"] == pytest.approx(
        offer["alternative_eur_per_year"] - offer["society_eur_per_year"]
    )


def test_what_the_owner_of_a_row_house_pays_by_hand():
    """No works of its own: the fee of 2,000 EUR over 30 years at 4 %, 960 for heat, 250 fixed, 80 for 8 kW."""
    offer = offers_of().loc["row"]
    assert offer["owner_investment_eur"] == pytest.approx(2_000.0)
    assert offer["vat_eur"] == 0.0
    assert offer["owner_eur_per_year"] == pytest.approx(2_000 * float(annuity_share(30.0, 0.04)) + 960 + 250 + 80)


def test_low_temperature_needs_emitters_and_a_booster():
    """Network at 55, building at 50: hot water of 52.5 needs 2.5 of its 42.5 K from a resistance: 117.6 of 2,000 kWh."""
    offer = offers_of("network_low").loc["row"]
    assert offer["package"] == "low_temperature_emitters"
    assert offer["flow_c"] <= 50.0
    assert offer["electricity_kwh"] == pytest.approx(2_000 * 2.5 / 42.5)
    assert offer["heat_kwh"] == pytest.approx(12_000 - offer["electricity_kwh"])
    assert offer["investment_eur"] == pytest.approx(4_000 + 900 + 150 * 40)
    assert offer["electric_peak_kw"] == pytest.approx(2.0)
    assert offer["owner_investment_eur"] == pytest.approx(1.06 * (900 + 150 * 40) + 2_000)


def test_insulation_is_part_of_what_connecting_needs():
    """A network at 40 without emitters below 45: a row house can only join after its last rung, whose fans use 200 kWh."""
    cold = FIGURES.changed("heat_network.regime.supply_c", since=SINCE, value=40.0, scope="network_low")
    cold = cold.changed("heat.emitters.low_flow_c", since=SINCE, value=45.0)
    cold = cold.changed("heat.emitters.oversizing", since=SINCE, value=2.0)
    ladder = (*LADDER[:2], {**LADDER[2], "fan_kwh": 200.0, "peak_share": 0.3})
    offer = offers_of("network_low", case_of(cold, renovations=ladders(BUILDINGS, row=ladder))).loc["row"]
    assert (offer["package"], offer["rung"], offer["measures"]) == ("deep_renovation", 2, DEEP)
    assert offer["peak_kw"] == pytest.approx(8.0 * 0.3)
    lifted = 2_000 * (52.5 - 35.0) / 42.5
    assert offer["electricity_kwh"] == pytest.approx(lifted + 200.0)
    assert offer["heat_kwh"] == pytest.approx(4_500 + 2_000 - lifted)


def test_flats_have_one_set_a_distribution_and_its_losses():
    offer = offers_of().loc["flats"]
    delivered = 1 - FIGURES.at("heat.collective.loss_share", DAY)
    set_eur = 4_000 * (45 / 20) ** FIGURES.at("heat.plant.scale_exponent", DAY)
    assert offer["heat_kwh"] == pytest.approx(72_000 / delivered)
    assert offer["delivery_set_eur"] == pytest.approx(set_eur)
    assert offer["investment_eur"] == pytest.approx(
        set_eur + 8 * FIGURES.at("heat.collective.distribution_eur_per_dwelling", DAY)
    )
    assert offer["spf"] == pytest.approx(delivered)


def test_a_building_without_hot_water_needs_no_booster():
    assert offers_of("network_low").loc["school", "electricity_kwh"] == 0.0


def test_only_heated_buildings_get_an_offer():
    assert list(offers_of().index) == ["row", "new", "flats", "school", "listed"]


def test_fossil_alternatives_count_only_where_the_scenario_allows_them():
    free = offers_of()
    bound = offers_of(case=case_of(fossil_free=False))
    assert not free["alternative"].isin(tables.FOSSIL_SOLUTIONS).any()
    assert (bound["alternative_eur_per_year"] <= free["alternative_eur_per_year"] + 1e-9).all()
    assert "gas_boiler" in set(bound["alternative"])


def test_the_alternative_follows_what_the_municipality_sets():
    rules = {
        "fossil_free": True,
        "must": {"row": "hybrid_heat_pump", "new": "network_high"},
        "never": {"listed": ["air_heat_pump"]},
    }
    alone = best_individual(OPTIONS, **rules)
    assert alone.loc["row", "solution"] == "hybrid_heat_pump"
    assert alone.loc["new", "solution"] not in tables.FOSSIL_SOLUTIONS
    assert alone.loc["listed", "solution"] not in ("air_heat_pump", *tables.FOSSIL_SOLUTIONS)


def test_where_no_package_reaches_the_temperature_the_offer_does_not_fit():
    """A network at 40 gives 35 in the building: too cold for emitters at 45, and for an old house that may not be renovated."""
    cold = FIGURES.changed("heat_network.regime.supply_c", since=SINCE, value=40.0, scope="network_low")
    cold = cold.changed("heat.emitters.low_flow_c", since=SINCE, value=45.0)
    offers = offers_of("network_low", case_of(cold))
    assert not offers.loc["listed", "fits"]
    assert offers.loc["listed", ["heat_kwh", "advantage_eur_per_year"]].isna().all()
    assert offers.loc["listed", "alternative_eur_per_year"] > 0


# -------------------------------------------------------------------------------------------------------------------- properties


@given(dearer=floats(0.5, 100), regime=sampled_from(tables.NETWORK_SOLUTIONS))
@settings(max_examples=10, deadline=None)
def test_dearer_heat_is_never_worth_more(dearer, regime):
    now = offers_of(regime)
    then = offers_of(regime, case_of(source=replace(SOURCE, price_eur_per_mwh=40.0 + dearer)))
    assert (then["advantage_eur_per_year"] < now["advantage_eur_per_year"]).all()
    assert np.allclose(then["alternative_eur_per_year"], now["alternative_eur_per_year"])


def test_a_colder_network_never_costs_less_inside():
    inside = {name: offers_of(name)["inside_eur_per_year"] for name in tables.NETWORK_SOLUTIONS}
    heat = {name: offers_of(name)["society_eur_per_year"] for name in tables.NETWORK_SOLUTIONS}
    assert (heat["network_low"] >= heat["network_middle"] - 1e-9).all()
    assert (heat["network_middle"] >= heat["network_high"] - 1e-9).all()
    assert (inside["network_low"] > inside["network_high"]).any()


def test_the_order_of_rows_does_not_matter():
    back = network_offers(BUILDINGS.iloc[::-1], DEMAND, OPTIONS, "network_low", case_of())
    pd.testing.assert_frame_equal(back.sort_index(), offers_of("network_low").sort_index())


def test_nothing_heated_gives_an_empty_table():
    shed = BUILDINGS.loc[["shed"]]
    none, _ = heat_options(shed, DEMAND, RENOVATIONS, prices(), NO_SUPPORT, economics=ECONOMICS, parameters=FIGURES)
    assert network_offers(shed, DEMAND, none, "network_low", case_of()).empty


# ---------------------------------------------------------------------------------------------------------------------- refusals


def test_an_unknown_regime_is_refused():
    with pytest.raises(ParameterError, match="no network regime is called network_tepid; known: network_high"):
        offers_of("network_tepid")
