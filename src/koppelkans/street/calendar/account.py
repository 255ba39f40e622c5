"""What a calendar costs, added up again from the years alone: the one function by which every plan of works is judged."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from koppelkans.street.calendar.case import (
    DRAINS,
    GAS,
    HEAT,
    KINDS,
    NOWHERE,
    OUTSIDE,
    RECONSTRUCTION,
    ZONES,
    Flags,
    Floats,
    Ints,
    WorksCase,
)

PARTS = ("own", "opening", "mobilisation", "nuisance", "overdue", "after_horizon", "over_limits")
"""Parts of the gross cost, all discounted to the first year."""


@dataclass(frozen=True, slots=True)
class Account:
    """``parts_eur`` in the order of PARTS; ``gross_eur`` their sum; ``heat_eur`` worth of the years live; ``net_eur`` = gross - heat.

    Per work ``own_eur``, ``opening_eur``, ``closure_eur`` (mobilisation and nuisance): what it bears when each zone is split equally over the works of that year
    that open it, and each closure over the works of that closure; discounted, after the horizon included. ``live``: year index per section from which heat flows,
    the number of years when it does not in the horizon. ``opened`` (sections, ZONES, years) times opened, ``closed`` (sections, years) times closed.
    """

    parts_eur: Floats
    heat_eur: float
    own_eur: Floats
    opening_eur: Floats
    closure_eur: Floats
    live: Ints
    opened: Ints
    closed: Ints
    over_budget_eur: Floats
    over_pool_eur: Floats
    over_crew_m: Floats

    @property
    def gross_eur(self) -> float:
        """All costs."""
        return float(self.parts_eur.sum())

    @property
    def net_eur(self) -> float:
        """Costs less the worth of heat."""
        return self.gross_eur - self.heat_eur


def account(case: WorksCase, year: Ints) -> Account:
    """The account of a calendar; ``year`` per work an index, ``case.years`` standing for after the horizon.

    Method: docs/method.md#works-account. Says nothing of whether the calendar is allowed: ``broken`` does.
    """
    works, streets, discount = case.works, case.streets, case.discount
    inside = year < case.years
    when = np.where(inside, year, 0)
    factor = np.where(inside, discount[when], 0.0)
    late = np.where(inside, np.maximum(0, year - works.due), 0)
    renewed = works.own_eur + case.alone_eur
    own = works.own_eur * case.chain * factor
    opened, opening = _openings(case, when, inside)
    closed, share = _closures(case, when, inside)
    mobilisation, nuisance = (
        share * amount[works.section] * factor for amount in (streets.closure_eur, streets.nuisance_eur)
    )
    overdue = works.overdue_share * late * renewed * factor
    after = _after(case, ~inside)
    budget, pool, crew, apart = _over(case, year, opened, closed)
    over = (
        case.bounds.budget_price * (budget.sum(axis=0) + pool)
        + case.bounds.crew_price * crew.sum(axis=0)
        + case.bounds.apart_price * apart
    ) @ discount[: case.years]
    live = live_from(case, year)
    left = np.append(np.cumsum(discount[: case.years][::-1])[::-1], 0.0)
    parts = [own.sum(), opening.sum(), mobilisation.sum(), nuisance.sum(), overdue.sum(), after.sum(), over]
    return Account(
        parts_eur=np.array(parts), heat_eur=float(streets.heat_eur_per_year @ left[live]), own_eur=own + overdue + after, opening_eur=opening,
        closure_eur=mobilisation + nuisance, live=live, opened=opened, closed=closed, over_budget_eur=budget, over_pool_eur=pool, over_crew_m=crew,
    )  # fmt: skip


def _openings(case: WorksCase, when: Ints, inside: Flags) -> tuple[Ints, Floats]:
    """How often each zone is opened in each year, and per work its equal part of the zones that it opens, discounted."""
    works = case.works
    shape = (len(case.streets.length_m), len(ZONES), case.years)
    uses = case.opens[works.kind] & inside[:, None]
    work, zone = np.nonzero(uses)
    joined = works.joins[work]
    together = np.zeros(shape, dtype=np.int64)
    at = (works.section[work], zone, when[work])
    np.add.at(together, tuple(axis[joined] for axis in at), 1)
    apart = np.zeros(shape, dtype=np.int64)
    np.add.at(apart, tuple(axis[~joined] for axis in at), 1)
    price = case.streets.zone_eur[works.section[work], zone] * case.discount[when[work]]
    part = price / np.where(joined, np.maximum(together[at], 1), 1)
    return (together > 0) + apart, np.bincount(work, weights=part, minlength=len(works.kind)).astype(np.float64)


def _closures(case: WorksCase, when: Ints, inside: Flags) -> tuple[Ints, Floats]:
    """How often each section is closed in each year, and per work its equal part of a closure."""
    works = case.works
    shuts = case.closes[works.kind] & inside
    together, apart = np.zeros((2, len(case.streets.length_m), case.years), dtype=np.int64)
    for into, which in ((together, shuts & works.joins), (apart, shuts & ~works.joins)):
        np.add.at(into, (works.section[which], when[which]), 1)
    among = np.where(works.joins, np.maximum(together[works.section, when], 1), 1)
    return (together > 0) + apart, np.where(shuts, 1.0 / among, 0.0)


def _after(case: WorksCase, waits: Flags) -> Floats:
    """What a work costs that waits until after the horizon: opened alone, at the full price."""
    works, streets = case.works, case.streets
    shut = case.closes[works.kind]
    chained = works.own_eur + case.alone_eur + np.where(shut, streets.nuisance_eur[works.section], 0.0)
    whole = chained * case.chain + np.where(shut, streets.closure_eur[works.section], 0.0)
    return np.where(waits, whole * case.discount[works.after_year], 0.0)


def _over(case: WorksCase, year: Ints, opened: Ints, closed: Ints) -> tuple[Floats, Floats, Floats, Floats]:
    """Over the budget of each owner, over the pool, over the crews, and pairs closed together, by year."""
    works, bounds, years = case.works, case.bounds, case.years
    inside = year < years
    budgeted = (
        works.own_eur + case.alone_eur + np.where(case.closes[works.kind], case.streets.closure_eur[works.section], 0.0)
    )
    spent, metres = np.zeros((len(case.owners), years)), np.zeros((len(KINDS), years))
    np.add.at(spent, (works.owner[inside], year[inside]), budgeted[inside])
    np.add.at(metres, (works.kind[inside], year[inside]), case.streets.length_m[works.section[inside]])
    own = np.bincount(year[inside], weights=works.own_eur[inside], minlength=years)
    pool = own + np.einsum("ez,ezt->t", case.streets.zone_eur, opened) + case.streets.closure_eur @ closed
    both = (closed[bounds.apart[:, 0]] > 0) & (closed[bounds.apart[:, 1]] > 0)
    over = np.maximum(spent - bounds.budget_eur, 0.0), np.maximum(pool - bounds.pool_eur, 0.0)
    return *over, np.maximum(metres - bounds.crew_m, 0.0), both.sum(axis=0).astype(np.float64)


def live_from(case: WorksCase, year: Ints) -> Ints:
    """Per section the year index from which heat flows along laid pipes from a source; ``case.years`` when not in the horizon or never."""
    works, parent = case.works, case.streets.heat_parent
    laid = np.full(len(parent), case.years, dtype=np.int64)
    heat = works.kind == HEAT
    laid[works.section[heat]] = np.minimum(year[heat], case.years)
    live = np.where(parent == NOWHERE, case.years, laid)
    # the latest of a section and all upstream, doubling the reach each round
    up = parent.copy()
    while (up >= 0).any():
        further = np.maximum(up, 0)
        live, up = np.where(up >= 0, np.maximum(live, live[further]), live), np.where(up >= 0, up[further], OUTSIDE)
    return live


def broken(case: WorksCase, year: Ints) -> list[str]:
    """Every hard condition that a calendar breaks, with the works named; empty when it is allowed."""
    works = case.works
    faults = [
        f"{works.name[place]} stands in a year that it may not"
        for place in np.flatnonzero(~case.allowed()[np.arange(len(year)), year])
    ]
    for one, other in case.before[year[case.before[:, 0]] > year[case.before[:, 1]]]:
        faults.append(f"{works.name[one]} comes after {works.name[other]}, which waits for it")
    return faults + _too_soon(case, year) + _gas_broken(case, year)


def _too_soon(case: WorksCase, year: Ints) -> list[str]:
    """Works within the protected years after a reconstruction."""
    works = case.works
    rebuilt = np.full(len(case.streets.length_m), -1, dtype=np.int64)
    done = (works.kind == RECONSTRUCTION) & (year < case.years)
    rebuilt[works.section[done]] = year[done]
    since = year - rebuilt[works.section]
    wrong = (
        (rebuilt[works.section] >= 0)
        & (since > 0)
        & (since <= case.streets.protected_years[works.section])
        & (year < case.years)
    )
    wrong &= ~np.isin(works.kind, (RECONSTRUCTION, GAS, DRAINS))
    return [
        f"{works.name[place]} opens a street {since[place]} years after its reconstruction"
        for place in np.flatnonzero(wrong)
    ]


def _gas_broken(case: WorksCase, year: Ints) -> list[str]:
    """Gas that goes before its last user, or before what it feeds."""
    works, streets = case.works, case.streets
    gone = np.full(len(streets.length_m), -1, dtype=np.int64)
    gas = np.flatnonzero(works.kind == GAS)
    gone[works.section[gas]] = year[gas]
    served = streets.heat_parent != NOWHERE
    ready = np.where(served, live_from(case, year) + streets.gas_lag_years, streets.gas_free)
    early = gas[(year[gas] < case.years) & (year[gas] < ready[works.section[gas]])]
    faults = [f"{works.name[place]} takes gas away before its last user can leave" for place in early]
    section = works.section[gas]
    parent = streets.gas_parent[section]
    wrong = (parent >= 0) & (gone[np.maximum(parent, 0)] >= 0) & (gone[np.maximum(parent, 0)] < year[gas])
    return faults + [f"{works.name[place]} still feeds from a pipe that is gone" for place in gas[wrong]]


def shares_of_owners(case: WorksCase, found: Account) -> Floats:
    """(owners, 3): own cost, opening, mobilisation with nuisance, by equal split of each zone and closure [EUR, discounted].

    The split is the Shapley value of the game "anybody opens this zone" and lies in its core: no group of owners pays more than it would apart with the same years.
    """
    parts = np.stack([found.own_eur, found.opening_eur, found.closure_eur])
    return np.stack([np.bincount(case.works.owner, weights=part, minlength=len(case.owners)) for part in parts], axis=1)
