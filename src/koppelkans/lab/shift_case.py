"""What is asked of a tariff shift, and how the households of a place turn it into a linear programme."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from koppelkans.lab import shift_tables
from koppelkans.lab.shift_lp import Question, unprotected
from koppelkans.lab.shift_prices import (
    ELECTRICITY,
    FLANDERS,
    FREE,
    GAS,
    GRID_ELECTRICITY,
    GRID_GAS,
    KW,
    KWH,
    RECEIVERS,
    TREASURY,
    YEAR,
    Component,
    ReferenceUse,
    Tariffs,
    ratio_weights,
)
from koppelkans.solve import INFINITE

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
PER_MWH = 1_000.0


@dataclass(frozen=True, slots=True)
class Neutrality:
    """Who must neither gain nor lose. ``grid``: each network for itself, both together, or not held."""

    grid: Literal["per_network", "together", "free"] = "per_network"
    treasury: bool = True
    flanders: bool = True
    average_bill: bool = True


@dataclass(frozen=True, slots=True)
class ShiftPolicy:
    """What is asked of a tariff shift.

    ``components``: names that may move; None: all that the law leaves free. ``protection``: ``exemption`` from the addition;
    ``lump_sum`` of the mean loss (or the budget) to every protected household on what is made dearer; ``group_credit`` of the
    largest loss in each observable group; ``guarantee``: the actual loss, settled yearly. ``social_tariff``: whether the social
    tariffs move along. ``oil``: whether the additions in excise and Flemish charge hold for oil as well, per kWh.
    ``compensation_budget_eur``: the sum of the lump sums, the most that the other two may cost; per year, without VAT.
    """

    target_ratio: float
    definition: Literal["marginal", "marginal_with_capacity", "all_in"] = "marginal"
    components: frozenset[str] | None = None
    neutrality: Neutrality = Neutrality()
    protection: Literal["none", "exemption", "lump_sum", "group_credit", "guarantee"] = "none"
    protected: Literal["vulnerable", "quartile_1", "both"] = "vulnerable"
    social_tariff: Literal["follows", "stays"] = "follows"
    oil: Literal["out", "in"] = "out"
    objective: Literal["least_moved", "least_worst_loss"] = "least_moved"
    compensation_budget_eur: float | None = None
    credits_paid_by: Literal["treasury", "flanders", "grid_electricity", "grid_gas"] = "treasury"
    step_eur_per_kwh: float | None = None


@dataclass(frozen=True)
class Case:
    """The households, the mean prices, how far each component may fall, and what is asked."""

    cells: pd.DataFrame
    tariffs: Tariffs
    smallest: Mapping[str, float]
    use: ReferenceUse
    policy: ShiftPolicy
    protected: Flags

    @classmethod
    def of(
        cls,
        cells: pd.DataFrame,
        tariffs: Tariffs,
        smallest: Mapping[str, float],
        use: ReferenceUse,
        policy: ShiftPolicy,
    ) -> Case:
        """The case with the households that the policy protects marked."""
        vulnerable, poorest = cells["vulnerable"].to_numpy(bool), cells["quartile"].to_numpy() == 1
        chosen = {"vulnerable": vulnerable, "quartile_1": poorest, "both": vulnerable | poorest}[policy.protected]
        return cls(cells, tariffs, smallest, use, policy, chosen)

    def exposure(self, part: Component) -> Floats:
        """What each household pays more for a move of one: MWh, kW or connections."""
        cells, policy = self.cells, self.policy
        if part.carrier == ELECTRICITY:
            amount = {KWH: cells["electricity_kwh"] / PER_MWH, KW: cells["peak_kw"]}.get(
                part.basis, cells["weight"] * 0 + 1
            )
        elif part.basis == KWH:
            with_oil = policy.oil == "in" and part.receiver in (TREASURY, FLANDERS)
            amount = (cells["gas_kwh"] + (cells["oil_kwh"] if with_oil else 0.0)) / PER_MWH
        else:
            amount = cells["has_gas"]
        values = amount.to_numpy(float).copy()
        if policy.social_tariff == "stays":
            values[cells["vulnerable"].to_numpy(bool)] = 0.0
        if policy.protection == "exemption" and part.carrier == GAS:
            values[self.protected] = 0.0
        return values


def movable(part: Component, policy: ShiftPolicy) -> bool:
    """Whether the policy lets a component move."""
    return part.legal == FREE if policy.components is None else part.name in policy.components


def room_to_fall(
    cells: pd.DataFrame, tariffs: Mapping[str, Tariffs], every: Mapping[str, Component]
) -> dict[str, float]:
    """How far each component may fall, to its floor in the area where it is lowest, in its own unit."""
    prices = [tariffs[area] for area in cells["area"].unique()]
    return {
        name: max(0.0, min(getattr(getattr(price, part.carrier), part.field) for price in prices) - part.floor)
        for name, part in every.items()
    }


def scale(part: Component) -> float:
    """Units of the programme per unit of the price: EUR/MWh for what is paid per kWh."""
    return PER_MWH if part.basis == KWH else 1.0


def question_of(case: Case, parts: list[Component]) -> Question:
    """The linear programme of a case in which these components may move."""
    policy, weight = case.policy, case.cells["weight"].to_numpy(float)
    exposure = np.column_stack([case.exposure(part) for part in parts]) if parts else np.zeros((len(weight), 0))
    electricity, gas = ratio_weights(policy.definition, case.use)
    per_move = {KWH: 1.0, KW: PER_MWH, YEAR: PER_MWH}
    place = {KWH: 0, KW: 1, YEAR: 2}
    row = np.array([
        per_move[part.basis] * (electricity[place[part.basis]] if part.carrier == ELECTRICITY else -policy.target_ratio * gas[place[part.basis]])
        for part in parts
    ])  # fmt: skip
    excess = electricity @ case.tariffs.electricity.by_basis() - policy.target_ratio * (
        gas @ case.tariffs.gas.by_basis()
    )
    receivers, pays = receiver_rows(policy, parts, weight @ exposure / weight.sum())
    kind, groups, budget = _credits(case, weight)
    quartile = case.cells["quartile"].to_numpy()
    return Question(
        exposure=exposure, weight=weight, low=np.array([-case.smallest[part.name] * scale(part) for part in parts]),
        high=np.full(len(parts), INFINITE), ratio_row=row, ratio_room=-float(excess) * PER_MWH,
        falling=np.array([float(part.carrier == ELECTRICITY and part.basis == KWH) for part in parts]), receivers=receivers,
        pays_credit=pays, groups=groups, kind=kind, budget=budget,
        worst=np.isin(quartile, (2, 3)) if policy.objective == "least_worst_loss" else None,
    )  # fmt: skip


def _held(policy: ShiftPolicy) -> list[tuple[str, ...]]:
    """Receivers whose moves must sum to what they pay in credits: each that is held, then all households together."""
    networks: dict[str, list[tuple[str, ...]]] = {
        "per_network": [(GRID_ELECTRICITY,), (GRID_GAS,)],
        "together": [(GRID_ELECTRICITY, GRID_GAS)],
        "free": [],
    }
    held = list(networks[policy.neutrality.grid])
    held += [(TREASURY,)] if policy.neutrality.treasury else []
    held += [(FLANDERS,)] if policy.neutrality.flanders else []
    return held + ([RECEIVERS] if policy.neutrality.average_bill else [])


def receiver_rows(policy: ShiftPolicy, parts: list[Component], amounts: Floats) -> tuple[Floats, Floats]:
    """Rows of what must sum to zero, over the components, and whether the credits come out of each."""
    held = _held(policy)
    rows = [
        [eur if part.receiver in names else 0.0 for part, eur in zip(parts, amounts, strict=True)] for names in held
    ]
    pays = [1.0 if policy.credits_paid_by in names else 0.0 for names in held]
    return np.array(rows, dtype=float).reshape(len(held), len(parts)), np.array(pays)


def _credits(case: Case, weight: Floats) -> tuple[str, NDArray[np.int64], tuple[float, float]]:
    policy, cells = case.policy, case.cells
    kind = policy.protection if policy.protection in ("lump_sum", "group_credit", "guarantee") else "none"
    groups = np.full(len(cells), -1, dtype=np.int64)
    chosen = case.protected
    if kind == "lump_sum":
        burnt = cells["gas_kwh"] + (cells["oil_kwh"] if policy.oil == "in" else 0.0)
        chosen = chosen & (burnt.to_numpy(float) > 0)
    if kind == "none" or not chosen.any():
        return "none", groups, (0.0, INFINITE)
    groups[chosen] = shift_tables.group_codes(cells[chosen], shift_tables.KEYS)[0] if kind == "group_credit" else 0
    if policy.compensation_budget_eur is None:
        return kind, groups, (0.0, INFINITE)
    budget = policy.compensation_budget_eur / float(weight.sum())
    return kind, groups, (budget if kind == "lump_sum" else 0.0, budget)


def without_protection(case: Case, every: Mapping[str, Component], names: list[str]) -> Question:
    """The same case without credits or exemption."""
    bare = replace(case, policy=replace(case.policy, protection="none", compensation_budget_eur=None))
    return unprotected(question_of(bare, [every[name] for name in names]))
