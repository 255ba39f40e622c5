"""What planning together saves: the chain of plans alone, by luck, joint, and joint with the street space re-arranged, judged by one function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
import pandas as pd

from koppelkans import tables
from koppelkans.errors import DataError
from koppelkans.street.calendar.account import PARTS, Account, account, broken
from koppelkans.street.calendar.case import HEAT, Floats, Ints, WorksCase
from koppelkans.street.calendar.pace import Pace
from koppelkans.street.works_measures import UNTIL_YEARS, Measures, SectionFacts, lost_life_eur, works_measures
from koppelkans.tables import RemarkRow
from koppelkans.tables.works import DIVIDEND

ALONE, COINCIDENCES, JOINT, JOINT_SPACE = "S0", "S1", "J", "J+"
_OVER_LIMITS = PARTS.index("over_limits")
_OWN = PARTS.index("own")
_NAMED = 3


class Planned(Protocol):
    """What a planner of works answers: a year per work (``case.years``: after the horizon), and a proven bound on the net cost."""

    @property
    def year(self) -> Ints:
        """Year index per work."""

    @property
    def bound_eur(self) -> float:
        """No calendar of the case has a lower net cost."""


PlanWorks: TypeAlias = Callable[[WorksCase, Ints | None], Planned]
"""A planner: a case and a calendar to begin with, or none."""


@dataclass(frozen=True, slots=True)
class JudgedPlan:
    """A calendar with its account on ``case``; ``bound_eur`` proven for that case, NaN for a plan that was not planned (coincidences)."""

    name: str
    case: WorksCase
    year: Ints
    account: Account
    bound_eur: float

    @property
    def net_eur(self) -> float:
        """Costs less the worth of heat, limits included: what the planner minimises."""
        return self.account.net_eur

    @property
    def gross_eur(self) -> float:
        """Costs without heat and without the price of limits: money."""
        return self.account.gross_eur - self.over_limits_eur

    @property
    def over_limits_eur(self) -> float:
        """Price of going over budgets, crews and pairs kept apart."""
        return float(self.account.parts_eur[_OVER_LIMITS])

    @property
    def gap_eur(self) -> float:
        """How much cheaper a calendar of the case could be at most; NaN without a bound."""
        return max(self.net_eur - self.bound_eur, 0.0) if np.isfinite(self.bound_eur) else np.nan


@dataclass(frozen=True, slots=True)
class Dividend:
    """The plans of the chain; ``space`` is None when street space was not re-arranged."""

    alone: JudgedPlan
    coincidences: JudgedPlan
    joint: JudgedPlan
    space: JudgedPlan | None = None

    @property
    def plans(self) -> tuple[JudgedPlan, ...]:
        """The plans in the order of the chain."""
        return (self.alone, self.coincidences, self.joint, *([self.space] if self.space else []))

    @property
    def amount_eur(self) -> float:
        """Headline: net cost of S1 less that of J; never negative."""
        return self.coincidences.net_eur - self.joint.net_eur

    @property
    def gross_saved_eur(self) -> float:
        """The same in money alone, without heat and limits; negative when joint planning spends more to bring heat or keep limits."""
        return self.coincidences.gross_eur - self.joint.gross_eur

    @property
    def unproven_eur(self) -> float:
        """Sum of the gaps of S0 and J: what the solver left open."""
        gaps = self.alone.gap_eur + self.joint.gap_eur
        return gaps if np.isfinite(gaps) else np.inf

    @property
    def proven(self) -> bool:
        """Whether the dividend is larger than the gaps together."""
        return self.amount_eur > self.unproven_eur

    @property
    def most_eur(self) -> float:
        """No joint calendar saves more against these years of S1."""
        return self.coincidences.net_eur - self.joint.bound_eur

    @property
    def share(self) -> float:
        """The dividend over the gross cost of S1; 0 when nothing is spent."""
        gross = self.coincidences.gross_eur
        return self.amount_eur / gross if gross > 0 else 0.0


def dividend(case: WorksCase, plan_works: PlanWorks) -> Dividend:
    """The chain S0, S1, J; J+ is made from J and the chosen cross-sections (``joint_space``).

    case: its ``joins`` say who shares in S1 and J (all: ``case.together()``). S0: the best calendar when no work shares, S1: its years
    counted with sharing, J: the best calendar with sharing, begun from S1. A plan worse than its start is replaced by the start, so

        net(J) <= net(S1) <= net(S0).

    Raises DataError when the planner hands back a calendar that breaks a condition. Method: docs/method.md#dividend.
    """
    apart = case.apart_from_each_other()
    alone = judged(ALONE, apart, plan_works)
    lucky = JudgedPlan(COINCIDENCES, case, alone.year, account(case, alone.year), np.nan)
    return Dividend(alone, lucky, judged(JOINT, case, plan_works, start=lucky.year))


def judged(name: str, case: WorksCase, plan_works: PlanWorks, *, start: Ints | None = None) -> JudgedPlan:
    """The best calendar that the planner finds, never worse than the start, with its account and bound."""
    planned = plan_works(case, start)
    year = np.asarray(planned.year, dtype=np.int64)
    if faults := broken(case, year):
        raise DataError(f"plan {name} breaks {len(faults)} conditions", faults[:_NAMED])
    found = account(case, year)
    if start is not None:
        begun = account(case, start)
        if begun.net_eur < found.net_eur:
            year, found = start.copy(), begun
    return JudgedPlan(name, case, year, found, min(float(planned.bound_eur), found.net_eur))


# ----------------------------------------------------------------------------------------------------------------------- tables


def dividend_table(
    found: Dividend, *, facts: SectionFacts, pace: Pace, space_facts: SectionFacts | None = None
) -> pd.DataFrame:
    """The chain as a table (contract DIVIDEND): parts, worth of heat, bound, time, space and nuisance of every plan.

    facts: of the case; space_facts: of J+, which opens other zones; without them its square metres are left empty. The parts up to
    ``over_limits_eur`` add up to the gross cost with limits; own cost stands without the lost life. J+ brings other things, so nothing is saved against S1.
    """
    rows = {
        plan.name: _row(found, plan, space_facts or facts if plan is found.space else facts, pace)
        for plan in found.plans
    }
    if found.space is not None:
        rows[JOINT_SPACE] |= {"saved_eur": np.nan, "gross_saved_eur": np.nan}
        if space_facts is None:
            rows[JOINT_SPACE]["opened_m2"] = np.nan
    frame = pd.DataFrame.from_dict(rows, orient="index")
    frame.index = pd.Index(frame.index, name="plan", dtype="str")
    return tables.check(DIVIDEND, frame[DIVIDEND.column_names].astype({"closures": "int64", "repeats": "int64"}))


def _row(found: Dividend, plan: JudgedPlan, facts: SectionFacts, pace: Pace) -> dict[str, object]:
    parts = {f"{name}_eur": float(part) for name, part in zip(PARTS, plan.account.parts_eur, strict=True)}
    lost = lost_life_eur(plan.case, plan.year)
    known = works_measures(plan.case, plan.year, plan.account, facts=facts, pace=pace)
    # S1 takes the years of S0: what S0 left unproven is what stands open about it
    gap = found.alone.gap_eur if plan.name == COINCIDENCES else plan.gap_eur
    return parts | {
        "own_eur": float(plan.account.parts_eur[_OWN]) - lost, "lost_life_eur": lost, "gross_eur": plan.gross_eur,
        "heat_eur": plan.account.heat_eur, "net_eur": plan.net_eur, "bound_eur": plan.bound_eur, "gap_eur": gap,
        "gap_share": gap / max(abs(plan.net_eur), 1.0), "saved_eur": found.coincidences.net_eur - plan.net_eur,
        "gross_saved_eur": found.coincidences.gross_eur - plan.gross_eur, **_measured(known),
    }  # fmt: skip


def _measured(known: Measures) -> dict[str, object]:
    until = {f"live_to_{last}_mwh": amount for last, amount in zip(UNTIL_YEARS, known.until_mwh, strict=True)}
    saved = {f"saved_to_{last}_tonnes": amount for last, amount in zip(UNTIL_YEARS, known.until_tonnes, strict=True)}
    return {
        "live_mwh": known.live_mwh, **until, **saved, "mean_live_year": known.mean_live_year, "live_share": known.live_share,
        "opened_m2": known.opened_m2, "closures": known.closures, "person_months": known.person_months,
        "repeats": known.repeats, "coordinated_share": known.coordinated_share, "shared_surface_share": known.shared_surface_share,
        "shared_trench_share": known.shared_trench_share,
    }  # fmt: skip


def dividend_remarks(found: Dividend) -> list[RemarkRow]:
    """What the headline does and does not say: proven or not, with bound and value, and what S0 stands for."""
    millions = {
        name: f"{amount / 1e6:.3f}"
        for name, amount in (
            ("amount", found.amount_eur), ("lucky", found.coincidences.net_eur), ("joint", found.joint.net_eur), ("bound", found.joint.bound_eur),
            ("gaps", found.unproven_eur), ("most", found.most_eur),
        )
    }  # fmt: skip
    told_nl = (
        "S1 kost netto {lucky} miljoen euro, J {joint} miljoen; geen gezamenlijke kalender kost minder dan {bound} miljoen. Het verschil is {amount} "
        "miljoen, hoogstens {most} miljoen; de afstanden tot de ondergrens van S0 en J zijn samen {gaps} miljoen."
    ).format(**millions)
    told_en = (
        "S1 costs {lucky} million euro net, J {joint} million; no joint calendar costs less than {bound} million. The difference is {amount} million, at "
        "most {most} million; the gaps of S0 and J together are {gaps} million."
    ).format(**millions)
    verdict = ("Bewezen: ", "Proven: ") if found.proven else ("Niet bewezen: ", "Not proven: ")
    level = "info" if found.proven else "warning"
    return [
        tables.remark("dividend", verdict[0] + told_nl, verdict[1] + told_en, level=level, method="dividend"),
        tables.remark(
            "dividend", "Ieder voor zich (S0) houdt zich aan dezelfde wet, ploegen en verzamelstraten als samen: waar die binden, is het alsof men elkaar raadpleegde. "
            "Het verschil is dus eerder te klein dan te groot.", "Everybody alone (S0) keeps to the same law, crews and collector streets as "
            "together: where these bind it is as if owners had asked each other. The difference is rather too small than too large.", method="dividend",
        ),
    ]  # fmt: skip


# ----------------------------------------------------------------------------------------------------------- price of the trench


def shares_in_year_eur(case: WorksCase, year: Ints) -> tuple[Floats, Floats, Floats]:
    """Per work its own cost, its equal part of the zones it opens, and of mobilisation and nuisance, in EUR of the year of the works, not discounted.

    A work after the horizon is opened alone. Replacements later on and being late are not in it.
    """
    works = case.works
    inside = year < case.years
    found = account(case, year)
    factor = case.discount[np.where(inside, year, 0)]
    alone = np.where(
        case.closes[works.kind], (case.streets.closure_eur + case.streets.nuisance_eur)[works.section], 0.0
    )
    opening = np.where(inside, found.opening_eur / factor, case.alone_eur)
    closure = np.where(inside, found.closure_eur / factor, alone)
    return works.own_eur, opening, closure


def effective_trench_eur_per_m(case: WorksCase, year: Ints) -> pd.Series:
    """Price per metre of pipe and trench of heat in each section after sharing, in EUR of the year of the works; index ``section``, only sections with heat works.

    I = (own pipe + its part of the zones it opens + its part of mobilisation and nuisance) / length.
    Method: docs/method.md#trench-shared.
    """
    heat = np.flatnonzero(case.works.kind == HEAT)
    section = case.works.section[heat]
    whole = np.sum(shares_in_year_eur(case, year), axis=0)[heat] / case.streets.length_m[section]
    names = pd.Index(case.section_names[section], name="section", dtype="str")
    return pd.Series(whole, index=names, name="trench_eur_per_m")
