"""What a calendar of works means in years, heat, space and nuisance: the figures beside its euros."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from koppelkans.street.calendar.account import Account
from koppelkans.street.calendar.case import (
    CABLE,
    GAS,
    HEAT,
    NOWHERE,
    RECONSTRUCTION,
    SEWER,
    WATER,
    ZONES,
    Flags,
    Floats,
    Ints,
    WorksCase,
)
from koppelkans.street.calendar.pace import Pace, task_months, task_of_works

RENEWALS = (SEWER, WATER, CABLE, RECONSTRUCTION)
"""Kinds that replace something that still has life left before its due year."""
PIPES = (HEAT, SEWER, WATER, CABLE, GAS)
"""Kinds that dig a trench."""
REPEAT_YEARS = 5
"""By definition of the indicator: a zone opened again within so many years is a repeat opening."""
UNTIL_YEARS = (2040, 2050)
"""Years up to which heat delivered and emission saved are summed."""
_DECADE = 10
_STREET_ZONES = len(ZONES) - 1


@dataclass(frozen=True, slots=True)
class SectionFacts:
    """What the account of works does not need but its measures do: ``zone_m2`` (sections, ZONES) area of each zone (0 for ``house``), ``residents`` per section.

    ``saved_tonnes_per_mwh``: emission that a MWh of heat from the network saves.
    """

    zone_m2: Floats
    residents: Floats
    saved_tonnes_per_mwh: float


@dataclass(frozen=True, slots=True)
class Measures:
    """Years and heat: ``live_mwh`` delivered within the horizon, ``until_mwh`` to each of UNTIL_YEARS, ``until_tonnes`` saved, ``mean_live_year`` weighted by heat
    (never counts as the end of the horizon), ``live_share`` of the heat, ``dry_share`` of the metres of heat pipe laid before they are live, ``dry_years`` their mean wait.

    Space and nuisance: ``opened_m2``, ``closures``, ``closures_per_decade`` a section, ``person_months`` closure x residents, ``repeats``
    openings within REPEAT_YEARS, shares of works in a shared opening (``coordinated_share``), of surface and of trench volume; ``lost_life_eur``, ``overdue_works``, ``overdue_years`` (of all together).
    """

    live_mwh: float
    until_mwh: tuple[float, ...]
    until_tonnes: tuple[float, ...]
    mean_live_year: float
    live_share: float
    dry_share: float
    dry_years: float
    opened_m2: float
    closures: int
    closures_per_decade: float
    person_months: float
    repeats: int
    coordinated_share: float
    shared_surface_share: float
    shared_trench_share: float
    lost_life_eur: float
    overdue_works: int
    overdue_years: float


def works_measures(case: WorksCase, year: Ints, found: Account, *, facts: SectionFacts, pace: Pace) -> Measures:
    """The measures of a calendar; ``found`` its account on the same case. Method: docs/method.md#dividend."""
    works, streets = case.works, case.streets
    until = tuple(_delivered_mwh(case, found, last) for last in UNTIL_YEARS)
    served = (streets.heat_parent != NOWHERE) & (streets.heat_mwh > 0)
    whole = float(streets.heat_mwh[served].sum())
    live = served & (found.live < case.years)
    late = np.maximum(year - works.due, 0)[year < case.years]
    closures = int(found.closed.sum())
    dry_share, dry_years = _laid_dry(case, year, found)
    coordinated, surface, trench = _shared(case, year, facts, pace)
    return Measures(
        live_mwh=_delivered_mwh(case, found, case.first_year + case.years - 1), until_mwh=until,
        until_tonnes=tuple(amount * facts.saved_tonnes_per_mwh for amount in until), mean_live_year=mean_live_year(case, found),
        live_share=float(streets.heat_mwh[live].sum()) / whole if whole else np.nan, dry_share=dry_share, dry_years=dry_years,
        opened_m2=float(np.einsum("ez,ezt->", facts.zone_m2, found.opened)), closures=closures,
        closures_per_decade=closures / max(len(streets.length_m), 1) / case.years * _DECADE,
        person_months=_person_months(case, year, facts, pace), repeats=_repeats(found.opened),
        coordinated_share=coordinated, shared_surface_share=surface, shared_trench_share=trench,
        lost_life_eur=lost_life_eur(case, year), overdue_works=int((late > 0).sum()), overdue_years=float(late.sum()),
    )  # fmt: skip


def mean_live_year(case: WorksCase, found: Account) -> float:
    """Calendar year from which heat flows, weighted by heat; a section that does not come within the horizon counts as its end. NaN without a network."""
    served = case.streets.heat_parent != NOWHERE
    heat = case.streets.heat_mwh[served]
    return case.first_year + float(heat @ found.live[served]) / float(heat.sum()) if heat.sum() > 0 else np.nan


