"""From tables to a heat network and back: who connects, along which streets, at which temperature, with which pipes."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from koppelkans import tables
from koppelkans.errors import InfeasibleError
from koppelkans.heat.choices import best_individual
from koppelkans.heat.network.certificate import certificate
from koppelkans.heat.network.design_graph import StreetGraph, street_graph
from koppelkans.heat.network.design_remarks import choice_remarks, design_remarks, source_remarks
from koppelkans.heat.network.design_tables import connections_table, pipes_table, variant_row
from koppelkans.heat.network.held import repriced
from koppelkans.heat.network.instance import Design, Instance, NetworkLimits
from koppelkans.heat.network.laid import laid_remarks
from koppelkans.heat.network.package_choice import NOBODY, Repacked, listed_question, package_remarks, with_packages
from koppelkans.heat.network.phasing import Branches, network_pieces
from koppelkans.heat.network.question import Question, mixed, question, source_rows
from koppelkans.heat.offers import HeatSource, NetworkCase, network_packages
from koppelkans.heat.options import heated_rows
from koppelkans.heat.pipes import W_PER_KW, PipeLevels, pipe_levels, pipe_table
from koppelkans.tables import RemarkRow

if TYPE_CHECKING:
    from koppelkans.heat.network.physics_check import Checked

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
CAPACITY_ROUNDS = 4
"""How often the source is made smaller by the losses of the network it must feed."""
LOSS_STEP = 1.05
"""By how much the losses kept apart grow when they were not enough."""
ROUNDING_SHARE = 1e-9


@dataclass(frozen=True, slots=True)
class NetworkResult:
    """One regime worked out. ``variant``: a row of NETWORK_VARIANTS; ``pipes``, ``connections`` keep PIPES and CONNECTIONS.

    ``offers`` as ``network_offers`` gave them; ``heat_eur_per_kwh`` what one kWh at the source costs society. ``certificate``: question,
    answer and proof in whole numbers, for ``koppelkans.verify``. ``sources``: what each source gives (see ``source_rows``); ``source``: all
    of them as one, the price and emission of a mean kWh. ``streets`` keeps NETWORK_SECTIONS; ``pieces``: the network cut for phasing. ``answer``: question and design, to hold on
    to at other prices of trenches.
    """

    regime: str
    variant: dict[str, Any]
    pipes: gpd.GeoDataFrame
    connections: pd.DataFrame
    offers: pd.DataFrame
    remarks: list[RemarkRow]
    certificate: dict[str, Any]
    sources: pd.DataFrame
    source: HeatSource
    streets: pd.DataFrame
    pieces: Branches
    answer: Answer

    @property
    def connected(self) -> pd.Index:
        """Keys of the connected buildings."""
        return self.connections.index[self.connections["connected"]]


@dataclass(frozen=True, slots=True)
class NetworkChoice:
    """All regimes side by side. ``variants`` keeps NETWORK_VARIANTS; ``chosen`` is the best, or None when no network is cheaper.

    ``pipes`` and ``connections`` are those of the choice; without one no pipes, and the reasons of the best regime looked at.
    ``certificate``: of the best regime, chosen or not; None when the source serves none.
    """

    variants: pd.DataFrame
    chosen: NetworkResult | None
    pipes: gpd.GeoDataFrame
    connections: pd.DataFrame
    remarks: list[RemarkRow]
    certificate: dict[str, Any] | None = None


def design_of(instance: Instance, limits: NetworkLimits) -> Design:
    """The design of the kernel; imported when asked, so that a plan without a network does not load it."""
    from koppelkans.heat.network.kernel import design_network

    return design_network(instance, limits)


# --------------------------------------------------------------------------------------------------------------------- one regime


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
    return _worked_out(answers[best], checks[best], sections, (must, never), case)


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


@dataclass(frozen=True, slots=True)
class Answer:
    """A question with its design, what the pipes behind each source lose [kW], and what was chosen inside buildings together with it.

    ``credit_eur``: what another answer must save a year before it takes the place of this one.
    """

    asked: Question
    design: Design
    lost_kw: Floats
    offers: pd.DataFrame
    told: Repacked | None = None
    credit_eur: float = 0.0

    @property
    def regime(self) -> str:
        """Temperature of the network."""
        return self.asked.levels.regime.name


def _worked_through(answer: Answer, case: NetworkCase) -> tuple[Checked, Design, Floats, list[RemarkRow]]:
    """The design of an answer with its pipes wide enough for their limits."""
    # numba is loaded here, so that a plan without a network does not wait for it
    from koppelkans.heat.network.design_check import worked_through

    return worked_through(answer.asked, answer.design, answer.lost_kw, answer.offers, case)


def _worked_out(
    answer: Answer, check: tuple[Checked, Design, Floats, list[RemarkRow]], sections: gpd.GeoDataFrame, rules: tuple[pd.Index, pd.Index],
    case: NetworkCase,
) -> NetworkResult:  # fmt: skip
    """The tables and figures of a design; ``check``: as ``_worked_through`` gives it; ``rules``: who must and who never may connect."""
    from koppelkans.heat.network.explain_tables import explanation_remarks, explanations
    from koppelkans.heat.network.physics_tables import house_temperatures, physics_remarks, physics_row, with_physics

    asked, graph, offers = answer.asked, answer.asked.graph, answer.offers
    checked, design, lost_kw, stated = check
    shown = checked.design
    laid = shown.level >= asked.new_levels
    pipes = with_physics(pipes_table(graph, shown, asked.levels, offers, sections), checked)
    pipes = pipes.assign(investment_eur=pipes["investment_eur"].where(~laid, 0.0))
    peaks_kw = asked.peak_kw(design) + lost_kw
    given = source_rows(asked, design, offers, lost_kw)
    source = mixed(asked, given)
    offers = _at_emission(offers, source, case)
    room_kw = float((np.array([one.capacity_kw for one in case.sources]) - peaks_kw).max())
    reasons = _reasons(graph, design, offers, must=rules[0], never=rules[1], room_kw=room_kw, case=case)
    explained, streets = explanations(asked, design, offers, sections, source.price_eur_per_mwh, case)
    told = answer.told
    if told is not None:
        explained = explained.join(told.changed)
    connections = connections_table(offers, reasons, house_temperatures(graph, checked, offers.index), explained)
    row = variant_row(
        pipes, offers.loc[graph.customers[design.connected]], asked.levels, source=source.name, peak_kw=float(peaks_kw.sum()),
        network_eur_per_year=float(design.cost_eur.sum()),
    )  # fmt: skip
    row |= _whole_figures(design, float(offers["alternative_eur_per_year"].sum()))
    row |= physics_row(checked, pipes["length_m"].to_numpy(float), asked.levels) | (
        NOBODY if told is None else told.row()
    )
    remarks = [
        *design_remarks(graph, offers, reasons, row), *laid_remarks(graph, laid, shown.edge), *source_remarks(given, case), *stated,
        *([] if told is None else package_remarks(told, row["buildings"])),
        *physics_remarks(checked, pipes, offers, row, case), *explanation_remarks(explained, streets, offers, source.price_eur_per_mwh),
    ]  # fmt: skip
    first, answer = answer, replace(answer, design=design, lost_kw=lost_kw)
    return NetworkResult(
        answer.regime, row, tables.check(tables.PIPES, pipes), tables.check(tables.CONNECTIONS, connections), offers, remarks,
        {"variant": answer.regime, **_certificate(answer, dict(zip(shown.edge.tolist(), pipes.index, strict=True)))}, given, source, streets,
        network_pieces(asked, design, pipes, offers), first,
    )  # fmt: skip


def _whole_figures(design: Design, without: float) -> dict[str, Any]:
    """What all heated buildings cost together with this design, at least, and without a network."""
    whole, bound = without + design.objective_eur, without + min(design.bound_eur, design.objective_eur)
    return {
        "whole_eur_per_year": whole, "without_eur_per_year": without, "bound_eur_per_year": bound,
        "gap_share": (whole - bound) / whole if whole > 0 else 0.0, "chosen": False,
    }  # fmt: skip


def _certificate(answer: Answer, names: dict[int, str]) -> dict[str, Any]:
    """The certificate of a design; ``names``: key of the pipe on each used edge, those apart that stand for a source."""
    asked, design, lost_kw = answer.asked, answer.design, answer.lost_kw
    return certificate(
        asked.instance if answer.told is None else answer.told.instance, design, pipes=[names.get(edge, f"feed|{edge}") for edge in design.edge.tolist()],
        customers=list(asked.graph.customers), loss_kw=float(lost_kw.sum()),
        behind_kw={int(arc): float(lost) for arc, lost in zip(asked.arcs, lost_kw, strict=False)},
    )  # fmt: skip


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


def coincidence(case: NetworkCase) -> tuple[float, float]:
    """The share of their summed peaks that n buildings ask together, as (a, b) in a + b / n."""
    if case.coincidence is not None:
        return case.coincidence
    limit, single = (
        case.parameters.at("heat_network.coincidence_share", case.economics.day, name) for name in ("limit", "single")
    )
    return limit, single


def _full_load_hours(asked: pd.DataFrame) -> float:
    """Mean full-load hours of the buildings that may connect."""
    peak_kw = float(asked["peak_kw"].sum())
    return float(asked["heat_kwh"].sum() / peak_kw) if peak_kw > 0 else 0.0


def _at_emission(offers: pd.DataFrame, source: HeatSource, case: NetworkCase) -> pd.DataFrame:
    """The offers with the emission of the sources as mixed, where there are several."""
    if len(case.sources) == 1:
        return offers
    more_kg = offers["heat_kwh"] * (source.emission_kg_per_kwh - case.source.emission_kg_per_kwh)
    return offers.assign(emission_kg=offers["emission_kg"] + more_kg)


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


def _reasons(
    graph: StreetGraph,
    design: Design,
    offers: pd.DataFrame,
    *,
    must: pd.Index,
    never: pd.Index,
    room_kw: float,
    case: NetworkCase,
) -> pd.Series:
    """Why each heated building connects or not; the first that holds. ``room_kw``: what the source has left at its peak."""
    keys = offers.index
    limit, _ = coincidence(case)
    joined = keys.isin(graph.customers[design.connected])
    rules: list[tuple[str, Flags]] = [
        ("must", joined & keys.isin(must)),
        ("pays", joined),
        ("never", keys.isin(never)),
        ("temperature", ~offers["fits"].to_numpy(bool)),
        ("not_reachable", ~keys.isin(graph.customers)),
        ("no_advantage", offers["advantage_eur_per_year"].to_numpy(float) <= 0.0),
        ("capacity", offers["peak_kw"].to_numpy(float) * limit > room_kw),
    ]
    words = np.select([flags for _, flags in rules], [word for word, _ in rules], "does_not_pay")
    return pd.Series(words, index=keys, name="reason", dtype="str")


# -------------------------------------------------------------------------------------------------------------------- all regimes


def network_variants(
    buildings: gpd.GeoDataFrame, demand: pd.DataFrame, options: pd.DataFrame, sections: gpd.GeoDataFrame, attachments: pd.DataFrame,
    case: NetworkCase,
) -> NetworkChoice:  # fmt: skip
    """Every regime that a source can serve, each with all sources that are hot enough for it, and the one of least cost for the whole if it beats no network.

    Inputs keep BUILDINGS, DEMAND, OPTIONS (individual solutions), SECTIONS and ATTACHMENTS. A regime is served when its supply is
    not above that of a source; where the scenario names one, only that. Where buildings must connect, the network is chosen
    whatever it costs. Raises what ``heat_network`` raises; InfeasibleError when the scenario names two regimes,
    or one that not every source can serve. Method: docs/method.md#network-design.
    """
    named = {solution for solution in case.must.values() if solution in tables.NETWORK_SOLUTIONS}
    forced = sorted(named | ({case.only} if case.only else set()))
    hottest_c = max(source.supply_c for source in case.sources)
    served = [name for name in tables.NETWORK_SOLUTIONS if case.regime(name).supply_c <= hottest_c]
    regimes = _asked(forced, served, case)

    def at(name: str) -> NetworkResult:
        hot = hot_enough(case, name)
        offers, packages = network_packages(buildings, demand, options, name, hot)
        return heat_network(buildings, sections, attachments, offers, name, hot, packages)

    # the kernels leave the interpreter free: two temperatures at a time, each the same as alone
    with ThreadPoolExecutor(max_workers=2) as pool:
        results = list(pool.map(at, regimes))
    if not results:
        return _none_served(buildings, demand, options, case)
    best = min(results, key=lambda one: (one.variant["whole_eur_per_year"], tables.NETWORK_SOLUTIONS.index(one.regime)))
    wins = bool(named or case.must_connect) or best.variant["whole_eur_per_year"] < best.variant["without_eur_per_year"]
    built = wins and best.variant["buildings"] > 0
    rows = [one.variant | {"chosen": built and one is best} for one in results]
    variants = pd.DataFrame(rows, index=pd.Index([one.regime for one in results], name="variant", dtype="str"))
    variants = variants.astype({"source": "str"})[tables.NETWORK_VARIANTS.column_names]
    remarks = [*best.remarks, *choice_remarks([one.regime for one in results], best.regime, best.variant, built)]
    proven = best.certificate | {"chosen": built}
    if built:
        return NetworkChoice(variants, best, best.pipes, best.connections, remarks, proven)
    reasons = best.connections["reason"].where(~best.connections["connected"], "does_not_pay")
    left = best.connections.loc[~best.connections["connected"], ["missing_eur_per_mwh"]].reindex(best.offers.index)
    return NetworkChoice(
        variants, None, no_pipes(buildings), connections_table(best.offers, reasons, None, left), remarks, proven
    )


def no_pipes(buildings: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The table of pipes without a pipe, in the coordinates of the place."""
    return gpd.GeoDataFrame(tables.PIPES.empty(buildings.crs))


