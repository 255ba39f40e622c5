"""Small cases of works worked out by hand, and planners that need no solver: all calendars tried, or one work at a time."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from koppelkans.street.calendar.account import account, broken
from koppelkans.street.calendar.case import KINDS, NOWHERE, ZONES, Bounds, Floats, Ints, Streets, Works, WorksCase
from koppelkans.street.calendar.pace import Pace
from koppelkans.street.works_measures import SectionFacts

OPENS = {
    "heat": (0,),
    "sewer": (0, 2),
    "water": (2,),
    "cable": (2,),
    "gas": (2,),
    "reconstruction": (0, 1, 2),
    "greening": (1,),
    "drains": (3,),
}
PACE = Pace(
    months_per_m=np.array([2.5, 3.5, 1.5, 1.0, 0.7, 3.0, 1.0, 0.5]) / 80, crews=np.full(len(KINDS), np.inf),
    trench_m2=np.array([1.2, 4.5, 0.7, 0.4, 0.5, 0.0, 0.0, 0.0]), beside_share=0.3, early_months=6,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tried:
    """A calendar and a bound on its net cost."""

    year: Ints
    bound_eur: float


def every_calendar(case: WorksCase, start: Ints | None = None) -> Tried:
    """The best of all calendars: for a handful of works."""
    allowed = case.allowed()
    years = [np.flatnonzero(row).tolist() for row in allowed]
    best, least = None, np.inf
    for choice in product(*years):
        year = np.array(choice)
        if not broken(case, year) and (net := account(case, year).net_eur) < least - 1e-9:
            best, least = year, net
    assert best is not None
    return Tried(best, least)


def one_at_a_time(case: WorksCase, start: Ints | None = None) -> Tried:
    """A calendar in which moving no single work helps; its bound is own cost at the best year, less all heat."""
    allowed = case.allowed()
    year = np.where(allowed[:, -1], case.years, np.minimum(case.works.due, np.minimum(case.works.last, case.years - 1)))
    year = np.where(case.works.kind == 0, 0, year) if start is None else start.copy()
    least = account(case, year).net_eur
    for work in range(len(year)):
        for at in np.flatnonzero(allowed[work]).tolist():
            tried = year.copy()
            tried[work] = at
            if not broken(case, tried) and (net := account(case, tried).net_eur) < least - 1e-6:
                year, least = tried, net
    own = case.works.own_eur * case.chain
    cheapest = np.where(allowed[:, :-1], own[:, None] * case.discount[: case.years], np.inf).min(axis=1)
    cheapest = np.where(case.works.after, np.minimum(cheapest, 0.0), cheapest)
    heat = float(case.streets.heat_eur_per_year.sum()) * float(case.discount[: case.years].sum())
    return Tried(year, float(cheapest.sum()) - heat)


def hand_case(
    works: list[dict[str, object]],
    *,
    sections: int = 1,
    years: int = 2,
    owners: tuple[str, ...] = ("a", "b"),
    **streets: object,
) -> WorksCase:
    """A case of sections of 100 m with round prices: carriageway 1,000, parking 400, footway 600, house 0, closure 100 and nuisance 50 EUR; 5 % a year.

    works: ``kind`` and any field of a work; free in all years, without owner b's or other limits.
    """

    def per(name: str, without: float | int | bool) -> np.ndarray:
        return np.array([work.get(name, without) for work in works])

    kind = np.array([KINDS.index(str(work["kind"])) for work in works])
    count = np.full(sections, 1.0)
    about: dict[str, object] = {
        "length_m": 100.0 * count, "zone_eur": count[:, None] * np.array([1000.0, 400.0, 600.0, 0.0]), "closure_eur": 100.0 * count, "nuisance_eur": 50.0 * count,
        "heat_mwh": 0.0 * count, "heat_eur_per_year": 0.0 * count, "heat_parent": np.full(sections, NOWHERE), "gas_parent": np.full(sections, NOWHERE),
        "gas_lag_years": np.zeros(sections, dtype=int), "gas_free": np.zeros(sections, dtype=int), "protected_years": np.zeros(sections, dtype=int),
    }  # fmt: skip
    opens = np.array([[zone in OPENS[name] for zone in range(len(ZONES))] for name in KINDS])
    infinite = np.full(years, np.inf)
    return WorksCase(
        years=years, first_year=2026, rate_share=0.05, streets=Streets(**(about | streets)),  # type: ignore[arg-type]
        works=Works(
            name=np.array([str(work.get("name", f"{work['kind']}-{place}")) for place, work in enumerate(works)], dtype=object),
            section=per("section", 0), kind=kind, owner=per("owner", 0), own_eur=per("own_eur", 0.0).astype(float), life_years=per("life_years", np.inf).astype(float),
            release=per("release", 0), due=per("due", years), last=per("last", years - 1), overdue_share=per("overdue_share", 0.0).astype(float),
            after=per("after", False).astype(bool), after_year=per("after_year", years), fixed=per("fixed", -1), joins=per("joins", True).astype(bool),
        ),
        bounds=Bounds(
            np.tile(infinite, (len(owners), 1)), infinite, np.tile(infinite, (len(KINDS), 1)), np.zeros((0, 2), dtype=int), 0.25, 60.0, 60_000.0,
        ),
        opens=opens, closes=np.arange(len(KINDS)) != KINDS.index("drains"), section_names=np.array([f"s{place}" for place in range(sections)], dtype=object),
        owners=owners,
    )  # fmt: skip


def facts_of(case: WorksCase) -> SectionFacts:
    """Zones of 4.5, 2 and 3 m wide, 40 residents a section, 0.16 t saved per MWh."""
    width: Floats = np.array([4.5, 2.0, 3.0, 0.0])
    return SectionFacts(case.streets.length_m[:, None] * width, np.full(len(case.streets.length_m), 40.0), 0.16)
