"""The heat company of a plan: what its network costs section by section, at which price it is offered, and where price and customers settle."""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from koppelkans.money.equilibrium.answer import Equilibria, required_price, share_ages
from koppelkans.money.equilibrium.case import ProjectCase, project_case
from koppelkans.money.equilibrium.curve import ResponseCurve
from koppelkans.money.equilibrium.holding import FirstMover, Question, part_that_holds
from koppelkans.money.equilibrium.rules import ANNUITY, STRAIGHT_LINE, PricingRule, gas_parity_eur_per_mwh
from koppelkans.people.response.answer import price_nodes
from koppelkans.plan.response_asked import Asked, terms_asked
from koppelkans.plan.response_case import PlanCase
from koppelkans.plan.response_forms import GAS, NETWORK
from koppelkans.plan.response_ground import OWNER, TENURE
from koppelkans.tables.response import DECIDERS

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

KWH_PER_MWH = 1_000.0
NOBODY = 1e-6
"""Dwellings in a section where only institutions connect, so that their heat has a customer in the table."""
LOWEST_OF_COST = 0.5
"""The lowest price of the table against the cost of heat at the source: fixed charges, fees and a grant may carry a part of what heat costs, so the price may lie
below cost. Half is a bound of the search and no figure of a network: below it the answer is that at the bound, and a remark tells that a price leaves the table."""
CLOSEST_NODES_EUR_PER_MWH = 0.01
"""Two prices of the table nearer than this are one."""
CUSTOMARY = {"conditional": "netherlands", "guarantee": "denmark"}
CHARGES = {"annuity": ANNUITY, "straight_line": STRAIGHT_LINE}


@dataclass(frozen=True, slots=True)
class Market:
    """Both sides of a network: ``curve`` and ``project`` as ``money.equilibrium`` takes them, prices without VAT; ``vat_share`` on heat; ``prices`` of the table.

    ``parity_eur_per_mwh``: at which a mean household pays as much as with gas; ``cap_eur_per_mwh``: highest price looked at.
    """

    curve: ResponseCurve
    project: ProjectCase
    vat_share: float
    parity_eur_per_mwh: float
    cap_eur_per_mwh: float

    def given_price(self, asked: Asked) -> bool:
        """Whether the price does not follow cost."""
        return pricing_rule(self, asked).price_eur_per_mwh is not None

    def price_moves(self, asked: Asked) -> bool:
        """Whether the price takes a course over the years, level heat prices being no answer to it."""
        return pricing_rule(self, asked).charge != ANNUITY

    def path_eur_per_mwh(self, found: Equilibria, years: NDArray[np.int64]) -> Floats:
        """The heat price that happens in each calendar year [EUR/MWh, without VAT]:  v + (p - v) course;  before the network as in its first year."""
        course, cost = found.seen.sums.course, self.project.heat_cost_eur_per_mwh
        level = found.outcome.price_eur_per_mwh or 0.0
        path: Floats = cost + (level - cost) * course[np.clip(years - self.project.start_year, 0, len(course) - 1)]
        return path


def vat_on_heat(asked: Asked) -> float:
    """VAT on energy of households."""
    return asked.now("vat", "household_energy")


def parity_eur_per_mwh(case: PlanCase) -> float:
    """Heat price without VAT at which a mean owner pays as much as with gas, boiler and connection counted in. Method: docs/method.md#heat-pricing."""
    forms, rules, asked = case.ground.forms, case.arrays.rules, case.asked
    own = np.where(TENURE == OWNER, case.ground.people["weight"].to_numpy(float), 0.0)
    own = own / own.sum() if own.sum() > 0 else np.eye(len(own))[0]
    here = forms.may_connect & forms.feasible[:, NETWORK]
    weight = case.ground.homes[here]
    mean = {name: float(np.average(forms.quantities[name][here], axis=0, weights=weight)[option]) for name, option in (
        ("fuel_kwh", GAS), ("heat_kwh", NETWORK), ("investment_eur", GAS))}  # fmt: skip
    gas = (
        mean["fuel_kwh"] * float(own @ rules.fuel_eur_per_kwh[:, 0, 0])
        + float(own @ rules.fuel_fixed_eur[:, 0, 0])
        + float(rules.upkeep_eur[GAS])
    )
    found = gas_parity_eur_per_mwh(
        gas, mean["investment_eur"], float(own @ rules.heat_fixed_eur[:, 0]), float(own @ rules.connection_fee_eur[:, 0]),
        heat_mwh=mean["heat_kwh"] / KWH_PER_MWH, clocks_years=(float(case.arrays.forms.life_years[GAS]), float(case.terms.concession_years)),
        rate_share=asked.scenario.owner_rate_share,
    )  # fmt: skip
    return max(found, 0.0) / (1.0 + vat_on_heat(asked))