def _none_served(
    buildings: gpd.GeoDataFrame, demand: pd.DataFrame, options: pd.DataFrame, case: NetworkCase
) -> NetworkChoice:
    """The source is colder than every regime: no network, and the reason for each building."""
    coldest = min(case.regime(name).supply_c for name in tables.NETWORK_SOLUTIONS)
    alone = best_individual(options, fossil_free=case.fossil_free, must=case.must, never=case.never)
    alone = alone.reindex(heated_rows(buildings, demand))
    offers = pd.DataFrame({"alternative": alone["solution"], "advantage_eur_per_year": 0.0}, index=alone.index)
    reasons = pd.Series("no_network", index=alone.index, dtype="str")
    source = max(case.sources, key=lambda one: one.supply_c)
    stated = tables.remark(
        "network", f"Geen warmtenet: bron {source.name} levert {source.supply_c:g} °C, kouder dan het koelste net ({coldest:g} °C). Geef de temperatuur "
        "na een warmtepomp bij de bron op, met haar prijs in de warmteprijs.", f"No heat network: source {source.name} gives {source.supply_c:g} °C, "
        f"colder than the coolest network ({coldest:g} °C). State the temperature after a heat pump at the source, with its cost in the price "
        "of heat.", level="warning", method="network-design",
    )  # fmt: skip
    connections = connections_table(offers, reasons)
    return NetworkChoice(tables.NETWORK_VARIANTS.empty(), None, no_pipes(buildings), connections, [stated])


