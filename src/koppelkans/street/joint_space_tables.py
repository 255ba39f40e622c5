"""J+ as tables and in words: the five plans beside each other, what stands in draws, and what must be said."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from koppelkans import tables
from koppelkans.street.calendar.case import GREENING, ZONES, Floats
from koppelkans.street.dividend import JOINT_SPACE, JudgedPlan
from koppelkans.street.joint_space import SpaceChange, SpacePlans
from koppelkans.street.works_measures import SectionFacts
from koppelkans.street.works_tables import indicator_row, indicators_of
from koppelkans.tables import RemarkRow
from koppelkans.tables.space import SPACE_PLANS, SPACE_WAYS

METHOD = "integration-dividend-space"
FEWEST_TOLD = 10
"""Rebuilt sections below which a remark gives no amounts: they would tell of single streets."""
_TITLES = {
    "without": ("Zonder nieuwe profielen", "Without new cross-sections"),
    "joint": ("J: met de vergroening zoals gepland", "J: with greening as planned"),
    "alone": ("Profielen apart: elke heraanleg opent de straat alleen", "Cross-sections apart: every rebuild opens the street alone"),
    "beside": ("Profielen apart: een project naast de werken", "Cross-sections apart: a project beside the works"),
    "together": ("J+: profielen samen met de werken", "J+: cross-sections with the works"),
}  # fmt: skip


def facts_of_space(plans: SpacePlans, facts: SectionFacts, change: SpaceChange) -> SectionFacts:
    """What measures of J+ need beside its account: the areas of the new zones. facts: of J."""
    rows, place, count = change.sections, plans.found.place, len(facts.residents)
    area: Floats = np.zeros((len(plans.found.case.section_names), len(ZONES)))
    area[:count] = facts.zone_m2
    area[place, :-1] = rows[[f"{zone}_m2" for zone in ZONES[:-1]]].to_numpy(float)
    residents = np.zeros(len(area))
    residents[:count] = facts.residents
    new = place >= count
    residents[place[new]] = rows["residents"].to_numpy(float)[new]
    return SectionFacts(area, residents, facts.saved_tonnes_per_mwh)


def space_plans_table(plans: SpacePlans, *, facts: SectionFacts, space_facts: SectionFacts) -> pd.DataFrame:
    """SPACE_PLANS: the five plans, their costs and what they bring. facts: of J; space_facts: of J+ (``facts_of_space``).

    The project counts beside the plan without other cross-sections: costs, closures and area of both are added.
    """
    less, together, project = plans.less, plans.together, plans.project
    rebuilt = len(plans.found.rebuild)
    rows: dict[str, dict[str, Any]] = {
        "without": _row(less, facts), "joint": _row(plans.joint, facts), "alone": _row(plans.alone, space_facts),
        "beside": _added(_row(less, facts), _row(project, space_facts)),
        "together": _row(together, space_facts),
    }  # fmt: skip
    weights = together.case.streets.length_m[plans.found.place]
    made = {
        "beside": plans.rebuilt_year,
        "alone": plans.alone.year[plans.found.rebuild],
        "together": plans.rebuilt_year,
    }
    for way, row in rows.items():
        does, apart = way in made and rebuilt > 0, way in ("alone", "beside")
        row |= {
            "title": _TITLES[way][0], "title_en": _TITLES[way][1], "extra_eur": row["net_eur"] - less.net_eur,
            "saved_eur": row["net_eur"] - together.net_eur if apart else np.nan, "rebuilt": rebuilt if way in made else 0,
            "least_saved_eur": row["net_eur"] - row["gap_eur"] - together.net_eur if apart else np.nan,
            "mean_green_year": less.case.first_year + float(np.average(made[way], weights=weights)) if does else np.nan,
        }  # fmt: skip
    frame = pd.DataFrame.from_dict(rows, orient="index").loc[list(SPACE_WAYS), SPACE_PLANS.column_names]
    frame.index = pd.Index(frame.index, name="way", dtype="str")
    whole = dict.fromkeys(("rebuilt", "greened", "closures"), "int64") | dict.fromkeys(("title", "title_en"), "str")
    return tables.check(SPACE_PLANS, frame.astype(whole))


def _row(plan: JudgedPlan, facts: SectionFacts) -> dict[str, Any]:
    opened = np.einsum("ez,ezt->", facts.zone_m2, plan.account.opened)
    return {
        "net_eur": plan.net_eur, "gross_eur": plan.gross_eur, "gap_eur": plan.gap_eur, "closures": int(plan.account.closed.sum()),
        "opened_m2": float(opened), "greened": int((plan.case.works.kind == GREENING).sum()),
    }  # fmt: skip


def _added(plan: dict[str, Any], project: dict[str, Any]) -> dict[str, Any]:
    """A plan with a project beside it; the gap is that of the plan, and the works of the project are no other greening."""
    summed = ("net_eur", "gross_eur", "closures", "opened_m2")
    return {name: value + project[name] if name in summed else value for name, value in plan.items()}


def space_works_indicators(plans: SpacePlans) -> pd.DataFrame:
    """What the chosen cross-sections cost with the works, and save by it (contract WORKS_INDICATORS)."""
    year = plans.together.case.first_year + plans.together.case.years - 1
    told = {
        "space_extra_eur": (("Meerkost van nieuwe straatprofielen, samen met de werken", "Extra cost of new cross-sections, with the works"), plans.extra_eur),
        "space_saved_eur": (("Wat die profielen samen met de werken besparen", "What these cross-sections save by coming with the works"), plans.saved_eur),
        "space_least_saved_eur": (("Wat ze minstens besparen", "What they save at least"), plans.least_saved_eur),
    }  # fmt: skip
    rows = {key: indicator_row("cost", words, "EUR", JOINT_SPACE, value, year) for key, (words, value) in told.items()}
    return indicators_of(rows).assign(method=METHOD)


def space_figures(plans: SpacePlans) -> dict[str, float]:
    """What is spread over draws of the assets."""
    return {
        "space_extra_eur": plans.extra_eur, "space_saved_eur": plans.saved_eur, "space_proven_share": float(plans.proven),
    }  # fmt: skip


def space_remarks(plans: SpacePlans, *, drawn: bool) -> list[RemarkRow]:
    """What J+ does and does not say; no amounts where ages were drawn or few streets are rebuilt."""
    rows = [_compared(plans)]
    if drawn or len(plans.found.rebuild) < FEWEST_TOLD:
        return rows
    extra, saved, least, zones = (
        f"{amount / 1e6:.2f}"
        for amount in (plans.extra_eur, plans.saved_eur, plans.least_saved_eur, plans.zones_today_eur)
    )
    verdict = ("Bewezen: ", "Proven: ") if plans.proven else ("Niet bewezen: ", "Not proven: ")
    told_nl = (
        f"{verdict[0]}samen met de werken kosten de nieuwe profielen netto {extra} miljoen euro meer dan geen; apart zouden ze {saved} miljoen meer kosten, met de goedkoopste van twee manieren. "
        f"Hoe goed men ook apart plant, minstens {least} miljoen. Opent elk werk de zones van vandaag in plaats van de nieuwe, dan kost J+ {zones} miljoen meer."
    )
    told_en = (
        f"{verdict[1]}with the works the new cross-sections cost {extra} million euro net more than none; apart they would cost {saved} million more, the cheaper of two ways. "
        f"However well one plans apart, at least {least} million. Were all works to open the zones of today instead of the new ones, J+ would cost {zones} million more."
    )
    level = "info" if plans.proven else "warning"
    return [*rows, tables.remark("space_plans", told_nl, told_en, level=level, method=METHOD)]


def _compared(plans: SpacePlans) -> RemarkRow:
    rebuilt, roads = len(plans.found.rebuild), int(plans.found.merged.sum())
    green = int((plans.joint.case.works.kind == GREENING).sum())
    left = int((plans.together.case.works.kind == GREENING).sum())
    return tables.remark(
        "dividend", f"J+ brengt iets anders dan J en is er geen besparing tegenover: {rebuilt} straatsecties krijgen een ander profiel binnen de horizon, {roads} ervan bij een heraanleg die er toch komt, "
        f"en {left} blijvende vergroeningen; J vergroent {green} secties. De kost van J+ staat naast dezelfde profielen apart gemaakt.",
        f"J+ brings other things than J and is no saving against it: {rebuilt} sections get another cross-section within the horizon, {roads} of them at a rebuild that comes anyway, and {left} "
        f"greening works that stay; J greens {green} sections. The cost of J+ stands beside the same cross-sections made apart.", level="info", method=METHOD,
    )  # fmt: skip


def no_space_remark(reason: str, reason_en: str) -> RemarkRow:
    """Why there is no J+."""
    return tables.remark("dividend", f"Geen J+: {reason}.", f"No J+: {reason_en}.", level="info", method=METHOD)
