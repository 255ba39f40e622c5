"""Network and works calendar of a small neighbourhood in one mixed integer programme: the oracle of the loop between both.

A customer stands at each junction; a section is piped whole, from either end. Pipes cost a fixed sum a metre, in the calendar, and what grows with the power carried, a year.
The calendar part is the textbook formulation of ``street_peer``; what ties it to the network:

    y[a] section piped in a direction, s[j] customer served (binary), f[a] power carried:   in - out = kw s,   f <= all kw y,   at most one pipe enters a junction
    sum over years of x[heat, t] = y of both directions
    live[e, t] <= laid until t,   live[e, t] <= at[i, t] + 1 - y[i -> j],   at[j, t] <= live[e, t] + 1 - y[i -> j],   at[j, t] <= pipes that enter
    warm[j, t] <= at[j, t],   warm[j, t] <= s[j]

minimise  calendar  +  worth of heat not yet warm of those served  +  (pumping and losses by power - worth of customers) for ever.

Not in it: gas, pipe sizes in steps, coincidence.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

import street_cases
import street_peer
from koppelkans.heat.network.instance import Instance, NetworkLimits
from koppelkans.heat.network.kernel import design_network
from koppelkans.plan.street import trench_of_heat
from koppelkans.plan.street_loop import Pair, moved_share, rounds
from koppelkans.solve import Limits
from koppelkans.street.calendar.account import account, broken
from koppelkans.street.calendar.answer import CalendarLimits, works_calendar
from koppelkans.street.calendar.carried import kept_calendar
from koppelkans.street.calendar.case import (
    CABLE,
    HEAT,
    NOWHERE,
    OUTSIDE,
    RECONSTRUCTION,
    SEWER,
    Floats,
    Ints,
    WorksCase,
)

KINDS = (HEAT, SEWER, CABLE, RECONSTRUCTION)
RATE = street_cases.RATE
MWH_PER_M, HOURS = 1.6, 1_800.0
ALONE_EUR_PER_MWH, WORTH_EUR_PER_MWH = 150.0, 62.0
"""What heat costs a customer a year without the network, and how much less with it before any pipe."""
EUR_PER_M_KW_YEAR = 0.004
KEPT_SHARE = 0.001


@dataclass(frozen=True)
class Town:
    """A neighbourhood without a network yet. ``case`` has a heat work in every section; ``ends`` junctions of sections; by junction ``mwh``, ``kw`` and ``worth_eur`` a year of its customer; ``root``."""

    case: WorksCase
    ends: Ints
    mwh: Floats
    kw: Floats
    worth_eur: Floats
    root: int


@dataclass(frozen=True)
class Network:
    """Per section the junction that its pipe leads to (-1: no pipe); ``served`` per junction; ``flow_kw`` per section."""

    towards: Ints
    served: np.ndarray
    flow_kw: Floats


def town(sections: int, seed: int, years: int) -> Town:
    """A generated neighbourhood with customers of different size at its junctions."""
    made = street_cases.generated(sections, seed, KINDS, years)
    draw = np.random.default_rng(seed + 1000)
    case, count = made.case, int(made.ends.max()) + 1
    works, streets = case.works, case.streets
    plain = np.flatnonzero(works.kind != HEAT)
    length = streets.length_m
    heat = {
        "name": np.array([f"heat-{at:04d}" for at in range(sections)], dtype=object), "section": np.arange(sections), "kind": np.full(sections, HEAT),
        "owner": np.full(sections, street_cases.OWNER_OF[HEAT]), "own_eur": street_cases.OWN_EUR_PER_M[HEAT] * length, "life_years": np.full(sections, float(street_cases.LIFE_YEARS[HEAT])),
        "release": np.zeros(sections, dtype=np.int64), "due": np.full(sections, years), "last": np.full(sections, years - 1), "overdue_share": np.zeros(sections),
        "after": np.zeros(sections, dtype=bool), "after_year": np.full(sections, years), "fixed": np.full(sections, -1), "joins": np.ones(sections, dtype=bool),
    }  # fmt: skip
    joined = replace(
        works, **{name: np.concatenate([getattr(works, name)[plain], rows]) for name, rows in heat.items()}
    )
    none = replace(
        streets, heat_parent=np.full(sections, NOWHERE), heat_mwh=np.zeros(sections), heat_eur_per_year=np.zeros(sections),
        gas_parent=np.full(sections, NOWHERE),
    )  # fmt: skip
    near = np.bincount(made.ends.reshape(-1), weights=np.repeat(length, 2) / 2.0, minlength=count)
    mwh = near * MWH_PER_M * draw.uniform(0.3, 1.5, count)
    mwh[0] = 0.0
    return Town(
        replace(case, works=joined, streets=none), made.ends, mwh, mwh * 1000.0 / HOURS, mwh * WORTH_EUR_PER_MWH, 0
    )


def case_of(place: Town, network: Network) -> WorksCase:
    """The works of the neighbourhood with the heat works of a network."""
    case, sections = place.case, len(place.ends)
    laid = network.towards >= 0
    keep = (case.works.kind != HEAT) | laid[case.works.section]
    works = replace(case.works, **{name: getattr(case.works, name)[keep] for name in case.works.__slots__})
    into = np.full(len(place.mwh), OUTSIDE, dtype=np.int64)
    into[network.towards[laid]] = np.flatnonzero(laid)
    begins = np.where(laid, place.ends.sum(axis=1) - network.towards, 0)
    parent = np.where(laid, into[begins], NOWHERE)
    mwh = np.zeros(sections)
    mwh[laid] = (place.mwh * network.served)[network.towards[laid]]
    streets = replace(
        case.streets, heat_parent=parent, heat_mwh=mwh, heat_eur_per_year=street_cases.HEAT_EUR_PER_MWH * mwh
    )
    return replace(case, works=works, streets=streets)


def heat_eur_per_year(place: Town, network: Network) -> float:
    """What heat costs all customers in a year without what the calendar counts: apart, with what grows by power carried, less what the served save."""
    by_power = EUR_PER_M_KW_YEAR * float(place.case.streets.length_m @ network.flow_kw)
    return ALONE_EUR_PER_MWH * float(place.mwh.sum()) + by_power - float(place.worth_eur @ network.served)


def whole_eur(place: Town, network: Network, year: Ints) -> float:
    """The cost of network and calendar together: the one function by which loop and oracle are compared."""
    case = case_of(place, network)
    if faults := broken(case, year):
        raise ValueError(faults[0])
    waiting = float(case.streets.heat_eur_per_year.sum() * case.discount[: case.years].sum())
    return heat_eur_per_year(place, network) / RATE + account(case, year).net_eur + waiting


# ---------------------------------------------------------------------------------------------------------------------- the loop


def trench_alone_eur(place: Town) -> Floats:
    """Opening, closing and nuisance of a heat work alone, by section."""
    streets = place.case.streets
    return np.asarray(
        (streets.zone_eur * place.case.opens[HEAT]).sum(axis=1) + streets.closure_eur + streets.nuisance_eur
    )


def designed(place: Town, share: Floats) -> Network:
    """The network of the product at trench prices after sharing."""
    case, ends = place.case, place.ends
    own = street_cases.OWN_EUR_PER_M[HEAT] * case.streets.length_m
    charge = RATE / (1.0 - (1.0 + RATE) ** -street_cases.LIFE_YEARS[HEAT])
    here = np.flatnonzero(place.kw > 0)
    count = len(here)
    found = design_network(
        Instance(
            node_count=len(place.kw), root=place.root, tail=ends[:, 0].copy(), head=ends[:, 1].copy(), length_m=case.streets.length_m,
            extra_eur=charge * (own + share * trench_alone_eur(place)), allowed=np.ones(len(ends), dtype=bool), level_cap_kw=np.array([np.inf]),
            level_eur_per_m=np.zeros(1), slope_eur_per_m_kw=EUR_PER_M_KW_YEAR, coincidence=(1.0, 0.0), customer_node=here, customer_kw=place.kw[here],
            customer_value_eur=place.worth_eur[here], must=np.zeros(count, dtype=bool), never=np.zeros(count, dtype=bool), source_kw=np.inf,
        ), NetworkLimits(3, 4),
    )  # fmt: skip
    towards, flow = np.full(len(ends), -1, dtype=np.int64), np.zeros(len(ends))
    towards[found.edge] = ends[found.edge].sum(axis=1) - found.upstream
    flow[found.edge] = found.sum_kw
    served = np.zeros(len(place.kw), dtype=bool)
    served[here[found.connected]] = True
    return Network(towards, served, flow)


def design_eur_per_year(place: Town, network: Network, share: Floats) -> float:
    """What the design minimises."""
    charge = RATE / (1.0 - (1.0 + RATE) ** -street_cases.LIFE_YEARS[HEAT])
    own = street_cases.OWN_EUR_PER_M[HEAT] * place.case.streets.length_m
    return heat_eur_per_year(place, network) + charge * float(
        (own + share * trench_alone_eur(place))[network.towards >= 0].sum()
    )


def looped(place: Town, limits: CalendarLimits, most: int = 4) -> list[Pair]:
    """The rounds of the product between its network design and its calendar."""
    names = pd.Index(place.case.section_names)

    def pair(network: Network, asked: pd.Series, before: Pair | None) -> Pair:
        case = case_of(place, network)
        found = works_calendar(case, limits)
        if before is not None:
            years = pd.Series(before.joint[1], index=pd.Index(before.joint[0].works.name))
            found = kept_calendar(case, found, years, kept_share=KEPT_SHARE, limits=limits)
        trench = trench_of_heat(case, found.year)
        heat = heat_eur_per_year(place, network) / RATE
        whole = whole_eur(place, network, found.year)
        return Pair(network, (case, found.year), asked, trench, moved_share(asked, trench), heat, whole - heat)

    def again(asked: pd.Series, before: Pair) -> Pair:
        share = asked.reindex(names).fillna(1.0).to_numpy(float)
        network = designed(place, share)
        old, new = (design_eur_per_year(place, one, share) for one in (before.network, network))
        kept = old <= new + KEPT_SHARE * abs(old)
        return pair(before.network if kept else network, asked, before)

    alone = pd.Series(1.0, index=names)
    first = pair(designed(place, np.ones(len(names))), alone, None)
    return rounds(first, again, most=most, enough=0.05)


# -------------------------------------------------------------------------------------------------------------------- the oracle


def monolith(place: Town, limits: Limits, start: tuple[Network, Ints] | None = None) -> tuple[Network, Ints, float]:
    """Network and years of least cost together, and a proven lower bound [EUR]; start: an answer to begin with."""
    built = street_peer.Rows()
    street_peer._variables(built, place.case)
    street_peer._work_rows(built, place.case)
    street_peer._limit_rows(built, place.case)
    arcs = [
        (e, int(place.ends[e, side]), int(place.ends[e, 1 - side])) for e in range(len(place.ends)) for side in (0, 1)
    ]
    _network_variables(built, place, arcs)
    _network_rows(built, place, arcs)
    _live_rows(built, place, arcs)
    from koppelkans.solve import solve

    found = solve(built.model(), limits, start=None if start is None else _values(built, place, arcs, start))
    apart_eur = ALONE_EUR_PER_MWH * float(place.mwh.sum()) / RATE
    return *_answer(built, place, arcs, found.values), 1000.0 * found.bound + apart_eur


def _network_variables(built: street_peer.Rows, place: Town, arcs: list[tuple[int, int, int]]) -> None:
    case = place.case
    delta = case.discount[: case.years]
    for arc, (section, _, _) in enumerate(arcs):
        built.variable(("y", arc), 0.0, whole=True)
        built.variable(("f", arc), EUR_PER_M_KW_YEAR * case.streets.length_m[section] / RATE, np.inf)
    for node in range(len(place.kw)):
        worth = street_cases.HEAT_EUR_PER_MWH * place.mwh[node]
        built.variable(
            ("s", node), -place.worth_eur[node] / RATE + worth * delta.sum(), float(place.kw[node] > 0), whole=True
        )
        for year in range(case.years):
            built.variable(("warm", node, year), -worth * delta[year])
            built.variable(("at", node, year), 0.0)
    for section in range(len(place.ends)):
        for year in range(case.years):
            built.variable(("live", section, year), 0.0)


def _network_rows(built: street_peer.Rows, place: Town, arcs: list[tuple[int, int, int]]) -> None:
    """A tree with power, and heat works where there is a pipe."""
    total = float(place.kw.sum())
    for node in range(len(place.kw)):
        enter = [arc for arc, (_, _, to) in enumerate(arcs) if to == node]
        leave = [arc for arc, (_, start, _) in enumerate(arcs) if start == node]
        built.row([(("y", arc), 1.0) for arc in enter], 0.0, 0.0 if node == place.root else 1.0)
        if node != place.root:
            flow = [*((("f", arc), 1.0) for arc in enter), *((("f", arc), -1.0) for arc in leave)]
            built.row([*flow, (("s", node), -place.kw[node])], 0.0, 0.0)
            built.row([(("s", node), 1.0), *((("y", arc), -1.0) for arc in enter)], -np.inf, 0.0)
            for arc in leave:
                built.row([(("y", arc), 1.0), *((("y", one), -1.0) for one in enter)], -np.inf, 0.0)
    for arc in range(len(arcs)):
        built.row([(("f", arc), 1.0), (("y", arc), -total)], -np.inf, 0.0)
    works = place.case.works
    for work in np.flatnonzero(works.kind == HEAT).tolist():
        mine = {at for name, at in built.at.items() if name[:2] == ("x", work)}
        row = next(at for at, terms in enumerate(built.rows) if set(terms) == mine and built.low_side[at] == 1.0)
        for side in (0, 1):
            built.rows[row][built.at["y", 2 * int(works.section[work]) + side]] = -1.0
        built.low_side[row] = built.high_side[row] = 0.0


def _live_rows(built: street_peer.Rows, place: Town, arcs: list[tuple[int, int, int]]) -> None:
    """Heat flows along laid pipes from the root."""
    works, years = place.case.works, place.case.years
    heat = {int(works.section[work]): work for work in np.flatnonzero(works.kind == HEAT).tolist()}
    for year in range(years):
        for section, work in heat.items():
            laid = [(("x", work, early), -1.0) for early in range(year + 1)]
            built.row([(("live", section, year), 1.0), *laid], -np.inf, 0.0)
        for arc, (section, start, to) in enumerate(arcs):
            built.row([(("at", to, year), 1.0), (("live", section, year), -1.0), (("y", arc), 1.0)], -np.inf, 1.0)
            if start != place.root:
                built.row(
                    [(("live", section, year), 1.0), (("at", start, year), -1.0), (("y", arc), 1.0)], -np.inf, 1.0
                )
        for node in range(len(place.kw)):
            enter = [(("y", arc), -1.0) for arc, (_, _, to) in enumerate(arcs) if to == node]
            built.row([(("at", node, year), 1.0), *enter], -np.inf, 0.0)
            built.row([(("warm", node, year), 1.0), (("at", node, year), -1.0)], -np.inf, 0.0)
            built.row([(("warm", node, year), 1.0), (("s", node), -1.0)], -np.inf, 0.0)


def _answer(
    built: street_peer.Rows, place: Town, arcs: list[tuple[int, int, int]], values: Floats
) -> tuple[Network, Ints]:
    towards, flow = np.full(len(place.ends), -1, dtype=np.int64), np.zeros(len(place.ends))
    for arc, (section, _, to) in enumerate(arcs):
        if values[built.at["y", arc]] > 0.5:
            towards[section], flow[section] = to, values[built.at["f", arc]]
    served = np.array([values[built.at["s", node]] > 0.5 for node in range(len(place.kw))])
    network = Network(towards, served, flow)
    names = pd.Index(place.case.works.name)
    year = pd.Series(-1, index=names)
    for name, at in built.at.items():
        if name[0] == "x" and values[at] > 0.5:
            year.iloc[name[1]] = name[2]
    return network, year.reindex(case_of(place, network).works.name).to_numpy(np.int64)


def _values(
    built: street_peer.Rows, place: Town, arcs: list[tuple[int, int, int]], start: tuple[Network, Ints]
) -> Floats:
    """An answer as values of the whole variables; the solver fills the rest."""
    network, year = start
    values = np.zeros(len(built.cost))
    number = {name: at for at, name in enumerate(place.case.works.name)}
    case = case_of(place, network)
    for name, when in zip(case.works.name, year.tolist(), strict=True):
        values[built.at["x", number[name], when]] = 1.0
    for arc, (section, _, to) in enumerate(arcs):
        values[built.at["y", arc]] = float(network.towards[section] == to)
    for node, served in enumerate(network.served.tolist()):
        values[built.at["s", node]] = float(served)
    return values
