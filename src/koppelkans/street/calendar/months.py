"""In which month does each closure of the first years begin? Neighbours are never closed together, crews suffice, and as little as possible leaves its year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from koppelkans import tables
from koppelkans.errors import DataError, InfeasibleError
from koppelkans.solve import Limits, solve
from koppelkans.street.calendar.case import GAS, KINDS, ZONES, Floats, Ints, WorksCase
from koppelkans.street.calendar.months_model import months_model, starts_of
from koppelkans.street.calendar.months_search import improved_starts, listed_starts
from koppelkans.street.calendar.months_tasks import MONTHS_PER_YEAR, Tasks, broken_months
from koppelkans.street.calendar.pace import Pace, task_months, task_of_works
from koppelkans.street.works_words import WORK_WORDS
from koppelkans.tables import RemarkRow

FREE = -1
FIXED_WEIGHT = 100.0
"""How much more a month outside its year weighs for works whose year is fixed, once they cannot all be kept in it."""
_HOUSE = len(ZONES) - 1
_NAMED = 3


@dataclass(frozen=True, slots=True)
class Around:
    """What lies around the works: ``beside`` (pairs, 2) sections that touch, ``residents`` per section."""

    beside: Ints
    residents: Floats


@dataclass(frozen=True, slots=True)
class Months:
    """Start month per task (0: the first month of the first year), with what it costs in residents x months out of their year, proven bound and gap.

    ``last_month``: months after this were not looked at; the bound holds for calendars that end by then. ``person_months``: residents x
    months closed, the same whatever the order. ``reproducible``: no limit in seconds was met.
    """

    tasks: Tasks
    start: Ints
    objective: float
    bound: float
    gap_share: float
    last_month: int
    person_months: float
    reproducible: bool


def listed_months(
    case: WorksCase,
    year: Ints,
    *,
    around: Around,
    pace: Pace,
    seed: int,
    years: int = 5,
    frozen: Mapping[str, int] | None = None,
) -> Months:
    """The months of the works of the first ``years`` years of a calendar as list heuristic and local search find them; no better bound than zero.

    year: year index per work. frozen: first month (from the first of the calendar) by name of a work; kept. A task with a work of a fixed year stays in that year; when not all of
    these fit, they may run on at FIXED_WEIGHT times the weight, and that is remarked. Raises DataError for frozen months of unknown works, on works of the same
    task that differ, or that break a rule by themselves. Method: docs/method.md#works-months.
    """
    tasks = month_tasks(case, year, around=around, pace=pace, years=years, frozen=frozen or {})
    if not len(tasks.months):
        return Months(tasks, np.zeros(0, dtype=np.int64), 0.0, 0.0, 0.0, years * MONTHS_PER_YEAR, 0.0, True)
    try:
        begun = listed_starts(tasks, years * MONTHS_PER_YEAR)
    except InfeasibleError:
        tasks = _loosened(tasks)
        begun = listed_starts(tasks, years * MONTHS_PER_YEAR)
    start = improved_starts(tasks, begun, seed)
    known, last = tasks.cost(start), max(int((start + tasks.months).max()), (years + 1) * MONTHS_PER_YEAR)
    person = float(tasks.residents @ tasks.months)
    return Months(tasks, start, known, 0.0, 1.0 if known > 0 else 0.0, last, person, True)


def _loosened(tasks: Tasks) -> Tasks:
    """The same tasks when those of a fixed year do not fit in it: they may run on, at a weight that nothing else outweighs in practice."""
    latest = np.where(tasks.fixed, np.iinfo(np.int64).max, tasks.latest)
    return replace(tasks, latest=latest, weight=np.where(tasks.fixed, FIXED_WEIGHT, 1.0) * tasks.residents)


def proven_months(begun: Months, limits: Limits, years: int = 5) -> Months:
    """The months with their proof: a MILP in HiGHS begun from ``listed_months``; its bound is kept even when nothing better is found.

    Sets: tasks i, starts s, months m. Minimise sum R_i out_is x_is with x binary, out the months by which a task begins before or ends after its year, R its residents (at least 1), subject to

        sum_s x_is = 1;    sum of x of a clique of touching sections that cover m <= 1;    sum of x of a kind that cover m <= crews;
        tasks of a section in the order of their years;    a work that must not come after another not begun after it.

    Method: docs/method.md#works-months.
    """
    tasks, known = begun.tasks, begun.objective
    if known <= 0:
        return begun
    last = max(int((begun.start + tasks.months).max()), (years + 1) * MONTHS_PER_YEAR)
    model, variables = months_model(tasks, last)
    outcome = solve(model, limits, start=variables.values(begun.start))
    start, found = begun.start, starts_of(variables, outcome.values)
    if not broken_months(tasks, found) and tasks.cost(found) < known:
        start, known = found, tasks.cost(found)
    bound = min(max(outcome.bound, 0.0), known)
    return replace(
        begun, start=start, objective=known, bound=bound, gap_share=(known - bound) / known if known > 0 else 0.0,
        last_month=last, reproducible=outcome.reproducible,
    )  # fmt: skip


# ----------------------------------------------------------------------------------------------------------------------- tasks


def month_tasks(
    case: WorksCase, year: Ints, *, around: Around, pace: Pace, years: int, frozen: Mapping[str, int]
) -> Tasks:
    """One task per section and year with works in the street; works that do not share are tasks of their own. Visits to houses alone are none."""
    works = case.works
    in_street = case.opens[works.kind][:, :_HOUSE].any(axis=1) | case.closes[works.kind]
    which = np.flatnonzero((year < min(years, case.years)) & in_street)
    task = task_of_works(case, year, which)
    count = int(task.max(initial=-1)) + 1
    section, planned = np.zeros((2, count), dtype=np.int64)
    section[task], planned[task] = works.section[which], year[which]
    kinds = np.zeros((count, len(KINDS)), dtype=np.bool_)
    kinds[task, works.kind[which]] = True
    months = task_months(case, which, task, pace)
    begins = planned * MONTHS_PER_YEAR
    held, fixed = np.zeros((2, count), dtype=np.bool_)
    np.logical_or.at(held, task, (works.kind[which] == GAS) | (works.fixed[which] >= 0))
    np.logical_or.at(fixed, task, works.fixed[which] >= 0)
    first = np.where(held, begins, np.maximum(begins - pace.early_months, 0))
    latest = np.where(fixed, np.maximum(begins + MONTHS_PER_YEAR - months, begins), np.iinfo(np.int64).max)
    of_work = np.full(len(year), FREE, dtype=np.int64)
    of_work[which] = task
    given = _frozen(case, of_work, frozen, count)
    before = np.unique(of_work[case.before], axis=0)
    before = before[(before >= 0).all(axis=1) & (before[:, 0] != before[:, 1])]
    people = np.maximum(around.residents[section], 1.0)
    made = Tasks(
        section=section, year=planned, months=months, kinds=kinds, first=np.where(given >= 0, given, first), latest=np.where(given >= 0, given, latest),
        residents=people, weight=people, fixed=fixed & (given < 0), crews=pace.crews, beside=around.beside, before=before, of_work=of_work,
    )  # fmt: skip
    _refuse(case, made, given)
    return made


def _frozen(case: WorksCase, of_work: Ints, frozen: Mapping[str, int], count: int) -> Ints:
    """First month by task as frozen, FREE elsewhere."""
    given = np.full(count, FREE, dtype=np.int64)
    place_of = {str(name): place for place, name in enumerate(case.works.name)}
    faults = list[str]()
    for name, month in frozen.items():
        if name not in place_of:
            faults.append(f"{name} is no work of the calendar")
            continue
        task = of_work[place_of[name]]
        if task < 0:
            faults.append(f"{name} is not among the works in the street of these years; freeze its year instead")
        elif given[task] not in (FREE, month):
            faults.append(f"{name} is frozen in month {month}, another work of its opening in month {given[task]}")
        elif month < 0:
            faults.append(f"{name} is frozen in month {month}, expected at least 0")
        else:
            given[task] = month
    if faults:
        raise DataError("the frozen months cannot be kept", faults)
    return given


def _refuse(case: WorksCase, tasks: Tasks, given: Ints) -> None:
    """Raises DataError when what is frozen breaks a rule by itself."""
    faults = broken_months(tasks, np.where(given >= 0, given, FREE), only=given >= 0)
    if faults:
        raise DataError("the frozen months cannot be kept", [_said(case, fault) for fault in faults[:_NAMED]])


def _said(case: WorksCase, fault: str) -> str:
    """A fault with sections by name instead of by number."""
    words = fault.split("section ")
    named = [str(case.section_names[int(part.split(" ")[0])]) + part[len(part.split(" ")[0]) :] for part in words[1:]]
    return "section ".join([words[0], *named])


# --------------------------------------------------------------------------------------------------------------------- reading


def months_of_works(case: WorksCase, found: Months) -> pd.DataFrame:
    """First and last month of every work in the street of the first years as text (2029-03): index work; ``month_from``, ``month_to``."""
    works = np.flatnonzero(found.tasks.of_work >= 0)
    task = found.tasks.of_work[works]
    first, last = found.start[task], (found.start + found.tasks.months)[task] - 1
    index = pd.Index(case.works.name[works].astype(str), name="work", dtype="str")
    return pd.DataFrame(
        {"month_from": _month_text(case, first), "month_to": _month_text(case, last)}, index=index, dtype="str"
    )


def _month_text(case: WorksCase, month: Ints) -> list[str]:
    return [f"{case.first_year + at // MONTHS_PER_YEAR}-{at % MONTHS_PER_YEAR + 1:02d}" for at in month.tolist()]


def crew_caps_m(case: WorksCase, year: Ints, found: Months) -> Floats:
    """Metres a year of each kind (KINDS, years) that the crews can do in the first years, where the calendar asks more of them; infinite elsewhere.

    As ``crew_m`` of a next calendar it takes the overload of the months back to the years: metres planned x crew-months available over crew-months asked.
    """
    caps = np.full((len(KINDS), case.years), np.inf)
    for kind, at, asked, available in overloads(found):
        planned = (case.works.kind == kind) & (year == at)
        caps[kind, at] = float(case.streets.length_m[case.works.section[planned]].sum()) * available / asked
    return caps


def overloads(found: Months) -> list[tuple[int, int, float, float]]:
    """Kind, year, crew-months asked by the tasks planned in that year, and available, wherever more is asked."""
    tasks, short = found.tasks, list[tuple[int, int, float, float]]()
    for kind in np.flatnonzero(np.isfinite(tasks.crews)).tolist():
        asked = np.bincount(tasks.year[tasks.kinds[:, kind]], weights=tasks.months[tasks.kinds[:, kind]])
        available = float(tasks.crews[kind]) * MONTHS_PER_YEAR
        short += [(kind, year, float(asked[year]), available) for year in np.flatnonzero(asked > available).tolist()]
    return short


def months_remarks(case: WorksCase, found: Months) -> list[RemarkRow]:
    """Which crews are short in which year, how many closures leave their year, and the proof."""
    tasks = found.tasks
    rows = list[RemarkRow]()
    for kind, year, asked, available in overloads(found):
        rows.append(tables.remark(
            "calendar", f"In {case.first_year + year} zijn er te weinig ploegen ({WORK_WORDS[KINDS[kind]].nl}): {asked:.0f} ploegmaanden gevraagd, {available:.0f} beschikbaar.",
            f"In {case.first_year + year} crews are short ({WORK_WORDS[KINDS[kind]].en}): {asked:.0f} crew-months asked, {available:.0f} available.", level="warning", method="works-months",
        ))  # fmt: skip
    outside = tasks.out(found.start) > 0
    leave, held = int(outside.sum()), int((outside & tasks.fixed).sum())
    if held:
        rows.append(tables.remark(
            "calendar", f"{held} afsluitingen met een vastgelegd jaar lopen buiten dat jaar: buren zouden anders tegelijk dicht zijn, of er zijn te weinig ploegen.",
            f"{held} closures with a fixed year run outside it: neighbours would be closed at once otherwise, or crews are short.", level="warning", method="works-months",
        ))  # fmt: skip
    count, gap = len(tasks.months), f"{found.gap_share:.1%}"
    rows.append(tables.remark(
        "calendar", f"Van de {count} afsluitingen in de eerste jaren lopen er {leave} buiten hun jaar; hoogstens {gap} daarvan, gewogen met bewoners en maanden, is te vermijden.",
        f"Of {count} closures in the first years {leave} run outside their year; at most {gap} of that, weighted by residents and months, can be avoided.",
        level="info", method="works-months",
    ))  # fmt: skip
    return rows
