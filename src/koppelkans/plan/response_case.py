"""The response of a plan as one case: ground, rules, streets and behaviour joined for ``people.response``."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from koppelkans.money.project_terms import Terms
from koppelkans.people.response.ages import stationary_age_share
from koppelkans.people.response.behaviour import Behaviour, behaviour, moved
from koppelkans.people.response.case import NEVER, NO_DUTY, Forms, ResponseCase, Sites, Units
from koppelkans.plan.response_asked import Asked, terms_asked, year_word
from koppelkans.plan.response_campaign import campaign_of, dossiers, neighbourhoods
from koppelkans.plan.response_forms import (
    AIR,
    GAS,
    GROUND,
    HYBRID,
    OPTIONS,
    RENOVATED_AIR,
    RENOVATED_GAS,
    RENOVATED_NETWORK,
)  # fmt: skip
from koppelkans.plan.response_ground import Ground, units_of
from koppelkans.plan.response_rules import rules_of
from koppelkans.plan.response_support import ON_NETWORK, bought_together_share

if TYPE_CHECKING:
    from koppelkans.plan.response import ResponseInputs

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

FOSSIL = (GAS, HYBRID, RENOVATED_GAS)
WITH_PREMIUM = (HYBRID, AIR, RENOVATED_AIR, GROUND, RENOVATED_NETWORK, RENOVATED_GAS)
PER_THOUSAND = 1_000.0


@dataclass(frozen=True, slots=True)
class PlanCase:
    """A response case with what its arrays stand for.

    ``arrays``: the case of ``people.response``. ``ground``: what no rule moves. ``asked``: the dated figures; ``terms``: of the heat company under them.
    ``premiums_missing``: income categories for which the amounts of another stand in.
    """

    arrays: ResponseCase
    ground: Ground
    asked: Asked
    terms: Terms
    premiums_missing: frozenset[str]

    @property
    def network(self) -> Flags:
        """(S,) sections in which heat flows within the years of the response."""
        sites = self.arrays.sites
        return np.asarray(sites.live_year <= self.arrays.first_year + self.arrays.years - 1)

    def with_sections(self, built: NDArray[np.str_]) -> ResponseCase:
        """The same case in which heat comes only to some streets; the others get no offer. Campaigns stay."""
        sites = self.arrays.sites
        there = np.isin(np.asarray(self.arrays.sections, dtype=object), built.astype(object))
        if (there | (sites.live_year >= NEVER)).all():
            return self.arrays
        opening, live = (np.where(there, years, NEVER) for years in (sites.opening_year, sites.live_year))
        rules = self.arrays.rules
        rules = replace(
            rules, sale_duty_deferred=rules.sale_duty_deferred & there[:, None], connection_counts=rules.connection_counts & there[:, None]
        )  # fmt: skip
        return replace(self.arrays, sites=sites_of(self.asked, self.ground, opening, live), rules=rules)

    def without_network(self) -> ResponseCase:
        """The same case in which no street ever has heat. Campaigns stay."""
        sites = self.arrays.sites
        never = np.full(len(self.arrays.sections), NEVER, dtype=np.int64)
        base = replace(sites, opening_year=never, live_year=never)
        forms = replace(self.arrays.forms, must_connect=np.zeros(len(self.ground.homes), dtype=np.bool_))
        nowhere = np.zeros_like(self.arrays.rules.sale_duty_deferred)
        rules = replace(self.arrays.rules, sale_duty_deferred=nowhere, connection_counts=nowhere)
        return replace(self.arrays, sites=base, forms=forms, rules=rules)


def at_main(arrays: ResponseCase) -> ResponseCase:
    """The neighbourhood of the network alone: who connects there does not hang on the streets without a main."""
    units = arrays.units
    inside = arrays.sites.neighbourhood[units.section] == 0
    return replace(arrays, units=Units(*(getattr(units, item.name)[inside] for item in fields(Units))))


def plan_case(given: ResponseInputs, ground: Ground, how: Behaviour) -> PlanCase:
    """The case of a plan under its figures. Raises DataError and ParameterError as its parts. Method: docs/method.md#response-plan."""
    scenario = given.scenario
    years = tuple(range(scenario.start_year, max(scenario.response.last_year, scenario.start_year) + 1))
    asked = Asked(given.parameters, scenario, given.area, years)
    missing = set[str]()
    rules, terms = rules_of(asked, ground, missing), terms_asked(asked)
    opening, live = offered(ground, terms, years)
    sites = sites_of(asked, ground, opening, live)
    forms = forms_under(given, asked, ground, how, rules.sale_label)
    rules = replace(rules, sale_duty_deferred=deferred(asked, live), connection_counts=credited(asked, live))
    arrays = ResponseCase(
        first_year=scenario.start_year, sections=ground.sections,
        units=Units(**units_of(ground, asked.now("response_place.co_owner_dwellings"))),  # type: ignore[arg-type]
        forms=forms, rules=rules, sites=sites,
    )  # fmt: skip
    return PlanCase(arrays, ground, asked, terms, frozenset(missing))


