"""The calendar of works, its openings and its indicators as tables."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from koppelkans import tables
from koppelkans.errors import DataError
from koppelkans.street.calendar.case import KINDS, ZONES, Flags, Ints, WorksCase
from koppelkans.street.calendar.pace import Pace, task_of_works
from koppelkans.street.dividend import Dividend, JudgedPlan, shares_in_year_eur
from koppelkans.street.works_measures import REPEAT_YEARS, UNTIL_YEARS, SectionFacts, among_joined, works_measures
from koppelkans.tables.works import CALENDAR, OPENINGS, WORK_QUANTITIES, WORKS_INDICATORS

_FREE = -1


def calendar_table(
    case: WorksCase, year: Ints, known: pd.DataFrame, *, months: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Every work with its year, its costs and what it shares an opening with (contract CALENDAR).

    known: index work, all works of the case; ``street`` (may be empty), ``status`` (of WORK_STATUSES), ``drawn``. months: index work;
    ``month_from``, ``month_to`` (``months_of_works``). Raises DataError for works that ``known`` does not list.
    """
    works = case.works
    name = pd.Index(works.name.astype(str), name="work", dtype="str")
    missing = name.difference(known.index)
    if len(missing):
        raise DataError(f"{len(missing)} works without street, status and origin ({tables.first_keys(missing)})")
    own, opening, closure = shares_in_year_eur(case, year)
    about = known.reindex(name)
    when = pd.DataFrame(columns=["month_from", "month_to"], dtype="str") if months is None else months
    frame = pd.DataFrame(
        {
            "section": case.section_names[works.section].astype(str), "street": about["street"].astype("str"),
            "kind": np.array(KINDS, dtype=object)[works.kind].astype(str), "owner": np.array(case.owners, dtype=object)[works.owner].astype(str),
            "status": about["status"].astype("str"), "drawn": about["drawn"].astype("bool"),
            "planned_year": np.where(year < case.years, case.first_year + year, np.nan).astype(float),
            "month_from": when["month_from"].reindex(name), "month_to": when["month_to"].reindex(name),
            "own_eur": own, "opening_eur": opening, "closure_eur": closure, "joined_with": _joined_with(case, year),
        },
        index=name,
    )  # fmt: skip
    text = {item.name: "str" for item in CALENDAR.columns if item.kind is str}
    return tables.check(CALENDAR, frame.astype(text)[CALENDAR.column_names])


def _joined_with(case: WorksCase, year: Ints) -> list[str]:
    """Per work the others of its section and year that share a zone or the closure with it."""
    works = case.works
    uses = np.column_stack([case.opens[works.kind], case.closes[works.kind]])
    task = np.full(len(year), _FREE, dtype=np.int64)
    inside = np.flatnonzero((year < case.years) & works.joins)
    task[inside] = task_of_works(case, year, inside)
    members = [np.flatnonzero(task == at) for at in range(int(task.max(initial=_FREE)) + 1)]

    def others(work: int) -> str:
        beside = members[task[work]] if task[work] >= 0 else np.zeros(0, dtype=np.int64)
        shared = (uses[beside] & uses[work]).any(axis=1) & (beside != work)
        return "+".join(str(works.name[other]) for other in beside[shared])

    return [others(work) for work in range(len(year))]


