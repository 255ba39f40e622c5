"""The network of a plan as a market: what is built when a choice comes to nothing, grants of what is built, and a price that a regulator would set."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from koppelkans.money.equilibrium.answer import equilibria, share_ages
from koppelkans.money.equilibrium.payments import network_payments
from koppelkans.money.equilibrium.rules import Coordination
from koppelkans.parameters import read_parameters
from koppelkans.parameters.levers import apply, parse_levers
from koppelkans.plan import response as response_run
from koppelkans.plan.response import equilibria_under, respond_under
from koppelkans.plan.response_market import coordinated, first_mover, pricing_rule, with_call
from koppelkans.plan.response_money import response_money
from koppelkans.plan.response_network import network_payments_table
from koppelkans.plan.response_offer import offer_remarks
from koppelkans.scenario import Response
from krekelwijk import planned

GRANT = "grant for the heat network"
VAT = 1.06


@pytest.fixture(scope="module")
def plan():
    quick = {
        "heat_network": {"robustness_draws": 0, "robustness_shares": [0.5]},
        "street": {"draws": 0, "rounds": 1, "tries": 0},
        "data_draws": 0,
    }
    return planned(response={"bands": False}, **quick)


@pytest.fixture(scope="module")
def today():
    return read_parameters()


@pytest.fixture(scope="module")
def base(plan, today):
    return respond_under(plan, today)


def under(plan, rules, base, *levers, **chosen):
    """The response with levers and another part [response]."""
    scenario = plan.scenario.model_copy(update={"response": Response(**{"bands": False, **chosen})})
    moved = apply(parse_levers(list(levers)), rules, plan.scenario.reference_date) if levers else rules
    return respond_under(plan, moved, scenario=scenario, like=base)


# ------------------------------------------------------------------------------------------------------------------- what is built


@pytest.mark.parametrize("kind", ["cautious", "conditional", "guarantee", "duty"])
def test_more_support_never_makes_the_network_vanish(plan, today, base, kind):
    day = plan.scenario.reference_date
    scenario = plan.scenario.model_copy(update={"response": Response(bands=False, coordination=kind)})
    first = respond_under(plan, today, scenario=scenario, like=base)
    there = []
    for share in np.linspace(0.0, 1.0, 11):
        found = equilibria_under(
            first, plan, today.changed("project.grant_share", since=day, value=float(share)), scenario=scenario
        )
        there.append(found.outcome.price_eur_per_mwh is not None)
    assert there == sorted(there)
    assert there[-1]


def emptied(curve):
    """A response table in which nobody of the second section connects."""
    connected = curve.connected.copy()
    connected[:, 1] = 0.0
    return replace(curve, connected=connected, heat_mwh=np.where(connected > 0, curve.heat_mwh, 0.0))


def test_a_choice_that_comes_to_nothing_gives_way_to_a_smaller_one(plan, today, base, monkeypatch):
    """Once only the streets chosen are offered heat nobody of the second one connects, and both no longer pay: the first is built alone, checked by its own pass."""
    chosen, grant = {"coordination": "conditional"}, "connection_support:grant_share=0.8"
    both = under(plan, today, base, grant, **chosen)
    assert both.built.tolist() == [True, True]
    real, asked = response_run._refined, []

    def shaken(offered, behaviour, table, market, around):
        asked.append(around[2].tolist())
        if not around[2].all():
            return real(offered, behaviour, table, market, around)
        market = replace(market, curve=emptied(market.curve))
        found = coordinated(market, around[1], around[2])
        assert found.outcome.price_eur_per_mwh is None
        return market, found, float("nan")

    monkeypatch.setattr(response_run, "_refined", shaken)
    alone = under(plan, today, base, grant, **chosen)
    assert asked == [[True, True], [True, False]]
    assert alone.built.tolist() == [True, False]
    assert alone.equilibria.outcome.price_eur_per_mwh is not None
    assert abs(alone.gap_eur_per_mwh) < 0.02
    assert 0 < alone.figures["network_share"] < both.figures["network_share"]
    assert (
        alone.market.curve.connected[:, 1].max() == 0.0
    )  # the second street was not offered heat in the pass that counts


def test_a_supply_lever_may_widen_a_network_of_which_a_part_is_built(plan, today, base, monkeypatch):
    """What is left out today is weighed again under other rules, from the answer of all streets."""
    chosen = plan.scenario.model_copy(update={"response": Response(bands=False, coordination="conditional")})
    part = respond_under(plan, today, scenario=chosen, like=base)
    part = replace(part, market=replace(part.market, curve=emptied(part.market.curve)), built=np.array([True, False]))
    again = equilibria_under(part, plan, today, scenario=chosen)
    assert again.seen.built.all()
    assert again.outcome.price_eur_per_mwh is not None


# ------------------------------------------------------------------------------------------------------------------------- grants


@pytest.mark.parametrize("lever", ["connection_support:grant_share=0.3", "green_heat_call:mode=permanent"])
def test_the_money_of_the_response_holds_the_grants_of_the_payments(plan, today, base, lever):
    run = under(plan, today, base, lever, coordination="conditional")
    money, paid = response_money(run), network_payments_table(run)
    booked = money[money["what"] == GRANT].set_index("year")["amount_eur"]
    pd.testing.assert_series_equal(
        booked, paid[paid["what"] == GRANT].set_index("year")["amount_eur"], check_names=False
    )
    assert booked.sum() > 0


def test_grants_follow_the_sections_that_are_built(plan, today, base):
    """With the first street alone the call pays its share of that trench, and nothing of the other; the money of the response books just that."""
    run = under(plan, today, base, "green_heat_call:mode=permanent,intensity_share=0.65", coordination="conditional")
    asked, market, first = run.case.asked, run.market, np.array([True, False])
    rule, ages = pricing_rule(market, asked), share_ages(asked.parameters, asked.day)
    found = equilibria(
        market.curve, market.project, rule, coordination=Coordination.guarantee(0.3), ages=ages, built=first
    )
    trench, chance = float(market.project.trench_eur[0]), asked.now("chw.success_share", "permanent")
    assert found.seen.case.grant_eur == pytest.approx(chance * 0.65 * trench)
    priced = replace(found, outcome=replace(found.outcome, price_eur_per_mwh=40.0))
    money = response_money(replace(run, equilibria=priced, built=first))
    assert money.loc[money["what"] == GRANT, "amount_eur"].sum() == pytest.approx(chance * 0.65 * trench)
    paid = network_payments(priced, first_mover(asked).on(priced))
    assert paid.loc[paid["what"] == GRANT, "amount_eur"].sum() == pytest.approx(chance * 0.65 * trench)


def test_all_aid_together_is_limited_to_a_share_of_what_is_built(plan, today, base):
    """0.6 of the works from the rules leaves 0.05 for a call; the limit is a figure with a source."""
    run = under(
        plan, today, base, "green_heat_call:mode=permanent,intensity_share=0.65", "connection_support:grant_share=0.6"
    )
    project = run.market.project
    assert project.call_share == pytest.approx(0.05)
    assert project.call_eur(np.array([True, False])) == pytest.approx(0.05 * project.trench_eur[0])
    entry = today.entries["chw.most_aid_share"]
    assert {value.source for value in entry.values} == {"people-call-rates"}
    assert with_call(replace(project, grant_share=0.9), run.case.asked).call_share == 0.0


# --------------------------------------------------------------------------------------------------------------- a regulated price


@pytest.fixture(scope="module")
def prices(plan, today, base):
    grant = "connection_support:grant_share=0.3"
    chosen = {
        "cost": {}, "level": {"price_rule": "regulated", "regulated_charge": "annuity"}, "line": {"price_rule": "regulated"},
    }  # fmt: skip
    return {name: under(plan, today, base, grant, coordination="conditional", **more) for name, more in chosen.items()}


def test_a_regulated_price_by_annuity_is_the_price_at_cost(prices):
    assert prices["level"].figures == pytest.approx(prices["cost"].figures, nan_ok=True)
    assert offer_remarks(prices["level"]) == []


def test_a_regulated_price_that_is_written_off_in_equal_parts_is_dear_at_first(prices):
    """The households of the pass see the price of each year: v + (p - v) g_t, worth as much as the level price."""
    line, cost = prices["line"], prices["cost"]
    seen, found = line.lived.rules.heat_eur_per_mwh, line.equilibria
    assert (np.diff(seen) <= 1e-12).all()
    assert seen[0] == pytest.approx(found.outcome.first_year_eur_per_mwh * VAT)
    assert seen[0] > line.heat_price_eur_per_mwh > seen[-1]
    project = line.market.project
    years = project.start_year + np.arange(project.horizon_years)
    weight = (1 + project.rate_share) ** -np.arange(1.0, len(years) + 1)
    path = line.market.path_eur_per_mwh(found, years)
    assert path @ weight == pytest.approx(found.outcome.price_eur_per_mwh * weight.sum())
    assert line.heat_price_eur_per_mwh > cost.heat_price_eur_per_mwh  # fewer sign when heat is dear
    assert np.isnan(line.gap_eur_per_mwh)


def test_the_price_of_the_first_year_is_told(prices):
    line = prices["line"]
    (told,) = offer_remarks(line)
    first = f"{line.lived.rules.heat_eur_per_mwh[0]:.1f}"
    assert f"{first} EUR/MWh with VAT in 2027" in told["text_en"]
    assert f"{first.replace('.', ',')} EUR/MWh met btw in 2027" in told["text"]
    assert (told["about"], told["method"]) == (
        "equilibrium",
        "heat-pricing",
    )  # what the report prints under the verdict
