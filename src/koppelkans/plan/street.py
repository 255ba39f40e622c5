"""Works in the streets inside the plan: what lies there, the calendar of works and what planning together saves, the space of the streets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from koppelkans import tables
from koppelkans.errors import InfeasibleError
from koppelkans.heat import Economics
from koppelkans.parameters import Parameters
from koppelkans.place.model import Place
from koppelkans.place.street_assets import read_assets
from koppelkans.place.street_works import read_planned_works
from koppelkans.plan.street_months import settled_works
from koppelkans.plan.street_network import street_network
from koppelkans.scenario import Scenario
from koppelkans.street.assets import StreetNetwork, StreetTerms, StreetWorks, street_works
from koppelkans.street.assets.owners import owners_table
from koppelkans.tables import RemarkRow

if TYPE_CHECKING:
    from koppelkans.plan.street_threshold import StreetThreshold
    from koppelkans.street.calendar.answer import Calendar
    from koppelkans.street.calendar.case import Ints, WorksCase
    from koppelkans.street.calendar.pace import Pace
    from koppelkans.street.dividend import Dividend, JudgedPlan
    from koppelkans.street.joint_space import SpaceChange
    from koppelkans.street.works_measures import SectionFacts

WORKS_TABLES = (
    "assets", "works", "owners", "calendar", "openings", "work_quantities", "dividend", "owner_shares", "owner_absence", "shadow_prices",
    "works_robustness", "drawn_assets", "works_indicators", "trench_rounds", "trench_thresholds",
)  # fmt: skip
DRAW_ROUNDS = 7
"""Rounds of the bound in each draw of the assets: its gap stands as a row of its own beside the percentiles."""
SPACE_DRAW_ROUNDS = 25
"""The same for cross-sections with the works and apart, whose difference is smaller."""


@dataclass(frozen=True, slots=True)
class StreetInputs:
    """What the works of a place are asked with: place and scenario, where the files of the scenario stand, and the figures."""

    place: Place
    scenario: Scenario
    folder: Path | None
    economics: Economics
    parameters: Parameters

    @property
    def terms(self) -> StreetTerms:
        """What the municipality chooses about works."""
        scenario, chosen = self.scenario, self.scenario.street
        return StreetTerms(
            first_year=scenario.start_year, years=chosen.years, rate_share=scenario.society_rate_share, gas_free_year=scenario.fossil_free_year,
            carbon_eur_per_tonne=self.economics.carbon_eur_per_tonne, heat_worth_factor=chosen.heat_worth_factor, has_gas=chosen.has_gas,
            gas_entry_m=chosen.gas_entry_m, protected_years=chosen.protected_years, greening_share=chosen.greening_share,
            fixed_years=chosen.fixed_years,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class StatedWorks:
    """What the works of a place hang on besides the draw: ``assets`` and ``planned`` as given (None: none), table ``owners``, the heat network, the remarks on the files,
    and how the threshold of that network follows from the price of its trenches (None: no network).
    """

    assets: pd.DataFrame | None
    planned: pd.DataFrame | None
    owners: pd.DataFrame
    network: StreetNetwork | None
    remarks: list[RemarkRow]
    threshold: StreetThreshold | None = None


@dataclass(frozen=True, slots=True)
class StreetPart:
    """What the streets add to a plan: ``tables`` by name, and the certificate of the calendar.

    ``trench``: index section; ``share`` of the price of a trench that heat bears there, ``eur_per_m`` pipe and trench after sharing where heat is laid, ``length_m``.
    ``drawn``: what to draw again around, where a date of a work follows from a drawn age, so that results must be spread over draws. ``joint``: the joint calendar with its
    case and account, ``chain`` all plans; None without works.
    """

    tables: dict[str, pd.DataFrame]
    remarks: list[RemarkRow]
    trench: pd.DataFrame
    certificate: dict[str, Any] | None = None
    drawn: StatedWorks | None = None
    joint: JudgedPlan | None = None
    chain: PlannedChain | None = None


@dataclass(frozen=True, slots=True)
class PlannedChain:
    """The works that were asked, the chain of plans over them, and what its measures were taken with."""

    asked: StreetWorks
    found: Dividend
    facts: SectionFacts
    pace: Pace


NO_TRENCH = pd.DataFrame(
    {"share": [], "eur_per_m": [], "length_m": []}, index=pd.Index([], name="section", dtype="str")
)


def street_part(
    given: StreetInputs, made: Mapping[str, pd.DataFrame], *, before: pd.Series | None = None
) -> StreetPart:
    """The works calendar of a place with the heat network in ``made`` (tables PIPES and NETWORK_SECTIONS), and what planning together saves.

    before: year index by key of a work in a joint calendar with another network, which is kept where nothing saves enough (``Planner``).
    Without streets, or where no section has works, every table is there without rows, and a remark says so.
    Raises DataError for files of the scenario that cannot be used or fixed dates that no calendar keeps. Method: docs/method.md#street-works.
    """
    place = given.place
    if place.sections is None or place.attachments is None:
        return StreetPart(_empty(), [_without_streets()], NO_TRENCH)
    stated = stated_works(given, made)
    asked = works_of(given, stated, seed=given.scenario.seed)
    if not len(asked.case.works.kind):
        return StreetPart(_empty(), [*stated.remarks, *asked.remarks, _without_streets()], NO_TRENCH)
    return _planned(given, stated, asked, before)


def joint_calendar(given: StreetInputs, made: Mapping[str, pd.DataFrame], *, before: pd.Series) -> JudgedPlan:
    """The joint calendar alone, without what each owner would do apart: as ``street_part``, for a place that has works."""
    from koppelkans.street.dividend import JOINT, judged

    asked = works_of(given, stated_works(given, made), seed=given.scenario.seed)
    return judged(JOINT, asked.case, planner_of(given, before))


def _empty() -> dict[str, pd.DataFrame]:
    return {name: tables.TABLES[name].empty() for name in WORKS_TABLES}


def _without_streets() -> RemarkRow:
    return tables.remark(
        "calendar", "Geen werkenkalender: voor dit gebied zijn geen straten bekend, of er zijn geen werken in.",
        "No works calendar: no streets are known here, or none with works.", level="warning", method="street-works",
    )  # fmt: skip


def stated_works(given: StreetInputs, made: Mapping[str, pd.DataFrame]) -> StatedWorks:
    """What is the same in every draw: the files of the scenario, its owners, and the heat network in ``made`` (PIPES and NETWORK_SECTIONS)."""
    place, scenario, parameters = given.place, given.scenario, given.parameters
    day, chosen, terms = scenario.reference_date, scenario.street, given.terms
    if place.sections is None:
        raise ValueError("works need streets")
    folder, told, assets, planned = given.folder or Path(), list[RemarkRow](), None, None
    if chosen.assets is not None:
        assets, said = read_assets(folder / chosen.assets, place.sections, parameters=parameters, day=day)
        told += said
    if chosen.works is not None:
        planned, said = read_planned_works(
            folder / chosen.works, place.sections, first_year=terms.first_year, years=terms.years, parameters=parameters, day=day
        )  # fmt: skip
        told += said
    owners = owners_table([owner.model_dump() for owner in chosen.owners], parameters=parameters, day=day)
    network = street_network(made["pipes"], made["network_sections"], made.get("heat_corridors"))
    return StatedWorks(assets, planned, owners, network, told)


def works_of(given: StreetInputs, stated: StatedWorks, *, seed: int) -> StreetWorks:
    """Assets, works and owners of the place; what is not stated is drawn with a seed."""
    place, scenario = given.place, given.scenario
    if place.sections is None or place.attachments is None:
        raise ValueError("works need streets")
    return street_works(
        place.sections, place.buildings, place.attachments, assets=stated.assets, planned=stated.planned, owners=stated.owners,
        network=stated.network, parameters=given.parameters, day=scenario.reference_date, seed=seed, terms=given.terms,
    )  # fmt: skip


def _planned(
    given: StreetInputs, stated: StatedWorks, asked: StreetWorks, before: pd.Series | None = None
) -> StreetPart:
    """The chain of plans with its tables."""
    # numba is loaded here, so that a plan without streets does not wait for it
    from koppelkans.street.calendar.certificate import calendar_certificate
    from koppelkans.street.calendar.pace import works_pace
    from koppelkans.street.dividend import dividend, dividend_remarks, dividend_table
    from koppelkans.street.dividend_owners import owner_remarks, owner_shares
    from koppelkans.street.works_measures import SectionFacts
    from koppelkans.street.works_prices import shadow_prices
    from koppelkans.street.works_tables import calendar_table, openings_table, work_quantities, works_indicators
    from koppelkans.street.works_words import Said

    scenario, chosen, case = given.scenario, given.scenario.street, asked.case
    planner = planner_of(given, before)
    found = dividend(case, planner)
    areas = asked.about[["carriageway_m2", "parking_m2", "footway_m2"]].assign(house_m2=0.0).to_numpy(float)
    facts = SectionFacts(areas, asked.about["residents"].to_numpy(float), asked.saved_tonnes_per_mwh)
    proof, pace = planner.answers[-1], works_pace(given.parameters, scenario.reference_date)
    found, months, told = settled_works(given, asked, found, pace, planner)
    year = found.joint.year
    rates = {str(key): float(rate) for key, rate in asked.owners["rate_share"].items()}
    shares = owner_shares(found, facts, agreed=chosen.agreed_shares or None, rates=rates)
    prices = proof.prices
    owners = asked.owners
    names = {
        str(key): Said(str(nl), str(en))
        for key, nl, en in zip(owners.index, owners["name"], owners["name_en"], strict=True)
    }
    result = {
        "assets": asked.assets, "works": asked.works, "owners": asked.owners,
        "calendar": calendar_table(case, year, asked.works, months=months), "openings": openings_table(case, year, asked.about["street"]),
        "work_quantities": work_quantities(case, year, asked.works, facts=facts, pace=pace),
        "dividend": dividend_table(found, facts=facts, pace=pace), "owner_shares": shares,
        "shadow_prices": shadow_prices(case, budget=prices.budget, pool=prices.pool, crew=prices.crew, owner_names=names),
        "works_indicators": works_indicators(found, facts=facts, pace=pace),
    }  # fmt: skip
    certified = calendar_certificate(
        case, replace(proof, year=year, account=found.joint.account, objective_eur=found.joint.net_eur)
    )
    spread = _spread(given, asked, found)
    remarks = [*stated.remarks, *asked.remarks, *dividend_remarks(found), *owner_remarks(shares, names), *told]
    return StreetPart(
        _empty() | result | spread,
        remarks,
        trench_of_heat(case, year),
        certified,
        stated if asked.works["drawn"].any() else None,
        found.joint,
        PlannedChain(asked, found, facts, pace),
    )


class Planner:
    """Plans works with the same limits each time, and keeps its answers.

    before: year index by key of a work in a calendar with another heat network; a joint calendar keeps it where another saves no more than ``kept_share`` of the gross cost.
    """

    def __init__(
        self, rounds: int, tries: int, seed: int, *, before: pd.Series | None = None, kept_share: float = 0.0
    ) -> None:
        from koppelkans.street.calendar.answer import CalendarLimits

        self.limits = CalendarLimits(bound_rounds=rounds, starts=1, tries_per_section=tries, seed=seed)
        self.before, self.kept_share = before, kept_share
        self.answers: list[Calendar] = []

    def __call__(self, case: WorksCase, start: Ints | None) -> Calendar:
        """The calendar of a case, never worse than the start."""
        from koppelkans.street.calendar.answer import works_calendar
        from koppelkans.street.calendar.carried import kept_calendar

        found = works_calendar(case, self.limits, start=start)
        if self.before is not None and case.works.joins.any():
            found = kept_calendar(case, found, self.before, kept_share=self.kept_share, limits=self.limits, start=start)
        self.answers.append(found)
        return found


def planner_of(given: StreetInputs, before: pd.Series | None = None) -> Planner:
    """The planner with the limits of the scenario."""
    chosen, day = given.scenario.street, given.scenario.reference_date
    kept = given.parameters.at("street_works.loop.kept_share", day)
    return Planner(chosen.rounds, chosen.tries, given.scenario.seed, before=before, kept_share=kept)


def _spread(given: StreetInputs, asked: StreetWorks, found: Dividend) -> dict[str, pd.DataFrame]:
    """The dividend without each owner, where the scenario asks for it, and with other dates and prices: planned again where it asks for that, else the same calendars counted anew."""
    from koppelkans.street.dividend_owners import owner_absence
    from koppelkans.street.dividend_robustness import Spread, evaluated_robustness, variations, works_robustness

    chosen, seed = given.scenario.street, given.scenario.seed
    parameters, day = given.parameters, given.scenario.reference_date
    result: dict[str, pd.DataFrame] = {}
    if chosen.absences:
        result["owner_absence"] = owner_absence(found, Planner(chosen.rounds, chosen.tries, seed))
    spread = Spread(
        round(parameters.at("street_works.spread.date_years", day)), parameters.at("street_works.spread.cost_share", day),
        (parameters.at("street_works.spread.heat_factor", day, "low"), 1.0, parameters.at("street_works.spread.heat_factor", day, "high")), seed,
    )  # fmt: skip
    cases = variations(asked.case, spread)
    result["works_robustness"] = (
        works_robustness(cases, Planner(DRAW_ROUNDS, 0, seed))
        if chosen.variations
        else evaluated_robustness(cases, found)
    )
    return result


def drawn_figures(
    given: StreetInputs, stated: StatedWorks, draw: int, change: SpaceChange | None = None
) -> dict[str, float]:
    """What planning together saves when what lies in the streets is drawn once more; with ``change`` also what the chosen cross-sections cost and save.

    Nothing that stands on drawn ages may be printed otherwise than over many draws. Method: docs/method.md#dividend-robustness.
    """
    from koppelkans.street.dividend import dividend
    from koppelkans.street.dividend_robustness import chain_figures
    from koppelkans.street.joint_space import space_plans, wishes_of
    from koppelkans.street.joint_space_tables import space_figures

    planner = Planner(DRAW_ROUNDS, 0, given.scenario.seed)
    asked = works_of(given, stated, seed=given.scenario.seed + draw)
    found = dividend(asked.case, planner)
    figures = chain_figures(found, stated.threshold.figures(found) if stated.threshold else None)
    if change is None:
        return figures
    try:
        planner = Planner(SPACE_DRAW_ROUNDS, 0, given.scenario.seed)
        return figures | space_figures(space_plans(found.joint, wishes_of(asked), change, planner))
    except InfeasibleError:  # other ages, other windows: this draw says nothing of J+
        return figures


def trench_of_heat(case: WorksCase, year: Ints) -> pd.DataFrame:
    """What heat bears of opening and closing each section, as share of the same alone (0 to 1), and its price per metre where it is laid; index section.

    Where heat is laid: its equal part of each zone and closure. Elsewhere: what it would bear if it joined the opening that others make there and that leaves it
    the least; 1 where nobody opens the street. Method: docs/method.md#street-loop.
    """
    from koppelkans.street.calendar.case import HEAT
    from koppelkans.street.dividend import effective_trench_eur_per_m, shares_in_year_eur

    streets, works, inside = case.streets, case.works, year < case.years
    shut = streets.closure_eur + streets.nuisance_eur
    zones = case.opens[HEAT]
    alone = (streets.zone_eur * zones).sum(axis=1) + shut
    users = np.zeros((len(alone), len(zones), case.years))
    closers = np.zeros((len(alone), case.years))
    who = np.flatnonzero(inside & works.joins)
    for zone in np.flatnonzero(zones):
        here = who[case.opens[works.kind[who], zone]]
        np.add.at(users[:, zone], (works.section[here], year[here]), 1.0)
    here = who[case.closes[works.kind[who]]]
    np.add.at(closers, (works.section[here], year[here]), 1.0)
    joining = np.einsum("ez,ezt->et", streets.zone_eur * zones, 1.0 / (users + 1.0)) + shut[:, None] / (closers + 1.0)
    bears = joining.min(axis=1)
    heat = np.flatnonzero(works.kind == HEAT)
    _, opening, closure = shares_in_year_eur(case, year)
    bears[works.section[heat]] = (opening + closure)[heat]
    share = np.clip(bears / np.maximum(alone, 1e-9), 0.0, 1.0)
    names = pd.Index(case.section_names, name="section", dtype="str")
    price = effective_trench_eur_per_m(case, year).reindex(names)
    return pd.DataFrame({"share": share, "eur_per_m": price, "length_m": streets.length_m}, index=names)