def openings_table(case: WorksCase, year: Ints, street: pd.Series) -> pd.DataFrame:
    """Every opening of a section within the horizon with its zones, works, cost and what sharing saves (contract OPENINGS).

    An opening holds the works of a section and a year that share; a work that does not share is an opening of its own. street: name by section.
    """
    works = case.works
    which = np.flatnonzero(year < case.years)
    if not len(which):
        return OPENINGS.empty()
    task = task_of_works(case, year, which)
    count = int(task.max()) + 1
    opened, closed = np.zeros((count, len(ZONES)), dtype=np.bool_), np.zeros(count, dtype=np.bool_)
    np.logical_or.at(opened, task, case.opens[works.kind[which]])
    np.logical_or.at(closed, task, case.closes[works.kind[which]])
    section, when = np.zeros((2, count), dtype=np.int64)
    section[task], when[task] = works.section[which], year[which]
    closing = case.streets.closure_eur + case.streets.nuisance_eur
    cost = (case.streets.zone_eur[section] * opened).sum(axis=1) + np.where(closed, closing[section], 0.0)
    apart = case.alone_eur[which] + np.where(case.closes[works.kind[which]], closing[works.section[which]], 0.0)
    alone = np.bincount(task, weights=apart, minlength=count)
    listed = [which[task == at] for at in range(count)]
    names = pd.Series(case.section_names[section].astype(str), dtype="str")
    owner = np.array(case.owners, dtype=object)
    frame = pd.DataFrame(
        {
            "section": names, "street": street.reindex(names).to_numpy(), "planned_year": case.first_year + when,
            "zones": _joined(ZONES, opened), "works": ["+".join(works.name[one].astype(str)) for one in listed],
            "owners": ["+".join(dict.fromkeys(owner[works.owner[one]].astype(str))) for one in listed],
            "cost_eur": cost, "alone_eur": alone, "saved_eur": np.maximum(alone - cost, 0.0),
        }
    )  # fmt: skip
    frame.index = pd.Index([f"o{place:05d}" for place in range(count)], name="opening", dtype="str")
    text = {item.name: "str" for item in OPENINGS.columns if item.kind is str}
    return tables.check(OPENINGS, frame.astype(text)[OPENINGS.column_names])


def _joined(words: Sequence[str], chosen: Flags) -> list[str]:
    return ["+".join(word for word, on in zip(words, row, strict=True) if on) for row in chosen.tolist()]


def work_quantities(
    case: WorksCase, year: Ints, known: pd.DataFrame, *, facts: SectionFacts, pace: Pace
) -> pd.DataFrame:
    """What every work digs, opens and costs, with its equal part of what is shared (contract WORK_QUANTITIES): for a tender or an agreement on joint works.

    known: index work; ``street``. The square metres of all works in a year add up to the zones opened in it.
    """
    works = case.works
    inside = year < case.years
    uses = case.opens[works.kind] & inside[:, None]
    work, zone = np.nonzero(uses)
    area = facts.zone_m2[works.section[work], zone] / among_joined(case, year, work, zone)
    part = np.zeros((len(year), len(ZONES)))
    part[work, zone] = area
    own, opening, closure = shares_in_year_eur(case, year)
    length = case.streets.length_m[works.section]
    name = pd.Index(works.name.astype(str), name="work", dtype="str")
    frame = pd.DataFrame(
        {
            "section": case.section_names[works.section].astype(str), "street": known["street"].reindex(name),
            "kind": np.array(KINDS, dtype=object)[works.kind].astype(str), "owner": np.array(case.owners, dtype=object)[works.owner].astype(str),
            "planned_year": np.where(inside, case.first_year + year, np.nan).astype(float), "length_m": length,
            "trench_m3": length * pace.trench_m2[works.kind],
            **{f"{zone}_m2": part[:, place] for place, zone in enumerate(ZONES[:-1])},
            "own_eur": own, "opening_eur": opening, "closure_eur": closure,
        },
        index=name,
    )  # fmt: skip
    text = {item.name: "str" for item in WORK_QUANTITIES.columns if item.kind is str}
    return tables.check(WORK_QUANTITIES, frame.astype(text)[WORK_QUANTITIES.column_names])


# ------------------------------------------------------------------------------------------------------------------ indicators


def works_indicators(found: Dividend, *, facts: SectionFacts, pace: Pace) -> pd.DataFrame:
    """The figures of the joint plan with those of S1 as its low or high end never mixed in: one row per figure and plan (contract WORKS_INDICATORS).

    Rows end in the plan that they are of (``_s1``, ``_j``); low and high are left to drawn assets and robustness.
    """
    rows = dict[str, dict[str, object]]()
    for plan in (found.coincidences, found.joint):
        known = _of_plan(plan, facts, pace)
        rows |= {f"{key}_{plan.name.lower()}": row for key, row in known.items()}
    rows["dividend_share"] = _indicator(
        "cost",
        ("Besparing van samen plannen", "Saving of planning together"),
        "aandeel",
        "J-S1",
        found.share,
        found.joint.case,
    )
    return indicators_of(rows)


