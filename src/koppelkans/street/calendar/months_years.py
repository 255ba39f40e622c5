"""When the crews of the first years cannot do in their months what the years ask: the overload goes back to the years, and the better calendar is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from koppelkans import tables
from koppelkans.street.calendar.account import account, broken
from koppelkans.street.calendar.case import Floats, Ints, WorksCase
from koppelkans.street.calendar.months import Months, crew_caps_m, overloads
from koppelkans.street.calendar.months_tasks import MONTHS_PER_YEAR
from koppelkans.tables import RemarkRow

PlanYears: TypeAlias = Callable[[WorksCase, Ints], Ints]
"""The years of the works of a case, begun from a calendar."""
PlanMonths: TypeAlias = Callable[[Ints], Months]
"""The months of the works of the first years of a calendar."""


@dataclass(frozen=True, slots=True)
class Feedback:
    """How far the months go back to the years: at most ``rounds`` times, and only where crews are asked more than ``overload_share`` beyond what they can do.

    ``price_factor``: how much dearer metres beyond the crews are in the first round, twice that in the second: what does not fit in the months is not done.
    """

    rounds: int
    overload_share: float
    price_factor: float


@dataclass(frozen=True, slots=True)
class Settled:
    """Years and months that go together.

    ``worth_eur``: net cost with every work in the year in which its months fall; ``asked_share``: the most that crews of a kind are asked in a year over what they can do; both
    before and after. ``moved``: works in another year than before. ``rounds``: how often the years were planned again.
    """

    year: Ints
    months: Months
    worth_eur: tuple[float, float]
    asked_share: tuple[float, float]
    moved: int
    rounds: int


def years_of_months(case: WorksCase, year: Ints, found: Months) -> Ints:
    """Year index per work in which most months of its closure fall; as planned where it stays in its year, or has no months."""
    tasks = found.tasks
    middle = np.minimum((2 * found.start + tasks.months) // (2 * MONTHS_PER_YEAR), case.years - 1)
    real = np.where(tasks.out(found.start) > 0, middle, tasks.year)
    placed = tasks.of_work >= 0
    result = year.copy()
    result[placed] = real[tasks.of_work[placed]]
    return result


def settled_years(
    case: WorksCase,
    year: Ints,
    *,
    plan_years: PlanYears,
    plan_months: PlanMonths,
    limits: Feedback,
    most_eur: float = np.inf,
) -> Settled:
    """The years that are best once their months are known.

    While crews are asked more than they can do, metres planned x crew-months available / asked become the crews of that kind in that year, and the years are planned
    again from the years in which the months put the works. Every calendar is judged by one figure: the account of ``case`` with each work in the year in which its months fall, so that work that has to leave its year counts
    there. A calendar of which the account itself exceeds ``most_eur`` is not kept. Method: docs/method.md#works-months-years.
    """
    months = plan_months(year)
    before, asked = _worth_eur(case, year, months), _asked_share(months)
    kept = tried = (before, year, months)
    caps, rounds = case.bounds.crew_m, 0
    while rounds < limits.rounds and _asked_share(tried[2]) > 1.0 + limits.overload_share:
        caps = np.minimum(caps, crew_caps_m(case, tried[1], tried[2]))
        real = years_of_months(case, tried[1], tried[2])
        begun = tried[1] if broken(case, real) else real
        again = plan_years(_with_crews(case, caps, limits.price_factor * (rounds + 1)), begun)
        months = plan_months(again)
        tried, rounds = (_worth_eur(case, again, months), again, months), rounds + 1
        if tried[0] < kept[0] and account(case, again).net_eur <= most_eur:
            kept = tried
    after = _asked_share(kept[2])
    return Settled(kept[1], kept[2], (before, kept[0]), (asked, after), int((kept[1] != year).sum()), rounds)


def _with_crews(case: WorksCase, crew_m: Floats, price_factor: float) -> WorksCase:
    bounds = replace(case.bounds, crew_m=crew_m, crew_price=case.bounds.crew_price * price_factor)
    return replace(case, bounds=bounds)


def _worth_eur(case: WorksCase, year: Ints, found: Months) -> float:
    return account(case, years_of_months(case, year, found)).net_eur


def _asked_share(found: Months) -> float:
    """The most that crews of a kind are asked in a year over what they can do; 1 where nothing is too much."""
    return max((asked / available for _, _, asked, available in overloads(found)), default=1.0)


def settled_remarks(found: Settled) -> list[RemarkRow]:
    """What going back from months to years gave; nothing when that was not needed."""
    if not found.rounds:
        return []
    asked, left = (f"{share:.0%}".replace("%", " %") for share in found.asked_share)
    saved = f"{(found.worth_eur[0] - found.worth_eur[1]) / 1e6:.3f}"
    if not found.moved:
        return [tables.remark(
            "calendar", f"De ploegen krijgen in de eerste jaren tot {asked} van wat zij kunnen; {found.rounds} keer opnieuw plannen met minder ploegen gaf geen betere kalender: "
            "wat niet past, schuift op.", f"Crews are asked up to {asked} of what they can do in the first years; planning again {found.rounds} times with fewer crews gave no better "
            "calendar: what does not fit moves on.", level="info", method="works-months-years",
        )]  # fmt: skip
    return [tables.remark(
        "calendar", f"De eerste kalender vroeg de ploegen tot {asked} van wat zij in een jaar kunnen. Met de maanden erbij is opnieuw gepland: {found.moved} werken kregen een ander jaar, "
        f"de ploegen krijgen nu hoogstens {left}, en dat scheelt {saved} miljoen euro netto, met elk werk in het jaar waarin zijn maanden vallen.",
        f"The first calendar asked crews up to {asked} of what they can do in a year. Planned again with the months at hand: {found.moved} works got another year, crews are now asked {left} "
        f"at most, which saves {saved} million euro net, with every work in the year in which its months fall.", level="info", method="works-months-years",
    )]  # fmt: skip
