"""Neighbourhoods in which works are planned, drawn from a seed: an irregular grid of streets with a heat tree, a gas tree, and works with their windows.

Prices, lives, windows and limits are round figures for trials, no facts. Used by tests and benchmarks alike.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, replace

import numpy as np

from koppelkans.street.calendar.case import (
    CABLE,
    DRAINS,
    GAS,
    GREENING,
    HEAT,
    KINDS,
    NOWHERE,
    OUTSIDE,
    RECONSTRUCTION,
    SEWER,
    WATER,
    ZONES,
    Bounds,
    Flags,
    Floats,
    Ints,
    Streets,
    Works,
    WorksCase,
)

YEARS = 25
RATE = 0.03
SIX = (HEAT, SEWER, CABLE, GAS, RECONSTRUCTION, GREENING)
SEVEN = (*SIX, WATER)
EIGHT = (*SEVEN, DRAINS)
OWNERS = ("city", "sewer manager", "grid operator", "heat company", "water company")
OWNER_OF = {HEAT: 3, SEWER: 1, WATER: 4, CABLE: 2, GAS: 2, RECONSTRUCTION: 0, GREENING: 0, DRAINS: 1}
OWN_EUR_PER_M = {
    HEAT: 900.0, SEWER: 650.0, WATER: 180.0, CABLE: 120.0, GAS: 40.0, RECONSTRUCTION: 150.0, GREENING: 350.0, DRAINS: 90.0,
}  # fmt: skip
LIFE_YEARS = {HEAT: 50, SEWER: 75, WATER: 70, CABLE: 45, GAS: np.inf, RECONSTRUCTION: 35, GREENING: 40, DRAINS: np.inf}
EARLIER_YEARS = {SEWER: 18, WATER: 15, CABLE: 12, RECONSTRUCTION: 12}
LONGEST_AGE = {SEWER: 75, WATER: 70, CABLE: 40, RECONSTRUCTION: 35}
LATER_YEARS = 8
ZONE_EUR_PER_M = (110.0 * 4.5, 100.0 * 2.0, 90.0 * 3.0, 50.0)
OPENS = {
    HEAT: (0, 3), SEWER: (0, 2), WATER: (2,), CABLE: (2,), GAS: (2,), RECONSTRUCTION: (0, 1, 2), GREENING: (1,), DRAINS: (3,),
}  # fmt: skip
CLOSURE_EUR, NUISANCE_EUR_PER_M, HEAT_EUR_PER_MWH = 12_000.0, 45.0, 69.0
PROTECTED_YEARS = 5


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """A case with the pairs of sections that share a junction, ``ends`` (sections, 2) junctions, ``place_m`` (junctions, 2) their coordinates."""

    case: WorksCase
    neighbours: Ints
    ends: Ints
    place_m: Floats


def generated_case(sections: int, seed: int, kinds: tuple[int, ...] = SIX, years: int = YEARS) -> WorksCase:
    """A neighbourhood of so many sections; ``kinds``: the works that may occur."""
    return generated(sections, seed, kinds, years).case


def generated_neighbours(sections: int, seed: int) -> Ints:
    """Pairs of adjacent sections of the case with the same numbers."""
    return generated(sections, seed).neighbours


def generated(sections: int, seed: int, kinds: tuple[int, ...] = SIX, years: int = YEARS) -> Neighbourhood:
    """A neighbourhood with all that belongs to it."""
    draw = np.random.default_rng(seed)
    ends, place, row = _grid(sections, draw)
    length = np.maximum(np.hypot(*(place[ends[:, 0]] - place[ends[:, 1]]).T), 30.0)
    centre = place.mean(axis=0)
    reach = np.hypot(*(place[ends].mean(axis=1) - centre).T)
    middle = 1.0 - reach / max(reach.max(), 1.0)
    density = np.clip(0.5 + 1.3 * middle + draw.uniform(0.0, 0.8, sections), 0.5, 2.6)
    sources = _sources(place, sections, draw)
    heat = _served(_towards(ends, length, sources), density)
    gas = _towards(ends, length, [int(np.argmin(place.sum(axis=1)))])
    mwh = np.where(heat != NOWHERE, density * length, 0.0)
    streets = Streets(
        length_m=length, zone_eur=length[:, None] * np.array(ZONE_EUR_PER_M), closure_eur=np.full(sections, CLOSURE_EUR),
        nuisance_eur=NUISANCE_EUR_PER_M * length, heat_mwh=mwh, heat_eur_per_year=HEAT_EUR_PER_MWH * mwh, heat_parent=heat,
        gas_parent=gas, gas_lag_years=draw.integers(2, 7, sections), gas_free=draw.integers(8, 21, sections),
        protected_years=np.full(sections, PROTECTED_YEARS),
    )  # fmt: skip
    if DRAINS not in kinds:
        streets.zone_eur[:, 3] = 0.0
    works = _works(streets, kinds, years, draw)
    opens = np.array([[zone in OPENS[kind] for zone in range(len(ZONES))] for kind in range(len(KINDS))])
    closes = np.arange(len(KINDS)) != DRAINS
    neighbours = _adjacent(ends)
    lines = (row[ends[:, 0]] == row[ends[:, 1]]) & (row[ends[:, 0]] % 4 == 0)
    apart = neighbours[lines[neighbours].all(axis=1)]
    bounds = _bounds(streets, works, (opens, closes), apart, years)
    names = np.array([f"s{place:04d}" for place in range(sections)], dtype=object)
    case = WorksCase(years, 2026, RATE, streets, works, bounds, opens, closes, names, OWNERS)
    return Neighbourhood(case, neighbours, ends, place)


def _grid(sections: int, draw: np.random.Generator) -> tuple[Ints, Floats, Ints]:
    """Sections of an irregular grid that hangs together, the places of its junctions, and the row of each."""
    across = 2
    while 2 * across * (across - 1) < 1.12 * sections:
        across += 1
    row, column = np.divmod(np.arange(across * across), across)
    step_m = 82.0
    place = np.stack([column, row], axis=1) * step_m + draw.uniform(-17.0, 17.0, (across * across, 2))
    here = np.arange(across * across)
    pairs = np.concatenate(
        [
            np.stack([here[column < across - 1], here[column < across - 1] + 1], axis=1),
            np.stack([here[row < across - 1], here[row < across - 1] + across], axis=1),
        ]
    )
    pairs = pairs[draw.permutation(len(pairs))]
    group = here.copy()
    tree = np.zeros(len(pairs), dtype=bool)
    for at, (one, other) in enumerate(pairs.tolist()):
        if group[one] != group[other]:
            tree[at] = True
            group[group == group[other]] = group[one]
    chosen = np.concatenate([np.flatnonzero(tree), np.flatnonzero(~tree)])
    if sections < tree.sum():
        chosen = _connected(pairs[np.flatnonzero(tree)], sections, np.flatnonzero(tree))
    ends = pairs[np.sort(chosen[:sections])]
    used, renamed = np.unique(ends, return_inverse=True)
    return renamed.reshape(ends.shape).astype(np.int64), place[used], row[used].astype(np.int64)


def _connected(pairs: Ints, count: int, at: Ints) -> Ints:
    """So many pairs of a tree that hang together."""
    seen, found = {int(pairs[0, 0])}, list[int]()
    while len(found) < count:
        for place, (one, other) in enumerate(pairs.tolist()):
            if (one in seen) != (other in seen) and len(found) < count:
                seen |= {one, other}
                found.append(int(at[place]))
    return np.array(found)


def _adjacent(ends: Ints) -> Ints:
    at = [set[int]() for _ in range(int(ends.max()) + 1)]
    for section, pair in enumerate(ends.tolist()):
        for junction in pair:
            at[junction].add(section)
    pairs = {(one, other) for here in at for one in here for other in here if one < other}
    return np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)


def _sources(place: Floats, sections: int, draw: np.random.Generator) -> list[int]:
    count = 3 if sections > 400 else 1
    return sorted(int(at) for at in draw.choice(len(place), size=count, replace=False))


def _towards(ends: Ints, length: Floats, roots: list[int]) -> Ints:
    """Per section the next one on the shortest way to a root."""
    beside = [list[tuple[int, int]]() for _ in range(int(ends.max()) + 1)]
    for section, (one, other) in enumerate(ends.tolist()):
        beside[one].append((section, other))
        beside[other].append((section, one))
    away = np.full(len(beside), np.inf)
    came = np.full(len(beside), OUTSIDE, dtype=np.int64)
    away[roots] = 0.0
    waiting = [(0.0, root) for root in roots]
    while waiting:
        far, node = heapq.heappop(waiting)
        if far > away[node]:
            continue
        for section, other in beside[node]:
            if far + length[section] < away[other]:
                away[other], came[other] = far + length[section], section
                heapq.heappush(waiting, (away[other], other))
    near = np.where(away[ends[:, 0]] <= away[ends[:, 1]], ends[:, 0], ends[:, 1])
    return came[near]


def _served(parent: Ints, density: Floats) -> Ints:
    """Parents in the heat tree of the densest three fifths and all on their way; elsewhere NOWHERE."""
    served = np.zeros(len(parent), dtype=bool)
    for densest in np.argsort(-density, kind="stable").tolist():
        if served.sum() >= 0.6 * len(parent):
            break
        section = densest
        while section != OUTSIDE and not served[section]:
            served[section] = True
            section = int(parent[section])
    return np.where(served, parent, NOWHERE)


def _works(streets: Streets, kinds: tuple[int, ...], years: int, draw: np.random.Generator) -> Works:
    """Works whose window begins within the horizon."""
    rows = list[tuple[int, int, int, int, int, float, bool, int]]()
    for section in range(len(streets.length_m)):
        for kind in kinds:
            release, due, last, late, after, after_year = 0, years, years - 1, 0.0, False, years
            if kind in EARLIER_YEARS:
                due = LONGEST_AGE[kind] - int(draw.integers(0, LONGEST_AGE[kind] + 1))
                release, last, late = max(0, due - EARLIER_YEARS[kind]), due + LATER_YEARS, 0.1
                after, after_year = last >= years, max(years, min(due, years + 10))
            elif kind == GREENING:
                due = (12, 18, 25)[int(draw.integers(0, 3))] * years // YEARS
                last, after, after_year = due, due >= years, years
                if draw.random() >= 0.7:
                    continue
            elif kind == HEAT and streets.heat_parent[section] == NOWHERE:
                continue
            elif kind == GAS:
                after, after_year = True, years + 5
            elif kind == DRAINS:
                after, after_year, due, late = True, years + 5, int(draw.integers(5, years)), 0.02
            if release < years:
                rows.append((section, kind, release, due, last, late, after, after_year))
    section, kind, release, due, last, late, after, after_year = (
        np.array(column) for column in zip(*rows, strict=True)
    )
    own = np.array([OWN_EUR_PER_M[int(one)] for one in kind]) * streets.length_m[section]
    return Works(
        name=np.array([f"{KINDS[one]}-{place:04d}" for place, one in zip(section, kind, strict=True)], dtype=object),
        section=section, kind=kind, owner=np.array([OWNER_OF[int(one)] for one in kind]), own_eur=own,
        life_years=np.array([float(LIFE_YEARS[int(one)]) for one in kind]), release=release, due=due, last=last,
        overdue_share=late, after=after, after_year=after_year, fixed=np.full(len(kind), -1),
        joins=np.ones(len(kind), dtype=bool),
    )  # fmt: skip


def _bounds(streets: Streets, works: Works, traits: tuple[Flags, Flags], apart: Ints, years: int) -> Bounds:
    """Limits a little above what an even spread would need."""
    opens, closes = traits
    section = works.section
    inside = (works.due < years) | (works.kind == HEAT)
    opening = (streets.zone_eur[section] * opens[works.kind]).sum(axis=1)
    closure = np.where(closes[works.kind], streets.closure_eur[section], 0.0)
    pool = 1.3 * (works.own_eur + 0.8 * opening)[inside].sum() / years
    alone = np.bincount(works.owner, weights=works.own_eur + opening + closure, minlength=len(OWNERS))
    metres = np.bincount(works.kind, weights=streets.length_m[section], minlength=len(KINDS))
    crew = (1.6 * metres / years + 200.0) * np.where(np.arange(len(KINDS)) == GAS, 1.5, 1.0)
    return Bounds(
        budget_eur=np.repeat(1.5 * alone[:, None] / years, years, axis=1), pool_eur=np.full(years, pool),
        crew_m=np.repeat(crew[:, None], years, axis=1), apart=apart, budget_price=0.25, crew_price=60.0, apart_price=60_000.0,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One work of a case made by hand."""

    section: int
    kind: int
    own_eur: float = 1000.0
    release: int = 0
    last: int = 99
    due: int = 99
    late: float = 0.0
    after: bool = False
    after_year: int = 12
    fixed: int = -1
    joins: bool = True
    owner: int = 0
    life: float = np.inf


