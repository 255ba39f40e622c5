"""From tables to a heat network and back: who connects, along which streets, at which temperature, with which pipes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from koppelkans import tables
from koppelkans.errors import InfeasibleError
from koppelkans.heat.choices import best_individual
from koppelkans.heat.network.certificate import certificate
from koppelkans.heat.network.design_graph import StreetGraph, street_graph
from koppelkans.heat.network.design_tables import connections_table, loss_kw, pipes_table, variant_row
from koppelkans.heat.network.instance import Design, Instance, NetworkLimits
from koppelkans.heat.offers import KWH_PER_MWH, NetworkCase, network_offers
from koppelkans.heat.options import heated_rows
from koppelkans.heat.pipes import W_PER_KW, PipeLevels, pipe_levels, pipe_table
from koppelkans.tables import RemarkRow

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
    answer and proof in whole numbers, for ``koppelkans.verify``.
    """

    regime: str
    variant: dict[str, Any]
    pipes: gpd.GeoDataFrame
    connections: pd.DataFrame
    offers: pd.DataFrame
    remarks: list[RemarkRow]
    certificate: dict[str, Any]

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
    buildings: gpd.GeoDataFrame, sections: gpd.GeoDataFrame, attachments: pd.DataFrame, offers: pd.DataFrame, regime: str, case: NetworkCase
) -> NetworkResult:  # fmt: skip
    """Who connects, along which sections, with which pipes: least cost of the whole at one regime.

    buildings, sections, attachments keep BUILDINGS, SECTIONS, ATTACHMENTS; offers as ``network_offers`` gives them for ``regime``.

    min  sum over pipes of trench, pipe, loss and pumping  -  sum over connected buildings of their advantage      [EUR/year]

    over trees from the source; ``whole`` adds the cost of the best individual solution of every heated building, so that it is what
    all of them pay together; ``bound`` the same with the proven bound, ``gap_share`` their difference over the whole. The source
    feeds the coincident peak and the losses. Nobody connected is a valid answer, with a remark.

    Raises DataError when the source is not connected to any street, InfeasibleError when a building that must connect cannot, or
    the source is too small for those that must. Method: docs/method.md#network-design.
    """
    must, never = connection_rules(offers.index, regime, case)
    graph = street_graph(buildings, sections, attachments, offers.index[offers["fits"]], case)
    _check_musts(must, never, graph, offers)
    levels = network_levels(regime, case)
    instance = _instance(graph, offers, levels, must=must, never=never, case=case)
    design, peak_kw = _within_source(graph, instance, levels, case)
    pipes = pipes_table(graph, design, levels, offers, sections)
    joined = graph.customers[design.connected]
    reasons = _reasons(
        graph, design, offers, must=must, never=never, room_kw=case.source.capacity_kw - peak_kw, case=case
    )
    connections = connections_table(offers, reasons)
    without = float(offers["alternative_eur_per_year"].sum())
    whole, bound = without + design.objective_eur, without + min(design.bound_eur, design.objective_eur)
    row = variant_row(
        pipes,
        offers.loc[joined],
        levels,
        source=case.source.name,
        peak_kw=peak_kw,
        network_eur_per_year=float(design.cost_eur.sum()),
    )
    row |= {
        "whole_eur_per_year": whole, "without_eur_per_year": without, "bound_eur_per_year": bound,
        "gap_share": (whole - bound) / whole if whole > 0 else 0.0, "chosen": False,
    }  # fmt: skip
    proven = certificate(
        instance, design, pipes=list(pipes.index), customers=list(graph.customers), loss_kw=peak_kw - design.root_kw
    )
    return NetworkResult(
        regime, row, tables.check(tables.PIPES, pipes), tables.check(tables.CONNECTIONS, connections), offers,
        _remarks(graph, offers, reasons, row), {"variant": regime, **proven},
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


def _instance(
    graph: StreetGraph, offers: pd.DataFrame, levels: PipeLevels, *, must: pd.Index, never: pd.Index, case: NetworkCase
) -> Instance:
    """The question as arrays. Pumping is in proportion to the power carried, at the mean full-load hours of the offers."""
    edges, asked = graph.edges, offers.loc[graph.customers]
    length = edges["length_m"].to_numpy(float)
    trench = levels.trench_eur_per_m * levels.charge_share * edges["surface_factor"].to_numpy(float)
    peak_kw = asked["peak_kw"].to_numpy(float)
    full_load_hours = float(asked["heat_kwh"].sum() / peak_kw.sum()) if peak_kw.sum() > 0 else 0.0
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


def _within_source(
    graph: StreetGraph, instance: Instance, levels: PipeLevels, case: NetworkCase
) -> tuple[Design, float]:
    """A design whose peak with losses the source can feed, and that peak [kW].

    The kernel knows no losses. A source that might be too small for everybody and all losses is first asked roughly, then made
    smaller by the losses found until they fit. The bound of the first answer holds for all: every network that the source can feed
    with its losses is also one that it can feed without.
    """
    if not len(graph.customers):
        return _nothing(instance), 0.0
    capacity, limits = case.source.capacity_kw, case.limits
    lengths_m = graph.edges["length_m"].to_numpy(float)
    limit, single = instance.coincidence
    # no set of customers flows more: (limit + single / n) x sum of n  <=  limit x sum of all + single x largest
    most_kw = float(limit * instance.customer_kw.sum() + single * instance.customer_kw.max())
    most_kw += float(lengths_m.sum() * levels.loss_w_per_m.max() / W_PER_KW)
    first = design_of(instance, limits if most_kw <= capacity else replace(limits, search_rounds=1))
    lost = loss_kw(graph, first, levels)
    if most_kw <= capacity:
        return first, first.root_kw + lost
    for _ in range(CAPACITY_ROUNDS):
        design = design_of(replace(instance, source_kw=max(0.0, capacity - lost)), replace(limits, ascent_rounds=1))
        needed = loss_kw(graph, design, levels)
        peak_kw = design.root_kw + needed
        if peak_kw <= capacity * (1.0 + ROUNDING_SHARE):
            return replace(design, bound_eur=first.bound_eur), peak_kw
        lost = max(needed, lost * LOSS_STEP)
    raise InfeasibleError(
        f"heat source {case.source.name} gives {capacity:,.0f} kW; the network needs {peak_kw:,.0f} kW with its losses of {needed:,.0f} kW. "
        "Take a larger source, or let fewer buildings connect by force"
    )


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
    """Every regime that the source can serve, and the one of least cost for the whole if it beats no network.

    Inputs keep BUILDINGS, DEMAND, OPTIONS (individual solutions), SECTIONS and ATTACHMENTS. A regime is served when its supply is
    not above that of the source; where the scenario names one, only that. Where buildings must connect, the network is chosen
    whatever it costs. Raises what ``heat_network`` raises; InfeasibleError when the scenario names two regimes,
    or one that the source cannot serve. Method: docs/method.md#network-design.
    """
    named = {solution for solution in case.must.values() if solution in tables.NETWORK_SOLUTIONS}
    forced = sorted(named | ({case.only} if case.only else set()))
    served = [name for name in tables.NETWORK_SOLUTIONS if case.regime(name).supply_c <= case.source.supply_c]
    regimes = _asked(forced, served, case)
    results = [
        heat_network(
            buildings, sections, attachments, network_offers(buildings, demand, options, name, case), name, case
        )
        for name in regimes
    ]
    if not results:
        return _none_served(buildings, demand, options, case)
    best = min(results, key=lambda one: (one.variant["whole_eur_per_year"], tables.NETWORK_SOLUTIONS.index(one.regime)))
    wins = bool(named or case.must_connect) or best.variant["whole_eur_per_year"] < best.variant["without_eur_per_year"]
    built = wins and best.variant["buildings"] > 0
    rows = [one.variant | {"chosen": built and one is best} for one in results]
    variants = pd.DataFrame(rows, index=pd.Index([one.regime for one in results], name="variant", dtype="str"))
    variants = variants.astype({"source": "str"})[tables.NETWORK_VARIANTS.column_names]
    remarks = [*best.remarks, *_choice_remarks(results, best, built)]
    proven = best.certificate | {"chosen": built}
    if built:
        return NetworkChoice(variants, best, best.pipes, best.connections, remarks, proven)
    reasons = best.connections["reason"].where(~best.connections["connected"], "does_not_pay")
    return NetworkChoice(variants, None, no_pipes(buildings), connections_table(best.offers, reasons), remarks, proven)


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
    source = case.source
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
    if forced and forced[0] not in served:
        needed = case.regime(forced[0]).supply_c
        raise InfeasibleError(
            f"the scenario asks for {forced[0]} ({needed:g} °C), but heat source {case.source.name} gives "
            f"{case.source.supply_c:g} °C; choose a colder network or a hotter source"
        )
    return list(forced) or list(served)


# ------------------------------------------------------------------------------------------------------------------------ remarks


def _remarks(graph: StreetGraph, offers: pd.DataFrame, reasons: pd.Series, row: dict[str, Any]) -> list[RemarkRow]:
    """What stands beside a design: assumptions, buildings out of reach, an empty answer."""
    count = max(1, len(offers))
    far = reasons == "not_reachable"
    rows = [tables.remark(
        "network_variants", "Het net is berekend met de retour van zijn regime. Radiatoren die niet ingeregeld zijn, geven warmer water terug: dan kan een "
        "leiding minder dan hier staat. Prijzen van sleuf en leiding komen uit een Nederlandse tabel zonder prijsjaar (±25 %).", "The network is "
        "computed with the return of its regime. Radiators that are not balanced send back warmer water: a pipe then carries less than stated "
        "here. Prices of trench and pipe come from a Dutch table without price year (±25 %).", rows_share=1.0, method="network-design",
    )]  # fmt: skip
    boosted = offers["electricity_kwh"] > 0
    if boosted.any():
        rows.append(tables.remark(
            "connections", f"Bij {row['supply_c']:g} °C is het net te koel voor warm water van {int(boosted.sum())} gebouwen: een elektrische naverwarming per "
            f"woning levert het laatste stuk, {_dutch(offers['electricity_kwh'].sum() / KWH_PER_MWH)} MWh per jaar als iedereen aansluit.", f"At "
            f"{row['supply_c']:g} °C the network is too cool for the hot water of {int(boosted.sum())} buildings: an electric booster per dwelling adds the "
            f"rest, {offers['electricity_kwh'].sum() / KWH_PER_MWH:,.0f} MWh a year if everybody connects.", rows_share=float(boosted.sum() / count),
            method="network-offers",
        ))  # fmt: skip
    if far.any():
        others = len(graph.unreached)
        rows.append(tables.remark(
            "connections", f"{int(far.sum())} verwarmde gebouwen kan het net niet bereiken: {others} liggen aan straten die niet aan de bron hangen (de straten "
            f"vormen {graph.components} losse delen), de andere hebben geen straat in de buurt.", f"{int(far.sum())} heated buildings cannot be reached: "
            f"{others} stand on streets that are not joined to the source (the streets form {graph.components} separate parts), the others have no "
            "street nearby.", level="warning" if far.sum() > count / 10 else "info", rows_share=float(far.sum() / count), method="network-design",
        ))  # fmt: skip
    if row["buildings"] == 0:
        # the mean of ten, never one building's own value: remarks are printed in public reports
        best = max(0.0, float(offers["advantage_eur_per_year"].nlargest(10).mean())) if len(offers) >= 10 else 0.0
        value = float(offers["advantage_eur_per_year"].clip(lower=0).sum())
        rows.append(tables.remark(
            "network_variants", f"Op {row['supply_c']:g} °C loont het voor geen enkel gebouw om aan te sluiten: het voordeel voor het net is bij de tien beste gebouwen "
            f"gemiddeld {_dutch(best)} EUR per jaar, samen {_dutch(value)} EUR per jaar, minder dan de leidingen kosten.", f"At {row['supply_c']:g} °C "
            f"connecting pays for no building: the advantage before pipes is {best:,.0f} EUR a year on average of the ten best buildings, {value:,.0f} EUR a year "
            "in all, less than the pipes cost.", level="info", method="network-design",
        ))  # fmt: skip
    return rows


def _dutch(number: float, decimals: int = 0) -> str:
    """A number as it is written in Dutch."""
    return f"{number:,.{decimals}f}".translate(str.maketrans(",.", ".,"))


def _choice_remarks(results: Sequence[NetworkResult], best: NetworkResult, built: bool) -> list[RemarkRow]:
    saved = best.variant["without_eur_per_year"] - best.variant["whole_eur_per_year"]
    names = ", ".join(one.regime for one in results)
    if not built:
        return [tables.remark(
            "network_variants", f"Geen warmtenet: bij geen van de regimes ({names}) kost het geheel minder dan met oplossingen per gebouw.",
            f"No heat network: at none of the regimes ({names}) does the whole cost less than with solutions per building.", level="info",
            method="network-design",
        )]  # fmt: skip
    row = best.variant
    return [tables.remark(
        "network_variants", f"Gekozen regime: {best.regime}, {row['buildings']} gebouwen; het geheel kost {_dutch(saved)} EUR per jaar minder dan zonder net. "
        f"Geen net op deze temperatuur kost het geheel meer dan {_dutch(100 * row['gap_share'], 1)} % minder; die grens bewijst de rekening, niet de prijzen. "
        "De invloed van onzekere cijfers is berekend op de oplossingen per gebouw, zonder het net.", f"Regime chosen: {best.regime}, {row['buildings']} "
        f"buildings; the whole costs {saved:,.0f} EUR a year less than without a network. No network at this temperature makes the whole more than "
        f"{row['gap_share']:.1%} cheaper; that bound proves the arithmetic, not the prices. The influence of uncertain figures is computed on the "
        "solutions per building, without the network.", level="info", method="network-design",
    )]  # fmt: skip