def project_of(asked: Asked, case: PlanCase) -> ProjectCase:
    """The company's side of the designed network under the figures of ``asked``: sections with heat in time, trenches as the joint calendar charges them.

    A grant that the company may count on comes on top of the grant of the terms, together at most what state aid allows.
    """
    streets = case.ground.streets[case.network]
    terms = terms_asked(asked)
    first = int(streets["live_year"].min())
    in_time = streets["live_year"] < first + min(terms.depreciation_years, terms.concession_years, terms.debt_years)
    streets = streets[in_time]
    sections = pd.DataFrame({
        "trench_eur_per_m": streets["pipe_eur"] / streets["length_m"], "length_m": streets["length_m"], "large_heat_mwh": 0.0,
        "parent": streets["parent"].where(streets["parent"].isin(streets.index)), "build_year": streets["live_year"].astype(np.int64),
        "large_cap_eur_per_mwh": np.nan,
    })  # fmt: skip
    found = project_case(
        sections, terms=terms, heat_cost_eur_per_mwh=case.ground.heat_cost_eur_per_mwh, source_eur=case.ground.source_eur, kind=asked.scenario.response.company,
        parameters=asked.parameters, day=asked.day,
    )  # fmt: skip
    return with_call(found, asked)


def with_call(project: ProjectCase, asked: Asked) -> ProjectCase:
    """The same project with the grant of a call for green heat, as far as the company may count on it: of what is built, whatever that is.

    chance x min(intensity x works, largest sum),   with the grant of the terms at most what state aid allows of the works

    Method: docs/method.md#response-market.
    """
    if asked.now("chw.counted") <= 0:
        return project
    success = asked.now("chw.success_share", asked.word("chw.mode"))
    room = max(0.0, asked.now("chw.most_aid_share") - project.grant_share)
    share = min(success * asked.now("chw.intensity_share"), room)
    return replace(project, call_share=share, call_most_eur=success * asked.now("chw.cap_eur"))


def market_curve(case: PlanCase, project: ProjectCase, curve: Any, vat_share: float) -> ResponseCurve:
    """The answer at every price as ``money.equilibrium`` takes it: sections of the project, prices without VAT; rounding above the dwellings taken off."""
    rows = pd.Index(case.arrays.sections).get_indexer(pd.Index(project.section))
    units = case.arrays.units
    may = case.arrays.forms.may_connect[units.form] & (units.decider != DECIDERS.index("institution"))
    dwellings: Floats = np.bincount(
        units.section[may], weights=units.dwellings[may], minlength=len(case.arrays.sections)
    )[rows].astype(np.float64)
    heat = np.asarray(curve.heat_mwh)[:, rows]
    least = np.where(heat.max(axis=(0, 2)) > 0, NOBODY, 0.0)
    dwellings = np.maximum(dwellings, least)
    connected = np.minimum(
        np.minimum.accumulate(np.asarray(curve.connected)[:, rows], axis=0), dwellings[None, :, None]
    )
    connected = np.where(heat > 0, np.maximum(connected, least[None, :, None]), connected)
    return ResponseCurve(
        price_eur_per_mwh=np.asarray(curve.price_eur_per_mwh) / (1.0 + vat_share), year=np.asarray(curve.calendar, dtype=np.int64), connected=connected,
        heat_mwh=np.where(connected > 0, heat, 0.0), dwellings=dwellings, section=project.section, variance=np.asarray(curve.variance)[:, rows],
    )  # fmt: skip


def offered_eur_per_mwh(asked: Asked) -> float | None:
    """The heat price that is promised [EUR/MWh, without VAT], where the scenario promises one; it gives it as a household pays it."""
    price = asked.scenario.response.offered_price_eur_per_mwh
    return None if price is None else price / (1.0 + vat_on_heat(asked))


def prices_looked_at(asked: Asked, cost_eur_per_mwh: float, parity_eur_per_mwh: float) -> Floats:
    """Heat prices for which people are asked, ascending [EUR/MWh, without VAT]: round the price of gas, up to the highest looked at.

    A price that is promised stands among them exactly, so that its customers are not read between two others; one above the highest becomes the highest.
    """
    highest = max(parity_eur_per_mwh, cost_eur_per_mwh) * asked.now("response_place.price_cap_factor")
    count = asked.scenario.response.price_nodes
    nodes = price_nodes(LOWEST_OF_COST * cost_eur_per_mwh, highest, parity_eur_per_mwh, count)
    offer = offered_eur_per_mwh(asked)
    if offer is None:
        return nodes
    apart = nodes[np.abs(nodes - offer) > CLOSEST_NODES_EUR_PER_MWH]
    return np.sort(np.append(apart, offer))


