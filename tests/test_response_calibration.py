"""Calibration and back-test of the response: what it stands on, the fit, the file it writes, and how far it is off."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import koppelkans.parameters
from koppelkans.errors import OutOfRangeError, ParameterError
from koppelkans.parameters import Parameters, read_parameters
from koppelkans.people.population import flemish_cells
from koppelkans.people.response.answer import respond
from koppelkans.people.response.backtest import Backtest, backtest, rolling_errors
from koppelkans.people.response.behaviour import behaviour, moved
from koppelkans.people.response.calibrated_file import calibrated_toml, calibration_remarks, shipped_tables
from koppelkans.people.response.calibration import Calibration, calibrate
from koppelkans.people.response.calibration_rows import Span, span
from koppelkans.people.response.case_check import check_case
from koppelkans.people.response.fit import DEVIATIONS, Prior, fitted, honest_spread
from koppelkans.people.response.flemish import AS_OF, flemish_case
from koppelkans.people.response.flemish_stock import FLAT, flemish_homes
from koppelkans.people.response.history import (
    household_prices,
    mean_premium_eur,
    premium_counts,
    premiums_by_option,
    price_level,
)
from koppelkans.people.response.level import HEAT_PUMP_PLACES, acting_at, fit_years, premiums, switches
from koppelkans.people.response.pilots import Offer, calm_flanders, offered_share, street_case
from koppelkans.tables.response import RESPONSE_GROUPS, RESPONSE_OPTIONS

FACTS = Path(koppelkans.parameters.__file__).parent / "facts"


@pytest.fixture(scope="module")
def parameters() -> Parameters:
    return read_parameters()


@pytest.fixture(scope="module")
def found(parameters) -> Calibration:
    return calibrate(parameters)


@pytest.fixture(scope="module")
def tested(parameters) -> Backtest:
    return backtest(parameters)


# --------------------------------------------------------------------------------------------------------------------- history


def test_counts_are_those_of_the_dashboard():
    counts = premium_counts("heat_pump")
    assert (counts[2012], counts[2022], counts[2023], counts[2024]) == (1095, 1800, 4833, 9489)
    assert mean_premium_eur("heat_pump")[2023] == pytest.approx(13_499_943 / 4833)


def test_a_suppressed_number_is_missing_and_not_zero():
    protected = premium_counts("heat_pump", "protected")
    assert np.isnan(protected[2009])
    assert protected[2024] == 218
    assert premium_counts("heat_pump_boiler")[2018] == 0


def test_a_measure_that_is_not_there_is_refused():
    with pytest.raises(OutOfRangeError, match=r"no premiums for heatpump \(all\); known: condensing_boiler"):
        premium_counts("heatpump")


def test_prices_in_money_of_one_year():
    """2021 and 2022 by hand: halves averaged, 277.8 kWh in a GJ, 9.59 % inflation in 2022."""
    prices = household_prices(2022)
    assert prices.loc[2022, "gas_eur_per_kwh"] == pytest.approx((26.1811 + 37.8523) / 2 * 0.0036)
    assert prices.loc[2021, "electricity_eur_per_kwh"] == pytest.approx((0.2519 + 0.2860) / 2 * 1.0959)
    assert 2007 not in prices.index  # one half-year only


def test_a_year_without_consumer_prices_is_refused():
    with pytest.raises(OutOfRangeError, match="no consumer prices for 1990; known: 2007 to 2025"):
        price_level(pd.Index([1990]), 2025)


def test_premiums_follow_the_rules_and_before_that_what_was_paid():
    years = pd.Index([2016, 2017, 2022])
    amounts = premiums_by_option(years, 2022)
    level = price_level(years, 2022)
    air, ground = RESPONSE_OPTIONS.index("air_heat_pump"), RESPONSE_OPTIONS.index("ground_heat_pump")
    assert amounts[air] == pytest.approx([741_952 / 1351 / level[2016], 1500 / level[2017], 2250])
    assert amounts[ground, 1] == pytest.approx(4000 / level[2017])
    assert amounts[RESPONSE_OPTIONS.index("gas")].tolist() == [0, 0, 0]


# ------------------------------------------------------------------------------------------------------------------------- fit


def test_one_figure_and_one_observation_by_hand():
    """Prior 0 with deviation 1, one observation 3 with spread 2: weights 1 and 1/4, so 0.6 with deviation sqrt(0.8)."""
    fit = fitted(lambda x: x, np.array([3.0]), Prior(np.zeros(1), np.ones(1)), np.array([2.0]))
    assert fit.mean[0] == pytest.approx(0.6)
    assert fit.covariance[0, 0] == pytest.approx(0.8)
    assert fit.range_of(0) == pytest.approx((0.6 - DEVIATIONS * 0.8**0.5, 0.6 + DEVIATIONS * 0.8**0.5))


def test_a_figure_that_nothing_depends_on_keeps_its_prior():
    fit = fitted(lambda x: x[:1], np.array([3.0]), Prior(np.zeros(2), np.ones(2)), np.ones(1))
    assert fit.mean[1] == 0
    assert fit.covariance[1, 1] == pytest.approx(1)


@settings(max_examples=15, deadline=None)
@given(st.floats(0.2, 3.0), st.floats(-1.0, 1.0))
def test_a_bent_model_is_found_back_where_data_are_sharp(curve, truth):
    def model(x):
        return np.exp(curve * x) * np.array([1.0, 2.0])

    fit = fitted(model, model(np.array([truth])), Prior(np.zeros(1), np.ones(1)), np.full(2, 1e-4))
    assert fit.mean[0] == pytest.approx(truth, abs=1e-3)


def test_neighbouring_years_that_err_alike_count_for_less():
    swinging, drifting = np.array([1.0, -1.0, 1.0, -1.0]), np.array([1.0, 1.0, -1.0, -1.0])
    assert honest_spread(swinging, 0.3) == pytest.approx(1.0)
    assert honest_spread(drifting, 0.3) == pytest.approx((1.25 / 0.75) ** 0.5)
    assert honest_spread(np.zeros(4), 0.3) == 0.3


# -------------------------------------------------------------------------------------------------------------------- Flanders


def test_the_homes_are_those_of_the_population(parameters):
    homes = flemish_homes(parameters, AS_OF)
    cells, _ = flemish_cells(parameters=parameters, day=AS_OF)
    own = cells[cells["heating"].isin(["gas", "oil"])]
    assert homes.dwellings.sum() == pytest.approx(own["weight"].sum())
    by_tenure = homes.dwellings.groupby("tenure").sum()
    assert by_tenure["owner"] == pytest.approx(own.loc[own["tenure"] == "owner", "weight"].sum())
    stock = pd.read_csv(FACTS / "flemish_stock_2018.csv", comment="#", index_col="type")["dwellings"]
    flats = homes.dwellings.groupby("type").sum()[FLAT] / homes.dwellings.sum()
    assert flats == pytest.approx(stock[FLAT] / stock.sum())


def test_each_quartile_keeps_its_metered_heat(parameters):
    homes = flemish_homes(parameters, AS_OF).forms
    cells, _ = flemish_cells(parameters=parameters, day=AS_OF)
    gas = cells[(cells["heating"] == "gas") & (cells["quartile"] == 1)]
    useful = parameters.at("population.use.boiler_efficiency_share", AS_OF, "gas") * np.average(gas["gas_kwh"], weights=gas["weight"])  # fmt: skip
    first = homes.xs(1, level="quartile")
    assert np.average(first["heat_kwh"], weights=first["dwellings"]) == pytest.approx(useful)
    assert first["renovated_share"].between(0.5, 1).all()


def test_the_case_of_flanders_is_in_order(parameters):
    acting = behaviour(parameters, AS_OF)
    case = flemish_case(parameters, acting, first_year=2020, last_year=2022, price_year=2025)
    check_case(case, acting)
    assert len(RESPONSE_GROUPS) == len(np.unique(case.units.group))
    network = respond(case, acting).connected
    assert network.max() == 0  # nobody offers one


def test_dearer_heat_pumps_in_the_mind_mean_fewer_premiums(parameters):
    acting = behaviour(parameters, AS_OF)
    case = flemish_case(parameters, acting, first_year=2018, last_year=2021, price_year=2025)
    counted = [
        premiums(case, switches(case, acting_at(acting, np.array([constant, 0.1, np.log(300.0)]))), 0.7, parameters)
        for constant in (-200.0, 0.0, 200.0)
    ]
    assert (counted[0] > counted[1]).all()
    assert (counted[1] > counted[2]).all()


def test_premiums_come_a_year_after_the_switch(parameters):
    acting = behaviour(parameters, AS_OF)
    case = flemish_case(parameters, acting, first_year=2018, last_year=2021, price_year=2025)
    chosen = np.zeros((4, len(RESPONSE_OPTIONS)))
    chosen[:, HEAT_PUMP_PLACES[0]] = [100, 200, 300, 400]
    assert parameters.at("response.premium_delay_years", AS_OF) == 1
    assert premiums(case, chosen, 0.5, parameters).loc[[2019, 2021]].tolist() == [50, 150]


# ---------------------------------------------------------------------------------------------------------------------- pilots


def test_heat_costs_what_gas_costs_less_the_advantage(parameters):
    acting = behaviour(parameters, AS_OF)
    calm = calm_flanders(parameters, acting)
    case = street_case(calm, Offer(advantage_eur_per_year=200), efficiency_share=0.92, years=2)
    check_case(case, acting)
    gas, network = RESPONSE_OPTIONS.index("gas"), RESPONSE_OPTIONS.index("network")
    bill = case.forms.heat_kwh[0, network] / 1000 * case.rules.heat_eur_per_mwh[0]
    burnt = case.forms.fuel_kwh[0, gas] * case.rules.fuel_eur_per_kwh[0, 0, 0] + case.rules.upkeep_eur[gas]
    assert burnt - bill == pytest.approx(200)


def test_guidance_and_a_lower_fee_bring_more_customers(parameters):
    acting = behaviour(parameters, AS_OF)
    calm = calm_flanders(parameters, acting)

    def share(fee_eur: float, guidance: float) -> float:
        offer = Offer(fee_eur=fee_eur, contact_share=0.9, guidance_share=guidance)
        return offered_share(calm, acting, offer, efficiency_share=0.92, years=2)

    assert share(3000, 0.0) < share(3000, 1.0) < share(0, 1.0)
    assert share(3000, 0.0) < share(0, 0.0)


# ----------------------------------------------------------------------------------------------------------------- calibration


def test_the_shipped_file_is_what_the_procedure_finds(parameters, found):
    """Otherwise: python benchmarks/response_calibration.py --write."""
    shipped = (FACTS / "response_calibrated.toml").read_text(encoding="utf-8")
    assert shipped == calibrated_toml(parameters, found.constant, found.growth)


def test_the_shipped_tables_are_what_the_procedure_finds(found, tested):
    """Otherwise: python benchmarks/response_calibration.py --write. Six digits are shipped."""
    shipped = shipped_tables()
    computed = {
        "response_calibration": found.figures, "response_residuals": found.residuals, "response_backtest": tested.years,
    }  # fmt: skip
    for name, frame in computed.items():
        pd.testing.assert_frame_equal(shipped[name], frame, rtol=1e-4, check_dtype=False)


def test_the_remarks_say_how_little_is_known(found):
    trusted, tested_on = calibration_remarks()
    assert f"Van de {len(found.figures)} cijfers" in trusted["text"]
    assert "48% naast, tegenover 72%" in tested_on["text"]


def test_the_calibration_does_not_stand_on_its_own_result(parameters, found):
    """Whatever constants are in use, the answer is the same."""
    key = "response.option_eur_per_year"
    other = parameters
    for option in ("hybrid", "air_heat_pump"):
        other = other.changed(key, since=AS_OF, value=500.0, scope=option)
    other = other.changed("response.acquaintance_growth_per_year", since=AS_OF, value=0.01)
    again = calibrate(other)
    assert (again.constant, again.growth) == (pytest.approx(found.constant), pytest.approx(found.growth))


def test_every_figure_of_behaviour_with_a_range_is_in_the_list(parameters, found):
    listed = {name.split(":")[0] for name in found.figures["parameter"]}
    ranged = {
        item.key for item in parameters
        if item.key.startswith("response.") and any(value.low is not None for value in item.all_on(AS_OF).values())
    }  # fmt: skip
    assert ranged <= listed


def test_what_has_no_evidence_is_not_informed_by_data(found):
    open_figures = found.figures[found.figures["step"] == "not_fitted"]
    assert (open_figures["prior"] == open_figures["posterior"]).all()
    assert not open_figures["informed"].any()
    assert "response.inertia_eur_per_year" in set(open_figures["parameter"])


def test_the_counts_inform_constant_growth_and_scale_but_not_the_claimed_share(found):
    informed = found.figures.set_index("parameter")["informed"]
    assert informed["response.option_eur_per_year:at the scale in use"]
    assert informed["response.acquaintance_growth_per_year:at the scale in use"]
    assert informed["response.scale_eur_per_year"]
    assert not informed["response_data.premium_claim_share"]


def test_the_scale_in_use_lies_in_what_the_counts_allow(parameters, found):
    row = found.figures.set_index("parameter").loc["response.scale_eur_per_year"]
    assert row["posterior_low"] < parameters.at("response.scale_eur_per_year", AS_OF) < row["posterior_high"]


def test_boiler_life_by_hand(found):
    """5,514,939 x 0.85 / 200,000 = 23.4 years against 22 before: between both."""
    row = found.figures.set_index("parameter").loc["response.boiler_life_years"]
    assert 22 < row["posterior"] < 5_514_939 * 0.85 / 200_000
    assert row["informed"]


def test_a_figure_without_a_range_cannot_be_calibrated(parameters):
    with pytest.raises(ParameterError, match=r"response_data.fit_from_year \(all\) has no range"):
        span(parameters, "response_data.fit_from_year")
    assert span(parameters, "response.scale_eur_per_year") == Span(300, 150, 1000)


def test_the_level_holds_for_the_behaviour_in_use(parameters, tested):
    """With the shipped constants the years of the fit come out right on average (ln), prices seen as they came."""
    case = tested.level.case
    acting = moved(behaviour(parameters, AS_OF), "expectation_years", 1.0)
    claimed = parameters.at("response_data.premium_claim_share", AS_OF)
    modelled = premiums(case, switches(case, acting), claimed, parameters).loc[tested.level.fit_years]
    missed = np.log(modelled / premium_counts("heat_pump").loc[tested.level.fit_years])
    assert abs(missed.mean()) < 0.1


# ------------------------------------------------------------------------------------------------------------------- back-test


def test_the_last_two_years_are_held_back(parameters, tested):
    assert fit_years(parameters).tolist() == list(range(2012, 2023))
    assert tested.years.loc[tested.years["held_back"], "year"].tolist() == [2023, 2024]


def test_the_errors_follow_from_the_table(tested):
    held = tested.years[tested.years["held_back"]]
    assert tested.error_share == pytest.approx(np.mean(np.abs(held["modelled"] / held["observed"] - 1)))
    assert held["naive"].tolist() == [1800, 1800]
    assert tested.naive_error_share == pytest.approx((1 - 1800 / 4833 + 1 - 1800 / 9489) / 2)


def test_the_back_test_is_as_far_off_as_the_method_says(tested):
    """48 %: the response foresaw the first doubling and not the second. A forecast without any model: 72 %."""
    assert tested.error_share == pytest.approx(0.482, abs=0.02)
    assert tested.error_share < tested.naive_error_share


def test_growing_acquaintance_foretells_and_does_not_only_fit(parameters):
    """Forecasts from earlier years, each blind to what came after: better than a model without it, and than no model."""
    found = rolling_errors(parameters, last_years=(2018, 2020, 2022)).mean()
    assert found["response"] < 0.5 * found["without_growth"]
    assert found["response"] < 0.8 * found["naive"]


def test_the_band_holds_both_its_model_and_most_of_the_counts(tested):
    years = tested.years
    assert ((years["low"] < years["modelled"]) & (years["modelled"] < years["high"])).all()
    fit = years[~years["held_back"]]
    assert fit["observed"].between(fit["low"], fit["high"]).all()
