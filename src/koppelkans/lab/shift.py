"""The tariff shift: electricity cheaper and gas dearer until their prices stand in the ratio asked, at nobody's expense who is protected.

Prices are without VAT, changes of bills with VAT. The shift is static: volumes are those of the cells.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from koppelkans.errors import DataError, InfeasibleError, ScenarioError, suggestion
from koppelkans.lab import shift_tables
from koppelkans.lab.shift_case import (
    Case,
    Neutrality,
    ShiftPolicy,
    movable,
    question_of,
    receiver_rows,
    room_to_fall,
    scale,
    without_protection,
)
from koppelkans.lab.shift_lp import Answer, Question, answer
from koppelkans.lab.shift_prices import (
    ELECTRICITY,
    FORBIDDEN,
    FREE,
    GAS,
    KWH,
    Component,
    Ratios,
    Tariffs,
    components_of,
    mean_tariffs,
    moved_tariffs,
    ratios,
    reference_use,
)
from koppelkans.parameters import Parameters
from koppelkans.solve import Limits
from koppelkans.tables import RemarkRow, first_keys, remark

Floats = NDArray[np.float64]

__all__ = ["RATIO_BOUNDS", "Neutrality", "ShiftPolicy", "ShiftResult", "closed_form", "tariff_shift"]

RATIO_BOUNDS = (1.5, 4.0)
COLUMNS = (
    "weight", "quartile", "tenure", "vulnerable", "heating", "electricity_kwh", "gas_kwh", "oil_kwh", "peak_kw", "area", "has_gas",
)  # fmt: skip


@dataclass(frozen=True)
class ShiftResult:
    """A tariff shift and what it does.

    ``moves`` by component [EUR per kWh, per kW or per year, without VAT]; ``gas_addition`` x_g and ``electricity_reduction`` x_e are
    their sums per kWh. ``moved_eur``: all additions in a year. ``credits_eur``: all credits, without VAT.
    ``protection_price_eur``: how much more is moved than without protection; ``protection_price_eur_per_eur``: how much less would be
    moved if every protected household might lose one euro a year (the dual of protection; nan under another objective).
    ``neutrality_residual``: largest broken balance as share of what is moved; ``protection_violations``: protected rows of the
    cells whose bill rises although protection promised it would not; ``protected_losing_share`` counts them under any protection.
    """

    policy: ShiftPolicy
    moves: pd.Series
    gas_addition_eur_per_kwh: float
    electricity_reduction_eur_per_kwh: float
    moved_eur: float
    credits_eur: float
    credits: pd.DataFrame
    credit_eur: Floats
    change_eur: Floats
    protection_price_eur: float
    protection_price_eur_per_eur: float
    before: Ratios
    after: Ratios
    winners: pd.DataFrame
    losing_share: float
    protected_losing_share: float
    budget: pd.DataFrame
    path: pd.DataFrame
    volumes: pd.Series
    neutrality_residual: float
    protection_violations: int
    rounds: int


def closed_form(
    electricity_eur_per_kwh: float,
    gas_eur_per_kwh: float,
    *,
    target_ratio: float,
    electricity_kwh: float,
    gas_kwh: float,
    compensation_eur: float = 0.0,
) -> tuple[float, float]:
    """Addition on gas and reduction on electricity [EUR/kWh] that bring the marginal prices in the ratio asked.

    x_g = (P_e + D/E - r P_g) / (r + G/E),  x_e = (x_g G - D) / E, with E, G total use and D what the addition pays in compensation.
    Without compensation a ratio that is already met moves nothing. Method: docs/method.md#tariff-shift.
    """
    share = compensation_eur / electricity_kwh
    excess = electricity_eur_per_kwh + share - target_ratio * gas_eur_per_kwh
    addition = max(0.0, excess / (target_ratio + gas_kwh / electricity_kwh))
    return addition, (addition * gas_kwh - compensation_eur) / electricity_kwh


def tariff_shift(
    cells: pd.DataFrame,
    tariffs: Mapping[str, Tariffs],
    policy: ShiftPolicy,
    *,
    parameters: Parameters,
    day: date,
    limits: Limits | None = None,
) -> tuple[ShiftResult, list[RemarkRow]]:
    """The least tariff shift that brings electricity to the ratio asked, neutral and protective as the policy says.

    cells: households (contract CELLS), weighted. tariffs: by grid area (``tariffs_of``), in the price world of their rules. The
    ratio holds at the mean prices of all areas; one move holds in every area. A ratio already met moves nothing.

    Raises ScenarioError for a policy that contradicts itself, DataError for cells without what is needed, InfeasibleError when no
    permitted component can reach the ratio: by how much it misses and which component would do it.
    Method: docs/method.md#tariff-shift.
    """
    every = components_of(parameters, day)
    _check(policy, every)
    _check_cells(cells)
    case = Case.of(
        cells, mean_tariffs(cells, tariffs), room_to_fall(cells, tariffs, every), reference_use(parameters, day), policy
    )
    names = [name for name, part in every.items() if movable(part, policy)]
    limits = limits or Limits()
    question = question_of(case, [every[name] for name in names])
    try:
        found = answer(question, limits)
    except InfeasibleError:
        raise _missed(case, every, names, limits) from None
    least = found if policy.protection == "none" else answer(without_protection(case, every, names), limits)
    vat_share = parameters.at("vat", day, "household_energy")
    case_parts = [every[name] for name in names]
    result = _result(case, case_parts, question, found, vat_share=vat_share, first_year=day.year)
    price = (found.moved_per_household - least.moved_per_household) * float(question.weight.sum())
    return replace(result, protection_price_eur=price), _remarks(result, every)


# ------------------------------------------------------------------------------------------------------------- what does not work


def _check(policy: ShiftPolicy, every: Mapping[str, Component]) -> None:
    faults = []
    low, high = RATIO_BOUNDS
    if not low <= policy.target_ratio <= high:
        faults.append(f"the target ratio is {policy.target_ratio:g}; expected {low:g} to {high:g}")
    for name in sorted(policy.components or ()):
        if name not in every:
            faults.append(f"no component is called {name}; {suggestion(name, every)}")
        elif every[name].legal == FORBIDDEN:
            faults.append(f"{name} may not move: forbidden by European law")
    if policy.compensation_budget_eur is not None and policy.protection in ("none", "exemption"):
        faults.append(
            f"a compensation budget is given, but the protection {policy.protection} pays no credits; leave one out"
        )
    if policy.compensation_budget_eur is not None and policy.compensation_budget_eur < 0:
        faults.append("the compensation budget is below zero")
    if policy.step_eur_per_kwh is not None and not policy.step_eur_per_kwh > 0:
        faults.append("the yearly step is not above zero")
    if faults:
        raise ScenarioError("the tariff shift cannot be solved as asked", faults)


def _check_cells(cells: pd.DataFrame) -> None:
    lacking = [name for name in COLUMNS if name not in cells.columns]
    if lacking:
        raise DataError(f"the cells lack {', '.join(lacking)}; expected the columns {', '.join(COLUMNS)}")
    numbers = ["weight", "electricity_kwh", "gas_kwh", "oil_kwh", "peak_kw"]
    wrong = cells.index[~(cells[numbers].ge(0) & np.isfinite(cells[numbers])).all(axis=1)]
    if len(wrong):
        raise DataError(f"a weight or use of the cells is missing or below zero ({first_keys(wrong)})")
    if not float((cells["weight"] * cells["electricity_kwh"]).sum()) > 0:
        raise DataError("the cells use no electricity; there is nothing to shift")


def _missed(case: Case, every: Mapping[str, Component], names: list[str], limits: Limits) -> InfeasibleError:
    """By how much the ratio is missed with the permitted components, and which other one would reach it."""
    slack, reached = _nearest(case, [every[name] for name in names], limits)
    policy = case.policy
    if slack <= shift_tables.LOSS_EUR:
        free = replace(case, policy=replace(policy, compensation_budget_eur=None))
        needed = answer(question_of(free, [every[name] for name in names]), limits)
        cost_eur = float(case.cells["weight"].to_numpy(float) @ needed.credit)
        return InfeasibleError(
            f"the ratio can be reached, but not with {policy.compensation_budget_eur:,.0f} EUR of compensation a year: "
            f"the protection {policy.protection} costs {cost_eur:,.0f} EUR"
        )
    others = [name for name, part in every.items() if name not in names and part.legal != FORBIDDEN]
    cures = [name for name in others if _nearest(case, [every[name] for name in [*names, name]], limits)[0] <= shift_tables.LOSS_EUR]  # fmt: skip
    faults = [f"{name} would do it ({every[name].decides} decides; {every[name].legal})" for name in cures]
    if not faults:
        left, _ = _nearest(case, list(every.values()), limits)
        least = (
            f"all together would do it: {', '.join(others)}" if left <= shift_tables.LOSS_EUR else "nor do all together"
        )
        faults = [f"no other component does it alone; {least}. Or free a receiver from neutrality"]
    if policy.protection != "none" and _reachable(without_protection(case, every, names), limits):
        faults.append(
            f"without the protection {policy.protection} the ratio is reached: it costs more than the reductions can bear"
        )
    allowed = ", ".join(names) or "none"
    return InfeasibleError(
        f"a ratio of {policy.target_ratio:g} ({policy.definition}) cannot be reached with {allowed}: electricity stays "
        f"{slack / 10:.2f} c/kWh too dear, the lowest ratio is {reached:.2f}", faults,
    )  # fmt: skip


def _reachable(question: Question, limits: Limits) -> bool:
    try:
        answer(question, limits)
    except InfeasibleError:
        return False
    return True


def _nearest(case: Case, parts: list[Component], limits: Limits) -> tuple[float, float]:
    """How much electricity stays too dear at best [EUR/MWh], and the ratio there; a budget is left out of account."""
    free = replace(case, policy=replace(case.policy, compensation_budget_eur=None))
    question = question_of(free, parts)
    found = answer(question, limits, elastic=True)
    after = ratios(moved_tariffs(case.tariffs, _moves(parts, found)), case.use)
    return found.slack, float(getattr(after, case.policy.definition))


# ----------------------------------------------------------------------------------------------------------------------- reading


def _moves(parts: list[Component], found: Answer) -> pd.Series:
    values = [float(move) / scale(part) for part, move in zip(parts, found.moves, strict=True)]
    return pd.Series(
        values, index=pd.Index([part.name for part in parts], name="component", dtype="str"), name="move", dtype=float
    )


def _result(
    case: Case, parts: list[Component], question: Question, found: Answer, *, vat_share: float, first_year: int
) -> ShiftResult:
    policy, weight, moves = case.policy, question.weight, _moves(parts, found)
    change = (question.exposure @ found.moves - found.credit) * (1 + vat_share)
    volumes = pd.Series(weight @ question.exposure * [scale(part) for part in parts], index=moves.index, name="volume")
    amounts, credits_eur = moves * volumes, float(weight @ found.credit)
    moved_eur = float(amounts.clip(lower=0).sum())
    per_kwh = {part.name: part for part in parts if part.basis == KWH}
    rising = change > shift_tables.LOSS_EUR
    promised = policy.protection in ("exemption", "group_credit", "guarantee")
    protected = weight[case.protected]
    rows, pays = receiver_rows(policy, parts, weight @ question.exposure)
    balances = rows @ found.moves - pays * credits_eur
    return ShiftResult(
        policy=policy, moves=moves,
        gas_addition_eur_per_kwh=float(sum(moves[name] for name, part in per_kwh.items() if part.carrier == GAS)),
        electricity_reduction_eur_per_kwh=-float(sum(moves[name] for name, part in per_kwh.items() if part.carrier == ELECTRICITY)),
        moved_eur=moved_eur, credits_eur=credits_eur, credits=shift_tables.credits_by_group(case.cells, found.credit),
        credit_eur=found.credit, change_eur=change, protection_price_eur=0.0,
        protection_price_eur_per_eur=found.protection_dual * float(weight.sum()) if policy.objective == "least_moved" else float("nan"),
        before=ratios(case.tariffs, case.use), after=ratios(moved_tariffs(case.tariffs, moves), case.use),
        winners=shift_tables.winners_and_losers(case.cells, change), losing_share=float(weight[rising].sum() / weight.sum()),
        protected_losing_share=float(weight[rising & case.protected].sum() / protected.sum()) if protected.sum() else 0.0,
        budget=shift_tables.budget_by_payee(
            amounts, {part.name: part for part in parts}, credits_eur=credits_eur, credits_paid_by=policy.credits_paid_by,
            vat_share=vat_share,
        ),
        path=shift_tables.phase_in(moves, case.tariffs, use=case.use, first_year=first_year, step_eur_per_kwh=policy.step_eur_per_kwh),
        volumes=volumes, neutrality_residual=float(np.abs(balances).max(initial=0.0) / max(1.0, moved_eur)),
        protection_violations=int((rising & case.protected).sum()) if promised else 0, rounds=found.rounds,
    )  # fmt: skip


def _remarks(result: ShiftResult, every: Mapping[str, Component]) -> list[RemarkRow]:
    policy = result.policy
    rows = [
        remark(
            "tariff_shift", "Tariefverschuiving: het verbruik is dat van vandaag. Wie minder gas of meer stroom neemt, verkleint de "
            "opbrengst; de verschuiving moet dan opnieuw worden berekend.", "Tariff shift: use is that of today. Whoever takes less gas or "
            "more electricity shrinks what pays for it; the shift then has to be solved again.", method="tariff-shift",
        ),
        remark(
            "tariff_shift", "Tariefverschuiving: alleen gezinnen. Bedrijven, tweede verblijven en warmteprijzen die de gasprijs volgen, "
            "zijn niet meegerekend.", "Tariff shift: households only. Companies, second homes and heat prices that follow the gas price are "
            "left out.", method="tariff-shift-limits",
        ),
    ]  # fmt: skip
    if not result.moved_eur:
        rows.append(remark(
            "tariff_shift", f"De verhouding is al {getattr(result.before, policy.definition):.2f}: er is niets te verschuiven.",
            f"The ratio is already {getattr(result.before, policy.definition):.2f}: there is nothing to shift.", level="info",
            method="tariff-ratio",
        ))  # fmt: skip
    moving = [name for name, move in result.moves.items() if move and every[str(name)].legal != FREE]
    for part in (every[str(name)] for name in moving):
        rows.append(remark(
            "tariff_shift", f"{part.name} beweegt: in rechte {_LEGAL_NL[part.legal]} ({part.decides} beslist).",
            f"{part.name} moves: in law {part.legal.replace('_', ' ')} ({part.decides} decides).", level="warning", method="tariff-legal",
        ))  # fmt: skip
    social = {
        "follows": ("de sociale tarieven mee bewegen", "the social tariffs move along"),
        "stays": ("de sociale tarieven blijven wat ze zijn", "the social tariffs stay as they are"),
    }[policy.social_tariff]
    rows.append(remark(
        "tariff_shift", f"Tariefverschuiving: aangenomen dat {social[0]}.", f"Tariff shift: it is assumed that {social[1]}.",
        method="tariff-protection",
    ))  # fmt: skip
    if result.protected_losing_share > 0:
        share = result.protected_losing_share
        rows.append(remark(
            "tariff_shift", f"Van de beschermde gezinnen betaalt {share:.0%} meer.", f"Of the protected households {share:.0%} pay more.",
            level="warning", method="tariff-protection",
        ))  # fmt: skip
    return rows


_LEGAL_NL = {
    "free": "vrij",
    "doubtful": "betwistbaar",
    "regulator_only": "alleen door de regulator",
    FORBIDDEN: "verboden door Europees recht",
}
