"""The response inside the plan: what owners and a heat company do under the rules, and how far that is from the best plan.

What no rule moves is gathered in ``response_ground``, the rules of a year in ``response_rules``, both together in ``response_case``; the company stands in
``response_market``, the tables in ``response_tables``. Here they are run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from koppelkans.money.equilibrium.answer import Equilibria, share_ages
from koppelkans.parameters import Parameters
from koppelkans.people.response.answer import Curve, Response, respond, response_curve
from koppelkans.people.response.behaviour import Behaviour
from koppelkans.people.response.calibrated_file import calibration_remarks, shipped_tables
from koppelkans.people.response.case import ResponseCase
from koppelkans.place.model import Place
from koppelkans.plan.accounts import tariffs_of
from koppelkans.plan.record import Plan
from koppelkans.plan.response_asked import Asked
from koppelkans.plan.response_case import PlanCase, at_main, behaviour_under, plan_case
from koppelkans.plan.response_ground import Ground, ground_of
from koppelkans.plan.response_market import (
    Market,
    coordinated,
    exact_gap_eur_per_mwh,
    market_curve,
    offered_eur_per_mwh,
    parity_eur_per_mwh,
    prices_looked_at,
    project_of,
    settled,
    threshold,
    vat_on_heat,
)  # fmt: skip
from koppelkans.plan.response_money import response_money
from koppelkans.plan.response_offer import refuse_below_cost
from koppelkans.plan.response_tables import LEAST, empty_tables, headlines, response_tables
from koppelkans.scenario import STAND_IN_AREA, Scenario
from koppelkans.tables import RemarkRow

Flags = NDArray[np.bool_]

MOST_REFINEMENTS = 4
MOST_CHOICES = 8
"""Rounds of choosing what is built on the answer of the streets that are offered heat; each leaves out more."""
CLOSE_EUR_PER_MWH = 0.01
NO_NETWORK = {"threshold_share": float("nan"), "threshold_probability": float("nan")}


@dataclass(frozen=True, slots=True)
class ResponseInputs:
    """What a response is asked with: place, scenario, the tables of the plan so far, the figures, and the grid area whose tariffs hold.

    Of ``tables`` are read: demand, renovations, prices, support, options, epc, calendar, connections, pipes, network_variants, network_sections, network_sources,
    network_phases, supply, project_basis.
    """

    place: Place
    scenario: Scenario
    tables: Mapping[str, pd.DataFrame]
    parameters: Parameters
    area: str

    @classmethod
    def of_plan(cls, plan: Plan, rules: Parameters, scenario: Scenario | None = None) -> ResponseInputs:
        """The same of a plan that stands, under other rules, and another scenario where one is given."""
        chosen = scenario or plan.scenario
        area = chosen.grid_area or plan.place.grid_area or STAND_IN_AREA
        known = rules.choosing(stand_ins=chosen.stand_ins, hold=chosen.hold)
        return cls(plan.place, chosen, plan.tables, tariffs_of(chosen, known), area)


@dataclass(frozen=True, slots=True)
class ResponseRun:
    """One response under one set of rules.

    ``case``: forms, groups, streets and rules with what they stand for; ``case.arrays`` is the case of ``people.response`` with heat as it is offered,
    ``lived`` that case as it comes about: at the price that happens, without network where there is none. ``response``: expected numbers at the
    price that happens, without network where none comes about. ``curve``: the answer at every price, and ``market`` that curve with the cost of the company; None
    without a street that is offered heat. ``equilibria``: of ``money.equilibrium``, prices without VAT; ``built``: sections of ``market.project`` they are of; ``heat_price_eur_per_mwh`` what happens, with VAT, nan without.
    ``gap_eur_per_mwh``: price that covers cost in an exact pass, minus the price found; nan where the price is not one that reproduces itself. ``figures``: headlines, see ``response_tables.FIGURES``.
    """

    case: PlanCase
    lived: ResponseCase
    behaviour: Behaviour
    response: Response
    curve: Curve | None
    market: Market | None
    equilibria: Equilibria | None
    built: Flags | None
    heat_price_eur_per_mwh: float
    gap_eur_per_mwh: float = float("nan")
    figures: Mapping[str, float] = field(default_factory=dict)

    def share_at(self, price_eur_per_mwh: float) -> tuple[float, float]:
        """Share of the dwellings that could connect that is connected in the last year, and that has signed some years after opening, at a price without VAT."""
        if self.market is None:
            return 0.0, 0.0
        built, years = self.built if self.built is not None else slice(None), self.market.curve.year
        table = self.equilibria.seen.curve if self.equilibria is not None else self.market.curve
        connected = table.at(price_eur_per_mwh)[0][built]
        total = max(float(self.market.curve.dwellings[built].sum()), LEAST)
        ages = share_ages(self.case.asked.parameters, self.case.asked.day)
        early = np.minimum(self.market.project.build_year[built] + ages.signed_years - 1, years[-1]) - years[0]
        signed = connected[np.arange(len(early)), early].sum()
        return min(1.0, float(connected[:, -1].sum()) / total), min(1.0, float(signed) / total)


@dataclass(frozen=True, slots=True)
class ResponsePart:
    """What the response adds to a plan: ``tables`` by name, remarks, rows of INDICATORS, and the run they stand on (None: switched off)."""

    tables: dict[str, pd.DataFrame]
    remarks: list[RemarkRow]
    indicators: pd.DataFrame
    run: ResponseRun | None = None


def run_of(given: ResponseInputs, ground: Ground, behaviour: Behaviour) -> ResponseRun:
    """One response: the answer at every price, where price and customers settle, and the answer there."""
    case = plan_case(given, ground, behaviour)
    if not case.network.any() or ground.heat_cost_eur_per_mwh <= 0:
        alone = replace(case, arrays=case.without_network())
        got = respond(alone.arrays, behaviour)
        return _with_figures(
            ResponseRun(alone, alone.arrays, behaviour, got, None, None, None, None, float("nan"), figures=NO_NETWORK)
        )
    asked, vat = case.asked, vat_on_heat(case.asked)
    parity = parity_eur_per_mwh(case)
    cost = ground.heat_cost_eur_per_mwh
    nodes = prices_looked_at(asked, cost, parity)
    curve = response_curve(at_main(case.arrays), behaviour, nodes * (1.0 + vat))
    project = project_of(asked, case)
    market = Market(market_curve(case, project, curve, vat), project, vat, parity, float(nodes[-1]))
    return _settled_run(case, behaviour, curve, market, asked)


def _settled_run(case: PlanCase, behaviour: Behaviour, curve: Curve, market: Market, asked: Asked) -> ResponseRun:
    """The run with the answer at the price that happens in the streets that are built, checked by that very pass.

    What is chosen while all streets are offered heat may come to nothing once only those chosen are: then a smaller part of it is chosen on that answer.
    """
    found, built = settled(market, asked)
    offered, gap = case.arrays, float("nan")
    for left in reversed(range(MOST_CHOICES)):
        if found.outcome.price_eur_per_mwh is None:
            break
        offered = case.with_sections(market.project.section[built])
        table = curve if built.all() else response_curve(at_main(offered), behaviour, curve.price_eur_per_mwh)
        market = replace(market, curve=market_curve(case, market.project, table, market.vat_share))
        market, found, gap = _refined(offered, behaviour, table, market, (case, asked, built))
        if found.outcome.price_eur_per_mwh is not None or not left:
            break
        found, built = settled(market, asked, built)
    price = found.outcome.price_eur_per_mwh
    share, chance = threshold(market, found, built, offer_eur_per_mwh=offered_eur_per_mwh(asked))
    figures = {"threshold_share": share, "threshold_probability": chance}
    if price is None:
        alone = case.without_network()
        got = respond(alone, behaviour)
        return _with_figures(
            ResponseRun(case, alone, behaviour, got, curve, market, found, built, float("nan"), figures=figures)
        )
    with_vat = 1.0 + market.vat_share
    seen = price * with_vat
    there = offered.priced(market.path_eur_per_mwh(found, offered.calendar) * with_vat)
    got = respond(there, behaviour)
    return _with_figures(
        ResponseRun(case, there, behaviour, got, curve, market, found, built, seen, gap, figures=figures)
    )


def _refined(
    offered: ResponseCase, behaviour: Behaviour, table: Curve, market: Market, around: tuple[PlanCase, Asked, Flags]
) -> tuple[Market, Equilibria, float]:
    """The market with the exact answer at its own price in the table, until the price that covers cost is that price; and how far it is from it.

    An institution with an adviser hardly spreads over prices: between two nodes its heat is a step that no smooth table holds. A price that does not follow cost stays, and
    so does one that takes a course over the years: an exact pass at a level price says nothing about it.
    """
    case, asked, built = around
    found, gap = coordinated(market, asked, built), float("nan")
    for _ in range(MOST_REFINEMENTS):
        price = found.outcome.price_eur_per_mwh
        stays = market.given_price(asked) or market.price_moves(asked)
        if price is None or stays or not np.isclose(found.points["price_eur_per_mwh"], price).any():
            return market, found, float("nan")
        exact = response_curve(at_main(offered), behaviour, [price * (1.0 + market.vat_share)])
        rows = pd.Index(case.arrays.sections).get_indexer(pd.Index(market.project.section))
        gap = exact_gap_eur_per_mwh(market, built, price, exact.connected[0, rows], exact.heat_mwh[0, rows])
        if abs(gap) <= CLOSE_EUR_PER_MWH or np.isclose(table.price_eur_per_mwh, exact.price_eur_per_mwh[0]).any():
            break
        table = with_node(table, exact)
        market = replace(market, curve=market_curve(case, market.project, table, market.vat_share))
        found = coordinated(market, asked, built)
    return market, found, gap


def with_node(table: Curve, exact: Curve) -> Curve:
    """A table of answers with one price more."""
    prices = np.concatenate([table.price_eur_per_mwh, exact.price_eur_per_mwh])
    order = np.argsort(prices)
    parts = (
        np.concatenate([getattr(table, name), getattr(exact, name)])[order]
        for name in ("connected", "heat_mwh", "variance", "by_group")
    )
    return Curve(prices[order], table.calendar, *parts)


def _with_figures(run: ResponseRun) -> ResponseRun:
    found = headlines(run, response_money(run)) | {"heat_price_eur_per_mwh": run.heat_price_eur_per_mwh}
    return replace(run, figures={**found, **run.figures})


def respond_under(
    plan: Plan, rules: Parameters, *, scenario: Scenario | None = None, behaviour: Behaviour | None = None, like: ResponseRun | None = None
) -> ResponseRun:  # fmt: skip
    """The response of a place under other rules, its plan, dates and streets kept: one curve and both equilibria, without bands or tables.

    rules: figures with the levers on them. scenario: with another ``[response]`` part, that of the plan when left out. behaviour: moved figures of behaviour, read
    from ``rules`` when left out. like: a run on the same plan whose ground (people, technique, works, labels) is taken over instead of worked out again: right
    when the levers leave technique, prices of works and the rule of the label alone. Raises as ``response_part``. Method: docs/method.md#response-plan.
    """
    given = ResponseInputs.of_plan(plan, rules, scenario)
    ground = ground_of(given) if like is None else like.case.ground
    return run_of(given, ground, behaviour_under(given) if behaviour is None else behaviour)


def equilibria_under(
    run: ResponseRun, plan: Plan, rules: Parameters, *, scenario: Scenario | None = None
) -> Equilibria | None:
    """Both equilibria when only the side of the company changes: depreciation, terms, grant, kind of company, coordination. None without a network.

    The curve of ``run`` is used again, so nothing that a household pays but the heat price may differ: that of all streets, for more or fewer of them may be built
    now; of the streets of ``run`` where these are built again. Method: docs/method.md#response-plan.
    """
    known = _market_under(run, plan, rules, scenario)
    if known is None or run.market is None or run.built is None:
        return None
    market, asked = known
    found, built = settled(market, asked)
    same = np.array_equal(market.project.section, run.market.project.section) and np.array_equal(built, run.built)
    return coordinated(replace(market, curve=run.market.curve), asked, built) if same else found


def _market_under(
    run: ResponseRun, plan: Plan, rules: Parameters, scenario: Scenario | None
) -> tuple[Market, Asked] | None:
    if run.market is None or run.curve is None:
        return None
    given = ResponseInputs.of_plan(plan, rules, scenario)
    asked = Asked(given.parameters, given.scenario, given.area, run.case.asked.years)
    project = project_of(asked, run.case)
    curve = market_curve(run.case, project, run.curve, run.market.vat_share)
    return replace(run.market, project=project, curve=curve), asked


def response_part(given: ResponseInputs) -> ResponsePart:
    """The response of a place under its scenario, with its bands (price worlds and the weakest figures of behaviour).

    Switched off in the scenario, or without a heated building: every table there without rows. Raises ScenarioError for a promised heat price below cost that
    nobody adds to. Method: docs/method.md#response-plan.
    """
    from koppelkans.plan.response_bands import bands_of
    from koppelkans.plan.response_remarks import response_indicators, response_remarks

    empty = pd.DataFrame()
    heated = given.place.buildings["heated"].to_numpy(bool) & (given.tables["demand"]["heat_kwh"].to_numpy(float) > 0)
    if not given.scenario.response.on or not heated.any():
        return ResponsePart(empty_tables(), [], empty)
    ground = ground_of(given)
    run = run_of(given, ground, behaviour_under(given))
    refuse_below_cost(run)
    asked_for = given.scenario.response.bands and given.scenario.weigh_figures
    bands = bands_of(given, run) if asked_for else None
    made = response_tables(run, bands) | shipped_tables()
    return ResponsePart(
        made,
        [*response_remarks(given, run, bands), *calibration_remarks()],
        response_indicators(given, run, bands),
        run,
    )
