"""The proof of a calendar, checked by separate code: a whole one holds, a changed one does not."""

from __future__ import annotations

import copy
import json

import pytest

from koppelkans.errors import DataError
from koppelkans.street.calendar.answer import CalendarLimits, works_calendar
from koppelkans.street.calendar.certificate import calendar_certificate
from koppelkans.verify.calendar import verified_calendar
from street_cases import EIGHT, drawn_case, generated_case

FEW = CalendarLimits(bound_rounds=60, starts=1, tries_per_section=0)


@pytest.fixture(scope="module")
def certificate():
    case = generated_case(16, 1, years=10)
    return json.loads(json.dumps(calendar_certificate(case, works_calendar(case, FEW)), allow_nan=False))


@pytest.mark.parametrize("seed", range(8))
def test_little_cases_with_everything_hold(seed):
    case = drawn_case(seed, works=9)
    found = works_calendar(case, FEW)
    verdict = verified_calendar(calendar_certificate(case, found))
    assert verdict.faults == []
    assert verdict.objective_eur == pytest.approx(found.objective_eur, abs=1e-6)
    assert verdict.bound_eur >= found.bound_eur - 1e-6


def test_eight_works_in_a_section_hold():
    case = generated_case(6, 2, EIGHT, years=8)
    found = works_calendar(case, FEW)
    verdict = verified_calendar(calendar_certificate(case, found))
    assert verdict.faults == []
    assert verdict.gap_share == pytest.approx(found.gap_share, abs=1e-6)


def _raised(certificate, name):
    row = certificate["prices"][name]
    while isinstance(row[0], list):
        row = row[0]
    row[0] = 1e6


CHANGES = {
    "cost": (lambda one: one["claims"].update(objective_eur=one["claims"]["objective_eur"] - 100.0), "cost: claimed"),
    "bound": (lambda one: one["claims"].update(bound_eur=one["claims"]["bound_eur"] + 100.0), "bound: claimed"),
    "own cost": (lambda one: one["case"]["works"]["own_eur"].__setitem__(0, 1.0), "cost: claimed"),
    "budget price": (lambda one: _raised(one, "budget"), "a price of budget is above"),
    "pool price": (lambda one: _raised(one, "pool"), "a price of pool is above"),
    "crew price": (lambda one: _raised(one, "crew"), "a price of crew is above"),
    "negative price": (lambda one: one["prices"]["pool"].__setitem__(0, -0.1), "a price of pool is below zero"),
    "year outside": (lambda one: one["year"].__setitem__(0, 11), "stands in a year that it may not"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_changed_certificate_fails(certificate, what):
    change, message = CHANGES[what]
    changed = copy.deepcopy(certificate)
    if what == "year outside":
        change(changed)
        with pytest.raises(DataError, match="does not hold together"):
            verified_calendar(changed)
        return
    change(changed)
    assert any(message in fault for fault in verified_calendar(changed).faults)


def test_a_changed_gas_price_lowers_the_bound(certificate):
    changed = copy.deepcopy(certificate)
    gas = [place for place, row in enumerate(changed["prices"]["gas"]) if any(row)]
    changed["prices"]["gas"][gas[0]] = [1e5] * 10
    assert any("bound: claimed" in fault for fault in verified_calendar(changed).faults)


def test_every_moved_work_is_noticed(certificate):
    """A year moved by one is not allowed or costs something else."""
    for place in range(0, len(certificate["year"]), 5):
        changed = copy.deepcopy(certificate)
        changed["year"][place] += 1 if changed["year"][place] < 9 else -1
        assert verified_calendar(changed).faults


def test_an_unknown_form_is_refused(certificate):
    with pytest.raises(DataError, match="does not hold together"):
        verified_calendar(certificate | {"form": 2})
