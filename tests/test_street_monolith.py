"""The loop between network and calendar against one programme that chooses both: never below its bound, seldom far above its answer."""

import numpy as np
import pytest

import street_monolith as both
from koppelkans.plan.street_loop import cheapest
from koppelkans.solve import Limits
from koppelkans.street.calendar.answer import CalendarLimits

LOOP = CalendarLimits(60, 2, 6)
EXACT = Limits(nodes=20_000, iterations=10_000_000, gap_share=1e-4)
FAR_SHARE = 0.03


@pytest.mark.parametrize("seed", [1, 2])
def test_the_loop_lies_between_the_bound_of_the_monolith_and_three_percent_above_its_answer(seed):
    place = both.town(8, seed, 5)
    network, year, bound = both.monolith(place, EXACT)
    # bound and answer come from the rows of the programme and from the account: two ways to the same sum
    best = both.whole_eur(place, network, year)
    assert best == pytest.approx(bound, rel=2e-4)
    pairs = both.looped(place, LOOP)
    found = pairs[cheapest(pairs)].whole_eur
    assert bound - 1.0 <= found <= best * (1.0 + FAR_SHARE)
    assert found <= pairs[0].whole_eur


def test_the_monolith_lays_no_pipe_that_serves_nobody():
    place = both.town(8, 3, 5)
    nobody = both.Town(place.case, place.ends, place.mwh, place.kw, place.worth_eur * 0.0, place.root)
    network, year, bound = both.monolith(nobody, EXACT)
    assert not network.served.any()
    assert (network.towards < 0).all()
    assert both.whole_eur(nobody, network, year) == pytest.approx(bound, rel=2e-4)
    assert not both.designed(nobody, np.full(8, 0.1)).served.any()


def test_the_account_of_a_pair_by_hand():
    """A pipe to the one customer, laid in year 2: its heat waits two years."""
    place = both.town(8, 2, 5)
    section = int(np.flatnonzero((place.ends == place.root).any(axis=1))[0])
    end = int(place.ends[section].sum() - place.root)
    towards, served, flow = np.full(8, -1), np.zeros(len(place.kw), dtype=bool), np.zeros(8)
    towards[section], served[end], flow[section] = end, True, place.kw[end]
    network = both.Network(towards, served, flow)
    case = both.case_of(place, network)
    year = np.where(case.works.after, case.years, np.minimum(case.works.last, case.years - 1))
    heat = case.works.kind == both.HEAT
    assert heat.sum() == 1
    costs = []
    for when in (1, 2):
        year[heat] = when
        costs.append(both.whole_eur(place, network, year))
    # one year more: nothing is shared with it, so its own cost and opening are discounted once more, and a year of heat is lost
    delta = case.discount
    own = float((case.works.own_eur * case.chain)[heat][0]) + float(both.trench_alone_eur(place)[section])
    shares = [((year == when) & ~heat & (case.works.section == section)).any() for when in (1, 2)]
    assert not any(shares)
    expected = own * (delta[2] - delta[1]) + both.street_cases.HEAT_EUR_PER_MWH * place.mwh[end] * delta[1]
    assert costs[1] - costs[0] == pytest.approx(expected, abs=1e-6 * abs(costs[0]))
