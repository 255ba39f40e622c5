"""Works in the streets inside the plan: what lies there, the calendar of works and what planning together saves, the space of the streets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from koppelkans import tables
from koppelkans.heat import Economics
from koppelkans.parameters import Parameters
from koppelkans.place.model import Place
from koppelkans.place.street_assets import read_assets
from koppelkans.place.street_works import read_planned_works
from koppelkans.plan.network import NetworkPart, Shared
from koppelkans.plan.street_network import street_network
from koppelkans.scenario import Scenario
from koppelkans.street.assets import StreetNetwork, StreetTerms, StreetWorks, street_works
from koppelkans.street.assets.owners import owners_table
from koppelkans.tables import RemarkRow

if TYPE_CHECKING:
    from koppelkans.street.calendar.answer import Calendar
    from koppelkans.street.calendar.case import Ints, WorksCase
    from koppelkans.street.calendar.pace import Pace
    from koppelkans.street.dividend import Dividend

WORKS_TABLES = (
    "assets", "works", "owners", "calendar", "openings", "work_quantities", "dividend", "owner_shares", "owner_absence", "shadow_prices",
    "works_robustness", "drawn_assets", "works_indicators", "trench_rounds",
)  # fmt: skip
MONTHS_YEARS = 5
DRAW_ROUNDS = 7
"""Rounds of the bound in each draw of the assets: its gap stands as a row of its own beside the percentiles."""


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
    """What the works of a place hang on besides the draw: ``assets`` and ``planned`` as given (None: none), table ``owners``, the heat network, and the remarks on the files."""

    assets: pd.DataFrame | None
    planned: pd.DataFrame | None
    owners: pd.DataFrame
    network: StreetNetwork | None
    remarks: list[RemarkRow]


@dataclass(frozen=True, slots=True)
class StreetPart:
    """What the streets add to a plan: ``tables`` by name, and the certificate of the calendar.

    ``trench``: index section; ``share`` of the price of a trench that heat bears there, ``eur_per_m`` pipe and trench after sharing where heat is laid, ``length_m``.
    ``drawn``: what to draw again around, where a date of a work follows from a drawn age, so that results must be spread over draws.
    """

    tables: dict[str, pd.DataFrame]
    remarks: list[RemarkRow]
    trench: pd.DataFrame
    certificate: dict[str, Any] | None = None
    drawn: StatedWorks | None = None


NO_TRENCH = pd.DataFrame(
    {"share": [], "eur_per_m": [], "length_m": []}, index=pd.Index([], name="section", dtype="str")
)


def network_with_streets(
    given: StreetInputs, network: NetworkPart, again: Callable[[Shared], NetworkPart]
) -> tuple[NetworkPart, StreetPart]:
    """The network and the works, each knowing the other: what heat bears of a trench goes back to the design until it moves little.

    again: the network at other trench prices. At most ``street.trench_rounds`` rounds; the last network and calendar are the answer. Without a round the network
    pays every trench alone. Method: docs/method.md#street-loop.
    """
    part = street_part(given, network.tables)
    regime, moved = _regime(network), float("nan")
    if regime is None or not len(part.trench):
        return network, part
    enough = given.parameters.at("street_works.loop.moved_share", given.scenario.reference_date)
    asked = part.trench["share"]
    rounds = [_round(network, pd.Series(1.0, index=asked.index), part.trench, moved)]
    while len(rounds) <= given.scenario.street.trench_rounds:
        network = again(Shared(asked, regime))
        part = street_part(given, network.tables)
        borne = _borne(asked, part.trench)
        moved = _moved(asked, borne, part.trench)
        rounds.append(_round(network, asked, part.trench, moved))
        # half-way: near-equal calendars would otherwise throw the prices to and fro
        asked = (asked.reindex(borne.index).fillna(borne) + borne) / 2.0
        if moved < enough:
            break
    made = pd.DataFrame(rounds, index=pd.Index([str(at) for at in range(len(rounds))], name="round", dtype="str"))
    told = _loop_remark(len(rounds) - 1, moved, enough, part)
    return network, replace(
        part, tables={**part.tables, "trench_rounds": tables.check(tables.TABLES["trench_rounds"], made)}, remarks=[*part.remarks, told]
    )  # fmt: skip


def _round(network: NetworkPart, asked: pd.Series, trench: pd.DataFrame, moved: float) -> dict[str, object]:
    """A row of TRENCH_ROUNDS: the network of this round, and what it was asked and given to pay for a trench."""
    laid = trench[trench["eur_per_m"].notna()]
    length = laid["length_m"].to_numpy(float)
    metres = max(float(length.sum()), 1e-9)
    before = asked.reindex(laid.index).fillna(1.0).to_numpy(float)
    return {
        "sections": len(laid), "buildings": int(network.tables["connections"]["connected"].sum()), "asked_share": float(before @ length) / metres,
        "borne_share": float(laid["share"].to_numpy(float) @ length) / metres, "moved_share": moved,
    }  # fmt: skip


def _borne(asked: pd.Series, trench: pd.DataFrame) -> pd.Series:
    """What heat bears by section: as the calendar says where it is laid, as asked before elsewhere.

    A section that was tried keeps what it turned out to bear: what it would bear in the cheapest opening of others would call it back, to be left out again.
    """
    laid = trench["eur_per_m"].notna()
    return trench["share"].where(laid, asked.reindex(trench.index).fillna(trench["share"]))


def _moved(asked: pd.Series, borne: pd.Series, trench: pd.DataFrame) -> float:
    """How far the price of the trench moved where heat is laid: sum of |difference| x length over the sum before."""
    length = trench["length_m"].where(trench["eur_per_m"].notna(), 0.0)
    before = asked.reindex(trench.index).fillna(1.0)
    whole = float((before * length).sum())
    return float(((borne - before).abs() * length).sum()) / whole if whole > 0 else 0.0


def _regime(network: NetworkPart) -> str | None:
    """The temperature of the network that was chosen, else of the best looked at; none without a source."""
    variants = network.tables["network_variants"]
    if variants.empty:
        return None
    if variants["chosen"].any():
        return str(variants.index[variants["chosen"]][0])
    return str(variants["whole_eur_per_year"].idxmin())


def _loop_remark(rounds: int, moved: float, enough: float, part: StreetPart) -> RemarkRow:
    laid = part.trench[part.trench["eur_per_m"].notna()]
    share = float(np.average(laid["share"], weights=laid["length_m"])) if len(laid) else float("nan")
    bears = f"{share:.0%}".replace("%", " %") if len(laid) else "-"
    if not rounds:
        return tables.remark(
            "calendar", f"Het warmtenet is ontworpen alsof het elke sleuf alleen betaalt; in de kalender draagt het gemiddeld {bears} van het openen en afsluiten. Met "
            "trench_rounds gaat die prijs terug naar het ontwerp.", f"The heat network was designed as if it paid every trench alone; in the calendar it bears {bears} of "
            "opening and closing on average. With trench_rounds that price goes back to the design.", level="info", method="street-loop",
        )  # fmt: skip
    settled = moved < enough
    done_nl = "de prijzen staan vast" if settled else f"de prijzen bewegen nog {moved:.0%}".replace("%", " %")
    done_en = "the prices have settled" if settled else f"the prices still move by {moved:.0%}"
    return tables.remark(
        "calendar", f"Het warmtenet is {rounds} keer opnieuw ontworpen met de prijs van de sleuf na delen ({done_nl}): het draagt gemiddeld {bears} van het openen en afsluiten.",
        f"The heat network was designed again {rounds} times with the price of the trench after sharing ({done_en}): it bears {bears} of opening and closing on average.",
        level="info" if settled else "warning", method="street-loop",
    )  # fmt: skip


def street_part(given: StreetInputs, made: Mapping[str, pd.DataFrame]) -> StreetPart:
    """The works calendar of a place with the heat network in ``made`` (tables PIPES and NETWORK_SECTIONS), and what planning together saves.


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
    return _planned(given, stated, asked)


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
    network = street_network(made["pipes"], made["network_sections"])
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


