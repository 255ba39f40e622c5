"""The response beside published experiments and pilots: each answer comes from the product's own choice."""

from __future__ import annotations

from dataclasses import replace
from math import log
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from koppelkans.parameters import Parameters, read_parameters
from koppelkans.people.response.answer import respond
from koppelkans.people.response.behaviour import Behaviour, behaviour, moved
from koppelkans.people.response.calibration import Calibration, calibrate
from koppelkans.people.response.case import (
    AGES,
    NEVER,
    NO_DUTY,
    C,
    Forms,
    K,
    ResponseCase,
    Units,
    no_offers,
    no_rules,
)
from koppelkans.people.response.flemish import AS_OF
from koppelkans.people.response.flemish_stock import flemish_homes
from koppelkans.people.response.history import premium_counts
from koppelkans.tables.response import RESPONSE_OPTIONS

WITHIN_SHARE = 0.10
"""A pilot is reached within ten points."""
PUBLISHED = Path(__file__).parent / "published"
GAS, PUMP = RESPONSE_OPTIONS.index("gas"), RESPONSE_OPTIONS.index("air_heat_pump")
BOILER_EUR, PUMP_EUR = 2_000.0, 10_500.0
BOILER_EUR_PER_YEAR = 900.0
LIFE_YEARS = 15.0
LOAN_EUR_PER_YEAR = 12 * 75.0


@pytest.fixture(scope="module")
def parameters() -> Parameters:
    return read_parameters()


def experiment(
    parameters: Parameters, *, scale: float, rate: float, constant: float, capital: float, running: float, loan: bool
) -> float:
    """Share that takes the heat pump when the boiler is dead: one home, two options, both affordable, everybody looks at both."""
    acting = plain(parameters, scale=scale, rate=rate, constant=constant)
    investment, fuel = np.zeros((1, K)), np.zeros((1, K))
    # the loan of the experiment is for the heat pump alone: the boiler is counted by its annuity, so that nobody borrows for it
    annuity = BOILER_EUR * rate / (1 - (1 + rate) ** -LIFE_YEARS)
    investment[0, PUMP] = BOILER_EUR + capital
    fuel[0, GAS], fuel[0, PUMP] = BOILER_EUR_PER_YEAR + annuity, BOILER_EUR_PER_YEAR + running
    feasible = np.zeros((1, K), dtype=bool)
    feasible[0, [GAS, PUMP]] = True
    ages = np.zeros((1, AGES))
    ages[0, -1] = 1.0
    never, no = np.array([NEVER]), np.array([False])
    forms = Forms(
        investment_eur=investment, life_years=np.full(K, LIFE_YEARS), fuel_kwh=fuel, electricity_kwh=np.zeros((1, K)),
        heat_kwh=np.zeros((1, K)), electric_peak_kw=np.zeros((1, K)), feasible=feasible, label_after=np.zeros((1, K)),
        label_now=np.full(1, NO_DUTY - 1), fuel=np.zeros(1, dtype=np.int64), age_share=ages, sale_per_year=np.zeros(1),
        dwellings_in_block=np.ones(1), boiler_last_year=never, renovated_boiler_last_year=never, hybrid_last_year=never, fuel_last_year=never, may_connect=no, must_connect=no,
        collective_boiler=no, planning_year=never,
    )  # fmt: skip
    zero = np.zeros(1, dtype=np.int64)
    rules = replace(no_rules(1, 1), fuel_eur_per_kwh=np.ones((C, 2, 1)))
    if loan:
        rules = replace(
            rules, loan_eur=np.full((C, 1), PUMP_EUR), loan_years=PUMP_EUR / LOAN_EUR_PER_YEAR, loan_take_up_share=np.ones((C, 1))
        )  # fmt: skip
    case = ResponseCase(2022, ("street",), Units(zero, zero, zero, zero, np.ones(1)), forms, rules, no_offers(1, 1))
    decided = respond(case, acting).moments.sum(axis=(0, 1))
    return float(decided[PUMP] / (decided[GAS] + decided[PUMP]))


