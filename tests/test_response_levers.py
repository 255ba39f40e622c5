"""Levers in the order of an earlier prototype: what pulls most, what hardly does, and that waiting costs."""

from collections.abc import Callable
from datetime import date
from functools import cache
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from equilibrium_fixture import company
from koppelkans.money.equilibrium import required_price
from koppelkans.parameters import read_parameters
from koppelkans.people.response import Behaviour, behaviour, moved, respond, response_curve
from koppelkans.people.response.case import C, K
from koppelkans.tables.response import RESPONSE_OPTIONS
from response_case import FIRST_YEAR, PREMIUMS_EUR
from response_street import HOMES, LOAN_EUR, YEARS, acting, boilers_until, energy, fees, street, without_offer

PUBLISHED = pd.read_csv(Path(__file__).parent / "published" / "response_levers.csv")
NETWORKS = np.isin(np.arange(K), (RESPONSE_OPTIONS.index("network"), RESPONSE_OPTIONS.index("renovated_network")))
METRES = 12_000.0
AFTER_15 = 14
BY_GROUP = np.ones((C, YEARS))
RATIO_2 = energy(19.6, -49.4)
"""Levies moved so that electricity costs twice as much as gas."""


def published(table: str) -> pd.DataFrame:
    return PUBLISHED[PUBLISHED["table"] == table].set_index("case")


def near(table: str, ours: dict[str, float]) -> None:
    rows = published(table)
    assert set(ours) == set(rows.index)
    off = {name: (ours[name], rows.loc[name, "published"]) for name in ours if abs(ours[name] - rows.loc[name, "published"]) > rows.loc[name, "tolerance"]}  # fmt: skip
    assert not off, off


# --------------------------------------------------------------------------------------------------------------------- by price


@cache
def by_price(guidance: float) -> np.ndarray:
    curve = response_curve(street(guidance=guidance), acting(), [50.0, 60, 70, 80, 90, 100])
    return curve.connected[:, 0, AFTER_15 + 1] / HOMES


def test_share_after_15_years_by_price_and_guidance():
    ours = {
        f"{name}_{price}": share
        for name, guidance in (("none", 0.0), ("full", 1.0))
        for price, share in zip((50, 60, 70, 80, 90, 100), by_price(guidance), strict=True)
    }
    near("share_15_years", ours)
    assert (np.diff(by_price(0.0)) < 0).all()
    assert (by_price(1.0) > by_price(0.5)).all()
    assert (by_price(0.5) > by_price(0.0)).all()


# ------------------------------------------------------------------------------------------------- price needed, network's levers


def price_needed(
    case=None,
    behave=None,
    *,
    eur_per_m: float = 900.0,
    large_mwh_per_m: float = 0.0,
    years: int = 30,
    rate: float = 0.05,
) -> float:
    """Price that covers the network when households answer to 70 EUR/MWh."""
    found = respond(case or street(), behave or acting())
    builder = company(
        [eur_per_m * METRES], opens=[FIRST_YEAR + 1], large_mwh=large_mwh_per_m * METRES, years=years, rate=rate
    )
    return required_price(found.connected, found.heat_mwh, found.calendar, builder)


def today(**changes) -> Behaviour:
    """The defaults of today, calibrated constants included."""
    one = behaviour(read_parameters(), date(2026, 1, 1))
    for name, value in changes.items():
        one = moved(one, name, value)
    return one


@cache
def network_levers(acting: Callable[..., Behaviour]) -> dict[str, float]:
    def needed(*case, behave=None, **company_changes):
        return price_needed(*case, behave=behave or acting(), **company_changes)

    felt = np.array(acting().passed_on_share)
    felt[1] = 0.8
    tax = np.where(NETWORKS[None, :, None], 150.0, 0.0) * np.ones((C, K, YEARS))
    rich = np.array([1e8, 2e8, 3e8, np.inf])
    return {
        "base": needed(), "depreciation_20": needed(years=20), "depreciation_45": needed(years=45), "own_trench": needed(eur_per_m=1500.0),
        "rate_4": needed(rate=0.04), "rate_7": needed(rate=0.07), "grant_30": needed(eur_per_m=630.0), "fee_public": needed(street(**fees(0.0))),
        "property_tax": needed(street(yearly_support_eur=tax, support_years=5.0)), "ratio_2": needed(street(**RATIO_2)),
        "ets_2": needed(street(**energy(9.0))), "boiler_date": needed(boilers_until(street(), FIRST_YEAR + 9)),
        "guidance_full": needed(street(guidance=1.0)), "guidance_none": needed(street(guidance=0.0)), "institution_1": needed(large_mwh_per_m=1.0),
        "institution_half": needed(large_mwh_per_m=0.5), "no_offer": needed(without_offer(street())),
        "nobody_short": needed(behave=acting(cash_eur=rich)), "pass_on_08": needed(behave=acting(passed_on_share=felt)),
        "no_contagion": needed(behave=acting(contagion_share=0.0)), "rates_8": needed(behave=acting(rate_share=0.08)),
        "scale_150": needed(behave=acting(scale_eur_per_year=150.0)), "scale_400": needed(behave=acting(scale_eur_per_year=400.0)),
        "package": needed(street(**RATIO_2), years=45, large_mwh_per_m=0.5),
    }  # fmt: skip