def behaviour_under(given: ResponseInputs, ends: dict[str, str] | None = None) -> Behaviour:
    """The behaviour of the day with what rules change of it: one application for premiums, and a date that everybody knows.

    ends: ``low`` or ``high`` by key of a figure of behaviour.
    """
    parameters, day = given.parameters, given.scenario.reference_date
    found = behaviour(parameters, day, ends=ends)
    heard = parameters.at("communication.attention_share", day)
    if heard >= 0:
        most = 1.0 - found.attention_guided_share
        found = moved(
            found, "attention_share", np.minimum(found.attention_share + heard * (1.0 - found.attention_share), most)
        )
    if parameters.at("application.single", day) > 0:
        easier = np.ones(OPTIONS)
        easier[list(WITH_PREMIUM)] -= parameters.at("application.hidden_cut_share", day)
        found = moved(found, "hidden_eur", found.hidden_eur * easier)
    return found


# --------------------------------------------------------------------------------------------------------------------- streets


def offered(ground: Ground, terms: Terms, years: tuple[int, ...]) -> tuple[Ints, Ints]:
    """Opening and live year of every section (S,); NEVER where heat comes too late to be earned back or to be seen."""
    streets = ground.streets
    opening, live = (
        streets[name].fillna(NEVER).to_numpy(float).astype(np.int64) for name in ("opening_year", "live_year")
    )
    first = live.min() if len(live) else NEVER
    clock = min(terms.depreciation_years, terms.concession_years, terms.debt_years)
    served = (live < NEVER) & (live < first + clock) & (live <= years[-1])
    return np.where(served, opening, NEVER), np.where(served, live, NEVER)


def sites_of(asked: Asked, ground: Ground, opening: Ints, live: Ints) -> Sites:
    """Offers, guidance and campaigns by section and year; streets with a main of the design are one neighbourhood, all others another.

    Campaigns as ``response_campaign.campaign_of``. Social work comes on top in its first years, everywhere.
    """
    years, found = np.array(asked.years), campaign_of(asked, ground)
    guidance, contact = np.where(found.running, found.guided_share, 0.0), found.contact_share
    workers = asked.now("socialwork.fte_per_1000")
    if workers > 0:
        there = years < years[0] + asked.now("socialwork.years")
        met = np.where(there, min(1.0, workers * asked.now("socialwork.contacts_per_fte") / PER_THOUSAND), 0.0)[None, :]
        contact = 1.0 - (1.0 - contact) * (1.0 - met)
        guidance = np.maximum(guidance, asked.now("socialwork.guidance_share") * contact * (met > 0))
    return Sites(
        opening_year=opening, live_year=live, guidance_share=guidance, contact_share=contact,
        neighbourhood=neighbourhoods(ground), dossiers_per_year=np.full(len(years), dossiers(asked)),
    )  # fmt: skip


def deferred(asked: Asked, live: Ints) -> Flags:
    """(S, T) whether nobody is forced at a sale: heat comes within the years of the rule, the year in which it comes included."""
    wait = live[:, None] - np.array(asked.years)[None, :]
    waits = round(asked.now("duty.deferred_years"))
    return np.asarray((wait >= 0) & (wait <= waits) & (waits > 0))