def pricing_rule(market: Market, asked: Asked) -> PricingRule:
    """How the heat price is set, as the scenario chooses.

    An offer that nobody adds to is only tried here: whoever asks about other prices of energy or other rules gets no network for an answer, not a refusal.
    """
    chosen, cap = asked.scenario.response.price_rule, market.cap_eur_per_mwh
    offer, payer = offered_eur_per_mwh(asked), asked.scenario.response.price_payer
    if offer is not None:
        return (
            PricingRule.offered(offer, payer=payer, cap_eur_per_mwh=cap)
            if payer
            else PricingRule.tried(offer, cap_eur_per_mwh=cap)
        )
    if chosen == "gas_parity":
        discount = asked.now("response_place.parity_discount_share")
        return PricingRule.gas_parity(market.parity_eur_per_mwh, discount_share=discount, cap_eur_per_mwh=cap)
    return (
        PricingRule.regulated(CHARGES[asked.scenario.response.regulated_charge], cap_eur_per_mwh=cap)
        if chosen == "regulated"
        else PricingRule.cost_plus(cap_eur_per_mwh=cap)
    )


def settled(market: Market, asked: Asked, among: Flags | None = None) -> tuple[Equilibria, Flags]:
    """Both equilibria with what happens under the coordination of the scenario, and the sections that are built (of the project).

    among: sections that may be built (all). All of them together; where that comes to nothing, the part that connects most dwellings of those that come
    about. A price that is promised holds for all sections: no branch is left out of a promise. Method: docs/method.md#response-market.
    """
    may = np.ones(len(market.project.section), dtype=np.bool_) if among is None else among
    if offered_eur_per_mwh(asked) is not None:
        return coordinated(market, asked, may), may
    return part_that_holds(_question(market, asked), may)


def coordinated(market: Market, asked: Asked, built: Flags) -> Equilibria:
    """The equilibria of the sections that are built.

    Under a condition or a guarantee without a share asked: the share at which the best equilibrium comes within reach; none where it comes about by itself.
    A duty is in the answers already: who may connect does.
    """
    return _question(market, asked).happening(built)


def _question(market: Market, asked: Asked) -> Question:
    ages = share_ages(asked.parameters, asked.day)
    return Question(market.curve, market.project, pricing_rule(market, asked), first_mover(asked), ages)


def first_mover(asked: Asked) -> FirstMover:
    """Who moves first as the scenario says it."""
    chosen = asked.scenario.response
    if chosen.coordination not in CUSTOMARY:
        return FirstMover(chosen.coordination)
    customary = asked.now("response.customary_signed_share", CUSTOMARY[chosen.coordination])
    return FirstMover(chosen.coordination, chosen.share_asked, customary)


def price_looked_at(market: Market, found: Equilibria) -> float:
    """The heat price that happens, the best one where nothing happens, else the highest looked at [EUR/MWh, without VAT]."""
    return found.outcome.price_eur_per_mwh or found.best_eur_per_mwh or market.cap_eur_per_mwh


def threshold(
    market: Market, found: Equilibria, built: Flags, *, offer_eur_per_mwh: float | None = None
) -> tuple[float, float]:
    """Share of the dwellings with which the network just pays its way at the highest price looked at, and the probability that so many connect.

    All years of the path of customers scaled alike by f, the price that covers cost is  a + b / f;  the share is that of the last year. Customers are those at the
    price that happens, at the best one where nothing happens, else at the highest. A price that is promised stands in the place of both: no other is asked.
    The share is nan where even all dwellings do not suffice.
    """
    price, highest, curve = price_looked_at(market, found), market.cap_eur_per_mwh, market.curve
    if offer_eur_per_mwh is not None:
        price = highest = offer_eur_per_mwh
    connected = curve.at(price)[0][built]
    variance, dwellings = float(curve.variance_at(price)[built, -1].sum()), float(curve.dwellings[built].sum())
    number = float(connected[:, -1].sum())
    if number <= NOBODY * len(connected):
        return float("nan"), 0.0
    whole, half = (_required(market, built, price, part) for part in (1.0, HALF))
    slope = (half - whole) / (1.0 / HALF - 1.0)
    room = highest - (whole - slope)
    share = slope / room * number / dwellings if room > 0 else np.inf
    if not 0 <= share <= 1:
        return float("nan"), 0.0
    return share, at_least(share * dwellings, number, variance)


HALF = 0.5


def _required(market: Market, built: Flags, price: float, part: float) -> float:
    """Price that covers the cost of a part of the customers who answer to a price."""
    connected, heat = (values * part for values in market.curve.at(price))
    return required_price(connected, heat, market.curve.year, market.project, built=built)


def at_least(least: float, mean: float, variance: float) -> float:
    """Probability that at least so many connect: the normal distribution with half a dwelling of continuity."""
    if variance <= 0:
        return float(mean >= least)
    return NormalDist(mean, float(np.sqrt(variance))).cdf(2 * mean - (np.ceil(least) - HALF))


def exact_gap_eur_per_mwh(market: Market, built: Flags, price: float, connected: Floats, heat_mwh: Floats) -> float:
    """Price that covers the cost of who connects in an exact pass at a price, minus that price [EUR/MWh]: zero at an exact fixed point."""
    served = np.where(heat_mwh > 0, np.maximum(connected, NOBODY), connected)
    return required_price(served, heat_mwh, market.curve.year, market.project, built=built) - price