def plain(parameters: Parameters, *, scale: float, rate: float, constant: float) -> Behaviour:
    """Nobody short of cash, no hidden cost, everybody looks; one rate and one scale."""
    acting = behaviour(parameters, AS_OF)
    cash = np.zeros_like(acting.cash_share)
    cash[..., -1] = 1.0
    constants = np.zeros(K)
    constants[PUMP] = constant
    for name, value in {
        "scale_eur_per_year": scale, "rate_share": rate, "option_eur_per_year": constants, "cash_share": cash, "hidden_eur": 0.0,
        "attention_share": 1.0, "attention_guided_share": 0.0, "renovation_per_year": 0.0, "deep_renovation_per_year": 0.0,
        "acquainted_share": 1.0,
    }.items():  # fmt: skip
        acting = moved(acting, name, value)
    return acting


def logit(share: float) -> float:
    return log(share / (1 - share))


def rate_of(recovery: float, years: float) -> float:
    """The rate at which capital is recovered so, by halving."""
    low, high = 1e-6, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if middle / (1 - (1 + middle) ** -years) < recovery else (low, middle)
    return low


@pytest.fixture(scope="module")
def cells() -> pd.DataFrame:
    return pd.read_csv(PUBLISHED / "response_experiments.csv", index_col="case")


@pytest.fixture(scope="module")
def implied(cells) -> dict[str, float]:
    """Scale and recovery that the three fitted cells imply, and the constant that fits the base."""
    base, grant, running = (float(cells.loc[name, "published_share"]) for name in ("base", "grant", "running"))
    saved = float(
        cells.loc["base", "running_difference_eur_per_year"] - cells.loc["running", "running_difference_eur_per_year"]
    )
    scale = saved / (logit(running) - logit(base))
    granted = float(cells.loc["base", "capital_difference_eur"]) - float(cells.loc["grant", "capital_difference_eur"])
    recovery = (logit(grant) - logit(base)) * scale / granted
    dearer = recovery * float(cells.loc["base", "capital_difference_eur"]) + 300.0
    return {"scale": scale, "recovery": recovery, "constant": -scale * logit(base) - dearer}


CELLS = ("base", "grant", "running", "loan", "loan_and_running")


@pytest.mark.parametrize("name", CELLS)
def test_the_uk_experiment_with_the_choice_of_the_product(name, cells, implied, parameters):
    """Three cells pin constant, scale and recovery; the two with a loan are foretold."""
    cell = cells.loc[name]
    capital = cells.loc["base", "capital_difference_eur"] if name.startswith("loan") else cell["capital_difference_eur"]
    share = experiment(
        parameters, scale=implied["scale"], rate=rate_of(implied["recovery"], LIFE_YEARS), constant=implied["constant"],
        capital=float(capital), running=float(cell["running_difference_eur_per_year"]), loan=name.startswith("loan"),
    )  # fmt: skip
    assert share == pytest.approx(cell["published_share"], abs=cell["tolerance_share"])


@pytest.fixture(scope="module")
def evidence() -> pd.DataFrame:
    return pd.read_csv(PUBLISHED / "response_scales.csv", index_col="evidence")


def test_scale_and_recovery_of_the_uk_experiment(evidence, implied):
    for name, found in (("uk_scale", implied["scale"]), ("uk_recovery", implied["recovery"])):
        assert found == pytest.approx(evidence.loc[name, "published"], abs=evidence.loc[name, "tolerance"])


