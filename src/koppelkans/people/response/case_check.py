"""Every fault of a case and of behaviour at once, before anything is computed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

import numpy as np

from koppelkans.errors import DataError
from koppelkans.people.response.behaviour import Behaviour
from koppelkans.people.response.case import AGES, FUELS, NEVER, NO_DUTY, C, Forms, K, ResponseCase, Rules, Sites
from koppelkans.tables.response import DECIDERS

SUM_TOLERANCE = 1e-6
SHOWN = 3
SHARE_ENDS = ("_share", "vacancy_per_year", "renovation_per_year", "leave_per_year")

SHAPES = {
    Forms: {
        "investment_eur": "FK", "life_years": "K", "fuel_kwh": "FK", "electricity_kwh": "FK", "heat_kwh": "FK", "electric_peak_kw": "FK",
        "feasible": "FK", "label_after": "FK", "label_now": "F", "fuel": "F", "age_share": "FA", "sale_per_year": "F",
        "dwellings_in_block": "F", "boiler_last_year": "F", "renovated_boiler_last_year": "F", "hybrid_last_year": "F", "fuel_last_year": "F", "may_connect": "F", "must_connect": "F",
        "collective_boiler": "F", "planning_year": "F",
    },
    Rules: {
        "fuel_eur_per_kwh": "C2T", "fuel_fixed_eur": "C2T", "electricity_eur_per_kwh": "CT", "electricity_eur_per_kw": "CT",
        "heat_eur_per_mwh": "T", "heat_fixed_eur": "CT", "upkeep_eur": "K", "premium_eur": "CKT", "premium_cap_share": "K", "connection_premium_share": "CT",
        "prefinanced_share": "CT", "loan_eur": "CT", "loan_rate_share": "CT", "loan_take_up_share": "CT", "bullet_loan_share": "CT", "boiler_loan_share": "T",
        "yearly_support_eur": "CKT", "connection_fee_eur": "CT", "early_fee_eur": "CT", "lease_yearly_share": "KT", "lease_premium_eur": "KT",
        "lease_fixed_eur": "KT", "sale_label": "T", "sale_duty_deferred": "ST", "connection_counts": "ST", "rent_label": "T", "switch_label": "T",
    },
    Sites: {
        "opening_year": "S", "live_year": "S", "guidance_share": "ST", "contact_share": "ST", "neighbourhood": "S",
        "dossiers_per_year": "T",
    },
}  # fmt: skip

UNIT_SHARES = {
    Forms: ("age_share", "sale_per_year"),
    Rules: (
        "premium_cap_share", "connection_premium_share", "prefinanced_share", "loan_take_up_share", "bullet_loan_share",
        "boiler_loan_share",
    ),
    Sites: ("guidance_share", "contact_share"),
}  # fmt: skip
"""Hazards and shares that run from 0 to 1."""
NEVER_NEGATIVE = {
    Forms: (
        "investment_eur", "fuel_kwh", "electricity_kwh", "heat_kwh", "electric_peak_kw", "label_after", "label_now",
        "dwellings_in_block",
    ),
    Rules: (
        "premium_eur", "premium_delay_years", "loan_eur", "loan_rate_share", "yearly_support_eur", "support_years",
        "connection_fee_eur", "early_fee_eur", "upkeep_eur", "lease_yearly_share", "lease_premium_eur", "lease_fixed_eur",
    ),
    Sites: ("dossiers_per_year", "neighbourhood"),
}  # fmt: skip


def check_case(case: ResponseCase, behaviour: Behaviour) -> None:
    """Raises DataError that lists every fault: shapes, missing values, hazards and shares outside 0 to 1, shares that do not add up
    to one, groups, forms, sections and deciders that do not exist, and a place where nobody decides.
    """
    faults = [*_shape_faults(case)]
    if not faults:  # the rest counts on the shapes
        faults = [*_value_faults(case), *_unit_faults(case), *_form_faults(case), *behaviour_faults(behaviour)]
    if faults:
        raise DataError("the case of the response is not in order", faults)


def _parts(case: ResponseCase) -> tuple[Forms, Rules, Sites]:
    return case.forms, case.rules, case.sites


def _shape_faults(case: ResponseCase) -> Iterator[str]:
    sizes = {
        "U": len(case.units.form), "F": len(case.forms.label_now), "C": C, "S": len(case.sections), "T": case.years, "K": K, "A": AGES,
        "2": len(FUELS),
    }  # fmt: skip
    for item in fields(case.units):
        if (found := np.shape(getattr(case.units, item.name))) != (sizes["U"],):
            yield f"units.{item.name}: shape {found}, expected {(sizes['U'],)}: one value per unit"
    for part in _parts(case):
        for name, letters in SHAPES[type(part)].items():
            expected = tuple(sizes[letter] for letter in letters)
            if (found := np.shape(getattr(part, name))) != expected:
                yield f"{_name(part)}.{name}: shape {found}, expected {expected} ({', '.join(letters)})"


def _name(part: Forms | Rules | Sites) -> str:
    return type(part).__name__.lower()


def _value_faults(case: ResponseCase) -> Iterator[str]:
    for part in _parts(case):
        for item in fields(part):
            values = np.asarray(getattr(part, item.name), dtype=float)
            if item.name != "lease_yearly_share" and np.isnan(values).any():
                yield f"{_name(part)}.{item.name}: a value is missing{_where(np.isnan(values))}"
            if item.name in UNIT_SHARES[type(part)] and (wrong := (values < 0) | (values > 1)).any():
                yield f"{_name(part)}.{item.name}: {values[wrong][0]:g}, expected 0 to 1{_where(wrong)}"
            if item.name in NEVER_NEGATIVE[type(part)] and (wrong := values < 0).any():
                yield f"{_name(part)}.{item.name}: {values[wrong][0]:g}, expected 0 or more{_where(wrong)}"
    if case.rules.loan_years <= 0:
        yield f"rules.loan_years: {case.rules.loan_years:g}, expected more than 0"
    if (case.forms.life_years <= 0).any():
        yield f"forms.life_years: expected more than 0{_where(case.forms.life_years <= 0)}"


def _where(wrong: np.ndarray) -> str:
    places = [tuple(int(i) for i in place) for place in np.argwhere(wrong)[:SHOWN]]
    more = f" and {int(wrong.sum()) - SHOWN} more" if wrong.sum() > SHOWN else ""
    return f", at {', '.join(str(place[0] if len(place) == 1 else place) for place in places)}{more}" if places else ""


def _unit_faults(case: ResponseCase) -> Iterator[str]:
    units = case.units
    known = {"form": len(case.forms.label_now), "group": C, "section": len(case.sections), "decider": len(DECIDERS)}
    if not len(units.form):
        yield "nobody decides: there is no unit; give at least one with a form, a group, a section and a decider"
    for name, count in known.items():
        values = getattr(units, name)
        if (wrong := (values < 0) | (values >= count)).any():
            yield f"units.{name}: {int(values[wrong][0])} does not exist, expected 0 to {count - 1}{_where(wrong)}"
    bad = ~np.isfinite(units.dwellings) | (units.dwellings < 0)
    if bad.any():
        yield f"units.dwellings: {units.dwellings[bad][0]:g}, expected a number of 0 or more{_where(bad)}"
    elif len(units.form) and units.dwellings.sum() == 0:
        yield "nobody decides: all units together have no dwelling"


def _form_faults(case: ResponseCase) -> Iterator[str]:
    forms = case.forms
    totals = forms.age_share.sum(axis=1)
    if (wrong := np.abs(totals - 1) > SUM_TOLERANCE).any():
        yield f"forms.age_share: adds up to {totals[wrong][0]:.4f}, expected 1{_where(wrong)}"
    if (wrong := (forms.fuel < 0) | (forms.fuel >= len(FUELS))).any():
        yield f"forms.fuel: {int(forms.fuel[wrong][0])} does not exist, expected 0 to {len(FUELS) - 1}{_where(wrong)}"
    for name in ("label_now", "label_after"):
        values = getattr(forms, name)
        if (wrong := values >= NO_DUTY).any():
            yield f"forms.{name}: {values[wrong][0]:g}, expected A = 0 to F = 5{_where(wrong)}"
    early = (case.sites.live_year < case.sites.opening_year) & (case.sites.opening_year < NEVER)
    if early.any():
        yield f"sites.live_year: heat flows before the street is opened{_where(early)}"


def behaviour_faults(behaviour: Behaviour) -> Iterator[str]:
    """Hazards and shares outside 0 to 1, cash classes that do not add up, and scales that are not positive."""
    for item in fields(behaviour):
        values = np.asarray(getattr(behaviour, item.name), dtype=float)
        wrong = ~((values >= 0) & (values <= 1))
        if item.name.endswith(SHARE_ENDS) and wrong.any():
            yield f"behaviour.{item.name}: {float(values[wrong].flat[0]):g}, expected 0 to 1"
    together = behaviour.attention_share + behaviour.attention_guided_share
    if (together > 1 + SUM_TOLERANCE).any():
        yield f"behaviour.attention_share: {together.max():g} at full guidance, expected 0 to 1"
    totals = behaviour.cash_share.sum(axis=-1)
    if (wrong := np.abs(totals - 1) > SUM_TOLERANCE).any():
        yield f"behaviour.cash_share: adds up to {totals[wrong][0]:.4f}, expected 1"
    if (np.diff(behaviour.cash_eur) <= 0).any():
        yield "behaviour.cash_eur: expected classes in rising order"
    for name in (
        "scale_eur_per_year", "adviser_scale_eur_per_year", "boiler_life_years", "boiler_life_shape", "second_life_years",
        "company_planning_years", "expectation_years",
    ):  # fmt: skip
        if not getattr(behaviour, name) > 0:
            yield f"behaviour.{name}: {getattr(behaviour, name):g}, expected more than 0"