def small_case(
    rows: list[Row], *, sections: int = 1, years: int = 6, heat_up: list[int] | None = None, gas_up: list[int] | None = None,
    before: list[tuple[int, int]] | None = None,
) -> WorksCase:  # fmt: skip
    """A case made by hand without limits: zones of 100, 40, 20 and 0 EUR, closures of 30 and nuisance of 10 EUR, heat worth 50 EUR a year, gas a year after heat,
    elsewhere from year index 1, streets protected for 2 years."""
    streets = Streets(
        length_m=np.full(sections, 10.0), zone_eur=np.tile([100.0, 40.0, 20.0, 0.0], (sections, 1)), closure_eur=np.full(sections, 30.0),
        nuisance_eur=np.full(sections, 10.0), heat_mwh=np.ones(sections), heat_eur_per_year=np.full(sections, 50.0),
        heat_parent=np.array(heat_up if heat_up is not None else [NOWHERE] * sections),
        gas_parent=np.array(gas_up if gas_up is not None else [OUTSIDE] * sections), gas_lag_years=np.ones(sections, dtype=np.int64),
        gas_free=np.ones(sections, dtype=np.int64), protected_years=np.full(sections, 2),
    )  # fmt: skip
    columns = {
        name: np.array([getattr(row, name) for row in rows])
        for name in (
            "section",
            "kind",
            "owner",
            "own_eur",
            "release",
            "due",
            "last",
            "after",
            "after_year",
            "fixed",
            "joins",
        )
    }
    works = Works(
        name=np.array([f"w{place}" for place in range(len(rows))], dtype=object), overdue_share=np.array([row.late for row in rows]),
        life_years=np.array([float(row.life) for row in rows]), **columns,
    )  # fmt: skip
    free = Bounds(
        np.full((2, years), np.inf), np.full(years, np.inf), np.full((len(KINDS), years), np.inf),
        np.zeros((0, 2), dtype=np.int64), 0.25, 5.0, 60.0,
    )  # fmt: skip
    opens = np.array([[zone in OPENS[kind] for zone in range(len(ZONES))] for kind in range(len(KINDS))])
    names = np.array([f"s{place}" for place in range(sections)], dtype=object)
    pairs = np.array(before if before is not None else [], dtype=np.int64).reshape(-1, 2)
    return WorksCase(
        years,
        2026,
        RATE,
        streets,
        works,
        free,
        opens,
        np.arange(len(KINDS)) != DRAINS,
        names,
        ("city", "heat company"),
        pairs,
    )


