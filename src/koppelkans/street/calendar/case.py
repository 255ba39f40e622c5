"""What a works calendar is asked with: sections, works and limits as arrays, and the checks that they fit together."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from koppelkans.errors import DataError
from koppelkans.tables.street import WORK_KINDS

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

KINDS = WORK_KINDS
"""Kinds of work: heat pipes, sewer renewal, water main, cable, removal of the gas pipe, rebuilt street, greening, private drains taken off the sewer."""
HEAT, SEWER, WATER, CABLE, GAS, RECONSTRUCTION, GREENING, DRAINS = range(len(KINDS))
ZONES = ("carriageway", "parking", "footway", "house")
"""What a work opens. ``house``: the visit to the buildings of the section, in which pipes enter or drains are parted."""
MOST_WORKS = 10
"""Works of one section that are weighed together."""
NOWHERE, OUTSIDE = -2, -1
"""Parents of a section: it has no such pipe; its pipe begins at the source or at the border of the place."""


@dataclass(frozen=True, slots=True)
class Streets:
    """Per section: ``length_m``; ``zone_eur`` (sections, ZONES) to open and reinstate a zone once; ``closure_eur`` site and signalling of one closure;
    ``nuisance_eur`` of one closure; ``heat_eur_per_year`` worth of a year with heat live, ``heat_mwh`` that then flows; ``heat_parent`` section
    upstream, OUTSIDE at the source, NOWHERE without a heat pipe; ``gas_parent`` alike towards the gas station; ``gas_lag_years`` between heat live and the last building
    off gas; ``gas_free`` year index from which gas may go where no heat comes; ``protected_years`` without works after a reconstruction.
    """

    length_m: Floats
    zone_eur: Floats
    closure_eur: Floats
    nuisance_eur: Floats
    heat_mwh: Floats
    heat_eur_per_year: Floats
    heat_parent: Ints
    gas_parent: Ints
    gas_lag_years: Ints
    gas_free: Ints
    protected_years: Ints


@dataclass(frozen=True, slots=True)
class Works:
    """Per work: ``section`` and ``kind`` (place in KINDS), ``owner`` (place among the owners), ``own_eur`` without opening, ``life_years`` (infinite: not
    repeated), year indices ``release`` to ``last`` in which it may be done and ``due`` from which being late costs ``overdue_share`` a year of
    renewal and opening; ``after``: may wait until after the horizon, then at year ``after_year``; ``fixed`` year index, -1 when free; ``joins``: shares its openings.

    ``name`` is the key of a work in the tables.
    """

    name: NDArray[np.object_]
    section: Ints
    kind: Ints
    owner: Ints
    own_eur: Floats
    life_years: Floats
    release: Ints
    due: Ints
    last: Ints
    overdue_share: Floats
    after: Flags
    after_year: Ints
    fixed: Ints
    joins: Flags


@dataclass(frozen=True, slots=True)
class Bounds:
    """Yearly limits, each elastic at a price. ``budget_eur`` (owners, years): own works and their openings as if alone; ``pool_eur`` (years): what all spend
    together; ``crew_m`` (KINDS, years) metres of a kind of work; infinite: no limit. ``apart`` (pairs, 2): sections that should not be closed in the same year.

    Prices: EUR per EUR over budget, per metre over the crews, per pair and year closed together.
    """

    budget_eur: Floats
    pool_eur: Floats
    crew_m: Floats
    apart: Ints
    budget_price: float
    crew_price: float
    apart_price: float


@dataclass(frozen=True, slots=True)
class WorksCase:
    """All that decides a calendar of ``years`` years; amounts in real EUR, discounted at ``rate_share`` to the first year.

    ``opens`` (KINDS, ZONES), ``closes`` (KINDS): which zones a kind of work opens, and whether the street is closed for it.
    ``before`` (pairs, 2): the first work not later than the second. ``section_names``, ``owners``: keys in the tables.
    """

    years: int
    first_year: int
    rate_share: float
    streets: Streets
    works: Works
    bounds: Bounds
    opens: Flags
    closes: Flags
    section_names: NDArray[np.object_]
    owners: tuple[str, ...]
    before: Ints = field(default_factory=lambda: np.zeros((0, 2), dtype=np.int64))

    @property
    def discount(self) -> Floats:
        """Worth today of one euro in each year; up to far after the horizon, for what waits."""
        reach = max(self.years, int(self.works.after_year.max(initial=0))) + 1
        return np.asarray((1.0 + self.rate_share) ** -np.arange(reach, dtype=np.float64))

    @property
    def chain(self) -> Floats:
        """Per work what it costs for ever as share of doing it once: renewing early honestly loses life."""
        return np.asarray(1.0 / (1.0 - (1.0 + self.rate_share) ** -self.works.life_years))

    @property
    def alone_eur(self) -> Floats:
        """Per work the opening of its zones as if nobody shared."""
        return np.asarray((self.streets.zone_eur[self.works.section] * self.opens[self.works.kind]).sum(axis=1))

    def allowed(self) -> Flags:
        """(works, years + 1): where a work may be put, the last column standing for after the horizon."""
        year = np.arange(self.years + 1)
        works = self.works
        free = (year >= works.release[:, None]) & (year <= np.minimum(works.last, self.years - 1)[:, None])
        free[:, -1] = works.after
        given = works.fixed >= 0
        free[given] = year == works.fixed[given, None]
        return np.asarray(free)

    def apart_from_each_other(self) -> WorksCase:
        """The same case in which every work pays its own openings."""
        return replace(self, works=replace(self.works, joins=np.zeros_like(self.works.joins)))

    def together(self) -> WorksCase:
        """The same case in which all works share."""
        return replace(self, works=replace(self.works, joins=np.ones_like(self.works.joins)))


def check_case(case: WorksCase) -> None:
    """Raises DataError that lists all that no calendar can keep: empty windows, fixed years out of the horizon or against the order of works, heat or gas trees that turn in a ring."""
    works, faults = case.works, list[str]()
    label = _labels(case)
    for place in np.flatnonzero(~case.allowed().any(axis=1)):
        faults.append(
            f"{label[place]}: no year from {case.first_year + works.release[place]} to {case.first_year + works.last[place]} lies in the "
            f"horizon {case.first_year}-{case.first_year + case.years - 1}; move its date or lengthen the horizon"
        )
    late = works.fixed >= case.years
    faults += [f"{label[place]}: fixed after the horizon" for place in np.flatnonzero(late)]
    faults += _double_faults(case, label)
    worthless = np.flatnonzero(case.streets.heat_eur_per_year < 0)
    faults += [
        f"heat in {case.section_names[place]} is worth less than nothing; expected 0 or more" for place in worthless
    ]
    if case.rate_share <= 0 and np.isfinite(works.life_years).any():
        faults.append(f"discount rate {case.rate_share:g}: works that are repeated for ever need a rate above 0")
    faults += _order_faults(case, label)
    for word, parent in (("heat", case.streets.heat_parent), ("gas", case.streets.gas_parent)):
        if (ring := _ring(parent)) is not None:
            faults.append(f"{word} pipe of section {case.section_names[ring]} feeds itself; expected a tree")
    if faults:
        raise DataError("the works cannot be put in a calendar", faults)


def _labels(case: WorksCase) -> list[str]:
    works = case.works
    return [
        f"{KINDS[kind]} in {case.section_names[section]} ({name})"
        for kind, section, name in zip(works.kind, works.section, works.name, strict=True)
    ]


def _double_faults(case: WorksCase, label: list[str]) -> list[str]:
    """Two works in a section of a kind that can be there once, and more works in a section than can be weighed together."""
    works, faults, seen = case.works, list[str](), dict[tuple[int, int], int]()
    for place in np.flatnonzero(np.isin(works.kind, (HEAT, GAS, RECONSTRUCTION))).tolist():
        key = int(works.section[place]), int(works.kind[place])
        if key in seen:
            faults.append(f"{label[place]} is there beside {label[seen[key]]}; expected one in a section")
        seen[key] = place
    many = np.bincount(works.section, minlength=len(case.streets.length_m))
    for section in np.flatnonzero(many > MOST_WORKS).tolist():
        faults.append(
            f"{many[section]} works in {case.section_names[section]}; expected at most {MOST_WORKS}, join some of them"
        )
    return faults


def _order_faults(case: WorksCase, label: list[str]) -> list[str]:
    """Fixed works that break an order, both named."""
    fixed, first, faults = case.works.fixed, case.first_year, list[str]()
    for one, other in case.before.tolist():
        if fixed[one] >= 0 and fixed[other] >= 0 and fixed[one] > fixed[other]:
            faults.append(
                f"{label[one]} is fixed in {first + fixed[one]}, after {label[other]} in {first + fixed[other]}; the first must not come later"
            )
    faults += _protected_faults(case, label) + _gas_faults(case, label)
    return faults


def _protected_faults(case: WorksCase, label: list[str]) -> list[str]:
    works, faults = case.works, list[str]()
    rebuilt = {
        int(works.section[place]): int(place)
        for place in np.flatnonzero((works.kind == RECONSTRUCTION) & (works.fixed >= 0))
    }
    for place in np.flatnonzero((works.fixed >= 0) & ~np.isin(works.kind, (RECONSTRUCTION, GAS, DRAINS))):
        other = rebuilt.get(int(works.section[place]))
        if other is None:
            continue
        wait = works.fixed[place] - works.fixed[other]
        if 0 < wait <= case.streets.protected_years[works.section[place]]:
            faults.append(
                f"{label[place]} is fixed {wait} years after {label[other]}; no works for {case.streets.protected_years[works.section[place]]} years after a reconstruction"
            )
    return faults


def _gas_faults(case: WorksCase, label: list[str]) -> list[str]:
    """Gas that goes before the pipe behind it, or before its last user can leave."""
    works, streets, faults = case.works, case.streets, list[str]()
    gas = {int(works.section[place]): int(place) for place in np.flatnonzero((works.kind == GAS) & (works.fixed >= 0))}
    heat = {
        int(works.section[place]): int(place) for place in np.flatnonzero((works.kind == HEAT) & (works.fixed >= 0))
    }
    for section, place in gas.items():
        upstream = gas.get(int(streets.gas_parent[section]))
        if upstream is not None and works.fixed[upstream] < works.fixed[place]:
            faults.append(
                f"{label[upstream]} is fixed before {label[place]}, which it feeds; remove gas from the far end"
            )
        laid = heat.get(section)
        if laid is not None and works.fixed[place] < works.fixed[laid] + streets.gas_lag_years[section]:
            faults.append(
                f"{label[place]} is fixed within {streets.gas_lag_years[section]} years of {label[laid]}; its last user leaves later"
            )
    return faults


def _ring(parent: Ints) -> int | None:
    """A section that is upstream of itself, if there is one."""
    up = parent.copy()
    for _ in range(len(parent).bit_length() + 1):
        up = np.where(up >= 0, up[np.maximum(up, 0)], up)
    found = np.flatnonzero(up >= 0)
    return int(found[0]) if len(found) else None