def _asked(forced: Sequence[str], served: Sequence[str], case: NetworkCase) -> list[str]:
    if len(forced) > 1:
        raise InfeasibleError(
            f"the scenario asks for {' and '.join(forced)}; one network has one temperature: name one of them"
        )
    if forced and len(case.sources) > 1:
        _check_clash(forced[0], case)
    if forced and forced[0] not in served:
        needed = case.regime(forced[0]).supply_c
        raise InfeasibleError(
            f"the scenario asks for {forced[0]} ({needed:g} °C), but heat source {case.source.name} gives "
            f"{case.source.supply_c:g} °C; choose a colder network or a hotter source"
        )
    return list(forced) or list(served)


def _check_clash(regime: str, case: NetworkCase) -> None:
    """Raises InfeasibleError when one of several sources is colder than the supply of the regime that the scenario names."""
    needed_c = case.regime(regime).supply_c
    cold = [source for source in case.sources if source.supply_c < needed_c]
    if cold:
        stated = ", ".join(f"{source.name} gives {source.supply_c:g} °C" for source in cold)
        raise InfeasibleError(
            f"the temperatures of the heat sources clash: the scenario asks for {regime} with a supply of {needed_c:g} °C, but {stated}. Expected "
            f"{needed_c:g} °C or more of every source on one network: state its temperature and price after a heat pump, leave it out, or choose a "
            "colder network"
        )


def hot_enough(case: NetworkCase, regime: str) -> NetworkCase:
    """The case with the sources that can serve a regime, the one of the cheapest heat first."""
    if len(case.sources) == 1:
        return case
    needed_c = case.regime(regime).supply_c
    able = [source for source in case.sources if source.supply_c >= needed_c]
    first, *others = sorted(able, key=lambda source: (case.heat_of(source), source.name))
    return replace(case, source=first, others=tuple(others))
