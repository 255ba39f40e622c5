"""From tables to a heat network and back: who connects, along which streets, with which pipes, at one temperature."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from koppelkans import tables
from koppelkans.errors import InfeasibleError
from koppelkans.heat.network.design_answer import Answer, NetworkResult, worked_out
from koppelkans.heat.network.design_graph import StreetGraph, street_graph
from koppelkans.heat.network.held import repriced
from koppelkans.heat.network.instance import Design, Instance, NetworkLimits
from koppelkans.heat.network.package_choice import listed_question, with_packages
from koppelkans.heat.network.question import Question, coincidence, question
from koppelkans.heat.offers import NetworkCase
from koppelkans.heat.pipes import W_PER_KW, PipeLevels, pipe_levels, pipe_table
from koppelkans.tables import RemarkRow

if TYPE_CHECKING:
    from koppelkans.heat.network.physics_check import Checked

Floats = NDArray[np.float64]
CAPACITY_ROUNDS = 4
"""How often the source is made smaller by the losses of the network it must feed."""
LOSS_STEP = 1.05
"""By how much the losses kept apart grow when they were not enough."""
ROUNDING_SHARE = 1e-9


def design_of(instance: Instance, limits: NetworkLimits) -> Design:
    """The design of the kernel; imported when asked, so that a plan without a network does not load it."""
    from koppelkans.heat.network.kernel import design_network

    return design_network(instance, limits)


def heat_network(
    buildings: gpd.GeoDataFrame, sections: gpd.GeoDataFrame, attachments: pd.DataFrame, offers: pd.DataFrame, regime: str, case: NetworkCase,
    packages: pd.DataFrame | None = None,
) -> NetworkResult:  # fmt: skip
    """Who connects, along which sections, with which pipes: least cost of the whole at one regime.

    buildings, sections, attachments keep BUILDINGS, SECTIONS, ATTACHMENTS; offers as ``network_offers`` gives them for ``regime``; packages: what
    buildings may take instead, as ``network_packages`` gives it (None: nothing else), chosen together with the network.

    min  sum over pipes of trench, pipe, loss and pumping  -  sum over connected buildings of their advantage      [EUR/year]

    over trees from the source; ``whole`` adds the cost of the best individual solution of every heated building, so that it is what
    all of them pay together; ``bound`` the same with the proven bound, ``gap_share`` their difference over the whole. The source
    feeds the coincident peak and the losses. Nobody connected is a valid answer, with a remark. Pipes that break a limit of velocity,
    friction or pressure are made wider and priced so.

    Raises DataError when the source is not connected to any street, InfeasibleError when a building that must connect cannot, or
    the source is too small for those that must. Method: docs/method.md#network-design.
    """
    must, never = connection_rules(offers.index, regime, case)
    graph = street_graph(buildings, sections, attachments, offers.index[offers["fits"]], case)
    _check_musts(must, never, graph, offers)
    levels = network_levels(regime, case)
    hours = _full_load_hours(offers.loc[graph.customers])
    instance = _instance(graph, offers, levels, must=must, never=never, case=case)
    asked = question(instance, graph, levels, case, hours=hours)
    listed = listed_question(asked, packages)
    first = _within_source(asked, asked if listed is None else listed, case)
    answers = [Answer(asked, *first, offers)]
    if listed is not None and packages is not None:
        found = with_packages(asked, first, listed, (offers, packages), case.limits, plenty=_plenty(asked))
        answers = [Answer(one.asked, one.design, one.lost_kw, one.told.offers, one.told) for one in found]
    answers += [one for one in [_held(asked, answers, case)] if one is not None]
    checks = [_worked_through(answer, case) for answer in answers]
    best = min(range(len(checks)), key=lambda place: checks[place][1].objective_eur - answers[place].credit_eur)
    return worked_out(answers[best], checks[best], sections, (must, never), case)


def _held(asked: Question, answers: list[Answer], case: NetworkCase) -> Answer | None:
    """The answer of the case to hold on to, at the prices of now; None without one, or when the question has become another."""
    before = case.held
    if not isinstance(before, Answer):
        return None
    proven = answers[0].design
    found = repriced(before.asked, before.design, asked, proven)
    if found is None or (before.told is None) != (answers[0].told is None):
        return None
    told = before.told
    if told is not None:
        told = replace(told, instance=replace(told.instance, extra_eur=asked.instance.extra_eur))
    credit = case.held_share * abs(float(before.offers["alternative_eur_per_year"].sum()) + found[1].objective_eur)
    return Answer(found[0], found[1], before.lost_kw, before.offers, told, credit)


def _worked_through(answer: Answer, case: NetworkCase) -> tuple[Checked, Design, Floats, list[RemarkRow]]:
    """The design of an answer with its pipes wide enough for their limits."""
    # numba is loaded here, so that a plan without a network does not wait for it
    from koppelkans.heat.network.design_check import worked_through

    return worked_through(answer.asked, answer.design, answer.lost_kw, answer.offers, case)


def connection_rules(buildings: pd.Index, regime: str, case: NetworkCase) -> tuple[pd.Index, pd.Index]:
    """Buildings that must connect at a regime, and those that never may, as the scenario says.

    A building that must have a solution of its own, or a network at another temperature, never connects at this one.
    """
    must = {building for building, solution in case.must.items() if solution == regime} | set(case.must_connect)
    never = {building for building, solution in case.must.items() if solution != regime} | set(case.never_connect)
    never |= {building for building, solutions in case.never.items() if regime in solutions}
    return buildings[buildings.isin(must)], buildings[buildings.isin(never)]


def _check_musts(must: pd.Index, never: pd.Index, graph: StreetGraph, offers: pd.DataFrame) -> None:
    cold = must[~offers.loc[must, "fits"].to_numpy(bool)]
    far = must.difference(cold).difference(graph.customers)
    clash = must.intersection(never)
    faults = [
        f"{why}: {tables.first_keys(keys)}"
        for why, keys in (
            ("the network is not hot enough for", cold), ("no street leads from the source to", far), ("must and never both name", clash),
        ) if len(keys)
    ]  # fmt: skip
    if faults:
        raise InfeasibleError(
            f"{len(cold) + len(far) + len(clash)} buildings must connect and cannot; change must in the scenario",
            faults,
        )


def network_levels(regime: str, case: NetworkCase) -> PipeLevels:
    """The pipe table at a regime, with the prices and rates of the case."""
    return pipe_levels(
        case.regime(regime), heat_eur_per_kwh=case.heat_eur_per_kwh, rate_share=case.economics.society_rate_share,
        parameters=case.parameters, day=case.economics.day, table=pipe_table(),
    )  # fmt: skip


def _full_load_hours(asked: pd.DataFrame) -> float:
    """Mean full-load hours of the buildings that may connect."""
    peak_kw = float(asked["peak_kw"].sum())
    return float(asked["heat_kwh"].sum() / peak_kw) if peak_kw > 0 else 0.0


def _instance(
    graph: StreetGraph, offers: pd.DataFrame, levels: PipeLevels, *, must: pd.Index, never: pd.Index, case: NetworkCase
) -> Instance:
    """The question as arrays. Pumping is in proportion to the power carried, at the mean full-load hours of the offers."""
    edges, asked = graph.edges, offers.loc[graph.customers]
    length = edges["length_m"].to_numpy(float)
    trench = levels.trench_eur_per_m * levels.charge_share * edges["surface_factor"].to_numpy(float)
    peak_kw = asked["peak_kw"].to_numpy(float)
    full_load_hours = _full_load_hours(asked)
    service = (edges["kind"] == "service").to_numpy(bool)
    return Instance(
        node_count=len(graph.nodes), root=graph.root, tail=edges["tail"].to_numpy(np.int64), head=edges["head"].to_numpy(np.int64),
        length_m=length, extra_eur=length * trench, allowed=np.ones(len(edges), dtype=np.bool_),
        level_cap_kw=levels.capacity_kw, level_eur_per_m=levels.yearly_eur_per_m,
        slope_eur_per_m_kw=levels.pump_kwh_per_kwh_m * full_load_hours * case.power_eur_per_kwh, coincidence=coincidence(case),
        customer_node=edges["head"].to_numpy(np.int64)[service], customer_kw=peak_kw,
        customer_value_eur=asked["advantage_eur_per_year"].to_numpy(float), must=graph.customers.isin(must),
        never=graph.customers.isin(never), source_kw=case.source.capacity_kw,
    )  # fmt: skip


def _within_source(asked: Question, listed: Question, case: NetworkCase) -> tuple[Design, Floats]:
    """A design whose peak with losses the sources can feed, and what the pipes behind each of them lose [kW].

    The kernel knows no losses. Sources that might be too small for everybody and all losses are first asked roughly, then made
    smaller by the losses found until they fit. The bound of the first answer holds for all: every network that the sources can feed
    with its losses is also one that they can feed without. listed: the same question with all packages, for which the bound of a rough answer holds.
    """
    graph, instance = asked.graph, asked.instance
    if not len(graph.customers):
        return _nothing(instance), np.zeros(len(asked.sources))
    capacity, limits = np.array([source.capacity_kw for source in asked.sources]), case.limits
    plenty = _plenty(asked)
    first = design_of(instance, limits) if plenty else design_of(listed.instance, replace(limits, search_rounds=1))
    lost = asked.loss_kw(first)
    if plenty:
        return first, lost
    for _ in range(CAPACITY_ROUNDS * len(capacity)):
        design = design_of(asked.with_power(capacity - lost), replace(limits, ascent_rounds=1))
        needed = asked.loss_kw(design)
        peak_kw = asked.peak_kw(design) + needed
        over = peak_kw > capacity * (1.0 + ROUNDING_SHARE)
        if not over.any():
            return replace(design, bound_eur=first.bound_eur, proof=first.proof), needed
        lost = np.where(over, np.maximum(needed, lost * LOSS_STEP), lost)
    worst = int(np.argmax(peak_kw - capacity))
    raise InfeasibleError(
        f"heat source {asked.sources[worst].name} gives {capacity[worst]:,.0f} kW; the network needs {peak_kw[worst]:,.0f} kW with its losses of "
        f"{needed[worst]:,.0f} kW. Take a larger source, or let fewer buildings connect by force"
    )


def _plenty(asked: Question) -> bool:
    """Whether each source can feed everybody with the losses of all pipes at their largest."""
    instance, lengths_m = asked.instance, asked.graph.edges["length_m"].to_numpy(float)
    limit, single = instance.coincidence
    # no set of customers flows more: (limit + single / n) x sum of n  <=  limit x sum of all + single x largest
    most_kw = float(limit * instance.customer_kw.sum() + single * instance.customer_kw.max(initial=0.0))
    most_kw += float(lengths_m.sum() * asked.levels.loss_w_per_m.max() / W_PER_KW)
    return most_kw <= min(source.capacity_kw for source in asked.sources)


def _nothing(instance: Instance) -> Design:
    """The design without a pipe."""
    none, zero, nobody = np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros(0, dtype=np.bool_)
    return Design(
        edge=none, upstream=none, design_kw=zero, sum_kw=zero, level=none, customers=none, cost_eur=zero, connected=nobody,
        objective_eur=0.0, bound_eur=0.0, whole_eur=0.0, gap_share=0.0, reduced_eur=np.zeros(len(instance.tail)), reachable=nobody,
        root_kw=0.0,
    )  # fmt: skip