def credited(asked: Asked, live: Ints) -> Flags:
    """(S, T) whether a connection counts as the label that is asked at a sale: heat comes within the years of the credit, or is there."""
    ahead = round(asked.now("epc.credit_years"))
    wait = live[:, None] - np.array(asked.years)[None, :]
    return np.asarray((wait <= ahead) & (live < NEVER)[:, None] & (ahead > 0))


# ----------------------------------------------------------------------------------------------------------------------- forms


def forms_under(given: ResponseInputs, asked: Asked, ground: Ground, how: Behaviour, sale_label: Floats) -> Forms:
    """The forms of ``people.response`` under the rules: prices of a group purchase, end dates of boilers and gas, what counts for a label."""
    forms, q = ground.forms, ground.forms.quantities
    count, rate = len(ground.homes), given.scenario.owner_rate_share
    invested = q["investment_eur"].copy()
    invested *= bought_together_share(asked)
    paid = asked.now("connect.support_large_share")
    invested[np.ix_(forms.institution, np.array(ON_NETWORK))] *= 1.0 - paid
    feasible = forms.feasible.copy()
    feasible[:, ON_NETWORK] &= forms.may_connect[:, None]
    renovated = year_word(asked, "boiler.end_replacement_year", "all")
    boiler = year_word(asked, "boiler.end_sale_year", "all")
    gas = year_word(asked, "gas.end_year", given.place.name)
    hybrid = None if asked.now("boiler.hybrid_allowed") else boiler
    must = forms.must_connect.copy()
    if asked.now("connect.public_buildings_first") > 0:
        must |= forms.institution & forms.may_connect
    if given.scenario.response.coordination == "duty":
        must |= forms.may_connect
    return Forms(
        investment_eur=invested, life_years=np.maximum(forms.lives(rate, ground.homes), 1.0), fuel_kwh=q["fuel_kwh"], electricity_kwh=q["electricity_kwh"], heat_kwh=q["heat_kwh"],
        electric_peak_kw=q["electric_peak_kw"] * asked.now("heat.monthly_peak_share"), feasible=feasible,
        label_after=labels_under(asked, ground, sale_label), label_now=forms.label_now.astype(float), fuel=np.zeros(count, dtype=np.int64),
        age_share=np.tile(stationary_age_share(how), (count, 1)), sale_per_year=sale_per_year(asked, ground), dwellings_in_block=ground.blocks,
        boiler_last_year=np.full(count, NEVER if boiler is None else boiler - 1),
        renovated_boiler_last_year=np.full(count, NEVER if renovated is None else renovated - 1),
        hybrid_last_year=np.full(count, NEVER if hybrid is None else hybrid - 1), fuel_last_year=np.full(count, NEVER if gas is None else gas),
        may_connect=forms.may_connect, must_connect=must, collective_boiler=ground.blocks >= asked.now("response_place.co_owner_dwellings"),
        planning_year=np.full(count, NEVER),
    )  # fmt: skip


def labels_under(asked: Asked, ground: Ground, sale_label: Floats) -> Floats:
    """Label after each option as the duty at sale counts it (F, K): own label, fossil-free instead or besides, and the label asked of who connects."""
    label = ground.forms.label_after.astype(float)
    met_by, duty = asked.word("duty.met_by"), float(sale_label[0])
    fossil = np.isin(np.arange(OPTIONS), FOSSIL)
    if met_by != "label" and duty < NO_DUTY:
        label[:, ~fossil] = np.minimum(label[:, ~fossil], duty)
        if met_by == "fossil_free":
            label[:, fossil] = NO_DUTY - 1
    allowed = asked.now("duty.connected_label") - 1
    if duty < NO_DUTY and allowed > duty:
        for option in ON_NETWORK:
            label[:, option] = np.where(
                label[:, option] <= allowed, np.minimum(label[:, option], duty), label[:, option]
            )
    return label


def sale_per_year(asked: Asked, ground: Ground) -> Floats:
    """Chance that a dwelling is sold in a year (F,), by building type; institutions are not."""
    scopes = asked.parameters.numbers("response.sale_per_year", asked.day)
    named = {"apartment_building": "apartment"}
    found = np.array([scopes.get(named.get(str(kind), str(kind)), np.nan) for kind in ground.forms.type])
    mean = float(np.mean(list(scopes.values())))
    return np.where(ground.forms.institution, 0.0, np.where(np.isnan(found), mean, found))
