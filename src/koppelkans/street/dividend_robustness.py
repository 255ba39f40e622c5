"""How firm the dividend is: other dates, prices and worth of heat, and other draws of the assets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from koppelkans import tables
from koppelkans.errors import DataError
from koppelkans.street.calendar.account import account
from koppelkans.street.calendar.case import (
    CABLE,
    GREENING,
    RECONSTRUCTION,
    SEWER,
    WATER,
    Floats,
    Ints,
    WorksCase,
)
from koppelkans.street.dividend import Dividend, JudgedPlan, PlanWorks, dividend
from koppelkans.street.works_measures import mean_live_year
from koppelkans.tables.works import DRAWN_ASSETS, WORKS_ROBUSTNESS

DATED = (SEWER, WATER, CABLE, RECONSTRUCTION, GREENING)
"""Kinds whose window follows from an age or a wish."""
FEWEST_DRAWS = 20
AS_GIVEN = "as_given"


@dataclass(frozen=True, slots=True)
class Spread:
    """How far things are moved: ``date_years`` either way, ``cost_share`` either way, ``heat_factors`` on the worth of heat; ``seed`` of drawn dates."""

    date_years: int
    cost_share: float
    heat_factors: tuple[float, ...]
    seed: int


@dataclass(frozen=True, slots=True)
class Variation:
    """A case that differs in one thing, and how that is said."""

    key: str
    title: str
    title_en: str
    case: WorksCase


def moved_dates(case: WorksCase, shift_years: Ints) -> WorksCase:
    """The same works with their windows moved per work; only dated kinds that are not fixed, and none to before the horizon.

    A window that comes to lie beyond the horizon lets its work wait until after it.
    """
    works = case.works
    shift = np.where(np.isin(works.kind, DATED) & (works.fixed < 0), shift_years, 0)
    release = np.maximum(works.release + shift, 0)
    last = np.maximum(works.last + shift, release)
    after = works.after | ((shift > 0) & (last >= case.years))
    after_year = np.maximum(works.after_year + shift, case.years)
    due = np.maximum(works.due + shift, 0)
    moved = replace(works, release=release, last=last, due=due, after=after, after_year=after_year)
    return replace(case, works=moved)


def scaled_costs(case: WorksCase, *, own: float = 1.0, opening: float = 1.0, heat: float = 1.0) -> WorksCase:
    """The same case with own costs, openings with mobilisation, and the worth of heat each times a factor."""
    streets = case.streets
    scaled = replace(
        streets, zone_eur=streets.zone_eur * opening, closure_eur=streets.closure_eur * opening,
        heat_eur_per_year=streets.heat_eur_per_year * heat,
    )  # fmt: skip
    return replace(case, streets=scaled, works=replace(case.works, own_eur=case.works.own_eur * own))


def variations(case: WorksCase, spread: Spread) -> list[Variation]:
    """The case as given and all that is moved, one thing at a time."""
    count, years, share = len(case.works.kind), spread.date_years, spread.cost_share
    drawn = np.random.default_rng(spread.seed).integers(-years, years + 1, count)
    found = [
        Variation(AS_GIVEN, "zoals gegeven", "as given", case),
        Variation("dates_earlier", f"alle data {years} jaar vroeger", f"all dates {years} years earlier", moved_dates(case, np.full(count, -years))),
        Variation("dates_later", f"alle data {years} jaar later", f"all dates {years} years later", moved_dates(case, np.full(count, years))),
        Variation("dates_drawn", f"elke datum tot {years} jaar verschoven", f"each date moved by up to {years} years", moved_dates(case, drawn)),
    ]  # fmt: skip
    told, sides = f"{100 * share:.0f} %", (("low", -1, "lager", "lower"), ("high", 1, "hoger", "higher"))
    found += [
        Variation(f"own_cost_{key}", f"eigen kosten {told} {nl}", f"own costs {told} {en}", scaled_costs(case, own=1.0 + sign * share))
        for key, sign, nl, en in sides
    ]  # fmt: skip
    found += [
        Variation(f"opening_{key}", f"openen en mobilisatie {told} {nl}", f"opening and mobilisation {told} {en}", scaled_costs(case, opening=1.0 + sign * share))
        for key, sign, nl, en in sides
    ]  # fmt: skip
    said = {factor: f"{factor:g}".replace(".", ",") for factor in spread.heat_factors}
    return found + [
        Variation(f"heat_{factor:g}", f"waarde van warmte x {said[factor]}", f"worth of heat x {factor:g}", scaled_costs(case, heat=factor))
        for factor in spread.heat_factors if factor != 1.0
    ]  # fmt: skip


def works_robustness(cases: Iterable[Variation], plan_works: PlanWorks) -> pd.DataFrame:
    """The chain planned again for every variation (contract WORKS_ROBUSTNESS); the planner decides by its limits how thoroughly.

    Method: docs/method.md#dividend-robustness.
    """
    rows = {
        item.key: {"title": item.title, "title_en": item.title_en} | _row(dividend(item.case, plan_works))
        for item in cases
    }
    return _robustness(rows)


def evaluated_robustness(cases: Iterable[Variation], found: Dividend) -> pd.DataFrame:
    """The calendars of a chain counted in other cases instead of planned again (contract WORKS_ROBUSTNESS): at once, and never proven.

    What nobody would change his plan for is all that it says: with other dates the years stay, so that only being late, and what waits until after the horizon, count anew. The bound of the
    case as given says nothing of another, so the gap is that of the calendars as given. Method: docs/method.md#dividend-robustness.
    """
    rows = dict[str, dict[str, object]]()
    for item in cases:
        plans = []
        for plan in (found.alone, found.coincidences, found.joint):
            case = item.case.apart_from_each_other() if plan is found.alone else item.case
            plans.append(_counted(plan, case))
        told = _row(Dividend(plans[0], plans[1], plans[2])) | {"gap_eur": found.unproven_eur}
        told |= {"proven": found.proven if item.key == AS_GIVEN else False, "replanned": False}
        rows[item.key] = {"title": item.title, "title_en": item.title_en} | told
    return _robustness(rows)


def _counted(plan: JudgedPlan, case: WorksCase) -> JudgedPlan:
    return JudgedPlan(plan.name, case, plan.year, account(case, plan.year), np.nan)


def _row(found: Dividend) -> dict[str, object]:
    joint = found.joint
    return {
        "alone_eur": found.alone.net_eur, "coincidences_eur": found.coincidences.net_eur, "joint_eur": joint.net_eur,
        "joint_gross_eur": joint.gross_eur, "dividend_eur": found.amount_eur, "dividend_share": found.share,
        "gap_eur": found.unproven_eur, "proven": found.proven, "mean_live_year": mean_live_year(joint.case, joint.account),
        "closures": int(joint.account.closed.sum()), "replanned": True,
    }  # fmt: skip


def _robustness(rows: dict[str, dict[str, object]]) -> pd.DataFrame:
    frame = pd.DataFrame.from_dict(rows, orient="index")[WORKS_ROBUSTNESS.column_names]
    frame.index = pd.Index(frame.index, name="case", dtype="str")
    kinds = {"title": "str", "title_en": "str", "proven": "bool", "closures": "int64", "replanned": "bool"}
    return tables.check(WORKS_ROBUSTNESS, frame.astype(kinds))


# ---------------------------------------------------------------------------------------------------------------- drawn assets

_FIGURES = {
    "dividend_share": ("Besparing van samen plannen tegenover S1", "Saving of planning together against S1", "aandeel"),
    "dividend_eur": ("Besparing van samen plannen tegenover S1", "Saving of planning together against S1", "EUR"),
    "gross_saved_eur": ("Waarvan in geld, zonder warmte en grenzen", "Of which in money, without heat and limits", "EUR"),
    "luck_share": ("Deel van de besparing tegenover S0 dat toeval al geeft", "Part of the saving against S0 that luck gives already", "aandeel"),
    "waiting_years": ("Warmte later door samen te plannen", "Heat later by planning together", "jaar"),
    "closures_share": ("Afsluitingen samen tegenover S1", "Closures jointly against S1", "aandeel"),
    "proven_share": ("Deel van de lotingen waarin de besparing bewezen is", "Share of the draws in which the saving is proven", "aandeel"),
    "space_extra_eur": ("Meerkost van de nieuwe straatprofielen, samen met de werken", "Extra cost of the new cross-sections, with the works", "EUR"),
    "space_saved_eur": ("Wat die profielen samen met de werken besparen tegenover apart", "What these cross-sections save by coming with the works, not apart", "EUR"),
    "space_proven_share": ("Deel van de lotingen waarin dat bewezen is", "Share of the draws in which that is proven", "aandeel"),
    "trench_share": ("Prijs van pijp en sleuf van het warmtenet, gedeeld tegenover alleen", "Price of pipe and trench of the heat network, shared against alone", "aandeel"),
    "threshold_alone_share": ("Woningen die een straat met warmte nodig heeft, sleuf alleen", "Dwellings that a street with heat needs, trench alone", "aandeel"),
    "threshold_joint_share": ("Woningen die een straat met warmte nodig heeft, sleuf gedeeld", "Dwellings that a street with heat needs, trench shared", "aandeel"),
    "gap_share": ("Afstanden tot de ondergrens, tegenover de brutokost van S1", "Gaps to the bound, over the gross cost of S1", "aandeel"),
}  # fmt: skip


def spread_of_draws(rows: Sequence[dict[str, float]]) -> pd.DataFrame:
    """The figures of single draws of the assets (``chain_figures``) as P10, P50 and P90 (contract DRAWN_ASSETS): never to be read per street.

    rows: of the same place, one per seed, at least FEWEST_DRAWS. Row ``proven_share`` is a share of the draws, the same in all three.
    Raises DataError for fewer draws. Method: docs/method.md#dividend-robustness.
    """
    drawn = pd.DataFrame(rows)
    if len(drawn) < FEWEST_DRAWS:
        raise DataError(
            f"{len(drawn)} draws of the assets, expected at least {FEWEST_DRAWS}: fewer say nothing of the spread"
        )
    spread = drawn.quantile([0.1, 0.5, 0.9]).T.set_axis(["p10", "p50", "p90"], axis=1)
    for name in spread.index.intersection(["proven_share", "space_proven_share"]):
        spread.loc[name] = float(drawn[name].mean())
    words = pd.DataFrame.from_dict(_FIGURES, orient="index", columns=["title", "title_en", "unit"]).astype("str")
    frame = words[words.index.isin(spread.index)].join(spread).assign(draws=len(drawn))[DRAWN_ASSETS.column_names]
    frame.index = pd.Index(frame.index, name="figure", dtype="str")
    return tables.check(DRAWN_ASSETS, frame)


def chain_figures(found: Dividend, threshold: Mapping[str, float] | None = None) -> dict[str, float]:
    """What is spread over draws, of a chain of plans; threshold: ``threshold_figures`` of it, where there is a heat network."""
    alone, lucky, joint = found.alone, found.coincidences, found.joint
    whole = alone.net_eur - joint.net_eur
    live: Floats = np.array([mean_live_year(plan.case, plan.account) for plan in (alone, joint)])
    closures = [int(plan.account.closed.sum()) for plan in (lucky, joint)]
    needed = dict[str, float]()
    if threshold:
        needed = {f"threshold_{name}": threshold[name] for name in ("alone_share", "joint_share")}
        needed["trench_share"] = threshold["joint_eur_per_m"] / threshold["alone_eur_per_m"]
    return {
        "dividend_share": found.share, "dividend_eur": found.amount_eur, "gross_saved_eur": found.gross_saved_eur,
        "luck_share": (alone.net_eur - lucky.net_eur) / whole if whole > 0 else 0.0,
        "waiting_years": float(np.nan_to_num(live[1] - live[0])), "closures_share": closures[1] / max(closures[0], 1),
        "proven_share": float(found.proven),
        "gap_share": found.unproven_eur / lucky.gross_eur if lucky.gross_eur > 0 else 0.0, **needed,
    }  # fmt: skip