def lost_life_eur(case: WorksCase, year: Ints) -> float:
    """What renewing before the due year costs for ever, as far as it is own cost [EUR, discounted].

    sum C rho (delta_t - delta_due) over renewals done in t before their due year, rho the replacement chain, delta the discount factor.
    """
    works = case.works
    early = (year < np.minimum(works.due, case.years)) & np.isin(works.kind, RENEWALS)
    base = 1.0 + case.rate_share
    gained = base ** -year[early].astype(np.float64) - base ** -works.due[early].astype(np.float64)
    return float((works.own_eur * case.chain)[early] @ gained)


def _delivered_mwh(case: WorksCase, found: Account, last_year: int) -> float:
    """Heat delivered up to and including a calendar year by sections that go live within the horizon."""
    live = found.live < case.years
    years = np.maximum(last_year - case.first_year + 1 - found.live[live], 0)
    return float(case.streets.heat_mwh[live] @ years)


def _laid_dry(case: WorksCase, year: Ints, found: Account) -> tuple[float, float]:
    """Share of the metres of heat pipe within the horizon that wait for heat, and how many years these wait on average."""
    works = case.works
    heat = np.flatnonzero((works.kind == HEAT) & (year < case.years))
    metres = case.streets.length_m[works.section[heat]]
    wait = found.live[works.section[heat]] - year[heat]
    dry = float(metres[wait > 0].sum())
    share = dry / float(metres.sum()) if len(heat) else 0.0
    return share, float(metres[wait > 0] @ wait[wait > 0]) / dry if dry else 0.0


def _person_months(case: WorksCase, year: Ints, facts: SectionFacts, pace: Pace) -> float:
    """Months of every closure within the horizon times the residents of its section."""
    works = case.works
    which = np.flatnonzero(case.closes[works.kind] & (year < case.years))
    if not len(which):
        return 0.0
    task = task_of_works(case, year, which)
    section = np.zeros(int(task.max()) + 1, dtype=np.int64)
    section[task] = works.section[which]
    return float(facts.residents[section] @ task_months(case, which, task, pace))


def _repeats(opened: Ints) -> int:
    """Openings of a zone of the street that follow another of the same zone within REPEAT_YEARS, in the same year included."""
    street = opened[:, :_STREET_ZONES, :]
    often = np.maximum(street - 1, 0).sum()
    seen = np.concatenate([np.zeros((*street.shape[:2], 1), dtype=np.int64), np.cumsum(street > 0, axis=2)], axis=2)
    years = np.arange(street.shape[2])
    before = seen[:, :, years] - seen[:, :, np.maximum(years - REPEAT_YEARS, 0)]
    return int(often + ((street > 0) & (before > 0)).sum())


def _shared(case: WorksCase, year: Ints, facts: SectionFacts, pace: Pace) -> tuple[float, float, float]:
    """Shares in openings that serve two works or more: of works, of the surface they need, and of the volume of their trenches."""
    works = case.works
    work, zone = np.nonzero(case.opens[works.kind] & (year < case.years)[:, None])
    street = zone < _STREET_ZONES
    work, zone = work[street], zone[street]
    together = among_joined(case, year, work, zone) > 1
    area = facts.zone_m2[works.section[work], zone]
    piped = np.isin(works.kind[work], PIPES)
    beside = _among(case, year, work, zone, piped) > 1
    volume = case.streets.length_m[works.section] * pace.trench_m2[works.kind]
    dug, shared = np.unique(work[piped]), np.unique(work[piped & beside])
    return (
        _part(len(np.unique(work[together])), len(np.unique(work))),
        _part(area[together].sum(), area.sum()),
        _part(volume[shared].sum(), volume[dug].sum()),
    )


def among_joined(case: WorksCase, year: Ints, work: Ints, zone: Ints) -> Ints:
    """Per use of a zone by a work: among how many works its opening is split; 1 for a work that does not share."""
    return _among(case, year, work, zone, np.ones(len(work), dtype=np.bool_))


def _among(case: WorksCase, year: Ints, work: Ints, zone: Ints, counted: Flags) -> Ints:
    """Per use of a zone by a work: how many of the counted works open that zone in the same year and share; 1 for a work that does not share."""
    works = case.works
    uses = np.zeros((len(case.streets.length_m), len(ZONES), case.years), dtype=np.int64)
    joined = works.joins[work]
    at = (works.section[work], zone, year[work])
    np.add.at(uses, tuple(axis[joined & counted] for axis in at), 1)
    return np.where(joined & counted, uses[at], 1)


def _part(of: float, whole: float) -> float:
    return float(of) / float(whole) if whole else 0.0
