"""How people decide: every figure of the response in one place, read from the parameters on a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from koppelkans.errors import ParameterError, suggestion
from koppelkans.parameters import Parameters
from koppelkans.tables.response import DECIDERS, MOMENTS, QUARTILES, RESPONSE_GROUPS, RESPONSE_OPTIONS
from koppelkans.tables.society import TENURES

Floats = NDArray[np.float64]
MIDDLE = 0.5
"""Quantile at which a figure has its own value; 0 is its low end, 1 its high end."""
ENDS = {"low": 0.0, "high": 1.0}
CASH_CLASSES = ("1", "2", "3", "4")
ACQUAINTED_IN = 2020
"""Year of the share of households that is acquainted with heat pumps."""


@dataclass(frozen=True, slots=True, eq=False)
class Behaviour:
    """All figures of behaviour. K options, C groups, D deciders, M moments, J cash classes (the last one without limit)."""

    scale_eur_per_year: float
    adviser_scale_eur_per_year: float
    rate_share: Floats
    """(D, C) real yearly rate at which the decider of a group discounts, barriers that are modelled on their own left out."""
    passed_on_share: Floats
    """(D, C) part of the yearly bills that the decider feels."""
    cash_eur: Floats
    cash_share: Floats
    """(D, C, J) part of the deciders in each cash class."""
    inertia_eur_per_year: float
    inertia_guided_share: float
    hidden_eur: Floats
    hidden_guided_share: Floats
    landlord_hidden_share: float
    contagion_share: float
    contagion_half_share: float
    contagion_own_section_share: float
    attention_share: Floats
    attention_guided_share: Floats
    acquainted_share: float
    """Part of the households for whom a heat pump counts among the options, in ``ACQUAINTED_IN``."""
    acquaintance_growth_per_year: float
    """Growth of the odds of that."""
    renovation_per_year: float
    """Part of the homes worked on by own motive, heating among what may be done."""
    deep_renovation_per_year: float
    """Part of the homes of which roof, walls and windows are renewed by own motive, whoever has the money for it."""
    vacancy_per_year: float
    company_planning_years: float
    boiler_life_years: float
    boiler_life_shape: float
    second_life_years: float
    expectation_years: float
    duty_compliance_share: float
    anticipation_slope: float
    anticipation_years: float
    last_year_rush_share: float
    bridge_years: float
    bridge_eur_per_year: float
    signed_drop_out_share: float
    bridged_drop_out_share: float
    leave_per_year: float
    option_eur_per_year: Floats
    lease_option_eur_per_year: float
    majority_share: float
    majority_spread_share: float


def behaviour(
    parameters: Parameters, day: date, draw: Mapping[str, float] | None = None, ends: Mapping[str, str] | None = None
) -> Behaviour:
    """The behaviour in force on a day, from the parameters ``response.*``.

    draw: quantile (0 to 1) by parameter key, read off a straight line from low over the value (0.5) to high; keys without a draw keep
    their value. ends: ``low`` or ``high`` by parameter key, the same as a draw of 0 or 1. A draw moves every scope of its key.
    Raises ParameterError for a key that is not of the response, a quantile outside 0 to 1 and an end that is not low or high.
    Method: docs/method.md#response-choice.
    """
    ask = _Asker(parameters, day, _quantiles(parameters, draw or {}, ends or {}))
    free = [_plain_rate(ask, f"q{quartile + 1}") for quartile in range(QUARTILES)]
    rates = {scope: _plain_rate(ask, scope) for scope in ("landlord", "housing_company", "institution")}
    return Behaviour(
        scale_eur_per_year=ask("scale_eur_per_year"),
        adviser_scale_eur_per_year=ask("adviser_scale_eur_per_year"),
        rate_share=_by_decider(free, rates),
        passed_on_share=_by_decider([ask("passed_on_share", "owner")] * QUARTILES, {
            scope: ask("passed_on_share", scope) for scope in ("landlord", "housing_company", "institution")
        }),
        cash_eur=np.array([*(ask("cash_eur", scope) for scope in CASH_CLASSES[:-1]), np.inf]),
        cash_share=_cash_shares(ask),
        inertia_eur_per_year=ask("inertia_eur_per_year"),
        inertia_guided_share=ask("inertia_guided_share"),
        hidden_eur=ask.by_option("hidden_eur"),
        hidden_guided_share=ask.by_option("hidden_guided_share"),
        landlord_hidden_share=ask("landlord_hidden_share"),
        contagion_share=ask("contagion_share"),
        contagion_half_share=ask("contagion_half_share"),
        contagion_own_section_share=ask("contagion_own_section_share"),
        attention_share=np.array([ask("attention_share", moment) for moment in MOMENTS]),
        attention_guided_share=ask.where_given("attention_guided_share", MOMENTS),
        acquainted_share=ask("acquainted_share"),
        acquaintance_growth_per_year=ask("acquaintance_growth_per_year"),
        renovation_per_year=ask("renovation_per_year", "partial"),
        deep_renovation_per_year=ask("renovation_per_year", "deep"),
        vacancy_per_year=ask("vacancy_per_year"),
        company_planning_years=ask("company_planning_years"),
        boiler_life_years=ask("boiler_life_years"),
        boiler_life_shape=ask("boiler_life_shape"),
        second_life_years=ask("second_life_years"),
        expectation_years=ask("expectation_years"),
        duty_compliance_share=ask("duty_compliance_share"),
        anticipation_slope=ask("anticipation_slope"),
        anticipation_years=ask("anticipation_years"),
        last_year_rush_share=ask("last_year_rush_share"),
        bridge_years=ask("bridge_years"),
        bridge_eur_per_year=ask("bridge_eur_per_year"),
        signed_drop_out_share=ask("drop_out_share", "signed"),
        bridged_drop_out_share=ask("drop_out_share", "bridged"),
        leave_per_year=ask("leave_per_year"),
        option_eur_per_year=ask.by_option("option_eur_per_year"),
        lease_option_eur_per_year=ask("option_eur_per_year", "lease"),
        majority_share=ask("majority_share"),
        majority_spread_share=ask("majority_spread_share"),
    )  # fmt: skip


def moved(behaviour: Behaviour, name: str, value: float | Floats) -> Behaviour:
    """The same behaviour with one figure changed; an array of its shape, or one number for the whole of it.

    Raises ParameterError for a name that behaviour does not have.
    """
    names = [item.name for item in fields(Behaviour)]
    if name not in names:
        raise ParameterError(f"behaviour has no {name}; {suggestion(name, names)}")
    old = getattr(behaviour, name)
    new = np.broadcast_to(np.asarray(value, dtype=float), np.shape(old)).copy()
    change: dict[str, Any] = {name: new if isinstance(old, np.ndarray) else float(new)}
    return replace(behaviour, **change)


def acquainted_by_year(behaviour: Behaviour, calendar: NDArray[np.int64]) -> Floats:
    """Part of the households that count heat pumps among the options, by year (T,).

        a(y) = a / (a + (1 - a) exp(-g (y - 2020)))

    Everybody in all years where the share is 1. Method: docs/method.md#response-acquaintance.
    """
    share = behaviour.acquainted_share
    others = (1 - share) * np.exp(-behaviour.acquaintance_growth_per_year * (calendar - ACQUAINTED_IN))
    return np.asarray(np.ones(len(calendar)) if share == 1 else share / (share + others))


@dataclass(frozen=True, slots=True)
class _Asker:
    """Answers ``response.KEY`` on a day, moved to its quantile."""

    parameters: Parameters
    day: date
    quantiles: Mapping[str, float]

    def __call__(self, key: str, scope: str = "all") -> float:
        full = f"response.{key}"
        number = self.parameters.at(full, self.day, scope)
        quantile = self.quantiles.get(full, MIDDLE)
        if quantile == MIDDLE:
            return number
        value = self.parameters.value(full, self.day, scope)
        end = value.low if quantile < MIDDLE else value.high
        return number if end is None else number + abs(quantile - MIDDLE) / MIDDLE * (end - number)

    def where_given(self, key: str, names: tuple[str, ...]) -> Floats:
        given = self.parameters.numbers(f"response.{key}", self.day)
        return np.array([self(key, name) if name in given else 0.0 for name in names])

    def by_option(self, key: str) -> Floats:
        return self.where_given(key, RESPONSE_OPTIONS)


def _quantiles(parameters: Parameters, draw: Mapping[str, float], ends: Mapping[str, str]) -> dict[str, float]:
    known = {item.key for item in parameters if item.key.startswith("response.")}
    faults = [f"{key}: {suggestion(key, known)}" for key in [*draw, *ends] if key not in known]
    faults += [f"{key}: quantile {value}, expected 0 to 1" for key, value in draw.items() if not 0 <= value <= 1]
    faults += [f"{key}: end {end!r}, expected low or high" for key, end in ends.items() if end not in ENDS]
    if faults:
        raise ParameterError("figures of the response that cannot be moved so", faults)
    return {**draw, **{key: ENDS[end] for key, end in ends.items()}}


def _plain_rate(ask: _Asker, scope: str) -> float:
    """Time preference alone: a high implicit rate also holds lack of cash, risk and hassle, which count on their own."""
    rate, floor = ask("rate_share", scope), ask("rate_floor_share")
    return rate if rate <= floor else floor + ask("rate_excess_kept_share") * (rate - floor)


def _by_decider(by_quartile: list[float], others: Mapping[str, float]) -> Floats:
    """(D, C): occupants and co-owners who live there by quartile; in a let home the landlord, whoever signs for the building."""
    own = np.repeat(by_quartile, len(TENURES))
    let = np.array(["private_tenant" in group for group in RESPONSE_GROUPS])
    mixed = np.where(let, others["landlord"], own)
    rows = {name: np.full(len(RESPONSE_GROUPS), value) for name, value in others.items()} | {
        "owner": own,
        "co_owners": mixed,
    }
    return np.stack([rows[decider] for decider in DECIDERS])


def _cash_shares(ask: _Asker) -> Floats:
    def shares(name: str) -> list[float]:
        return [ask(f"cash_share.{name}", scope) for scope in CASH_CLASSES]

    by_quartile = [shares(f"q{quartile + 1}") for quartile in range(QUARTILES)]
    company = shares("housing_company")
    others = {"landlord": shares("landlord"), "housing_company": company, "institution": company}
    return np.stack([
        _by_decider([row[place] for row in by_quartile], {name: row[place] for name, row in others.items()})
        for place in range(len(CASH_CLASSES))
    ], axis=-1)  # fmt: skip
