"""A works case as arrays for the kernels: works in the order of their sections, and what every set of works of a section opens."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from koppelkans.street.calendar.case import DRAINS, GAS, HEAT, NOWHERE, RECONSTRUCTION, Flags, Floats, Ints, WorksCase
from koppelkans.street.calendar.compiled import compiled


class Problem(NamedTuple):
    """Works sorted by section; a set of works of a section is a number whose bits are its works, in that order.

    ``first``: first work of each section; ``order``: place in the case of each work. ``base_eur`` (works, years + 1): all of the cost that a work bears
    alone, infinite where it may not be. Per section and set, from ``sets``: ``zones_eur`` opened once by those that join, ``shared`` they close the street once,
    ``shut`` anybody closes it, ``sound``: no work is done before one that has to precede it. Per section the bit of heat, gas, reconstruction (0: none) and those that
    may be done in protected years, ``served`` by heat, lag, protected years.
    ``heat_eur`` (sections, years + 1): minus the worth of heat by the year live. Orders list parents first; ``gas_up`` is -1 where no gas work is upstream.
    """

    first: Ints
    order: Ints
    section: Ints
    kind: Ints
    owner: Ints
    base_eur: Floats
    budgeted_eur: Floats
    pooled_eur: Floats
    metres: Floats
    free: Ints
    sets: Ints
    zones_eur: Floats
    shared: Flags
    shut: Flags
    sound: Flags
    heat: Ints
    gas: Ints
    rebuilt: Ints
    unprotected: Ints
    served: Flags
    lag: Ints
    protected: Ints
    heat_eur: Floats
    heat_up: Ints
    heat_order: Ints
    gas_work: Ints
    gas_up: Ints
    gas_order: Ints
    closure_eur: Floats
    nuisance_eur: Floats
    discount: Floats
    years: int


def problem_of(case: WorksCase) -> Problem:
    """The arrays of a case."""
    works, streets, years = case.works, case.streets, case.years
    order = np.lexsort((works.kind, works.section)).astype(np.int64)
    section, kind = works.section[order], works.kind[order]
    count = len(streets.length_m)
    first = np.searchsorted(section, np.arange(count + 1)).astype(np.int64)
    place = np.arange(len(order)) - first[section]
    bit = np.left_shift(1, place)
    bits = {
        one: np.bincount(section[kind == one], weights=bit[kind == one], minlength=count).astype(np.int64)
        for one in (HEAT, GAS, RECONSTRUCTION, DRAINS)
    }
    served = streets.heat_parent != NOWHERE
    allowed = _possible(case, served, bits)[order]
    own, apart = _alone(case)
    base = np.where(allowed, own[order], np.inf)
    sets = np.concatenate([[0], np.cumsum(np.left_shift(1, np.diff(first)))]).astype(np.int64)
    joins = works.joins[order]
    zone_mask = np.where(joins[:, None], case.opens[kind], False)
    closing = case.closes[kind]
    zones, shared, shut, sound = _sets(
        first, sets, zone_mask, closing & joins, closing, streets.zone_eur, _pairs_inside(case, order, first)
    )
    gas_work = np.full(count, -1, dtype=np.int64)
    gas_work[section[kind == GAS]] = np.flatnonzero(kind == GAS)
    up = streets.gas_parent
    gas_up = np.where((gas_work >= 0) & (up >= 0) & (gas_work[np.maximum(up, 0)] >= 0), up, -1)
    discount = case.discount[:years]
    left = np.append(np.cumsum(discount[::-1])[::-1], 0.0)
    budgeted = (
        works.own_eur + case.alone_eur + np.where(case.closes[works.kind], streets.closure_eur[works.section], 0.0)
    )
    return Problem(
        first=first, order=order, section=section, kind=kind, owner=works.owner[order], base_eur=base,
        budgeted_eur=budgeted[order], pooled_eur=(works.own_eur + apart)[order], metres=streets.length_m[section],
        free=_free(allowed[:, :years], first, bit), sets=sets, zones_eur=zones, shared=shared, shut=shut, sound=sound,
        heat=bits[HEAT], gas=bits[GAS], rebuilt=bits[RECONSTRUCTION], unprotected=bits[GAS] | bits[DRAINS], served=served,
        lag=streets.gas_lag_years.astype(np.int64), protected=np.where(bits[RECONSTRUCTION] > 0, streets.protected_years, 0).astype(np.int64),
        heat_eur=-streets.heat_eur_per_year[:, None] * left[None, :], heat_up=np.where(served, streets.heat_parent, -1).astype(np.int64),
        heat_order=_outwards(np.where(served, streets.heat_parent, -1), served), gas_work=gas_work, gas_up=gas_up.astype(np.int64),
        gas_order=_outwards(gas_up, gas_work >= 0), closure_eur=streets.closure_eur.astype(np.float64),
        nuisance_eur=streets.nuisance_eur.astype(np.float64), discount=discount, years=years,
    )  # fmt: skip


def _possible(case: WorksCase, served: Flags, bits: dict[int, Ints]) -> Flags:
    """Where a work may be put, with the years in which gas cannot go taken out."""
    works, allowed = case.works, case.allowed()
    gas = np.flatnonzero(works.kind == GAS)
    section = works.section[gas]
    ready = np.where(served[section], case.streets.gas_lag_years[section], case.streets.gas_free[section])
    ready = np.where(served[section] & (bits[HEAT][section] == 0), case.years, ready)
    allowed[gas, : case.years] &= np.arange(case.years) >= ready[:, None]
    return np.asarray(allowed)


def _alone(case: WorksCase) -> tuple[Floats, Floats]:
    """(works, years + 1) what a work costs by itself, with its own openings when it does not join; and those openings [EUR]."""
    works, streets, years = case.works, case.streets, case.years
    shut = case.closes[works.kind]
    closure, nuisance = (
        np.where(shut, amount[works.section], 0.0) for amount in (streets.closure_eur, streets.nuisance_eur)
    )
    late = np.maximum(0, np.arange(years) - works.due[:, None])
    renewed = works.own_eur + case.alone_eur
    once = works.own_eur * case.chain + np.where(works.joins, 0.0, case.alone_eur + closure + nuisance)
    inside = (once[:, None] + works.overdue_share[:, None] * late * renewed[:, None]) * case.discount[:years]
    after = ((renewed + nuisance) * case.chain + closure) * case.discount[works.after_year]
    return np.column_stack([inside, after]), np.where(works.joins, 0.0, case.alone_eur + closure)


def _free(allowed: Flags, first: Ints, bit: Ints) -> Ints:
    """(sections, years) which works may be done."""
    some = np.flatnonzero(np.diff(first))
    found = np.zeros((len(first) - 1, allowed.shape[1]), dtype=np.int64)
    if len(some):
        found[some] = np.add.reduceat(allowed * bit[:, None], first[some], axis=0)
    return found


def _pairs_inside(case: WorksCase, order: Ints, first: Ints) -> Ints:
    """(pairs, 3): section and the bits of a work and of one that may not come before it."""
    where = np.empty(len(order), dtype=np.int64)
    where[order] = np.arange(len(order))
    one, other = where[case.before[:, 0]], where[case.before[:, 1]]
    section = case.works.section[case.before[:, 0]]
    inside = section == case.works.section[case.before[:, 1]]
    begin = first[section]
    pairs = np.column_stack([section, np.left_shift(1, one - begin), np.left_shift(1, other - begin)])
    return np.asarray(pairs[inside])


def _outwards(up: Ints, of: Flags) -> Ints:
    """The sections of a forest, parents first."""
    depth = np.zeros(len(up), dtype=np.int64)
    above = up.copy()
    while (above >= 0).any():
        depth += above >= 0
        above = np.where(above >= 0, up[np.maximum(above, 0)], -1)
    at = np.flatnonzero(of)
    return at[np.argsort(depth[at], kind="stable")].astype(np.int64)


@compiled
def _sets(
    first: Ints, sets: Ints, opens: Flags, closes: Flags, shuts: Flags, zone_eur: Floats, pairs: Ints
) -> tuple[Floats, Flags, Flags, Flags]:
    """Of every set of works of every section: the price of its zones, whether it closes, and whether it respects the pairs."""
    total = sets[-1]
    zones = np.zeros(total)
    shared, shut = np.zeros(total, dtype=np.bool_), np.zeros(total, dtype=np.bool_)
    sound = np.ones(total, dtype=np.bool_)
    for section in range(len(first) - 1):
        size = sets[section + 1] - sets[section]
        for chosen in range(size):
            at = sets[section] + chosen
            for zone in range(zone_eur.shape[1]):
                for place in range(first[section + 1] - first[section]):
                    if (chosen >> place) & 1 and opens[first[section] + place, zone]:
                        zones[at] += zone_eur[section, zone]
                        break
            for place in range(first[section + 1] - first[section]):
                if (chosen >> place) & 1:
                    shared[at] |= closes[first[section] + place]
                    shut[at] |= shuts[first[section] + place]
    for place in range(len(pairs)):
        section = pairs[place, 0]
        for chosen in range(sets[section + 1] - sets[section]):
            if chosen & pairs[place, 2] and not chosen & pairs[place, 1]:
                sound[sets[section] + chosen] = False
    return zones, shared, shut, sound