def _planned(given: StreetInputs, stated: StatedWorks, asked: StreetWorks) -> StreetPart:
    """The chain of plans with its tables."""
    # numba is loaded here, so that a plan without streets does not wait for it
    from koppelkans.street.calendar.certificate import calendar_certificate
    from koppelkans.street.calendar.pace import works_pace
    from koppelkans.street.dividend import dividend, dividend_remarks, dividend_table
    from koppelkans.street.dividend_owners import owner_remarks, owner_shares
    from koppelkans.street.works_measures import SectionFacts
    from koppelkans.street.works_prices import shadow_prices
    from koppelkans.street.works_tables import calendar_table, openings_table, work_quantities, works_indicators

    scenario, chosen, case = given.scenario, given.scenario.street, asked.case
    planner = Planner(chosen.rounds, chosen.tries, scenario.seed)
    found = dividend(case, planner)
    areas = asked.about[["carriageway_m2", "parking_m2", "footway_m2"]].assign(house_m2=0.0).to_numpy(float)
    facts = SectionFacts(areas, asked.about["residents"].to_numpy(float), asked.saved_tonnes_per_mwh)
    pace, year = works_pace(given.parameters, scenario.reference_date), found.joint.year
    months, told = _months(given, asked, year, pace)
    shares = owner_shares(found, facts, agreed=chosen.agreed_shares or None)
    prices, names = planner.answers[-1].prices, {str(key): str(name) for key, name in asked.owners["name"].items()}
    result = {
        "assets": asked.assets, "works": asked.works, "owners": asked.owners,
        "calendar": calendar_table(case, year, asked.works, months=months), "openings": openings_table(case, year, asked.about["street"]),
        "work_quantities": work_quantities(case, year, asked.works, facts=facts, pace=pace),
        "dividend": dividend_table(found, facts=facts, pace=pace), "owner_shares": shares,
        "shadow_prices": shadow_prices(case, budget=prices.budget, pool=prices.pool, crew=prices.crew, owner_names=names),
        "works_indicators": works_indicators(found, facts=facts, pace=pace),
    }  # fmt: skip
    certified = calendar_certificate(
        case, replace(planner.answers[-1], year=year, account=found.joint.account, objective_eur=found.joint.net_eur)
    )
    spread = _spread(given, asked, found)
    remarks = [*stated.remarks, *asked.remarks, *dividend_remarks(found), *owner_remarks(shares, names), *told]
    return StreetPart(
        _empty() | result | spread,
        remarks,
        trench_of_heat(case, year),
        certified,
        stated if asked.works["drawn"].any() else None,
    )


