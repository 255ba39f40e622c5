"""Streets elsewhere in which a heat network was offered: what share joined, and the same street as a case of the response."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from koppelkans.parameters import Parameters, reference_table
from koppelkans.people.response.answer import respond
from koppelkans.people.response.behaviour import Behaviour, moved
from koppelkans.people.response.case import C, Forms, K, ResponseCase, Rules, Units, no_offers, no_rules
from koppelkans.people.response.flemish import flemish_case
from koppelkans.people.response.history import HEAT_PUMPS
from koppelkans.tables.response import DECIDERS, PIPELINE_STEPS, QUARTILES, RESPONSE_OPTIONS
from koppelkans.tables.society import TENURES

Floats = NDArray[np.float64]
KWH_PER_MWH = 1000.0
HOMES = 100.0
GREEN = (*HEAT_PUMPS, "network")
SIGNED, BRIDGED = PIPELINE_STEPS.index("signed"), PIPELINE_STEPS.index("bridged")
NETWORK, GAS = RESPONSE_OPTIONS.index("network"), RESPONSE_OPTIONS.index("gas")
CALM_YEAR = 2019
"""Last year of ordinary prices before the swings; only differences between gas and heat matter here."""


def pilots() -> pd.DataFrame:
    """Observed shares with their range and the terms of the offer, index ``pilot``. Method: docs/method.md#response-pilots."""
    return reference_table("heat_network_pilots").set_index("pilot")


@dataclass(frozen=True, slots=True)
class Offer:
    """Terms of a network offered in a street: fee and own costs inside [EUR], what gas costs more than heat a year, and the campaign."""

    fee_eur: float = 0.0
    inside_eur: float = 0.0
    advantage_eur_per_year: float = 0.0
    contact_share: float = 0.0
    guidance_share: float = 0.0


def calm_flanders(parameters: Parameters, acting: Behaviour) -> ResponseCase:
    """Flanders in one year of ordinary prices, of which the street of a pilot is made."""
    return flemish_case(parameters, acting, first_year=CALM_YEAR, last_year=CALM_YEAR, price_year=CALM_YEAR)


def street_case(calm: ResponseCase, offer: Offer, *, efficiency_share: float, years: int) -> ResponseCase:
    """One street of average Flemish homes in which the owners are offered a network in the first year; heat flows a year later.

    calm: ``calm_flanders``. The heat price is such that a year of heat costs the same as gas with the upkeep of a boiler, less the
    advantage. Prices and the costs of other options as in Flanders in that year.
    Method: docs/method.md#response-pilots.
    """
    forms = _mean_form(calm)
    heat_kwh, investment, feasible = np.zeros((1, K)), forms.investment_eur.copy(), forms.feasible.copy()
    heat_kwh[0, NETWORK] = forms.fuel_kwh[0, GAS] * efficiency_share
    investment[0, NETWORK] = offer.inside_eur
    feasible[0, NETWORK] = True
    gas_eur = forms.fuel_kwh[0, GAS] * calm.rules.fuel_eur_per_kwh[0, 0, 0] + calm.rules.upkeep_eur[GAS]
    price = max(0.0, (gas_eur - offer.advantage_eur_per_year) / heat_kwh[0, NETWORK] * KWH_PER_MWH)
    fee = np.full((C, years), offer.fee_eur)
    return ResponseCase(
        CALM_YEAR,
        ("street",),
        _owners(),
        replace(forms, heat_kwh=heat_kwh, investment_eur=investment, feasible=feasible, may_connect=np.array([True])),
        replace(
            _level_rules(calm, years),
            heat_eur_per_mwh=np.full(years, price),
            connection_fee_eur=fee,
            early_fee_eur=fee,
        ),
        replace(
            no_offers(1, years),
            opening_year=np.array([CALM_YEAR]),
            live_year=np.array([CALM_YEAR + 1]),
            contact_share=np.full((1, years), offer.contact_share),
            guidance_share=np.full((1, years), offer.guidance_share),
        ),
    )


def offered_share(calm: ResponseCase, acting: Behaviour, offer: Offer, *, efficiency_share: float, years: int) -> float:
    """Share of the homes that joined or signed so many years after the first offer."""
    answer = respond(street_case(calm, offer, efficiency_share=efficiency_share, years=years), acting)
    joined = answer.by_section[0, -1, NETWORK] + answer.pipeline[0, -1, [SIGNED, BRIDGED]].sum()
    return float(joined / HOMES)


def share_from_examples(calm: ResponseCase, acting: Behaviour, *, efficiency_share: float, years: int) -> float:
    """Part of the switches to a network or heat pump that examples nearby carry, in a street with an offer and no campaign.

    1 - (switches without examples) / (switches with)
    """
    case = street_case(calm, Offer(), efficiency_share=efficiency_share, years=years)
    green = [RESPONSE_OPTIONS.index(name) for name in GREEN]
    switched = [
        float(respond(case, chosen).by_section[0, -1, green].sum())
        for chosen in (moved(acting, "contagion_share", 0.0), acting)
    ]
    return 1 - switched[0] / switched[1]


def _mean_form(whole: ResponseCase) -> Forms:
    """The forms of Flanders made one, weighted by their dwellings."""
    weight = np.bincount(whole.units.form, weights=whole.units.dwellings, minlength=len(whole.forms.label_now))
    share = weight / weight.sum()
    forms = whole.forms

    def mean(values: Floats) -> Floats:
        return np.asarray(share @ values, dtype=np.float64)[None]

    first = {name: getattr(forms, name)[:1] for name in ("feasible", "label_after", "label_now", "fuel", "age_share")}
    dates = {
        name: getattr(forms, name)[:1]
        for name in (
            "boiler_last_year",
            "renovated_boiler_last_year",
            "hybrid_last_year",
            "fuel_last_year",
            "planning_year",
        )
    }
    duties = {name: getattr(forms, name)[:1] for name in ("may_connect", "must_connect", "collective_boiler")}
    return Forms(
        investment_eur=mean(forms.investment_eur),
        life_years=forms.life_years,
        fuel_kwh=mean(forms.fuel_kwh),
        electricity_kwh=mean(forms.electricity_kwh),
        heat_kwh=mean(forms.heat_kwh),
        electric_peak_kw=mean(forms.electric_peak_kw),
        sale_per_year=mean(forms.sale_per_year),
        dwellings_in_block=np.ones(1),
        **first,
        **dates,
        **duties,
    )


def _owners() -> Units:
    """A hundred homes of owners, as many in each quartile."""
    groups = np.arange(QUARTILES) * len(TENURES) + TENURES.index("owner")
    one = np.zeros(QUARTILES, dtype=np.int64)
    return Units(
        one, groups.astype(np.int64), one, one + DECIDERS.index("owner"), np.full(QUARTILES, HOMES / QUARTILES)
    )


def _level_rules(whole: ResponseCase, years: int) -> Rules:
    """The rules of the one year of a case, in every year of a longer one."""
    longer = no_rules(1, years)
    one = whole.rules
    return replace(
        longer,
        fuel_eur_per_kwh=np.repeat(one.fuel_eur_per_kwh, years, axis=-1),
        electricity_eur_per_kwh=np.repeat(one.electricity_eur_per_kwh, years, axis=-1),
        premium_eur=np.repeat(one.premium_eur, years, axis=-1),
        premium_cap_share=one.premium_cap_share,
        premium_delay_years=one.premium_delay_years,
        upkeep_eur=one.upkeep_eur,
    )
