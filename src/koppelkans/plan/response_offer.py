"""A heat price that is promised beforehand: who pays what it falls short of cost, what the company keeps above cost, and the refusal where nobody pays.

And one that is not the same in all years: what the first customers pay.
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from koppelkans.errors import ScenarioError
from koppelkans.money.equilibrium.answer import Equilibria, equilibria, share_ages
from koppelkans.money.equilibrium.rules import Coordination, PricingRule
from koppelkans.plan.response_market import Market, offered_eur_per_mwh
from koppelkans.plan.response_money import payer_of
from koppelkans.tables import RemarkRow, remark

if TYPE_CHECKING:
    from koppelkans.plan.response import ResponseRun

PAYERS = {"municipality": ("De gemeente", "The municipality"), "flanders": ("De Vlaamse overheid", "Flanders")}
SHOWN_EUR_PER_MWH = 1_000.0
"""A cost above this is told as such: hardly anybody connects, and the figure itself says nothing."""


def refuse_below_cost(run: ResponseRun) -> None:
    """Raises ScenarioError for a promised heat price that does not cover its cost while nobody pays the rest."""
    found, market, asked = run.equilibria, run.market, run.case.asked
    offer = offered_eur_per_mwh(asked)
    if offer is None or found is None or market is None or found.outcome.price_eur_per_mwh is not None:
        return
    with_vat = 1.0 + market.vat_share
    lowest = _lowest_that_covers(run, market)
    next_step = (
        f"or offer {ceil(10 * lowest * with_vat) / 10:.1f} EUR/MWh, the lowest price that covers its cost"
        if lowest is not None
        else f"or bring the cost down (heat_network.grant_share): no price up to {market.cap_eur_per_mwh * with_vat:.0f} EUR/MWh covers its cost"
    )
    raise ScenarioError(
        f"response.offered_price_eur_per_mwh is {offer * with_vat:g} EUR/MWh with VAT, below the cost of heat with the customers that it brings, "
        f"{_cost(found.seen.project.required_eur_per_mwh(offer) * with_vat, 'over')} EUR/MWh with VAT, and nobody pays the difference "
        f"({-found.seen.project.value_eur(offer):,.0f} EUR in {market.project.start_year}, without VAT); "
        f"name who does with response.price_payer (municipality or flanders), {next_step}"
    )


def _lowest_that_covers(run: ResponseRun, market: Market) -> float | None:
    """The lowest heat price that covers the cost of the customers it brings [EUR/MWh, without VAT]; None where no price does."""
    asked = run.case.asked
    found = equilibria(
        market.curve, market.project, PricingRule.cost_plus(cap_eur_per_mwh=market.cap_eur_per_mwh),
        coordination=Coordination.cautious(), ages=share_ages(asked.parameters, asked.day), built=run.built,
    )  # fmt: skip
    return found.best_eur_per_mwh


def offer_remarks(run: ResponseRun) -> list[RemarkRow]:
    """What a promised price costs whom, or leaves with the company; what a regulated price begins and ends at. Nothing under another rule for the price.

    Method: docs/method.md#heat-pricing.
    """
    found, market = run.equilibria, run.market
    if found is not None and market is not None and market.price_moves(run.case.asked):
        return _course_remarks(found, market)
    offer = offered_eur_per_mwh(run.case.asked)
    if offer is None or found is None or market is None or found.outcome.price_eur_per_mwh is None:
        return []
    with_vat, year, payer = 1.0 + market.vat_share, market.project.start_year, payer_of(run)
    cost = found.seen.project.required_eur_per_mwh(offer) * with_vat
    dutch = (
        f"Beloofde warmteprijs: {_comma(f'{offer * with_vat:g}')} EUR/MWh met btw. Met de klanten die daarop ingaan, kost warmte "
        f"{_comma(_cost(cost, 'meer dan'))} EUR/MWh met btw."
    )
    english = (
        f"Promised heat price: {offer * with_vat:g} EUR/MWh with VAT. With the customers who take it, heat costs {_cost(cost, 'over')} EUR/MWh with VAT."
    )  # fmt: skip
    if payer:
        eur, (who, who_en) = found.outcome.cover_eur, PAYERS[payer]
        dutch += f" {who} past het verschil bij: {_points(eur)} EUR in {year}, één keer, zonder btw."
        english += f" {who_en} pays the difference: {eur:,.0f} EUR in {year}, once, without VAT."
    elif found.outcome.why == "guarantee":
        eur, most = found.outcome.expected_eur, found.outcome.exposure_eur
        dutch += f" De gemeente waarborgt de ontbrekende klanten: naar verwachting {_points(eur)} EUR, hoogstens {_points(most)} EUR (waarde in {year}, zonder btw)."
        english += f" The municipality guarantees the missing customers: {eur:,.0f} EUR as expected, at most {most:,.0f} EUR (worth in {year}, without VAT)."
    else:
        eur = found.seen.project.value_eur(offer)
        dutch += f" Het warmtebedrijf houdt boven zijn kosten en rendement {_points(eur)} EUR over (waarde in {year}, zonder btw)."
        english += f" The heat company keeps {eur:,.0f} EUR above its costs and return (worth in {year}, without VAT)."
    return [remark("equilibrium", dutch, english, level="info", method="heat-pricing")]


def _course_remarks(found: Equilibria, market: Market) -> list[RemarkRow]:
    """What customers pay in the first and the last year under a price that takes a course, beside the level price."""
    level, horizon = found.outcome.price_eur_per_mwh, market.project.horizon_years
    if level is None:
        return []
    years = market.project.start_year + np.array([0, horizon - 1])
    first, last = market.path_eur_per_mwh(found, years) * (1.0 + market.vat_share)
    level *= 1.0 + market.vat_share
    dutch = (
        f"Gereguleerde warmteprijs: {_comma(f'{first:.1f}')} EUR/MWh met btw in {years[0]}, als klanten moeten tekenen, en {_comma(f'{last:.1f}')} in {years[1]}: het net "
        f"wordt in gelijke delen afgeschreven, met rendement op wat overblijft. Dat is evenveel waard als elk jaar {_comma(f'{level:.1f}')} EUR/MWh, de prijs in de tabel."
    )
    english = (
        f"Regulated heat price: {first:.1f} EUR/MWh with VAT in {years[0]}, when customers must sign, and {last:.1f} in {years[1]}: the network is written off in equal "
        f"parts, with a return on what is left. That is worth as much as {level:.1f} EUR/MWh in every year, the price in the table."
    )
    return [remark("equilibrium", dutch, english, level="info", method="heat-pricing")]


def _cost(eur_per_mwh: float, over: str) -> str:
    """A cost of heat in words; one that hardly anybody would pay is told by its order only."""
    return f"{eur_per_mwh:.2f}" if eur_per_mwh <= SHOWN_EUR_PER_MWH else f"{over} {SHOWN_EUR_PER_MWH:.0f}"


def _points(eur: float) -> str:
    return f"{eur:,.0f}".replace(",", ".")


def _comma(number: str) -> str:
    return number.replace(".", ",")