class Planner:
    """Plans works with the same limits each time, and keeps its answers."""

    def __init__(self, rounds: int, tries: int, seed: int) -> None:
        from koppelkans.street.calendar.answer import CalendarLimits

        self.limits = CalendarLimits(bound_rounds=rounds, starts=1, tries_per_section=tries, seed=seed)
        self.answers: list[Calendar] = []

    def __call__(self, case: WorksCase, start: Ints | None) -> Calendar:
        """The calendar of a case, never worse than the start."""
        from koppelkans.street.calendar.answer import works_calendar

        self.answers.append(works_calendar(case, self.limits, start=start))
        return self.answers[-1]


def _months(given: StreetInputs, asked: StreetWorks, year: Ints, pace: Pace) -> tuple[pd.DataFrame, list[RemarkRow]]:
    """In which months of the first years the streets are closed."""
    from koppelkans.street.calendar.months import Around, months_of_works, months_remarks, works_months

    around = Around(_beside(asked.about), asked.about["residents"].to_numpy(float))
    limits = given.scenario.limits.model_copy(update={"nodes": given.scenario.street.month_nodes})
    found = works_months(asked.case, year, around=around, pace=pace, limits=limits, years=MONTHS_YEARS)
    return months_of_works(asked.case, found), months_remarks(asked.case, found)


def _beside(about: pd.DataFrame) -> Ints:
    """Pairs of sections that meet in a junction."""
    place = pd.Series(np.arange(len(about)), index=about.index)
    ends = pd.concat([pd.DataFrame({"node": about[side], "place": place}) for side in ("from_node", "to_node")])
    pairs = ends.merge(ends, on="node")
    pairs = pairs[pairs["place_x"] < pairs["place_y"]]
    return np.unique(pairs[["place_x", "place_y"]].to_numpy(np.int64), axis=0)


def _spread(given: StreetInputs, asked: StreetWorks, found: Dividend) -> dict[str, pd.DataFrame]:
    """The dividend without each owner, and with other dates and prices, as far as the scenario asks for them."""
    from koppelkans.street.dividend_owners import owner_absence
    from koppelkans.street.dividend_robustness import Spread, variations, works_robustness

    chosen, seed = given.scenario.street, given.scenario.seed
    result: dict[str, pd.DataFrame] = {}
    if chosen.absences:
        result["owner_absence"] = owner_absence(found, Planner(chosen.rounds, chosen.tries, seed))
    if chosen.variations:
        parameters, day = given.parameters, given.scenario.reference_date
        spread = Spread(
            round(parameters.at("street_works.spread.date_years", day)), parameters.at("street_works.spread.cost_share", day),
            (parameters.at("street_works.spread.heat_factor", day, "low"), 1.0, parameters.at("street_works.spread.heat_factor", day, "high")), seed,
        )  # fmt: skip
        result["works_robustness"] = works_robustness(variations(asked.case, spread), Planner(DRAW_ROUNDS, 0, seed))
    return result


def drawn_figures(given: StreetInputs, stated: StatedWorks, draw: int) -> dict[str, float]:
    """What planning together saves when what lies in the streets is drawn once more.

    Nothing that stands on drawn ages may be printed otherwise than over many draws. Method: docs/method.md#dividend-robustness.
    """
    from koppelkans.street.dividend_robustness import draw_figures

    seed = given.scenario.seed
    return draw_figures(works_of(given, stated, seed=seed + draw).case, Planner(DRAW_ROUNDS, 0, seed))


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