def test_a_rebate_as_in_north_carolina(evidence, parameters):
    """Capital recovery 0.15, few adopters: 375 dollars at once bring 13 % more of them at the scale that this evidence implies."""
    scale = float(evidence.loc["north_carolina_scale", "published"])
    rate = rate_of(0.15, LIFE_YEARS)
    constant = 2_000.0  # few adopters, as there

    def share(capital: float) -> float:
        return experiment(
            parameters, scale=scale, rate=rate, constant=constant, capital=capital, running=0.0, loan=False
        )

    more = share(8_500.0 - 375.0) / share(8_500.0) - 1
    row = evidence.loc["north_carolina_rebate"]
    assert more == pytest.approx(row["published"], abs=row["tolerance"])


@pytest.mark.parametrize("name", ["hestia_systems", "hestia_network_low", "hestia_network_high"])
def test_scales_of_hestia_give_the_odds_of_hestia(name, evidence, parameters):
    scale = float(evidence.loc[name, "published"])
    share = experiment(parameters, scale=scale, rate=0.05, constant=0.0, capital=0.0, running=100.0, loan=False)
    assert logit(share) == pytest.approx(-100.0 / scale, abs=1e-9)


def test_the_range_of_the_scale_holds_all_this_evidence(evidence, parameters):
    value = parameters.value("response.scale_eur_per_year", AS_OF)
    scales = evidence.loc[["north_carolina_scale", "uk_scale", "hestia_systems", "hestia_network_low"], "published"]
    assert value.low is not None
    assert value.high is not None
    assert scales.between(value.low, value.high).all()


@pytest.fixture(scope="module")
def boilers() -> pd.Series:
    return pd.read_csv(PUBLISHED / "response_boilers.csv", index_col="figure")["published"]


def test_boilers_sold_say_how_long_they_last(boilers, parameters):
    sold = parameters.at("response_data.boilers_sold_per_year", AS_OF)
    dwellings = parameters.at("response_data.dwellings", AS_OF)
    assert sold / dwellings == pytest.approx(boilers["replacement_share"], abs=0.0005)
    life = dwellings * parameters.at("response_data.boiler_share", AS_OF) / sold
    assert boilers["life_low"] <= life <= boilers["life_high"]


def test_no_more_premiums_for_boilers_than_boilers_replaced(boilers, parameters):
    counted = premium_counts("condensing_boiler")
    assert counted[2011] == boilers["premium_boilers_2011"]
    homes = float(flemish_homes(parameters, AS_OF).dwellings.sum())
    assert counted.max() < homes / parameters.at("response.boiler_life_years", AS_OF)


@pytest.fixture(scope="module")
def found(parameters) -> Calibration:
    return calibrate(parameters)


@pytest.mark.parametrize(
    "pilot", ["purmerend_pilot", "purmerend_block", "wageningen", "denmark_before_2022", "denmark_2022"]
)
def test_pilots_at_one_setting_of_guidance(pilot, found):
    """Within ten points where the list says so, and not where it says that it is not reached, with the reason in the method."""
    listed = pd.read_csv(PUBLISHED / "response_pilots.csv", index_col="pilot").loc[pilot]
    rows = found.residuals[found.residuals["step"] == "guidance"].set_index("what")
    assert rows.loc[pilot, "observed"] == listed["published_share"]
    assert rows.loc[pilot, "modelled"] == pytest.approx(listed["modelled_share"], abs=0.02)
    assert (abs(rows.loc[pilot, "modelled"] - listed["published_share"]) <= WITHIN_SHARE) == bool(listed["reached"])


def test_examples_carry_less_than_was_found_elsewhere(found):
    """Poland: 7.7 % of all switches. Examples here work on hidden cost alone, which is small beside the spread of preferences."""
    listed = pd.read_csv(PUBLISHED / "response_examples.csv", index_col="figure").loc["share_of_switches"]
    row = found.residuals[found.residuals["step"] == "examples"].iloc[0]
    assert row["observed"] == listed["published"]
    assert 0 < row["modelled"] < row["observed"]
    assert (abs(row["modelled"] - row["observed"]) <= listed["tolerance"]) == bool(listed["reached"])
