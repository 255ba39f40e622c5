"""Dated duties, leases and the premium for connecting as a plan hands them to the response."""

import numpy as np
import pytest

from koppelkans.money.project_returns import annuity_share
from koppelkans.parameters.levers import apply, parse_levers
from koppelkans.people.response.case import NEVER
from koppelkans.plan.response import respond_under
from koppelkans.plan.response_case import credited, deferred
from koppelkans.plan.response_forms import AIR, GAS, GROUND, HYBRID, NETWORK, RENOVATED_GAS, RENOVATED_NETWORK
from koppelkans.plan.response_ground import INSTITUTION, OWNER, SOCIAL, TENURE
from koppelkans.plan.response_support import connection_premium_share, lease_terms, premiums_eur
from test_plan_response import base, plan, rules  # noqa: F401  (fixtures)
from test_plan_response_support import asked, ground

YEARS = tuple(range(2027, 2041))
LIVE = np.array([2032, NEVER])


def test_a_duty_waits_for_heat_within_its_years_only():
    found = deferred(asked("renovation_duty:deferred_years=3", years=YEARS), LIVE)
    assert found[0].nonzero()[0].tolist() == [2, 3, 4, 5]  # 2029 to 2032, the year of the heat included
    assert not found[1].any()
    assert not deferred(asked(years=YEARS), LIVE).any()


def test_a_connection_counts_as_the_label_from_its_announcement_on_and_once_it_is_there():
    found = credited(asked("epc_credit:years=3", years=YEARS), LIVE)
    assert found[0].nonzero()[0].tolist() == list(range(2, len(YEARS)))
    assert not found[1].any()
    assert not credited(asked(years=YEARS), LIVE).any()


def test_a_lease_is_a_part_of_the_own_investment_and_a_fixed_sum():
    terms = lease_terms(asked("heat_pump_lease:premium=false"))
    today = asked()
    yearly = annuity_share(today.now("lease.years"), today.now("lease.rate_share"))
    assert terms["lease_yearly_share"][[HYBRID, AIR, GROUND]] == pytest.approx(np.full((3, 2), yearly))
    assert np.isnan(terms["lease_yearly_share"][[GAS, NETWORK]]).all()
    assert terms["lease_premium_eur"].max() == 0
    assert terms["lease_fixed_eur"][AIR] == pytest.approx(np.full(2, today.now("lease.service_eur_per_year")))
    service = lease_terms(asked("heat_service:premium=true,guarantee_share=0.2"))
    for name in ("lease_yearly_share", "lease_fixed_eur"):
        assert service[name][AIR] == pytest.approx(1.2 * terms[name][AIR])
    assert service["lease_premium_eur"][AIR].min() > 0
    assert np.isnan(lease_terms(asked())["lease_yearly_share"]).all()


def test_the_premium_for_connecting_is_a_share_and_no_longer_a_part_of_the_premium_for_works():
    with_it, today = asked("connection_premium:share=0.6"), asked()
    share = connection_premium_share(with_it)
    assert share[TENURE == OWNER] == pytest.approx(np.full((int((TENURE == OWNER).sum()), 2), 0.6))
    assert share[TENURE == SOCIAL].max() == share[INSTITUTION].max() == connection_premium_share(today).max() == 0
    homes = ground(8_000.0)
    for option in (NETWORK, RENOVATED_NETWORK):
        assert premiums_eur(with_it, homes)[:, option] == pytest.approx(premiums_eur(today, homes)[:, option])


@pytest.mark.parametrize(
    ("levers", "field", "option"),
    [
        (("boiler_end_replacement:year=2035",), "renovated_boiler_last_year", RENOVATED_GAS),
        (("boiler_end_sale:year=2035", "boiler_exemption:hybrid=false"), "hybrid_last_year", HYBRID),
    ],
)
def test_a_ban_begins_in_the_year_of_the_lever(plan, rules, base, levers, field, option):  # noqa: F811
    """Nothing in the first years, nobody from 2035 on: not all years, and not none."""
    changed = apply(parse_levers(list(levers)), rules, plan.scenario.reference_date)
    run = respond_under(plan, changed, like=base)
    assert (getattr(run.case.arrays.forms, field) == 2034).all()
    years, taken = run.response.calendar, run.response.moments[:, :, option].sum(axis=0)
    assert taken[years < 2033] == pytest.approx(base.response.moments[:, :, option].sum(axis=0)[years < 2033], rel=0.02)
    assert taken[years == 2034] > 0
    assert taken[years >= 2035].max() == 0