def indicators_of(rows: dict[str, dict[str, object]]) -> pd.DataFrame:
    """Rows of ``indicator_row`` by key as a table (contract WORKS_INDICATORS)."""
    frame = pd.DataFrame.from_dict(rows, orient="index")
    frame.index = pd.Index(frame.index, name="indicator", dtype="str")
    text = {item.name: "str" for item in WORKS_INDICATORS.columns if item.kind is str}
    kinds = text | {"year": "int64", "value": "float64", "low": "float64", "high": "float64"}
    return tables.check(WORKS_INDICATORS, frame.astype(kinds)[WORKS_INDICATORS.column_names].dropna(subset="value"))


def _of_plan(plan: JudgedPlan, facts: SectionFacts, pace: Pace) -> dict[str, dict[str, object]]:
    known = works_measures(plan.case, plan.year, plan.account, facts=facts, pace=pace)
    told: dict[str, tuple[str, tuple[str, str], str, float]] = {
        "closures_per_decade": ("works", ("Afsluitingen per straatsectie in 10 jaar", "Closures per section in 10 years"), "aantal", known.closures_per_decade),
        "opened_m2": ("works", ("Opengebroken oppervlakte", "Surface opened"), "m2", known.opened_m2),
        "closure_person_months": ("works", ("Bewonersmaanden achter een afsluiting", "Resident-months behind a closure"), "bewonersmaanden", known.person_months),
        "repeat_openings": ("works", (f"Zones opnieuw open binnen {REPEAT_YEARS} jaar", f"Zones opened again within {REPEAT_YEARS} years"), "aantal", known.repeats),
        "coordinated_share": ("works", ("Werken in een gedeelde opening", "Works in a shared opening"), "aandeel", known.coordinated_share),
        "shared_surface_share": ("works", ("Gedeelde oppervlakte", "Shared surface"), "aandeel", known.shared_surface_share),
        "shared_trench_share": ("works", ("Gedeeld sleufvolume", "Shared trench volume"), "aandeel", known.shared_trench_share),
        "overdue_works": ("works", ("Werken na hun uiterste jaar", "Works after their due year"), "aantal", known.overdue_works),
        "overdue_years": ("works", ("Jaren te laat, samen", "Years overdue, together"), "jaar", known.overdue_years),
        "lost_life_eur": ("cost", ("Verloren restlevensduur", "Lost residual life"), "EUR", known.lost_life_eur),
        "gross_eur": ("cost", ("Brutokost van de werken", "Gross cost of the works"), "EUR", plan.gross_eur),
        "years_to_heat": ("time", ("Jaren tot er warmte stroomt, gemiddeld", "Years until heat flows, on average"), "jaar", known.mean_live_year - plan.case.first_year),
        "live_mwh": ("time", ("Warmte binnen de horizon", "Heat within the horizon"), "MWh", known.live_mwh),
        "laid_dry_share": ("time", ("Leiding die droog ligt te wachten", "Pipe laid before heat flows"), "aandeel", known.dry_share),
        "dry_years": ("time", ("Gemiddelde wachttijd van droge leiding", "Mean wait of pipe laid dry"), "jaar", known.dry_years),
    }  # fmt: skip
    for place, last in enumerate(UNTIL_YEARS):
        words = (f"Vermeden CO2 door het warmtenet tot {last}", f"CO2 saved by the heat network to {last}")
        told[f"saved_to_{last}_tonnes"] = ("time", words, "t", known.until_tonnes[place])
    return {
        key: _indicator(group, words, unit, plan.name, value, plan.case)
        for key, (group, words, unit, value) in told.items()
    }


def _indicator(
    group: str, words: tuple[str, str], unit: str, scope: str, value: float, case: WorksCase
) -> dict[str, object]:
    return indicator_row(group, words, unit, scope, value, case.first_year + case.years - 1)


def indicator_row(
    group: str, words: tuple[str, str], unit: str, scope: str, value: float, year: int
) -> dict[str, object]:
    """A figure as a row of WORKS_INDICATORS: its title in Dutch and English, the plan that it is of, the last year that it covers."""
    return {
        "group": group, "title": words[0], "title_en": words[1], "unit": unit, "scope": scope, "year": year,
        "value": float(value), "low": np.nan, "high": np.nan, "method": "dividend",
    }  # fmt: skip
