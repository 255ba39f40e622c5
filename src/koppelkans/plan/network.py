"""The heat network inside the plan: which sources and temperatures are weighed, and what the design hands to the money."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from pyogrio.errors import DataLayerError, DataSourceError

from koppelkans import tables
from koppelkans.errors import DataError, ScenarioError
from koppelkans.heat import Economics
from koppelkans.heat.network.design import network_levels
from koppelkans.heat.network.design_answer import NetworkResult
from koppelkans.heat.network.design_options import with_network
from koppelkans.heat.network.instance import NetworkLimits
from koppelkans.heat.network.laid import laid_pipes
from koppelkans.heat.network.question import coincidence
from koppelkans.heat.network.variants import NetworkChoice, network_variants, no_pipes
from koppelkans.heat.offers import HeatSource, NetworkCase, NetworkTariff
from koppelkans.heat.pipes import surface_factor
from koppelkans.money.project import (
    Supply,
    Terms,
    asset_classes,
    project,
    project_flows,
    project_terms,
    stated_about_project,
)
from koppelkans.money.project_basis import project_basis
from koppelkans.money.threshold import Worth, section_worth, thresholds
from koppelkans.parameters import Parameters
from koppelkans.place.model import Place
from koppelkans.plan.heat_corridors import corridor_remarks, narrowed, open_sections, with_design
from koppelkans.plan.phases import network_phases
from koppelkans.scenario import Scenario
from koppelkans.tables import RemarkRow

KWH_PER_MWH = 1_000.0
EMPTY = (
    "pipes",
    "connections",
    "network_variants",
    "network_sources",
    "network_sections",
    "network_phases",
    "thresholds",
    "project",
    "project_years",
    "project_basis",
    "heat_corridors",
)
CORRIDOR_ROUNDS = 3
"""How often a network is designed again where its pipes turned out wider than the room for them."""


@dataclass(frozen=True, slots=True)
class NetworkPart:
    """What a network adds to a plan: ``tables`` by name, options with the network in them, payments for the ledger, remarks.

    ``case`` and ``result`` belong to the network that was chosen; both None when there is none. ``certificate``: of the best network looked
    at, built or not; None without a source. ``worth``: what its trench costs and its customers bring a year; None without a network.
    """

    tables: dict[str, pd.DataFrame]
    options: pd.DataFrame
    flows: pd.DataFrame
    remarks: list[RemarkRow]
    case: NetworkCase | None = None
    result: NetworkResult | None = None
    certificate: dict[str, Any] | None = None
    worth: Worth | None = None


@dataclass(frozen=True, slots=True)
class NetworkInputs:
    """Tables that a network is weighed with: DEMAND, individual OPTIONS, PRICES, the RENOVATIONS that may be done, and how many peaks
    of homes coincide: share of the sum that is left of very many, and what one alone adds. ``room``: where a pair of pipes has room in the street (HEAT_CORRIDORS).
    """

    demand: pd.DataFrame
    options: pd.DataFrame
    prices: pd.DataFrame
    renovations: pd.DataFrame
    coincidence: tuple[float, float]
    room: pd.DataFrame | None = None


@dataclass(frozen=True, slots=True)
class Shared:
    """``trench_share`` of the price of the trench that heat bears by section, and the ``regime`` of the network that is looked at with it.

    ``held``: the network so far, kept unless another saves more than ``held_share`` of what all buildings pay a year.
    """

    trench_share: pd.Series
    regime: str
    held: NetworkResult | None = None
    held_share: float = 0.0


def no_network(place: Place, options: pd.DataFrame) -> NetworkPart:
    """A plan without a network: every table there, without rows."""
    empty = {name: tables.TABLES[name].empty(place.crs) for name in EMPTY}
    return NetworkPart({**empty, "pipes": no_pipes(place.buildings)}, options, pd.DataFrame(), [])


def existing_pipes(place: Place, scenario: Scenario, folder: Path | None) -> gpd.GeoDataFrame | None:
    """The heat pipes that lie there already, as drawn in the file of the scenario; None without one.

    Raises ScenarioError when the file is not there, DataError when it cannot be read or holds no line.
    """
    if scenario.existing_pipes is None:
        return None
    file = (folder or Path()) / scenario.existing_pipes
    if not file.is_file():
        raise ScenarioError(f"existing_pipes: no file at {file}; expected a GeoPackage or GeoJSON beside the scenario")
    try:
        found = gpd.read_file(file)
    except (DataSourceError, DataLayerError) as error:
        raise DataError(
            f"existing pipes in {file.name} cannot be read: {error}; expected a GeoPackage or GeoJSON"
        ) from error
    if not isinstance(found, gpd.GeoDataFrame) or found.empty:
        raise DataError(
            f"existing pipes in {file.name}: no line found; expected one line per pipe, with a column dn or capacity_kw"
        )
    if found.crs is None:
        raise DataError(
            f"existing pipes in {file.name}: no coordinate system; expected one, such as that of the place ({place.crs})"
        )
    return found


def network_part(
    place: Place,
    scenario: Scenario,
    given: NetworkInputs,
    *,
    economics: Economics,
    parameters: Parameters,
    laid: gpd.GeoDataFrame | None = None,
    shared: Shared | None = None,
) -> NetworkPart:
    """The heat network of least cost over all temperatures, fed by all sources that are hot enough, and its business case; or none.

    laid: pipes that lie there already, as drawn. shared: what others bear of the trenches, with the one temperature to look at. Raises DataError when a source is not near any street or such a pipe off the streets,
    InfeasibleError when what must connect cannot or the sources clash. Method: docs/method.md#network-design.
    """
    demand, options = given.demand, given.options
    if not scenario.sources or place.sections is None or place.attachments is None:
        return no_network(place, options)
    terms = project_terms(parameters, scenario.reference_date, scenario.heat_network.terms())
    case = _case(terms, scenario, given, economics, parameters)
    if laid is not None:
        found = laid_pipes(laid, place.sections, parameters=parameters, day=scenario.reference_date)
        case = replace(case, laid=found)
    if shared is not None:
        held = None if shared.held is None else shared.held.answer
        case = replace(
            case, trench_share=shared.trench_share, only=shared.regime, held=held, held_share=shared.held_share
        )
    sections, case, choice, room = _designed(place, scenario, given, case)
    place = replace(place, sections=sections)
    remarks, proven = list(choice.remarks), choice.certificate
    made = {**no_network(place, options).tables, "network_variants": choice.variants, "connections": choice.connections}
    made["pipes"] = choice.pipes
    if room is not None:
        made["heat_corridors"] = tables.check(tables.TABLES["heat_corridors"], room)
        remarks += corridor_remarks(room, sections, scenario)
    if choice.chosen is None:
        return NetworkPart(made, options, pd.DataFrame(), remarks, certificate=proven)
    case = replace(case, source=choice.chosen.source, others=())
    made["network_sources"], made["network_sections"] = choice.chosen.sources, choice.chosen.streets
    phases, told = network_phases(choice.chosen.pieces, sections["street"], scenario, parameters)
    made["network_phases"] = phases
    joint, stated = with_network(options, choice.chosen, case)
    money = _money(place, choice.chosen, case, terms, scenario, demand)
    return NetworkPart(
        {**made, **money.tables},
        joint,
        money.flows,
        [*remarks, *stated, *told, *money.remarks],
        case,
        choice.chosen,
        proven,
        money.worth,
    )


def _designed(
    place: Place, scenario: Scenario, given: NetworkInputs, case: NetworkCase
) -> tuple[gpd.GeoDataFrame, NetworkCase, NetworkChoice, pd.DataFrame | None]:
    """The design within the room in the streets: again, a few times, where its pipes turn out wider than that.

    Result: the sections with those that are open to it, the case with what moving others costs, the choice, and the room with its pipes.
    """
    sections, attachments, room = place.sections, place.attachments, given.room
    if sections is None or attachments is None:
        raise ValueError("a network needs streets")
    if room is None or not len(room):
        choice = network_variants(place.buildings, given.demand, given.options, sections, attachments, case)
        return sections, case, choice, room
    for attempt in range(CORRIDOR_ROUNDS):
        streets, asked = open_sections(sections, room, case.laid), case
        if (room["corridor_eur_per_m"] > 0).any():
            asked = replace(case, trench_more_eur_per_m=room["corridor_eur_per_m"])
        choice = network_variants(place.buildings, given.demand, given.options, streets, attachments, asked)
        room = with_design(room, choice.pipes)
        further = narrowed(room, scenario, case.parameters)
        if further is None or attempt == CORRIDOR_ROUNDS - 1:
            break
        room = further
    return streets, asked, choice, room


def _case(
    terms: Terms, scenario: Scenario, given: NetworkInputs, economics: Economics, parameters: Parameters
) -> NetworkCase:
    first, *others = (
        HeatSource(
            source.name, source.x_m, source.y_m, source.capacity_kw, source.supply_c, source.price_eur_per_mwh, source.emission_kg_per_kwh,
            source.fixed_eur_per_year,
        ) for source in scenario.sources
    )  # fmt: skip
    day, chosen = scenario.reference_date, scenario.heat_network
    energy, works = (1 + parameters.at("vat", day, name) for name in ("household_energy", "works"))
    return NetworkCase(
        source=first, others=tuple(others),
        tariff=NetworkTariff(
            terms.tariff_eur_per_kwh * energy, (terms.fixed_eur_per_year + terms.service_eur_per_year) * energy,
            terms.capacity_eur_per_kw * energy, terms.connection_fee_eur * works,
        ),
        economics=economics, parameters=parameters, prices=given.prices, renovations=given.renovations, coincidence=given.coincidence,
        fossil_free=scenario.fossil_free,
        only=None if chosen.regime == "auto" else f"network_{chosen.regime}",
        must=scenario.choices.must, never=scenario.choices.never,
        must_connect=chosen.must_connect, never_connect=chosen.never_connect,
        limits=NetworkLimits(ascent_rounds=chosen.ascent_rounds, search_rounds=chosen.search_rounds, seed=scenario.seed),
    )  # fmt: skip


# ----------------------------------------------------------------------------------------------------------------------- money


@dataclass(frozen=True, slots=True)
class _Money:
    tables: dict[str, pd.DataFrame]
    flows: pd.DataFrame
    remarks: list[RemarkRow]
    worth: Worth


def _money(
    place: Place, result: NetworkResult, case: NetworkCase, terms: Terms, scenario: Scenario, demand: pd.DataFrame
) -> _Money:
    """Business case, payments and thresholds of a design."""
    parameters, day = case.parameters, case.economics.day
    joined = result.offers.loc[result.connected]
    customers, supply = customers_of(joined), _supply(result, case)
    by_kind = result.pipes.groupby("kind")["investment_eur"].sum()
    assets = asset_classes(
        {
            "main_pipes": float(by_kind.get("main", 0.0)), "service_pipes": float(by_kind.get("service", 0.0)),
            "delivery_sets": float(joined["delivery_set_eur"].sum()),
        },
        terms=terms, parameters=parameters, day=day,
    )  # fmt: skip
    summary, years, stated = project(
        assets, customers, supply, terms=terms, uptake_shares=scenario.heat_network.uptake_shares,
        start_year=scenario.start_year,
    )  # fmt: skip
    flows = project_flows(
        assets, customers, supply, terms=terms, start_year=scenario.start_year, parameters=parameters, day=day
    )
    cost = supply.eur_per_mwh(float(customers["heat_mwh"].sum()))
    levels, said = thresholds(
        threshold_sections(place, result, case, demand), terms=terms, heat_cost_eur_per_mwh=cost, parameters=parameters, day=day,
    )  # fmt: skip
    remarks = [
        *stated,
        *stated_about_project(assets, customers, parameters=parameters, day=day),
        *said,
        _power_remark(),
    ]
    basis = project_basis(assets, customers, supply, terms)
    made = {"project": summary, "project_years": years, "project_basis": basis, "thresholds": levels}
    return _Money(made, flows, remarks, section_worth(terms, cost, parameters=parameters, day=day))


def customers_of(joined: pd.DataFrame) -> pd.DataFrame:
    """Connected buildings as classes of customers: a dwelling is a connection, a building without dwellings is one."""
    kind = np.where(joined["dwellings"] > 0, "households", "institutions")
    frame = pd.DataFrame({
        "heat_mwh": joined["heat_kwh"] / KWH_PER_MWH, "connections": joined["dwellings"].clip(lower=1).astype(float),
        "capacity_kw": joined["peak_kw"],
    })  # fmt: skip
    return frame.groupby(kind).sum()


def _supply(result: NetworkResult, case: NetworkCase) -> Supply:
    power_eur_per_mwh = float(case.prices["society_eur_per_kwh"]["electricity"]) * KWH_PER_MWH
    return Supply(
        case.source.price_eur_per_mwh, result.variant["loss_mwh"], result.variant["pump_mwh"], power_eur_per_mwh
    )


def _power_remark() -> RemarkRow:
    return tables.remark(
        "project", "De pompen van het warmtenet betalen groothandelsprijs en nettarief, zonder heffingen: het tarief van een bedrijf is niet opgenomen.",
        "The pumps of the heat network pay wholesale price and network tariff, without levies: the tariff of a company is not included.",
        method="project",
    )  # fmt: skip


def threshold_sections(place: Place, result: NetworkResult, case: NetworkCase, demand: pd.DataFrame) -> pd.DataFrame:
    """The sections whose threshold is asked: every trench section with a building, or with a pipe of the design.

    Columns as ``money.threshold.thresholds`` wants them. Trench price: of the design where a main lies; elsewhere the price per
    metre of the smallest pipe that carries the coincident peak of the section's own buildings. Parent: the section from which the
    design enters this one with the most buildings behind it.
    """
    sections, attachments = place.sections, place.attachments
    if sections is None or attachments is None:
        raise ValueError("thresholds need a street graph")
    own = _on_section(place.buildings, attachments, demand)
    mains = result.pipes[result.pipes["kind"] == "main"].dropna(subset="section")
    asked = sections.index[sections.index.isin(own.index.union(pd.Index(mains["section"].unique())))]
    own = own.reindex(asked).fillna(0.0)
    laid = mains.groupby("section")[["investment_eur", "length_m"]].sum()
    price = (laid["investment_eur"] / laid["length_m"]).reindex(asked)
    return pd.DataFrame({
        "street": sections.loc[asked, "street"],
        "trench_eur_per_m": price.fillna(_own_price(sections.loc[asked], own, result.regime, case)),
        "length_m": sections.loc[asked, "length_m"], "dwellings": own["dwellings"].astype("int64"),
        "dwelling_heat_mwh": own["dwelling_heat_mwh"], "large_heat_mwh": own["large_heat_mwh"],
        "parent": upstream_sections(mains).reindex(asked),
    }, index=asked)  # fmt: skip


def _on_section(buildings: gpd.GeoDataFrame, attachments: pd.DataFrame, demand: pd.DataFrame) -> pd.DataFrame:
    dwellings = buildings["dwellings"].reindex(attachments.index).astype(float)
    heat_mwh = demand["heat_kwh"].reindex(attachments.index) / KWH_PER_MWH
    frame = pd.DataFrame({
        "dwellings": dwellings, "dwelling_heat_mwh": heat_mwh.where(dwellings > 0, 0.0),
        "large_heat_mwh": heat_mwh.where(dwellings == 0, 0.0), "peak_kw": demand["peak_kw"].reindex(attachments.index),
        "buildings": 1.0,
    })  # fmt: skip
    return frame.groupby(attachments["section"]).sum()


def _own_price(sections: gpd.GeoDataFrame, own: pd.DataFrame, regime: str, case: NetworkCase) -> pd.Series:
    levels = network_levels(regime, case)
    limit, single = coincidence(case)
    peak_kw = own["peak_kw"] * (limit + single / own["buildings"].clip(lower=1))
    level = np.searchsorted(levels.capacity_kw, peak_kw.to_numpy()).clip(max=len(levels.capacity_kw) - 1)
    factor = surface_factor(sections["surface"], parameters=case.parameters, day=case.economics.day)
    return pd.Series(levels.trench_eur_per_m * factor + levels.pipe_eur_per_m[level], index=sections.index)


def upstream_sections(mains: pd.DataFrame) -> pd.Series:
    """Section upstream of each section of the design; none for the first. Ties go to the pipe nearer to the source."""
    into = mains.drop_duplicates("to_node").set_index("to_node")["section"]
    entering = mains.assign(parent=mains["from_node"].map(into))
    entering = entering[entering["parent"] != entering["section"]]
    first = entering.sort_values("buildings", ascending=False, kind="stable").drop_duplicates("section")
    return first.set_index("section")["parent"]
