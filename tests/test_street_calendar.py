"""The calendar of works: by hand, against every calendar there is, against a mixed integer programme, and its refusals."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

import street_cases
import street_peer
from koppelkans.errors import DataError, InfeasibleError
from koppelkans.solve import Limits
from koppelkans.street.calendar.account import account, broken, live_from, shares_of_owners
from koppelkans.street.calendar.answer import SCREENING, CalendarLimits, works_calendar
from koppelkans.street.calendar.case import Ints, WorksCase, check_case
from street_cases import (
    CABLE,
    DRAINS,
    GAS,
    GREENING,
    HEAT,
    NOWHERE,
    OUTSIDE,
    RECONSTRUCTION,
    SEWER,
    WATER,
    Row,
    drawn_case,
    generated_case,
    small_case,
)

FEW = CalendarLimits(bound_rounds=120, starts=4, tries_per_section=6)


def cheapest(case: WorksCase) -> tuple[float, Ints]:
    """The best of all allowed calendars, one by one."""
    choices = [np.flatnonzero(row).tolist() for row in case.allowed()]
    best, kept = np.inf, np.zeros(0, dtype=np.int64)
    for years in itertools.product(*choices):
        year = np.array(years, dtype=np.int64)
        if not broken(case, year) and (cost := account(case, year).net_eur) < best:
            best, kept = cost, year
    return best, kept


# ------------------------------------------------------------------------------------------------------------- by hand


def test_two_works_share_one_opening():
    """Sewer (carriageway 100, footway 20) with cable (footway 20), in one closure of 30 with nuisance of 10."""
    case = small_case([Row(0, SEWER, 500.0, last=0), Row(0, CABLE, 100.0, last=3)])
    found = works_calendar(case, FEW)
    assert found.year.tolist() == [0, 0]
    assert found.objective_eur == pytest.approx(600 + 120 + 40)
    assert found.bound_kind == "met"
    assert found.account.opening_eur.tolist() == pytest.approx([110, 10])
    assert shares_of_owners(case, found.account)[0].tolist() == pytest.approx([600, 120, 40])


def test_waiting_for_the_other_pays_until_discount_says_no():
    """A cable alone in year 0 costs 100 + 20 + 40; with the sewer in year 5 only 100, later: it waits."""
    case = small_case([Row(0, SEWER, 500.0, fixed=5), Row(0, CABLE, 100.0)])
    assert works_calendar(case, FEW).year.tolist() == [5, 5]
    overdue = replace(case, works=replace(case.works, due=np.array([9, 0]), overdue_share=np.array([0.0, 0.5])))
    found = works_calendar(overdue, FEW)
    assert found.year.tolist() == [5, 0]
    assert found.objective_eur == pytest.approx((500 + 120 + 40) / 1.03**5 + 100 + 20 + 40)


def test_works_that_do_not_join_pay_their_own_opening():
    case = small_case([Row(0, SEWER, 500.0, last=0), Row(0, CABLE, 100.0, last=0)]).apart_from_each_other()
    assert works_calendar(case, FEW).objective_eur == pytest.approx(600 + 120 + 20 + 2 * 40)


def test_a_rebuilt_street_is_protected():
    """Rebuilt in year 1 and protected for two years: cable in 0 and 2 to 3 is closed to it, and gas is not."""
    rows = [
        Row(0, RECONSTRUCTION, 200.0, fixed=1),
        Row(0, CABLE, 100.0, release=2, last=4),
        Row(0, GAS, 50.0, release=2, last=3),
    ]
    case = small_case(rows)
    found = works_calendar(case, FEW)
    assert found.year.tolist() == [1, 4, 3]
    assert not broken(case, found.year)
    assert any("years after its reconstruction" in fault for fault in broken(case, np.array([1, 3, 3])))


def test_a_pipe_is_laid_dry_to_share_a_trench():
    """The pipe behind shares its trench with the sewer in year 0 and waits for the pipe upstream, which cannot come before year 2."""
    case = small_case(
        [Row(0, HEAT, 300.0, release=2, last=4), Row(1, HEAT, 300.0, last=4), Row(1, SEWER, 500.0, fixed=0)],
        sections=2, heat_up=[OUTSIDE, 0],
    )  # fmt: skip
    case = replace(case, rate_share=0.001, streets=replace(case.streets, heat_eur_per_year=np.array([50.0, 50.0])))
    found = works_calendar(case, FEW)
    assert found.year.tolist() == [2, 0, 0]
    assert live_from(case, found.year).tolist() == [2, 2]
    assert found.bound_kind == "met"


def test_gas_goes_leaf_first_and_after_its_last_user():
    """Section 1 feeds section 0. Gas in 1 would like to go with the sewer in year 2, so that of 0 goes no later; heat in 0 is a year before."""
    rows = [
        Row(0, HEAT, 300.0, release=1), Row(0, GAS, 50.0, after=True), Row(1, GAS, 50.0, after=True), Row(1, SEWER, 500.0, fixed=2),
    ]  # fmt: skip
    case = small_case(rows, sections=2, heat_up=[OUTSIDE, NOWHERE], gas_up=[1, OUTSIDE])
    found = works_calendar(case, FEW)
    best, year = cheapest(case)
    assert found.objective_eur == pytest.approx(best)
    assert found.year.tolist() == year.tolist()
    assert found.year[1] <= found.year[2]
    assert found.year[1] >= found.year[0] + 1


def test_what_one_more_euro_is_worth():
    """One owner, a budget of zero in every year, one work that must be done: a euro of budget saves the price of going over it."""
    case = small_case([Row(0, WATER, 500.0, last=0)], years=2)
    case = replace(case, bounds=replace(case.bounds, budget_eur=np.zeros((2, 2))))
    found = works_calendar(case, CalendarLimits(bound_rounds=400, starts=2, tries_per_section=1))
    assert found.account.over_budget_eur[0].tolist() == pytest.approx([550, 0])
    assert found.objective_eur == pytest.approx(560 + 0.25 * 550)
    assert found.budget_eur_per_eur[0, 0] == pytest.approx(0.25, abs=1e-3)
    assert found.gap_share < 1e-3


def test_drains_neither_close_nor_open_the_street():
    case = small_case([Row(0, DRAINS, 90.0, last=0)])
    assert works_calendar(case, FEW).objective_eur == pytest.approx(90)


# --------------------------------------------------------------------------------------------------- against all others


@pytest.mark.parametrize("seed", [1, 4, 7])
def test_against_every_calendar(seed):
    case = drawn_case(seed, works=5, years=3)
    best, _ = cheapest(case)
    found = works_calendar(case, FEW)
    assert found.bound_eur <= best + 0.01
    assert found.objective_eur == pytest.approx(best, abs=0.01)


def test_against_a_mixed_integer_programme():
    """Bound <= optimum <= answer in all, the optimum itself in nearly all, and no calendar where there is none."""
    met = count = 0
    for seed in range(24):
        case = drawn_case(seed, works=9, years=5)
        try:
            year, peer = street_peer.peer_calendar(case, Limits(gap_share=0.0, nodes=5000))
        except InfeasibleError:
            with pytest.raises((InfeasibleError, DataError)):
                works_calendar(case, FEW)
            continue
        found = works_calendar(case, FEW)
        assert not broken(case, found.year)
        assert not broken(case, year)
        assert account(case, year).net_eur == pytest.approx(peer.objective, abs=0.05)
        assert found.bound_eur <= peer.objective + 0.05
        assert found.objective_eur >= peer.bound - 0.05
        met += found.objective_eur <= peer.objective + 0.05
        count += 1
    assert count >= 20
    assert met >= 0.9 * count


def test_the_bound_is_no_lower_than_that_of_the_relaxed_programme():
    case = generated_case(12, 2, years=12)
    from koppelkans.solve import solve

    relaxed = 1000 * solve(street_peer.eased(street_peer.peer_model(case).model()), Limits()).objective
    found = works_calendar(case, CalendarLimits(bound_rounds=800, starts=1, tries_per_section=0))
    assert found.bound_eur >= relaxed - 2e-3 * abs(relaxed)


# ----------------------------------------------------------------------------------------------------------- properties


def test_a_neighbourhood_keeps_all_rules_within_its_goal():
    case = generated_case(60, 1)
    found = works_calendar(case, FEW)
    assert not broken(case, found.year)
    assert found.objective_eur == pytest.approx(account(case, found.year).net_eur)
    assert 0 <= found.gap_share < 0.03
    again = works_calendar(case, FEW)
    assert again.year.tolist() == found.year.tolist()
    assert again.bound_eur == found.bound_eur


def test_never_worse_than_its_start():
    case = generated_case(40, 3)
    apart = works_calendar(case.apart_from_each_other(), SCREENING)
    joint = works_calendar(case, SCREENING, start=apart.year)
    assert joint.objective_eur <= account(case, apart.year).net_eur
    again = works_calendar(case, SCREENING, start=joint.year)
    assert again.objective_eur <= joint.objective_eur


def test_leaving_a_work_out_never_raises_the_cost_of_opening():
    case = generated_case(20, 5, street_cases.SEVEN)
    year = works_calendar(case, SCREENING).year
    whole = account(case, year)
    for place in range(0, len(year), 7):
        kept = np.arange(len(year)) != place
        works = type(case.works)(**{name: getattr(case.works, name)[kept] for name in case.works.__slots__})
        less = account(replace(case, works=works), year[kept])
        assert less.parts_eur[1:4].sum() <= whole.parts_eur[1:4].sum() + 1e-6


def test_sections_without_works_and_no_works_at_all():
    case = small_case([Row(1, CABLE, 100.0)], sections=3, heat_up=[OUTSIDE, NOWHERE, 0])
    found = works_calendar(case, FEW)
    assert found.objective_eur == pytest.approx((100 + 20 + 40) / 1.03**5)
    none = type(case.works)(**{name: getattr(case.works, name)[:0] for name in case.works.__slots__})
    assert works_calendar(replace(case, works=none), FEW).objective_eur == 0


# ------------------------------------------------------------------------------------------------------------- refusals


def test_a_start_that_is_not_allowed_is_refused():
    case = small_case([Row(0, CABLE, last=2), Row(0, GREENING, last=2)], before=[(0, 1)])
    with pytest.raises(DataError, match="w0 comes after w1"):
        works_calendar(case, FEW, start=np.array([2, 1]))
    with pytest.raises(DataError, match="a start of 1 years"):
        works_calendar(case, FEW, start=np.array([2]))


def test_no_calendar_at_all():
    rows = [Row(0, RECONSTRUCTION, fixed=1), Row(0, CABLE, release=2, last=3)]
    with pytest.raises(InfeasibleError, match="widen a window"):
        works_calendar(small_case(rows), FEW)


def test_orders_between_sections_that_cannot_be_kept():
    rows = [Row(0, CABLE, release=3, last=4), Row(1, CABLE, release=1, last=2)]
    with pytest.raises(InfeasibleError):
        works_calendar(small_case(rows, sections=2, before=[(0, 1)]), FEW)


def test_what_a_section_cannot_hold():
    with pytest.raises(DataError, match="expected one in a section"):
        check_case(small_case([Row(0, GAS), Row(0, GAS)]))
    with pytest.raises(DataError, match="11 works in s0"):
        check_case(small_case([Row(0, CABLE) for _ in range(11)]))
    case = small_case([Row(0, HEAT)], heat_up=[OUTSIDE])
    worthless = replace(case, streets=replace(case.streets, heat_eur_per_year=np.array([-1.0])))
    with pytest.raises(DataError, match="worth less than nothing"):
        check_case(worthless)