def drawn_case(seed: int, works: int = 8, years: int = 5) -> WorksCase:
    """A little case in which anything may occur: three sections, all kinds, limits, orders, fixed years, works that do not join."""
    draw = np.random.default_rng(seed)
    chosen = sorted(draw.choice(3 * len(KINDS), size=works, replace=False).tolist())
    rows = []
    for one in chosen:
        release = int(draw.integers(0, years - 1))
        last = int(draw.integers(release + 1, years + 2))
        kind = one % len(KINDS)
        late, life = float(draw.choice([0.0, 0.1])), float(draw.choice([20.0, np.inf]))
        rows.append(
            Row(
                one // len(KINDS), kind, float(draw.integers(100, 900)), 0 if kind == HEAT else release, 99 if kind == HEAT else last,
                int(draw.integers(release, last + 1)), late, kind == GAS or bool(draw.random() < 0.5), years + int(draw.integers(0, 4)),
                -1, bool(draw.random() < 0.85), int(draw.integers(0, 2)), life,
            )
        )  # fmt: skip
    served = [OUTSIDE, int(draw.choice([0, OUTSIDE])), int(draw.choice([0, 1, OUTSIDE, NOWHERE]))]
    gas_up = [int(draw.choice([1, OUTSIDE])), OUTSIDE, int(draw.choice([0, 1]))]
    one, other = sorted(draw.choice(works, size=2, replace=False).tolist())
    case = small_case(
        rows,
        sections=3,
        years=years,
        heat_up=served,
        gas_up=gas_up,
        before=[(one, other)] if draw.random() < 0.5 else [],
    )
    bounds = replace(
        case.bounds, budget_eur=np.where(draw.random((2, years)) < 0.6, draw.uniform(200, 1500, (2, years)), np.inf),
        pool_eur=np.where(draw.random(years) < 0.6, draw.uniform(500, 2500, years), np.inf),
        crew_m=np.where(draw.random((len(KINDS), years)) < 0.3, 10.0, np.inf), apart=np.array([[0, 1], [1, 2]]),
    )  # fmt: skip
    streets = replace(
        case.streets,
        heat_eur_per_year=draw.uniform(0, 150, 3),
        gas_lag_years=draw.integers(0, 3, 3),
        protected_years=draw.integers(0, 4, 3),
    )
    return replace(case, bounds=bounds, streets=streets)