@pytest.mark.parametrize("behave", [acting, today])
def test_every_lever_on_a_network_works_in_the_direction_published(behave):
    ours, rows = network_levers(behave), published("price_needed_at_70")["published"]
    wrong = {
        name: (price, rows[name])
        for name, price in ours.items()
        if (price - ours["base"]) * (rows[name] - rows["base"]) < -0.5
    }
    assert not wrong, wrong
    near("price_needed_at_70", ours)


def test_levers_on_a_network_stand_in_the_published_order():
    """Of all pairs that the prototype sets 5 EUR/MWh or more apart, at least 95 % stand in the same order here."""
    ours, rows = network_levers(acting), published("price_needed_at_70")["published"]
    pairs = [(one, other) for one, other in combinations(rows.index, 2) if abs(rows[one] - rows[other]) >= 5]
    turned = [(one, other) for one, other in pairs if (ours[one] - ours[other]) * (rows[one] - rows[other]) < 0]
    assert len(turned) <= 0.05 * len(pairs), turned


# ------------------------------------------------------------------------------------------------------------ without a network


@cache
def individual_levers() -> dict[str, np.ndarray]:
    none = {"opening": None, "premium_cap_share": np.full(K, 0.5)}
    premium = np.zeros((C, K, YEARS))
    premium[:, 2:5] = 2 * np.repeat(PREMIUMS_EUR, 3)[:, None, None]
    attentive = np.array(acting().attention_share)
    attentive[2] = 0.9
    cases = {
        "base": (street(**none), acting()),
        "no_loans": (street(**none, loan_eur=0 * BY_GROUP), acting()),
        "no_delay": (street(**none, premium_delay_years=0.0), acting()),
        "prefinanced": (street(**none, prefinanced_share=BY_GROUP), acting()),
        "loans_all": (street(**none, loan_eur=LOAN_EUR * BY_GROUP), acting()),
        "premiums_doubled": (street(**none, premium_eur=premium), acting()),
        "hidden_halved": (street(**none), acting(hidden_eur=acting().hidden_eur / 2)),
        "attention_09": (street(**none), acting(attention_share=attentive)),
        "ratio_2": (street(**none, **RATIO_2), acting()),
        "boiler_date": (boilers_until(street(**none), FIRST_YEAR + 4), acting()),
        "no_compliance": (street(**none), acting(duty_compliance_share=0.0)),
        "compliance_09": (street(**none), acting(duty_compliance_share=0.9)),
    }
    return {name: respond(case, behave).by_section[0, AFTER_15] / HOMES for name, (case, behave) in cases.items()}


def test_individual_solutions_without_a_network():
    near("individual_15_years", {
        f"{name}_{option}": shares[RESPONSE_OPTIONS.index(option)]
        for name, shares in individual_levers().items()
        for option in ("gas", "hybrid", "air_heat_pump", "renovated_gas")
    })  # fmt: skip


def test_end_date_before_tariff_before_loans_before_guidance_before_premiums():
    gas = {name: shares[0] for name, shares in individual_levers().items()}
    assert (
        gas["boiler_date"]
        < gas["ratio_2"]
        < gas["loans_all"]
        < gas["hidden_halved"]
        < gas["prefinanced"]
        <= gas["no_delay"]
    )
    assert gas["attention_09"] < gas["no_delay"] < gas["base"] < gas["no_loans"] < gas["no_compliance"] + 0.02
    light = {name: shares[2] for name, shares in individual_levers().items()}
    assert light["prefinanced"] > 1.3 * light["base"]
    duty = individual_levers()["compliance_09"] - individual_levers()["no_compliance"]
    assert duty[RESPONSE_OPTIONS.index("renovated_gas")] > 0.8 * duty[1:].sum()  # the duty makes renovated homes on gas


# --------------------------------------------------------------------------------------------------------------------- waiting


@pytest.mark.parametrize("prices", ["calm", "ratio"])
def test_waiting_costs_customers(prices):
    rows = published("lost_before_opening")
    on_top = RATIO_2 if prices == "ratio" else {}
    found = {
        wait: respond(street(price=65.0, opening=FIRST_YEAR + wait, **on_top), acting()) for wait in (1, 5, 10, 15)
    }
    lost = {wait: response.lost_before_opening[0] / HOMES for wait, response in found.items()}
    for wait, share in lost.items():
        row = rows.loc[f"{prices}_{wait}"]
        assert share == pytest.approx(row["published"], abs=row["tolerance"]), wait
    assert lost[1] < lost[5] < lost[10] < lost[15]
    settled = {wait: response.connected[0, wait + AFTER_15] / HOMES for wait, response in found.items()}
    assert settled[15] < settled[5]


def test_a_tariff_shift_helps_a_network_that_comes_soon_more():
    gain = {}
    for wait in (1, 15):
        calm, shifted = (
            respond(street(price=65.0, opening=FIRST_YEAR + wait, **prices), acting()) for prices in ({}, RATIO_2)
        )
        gain[wait] = (shifted.connected - calm.connected)[0, wait + AFTER_15] / HOMES
    assert 0 < gain[15] < gain[1]
