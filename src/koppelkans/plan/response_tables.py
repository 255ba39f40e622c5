"""The tables of a response: who heats with what and when, who is stuck, what is in the pipeline, where price and customers settle, and who pays whom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from koppelkans import tables
from koppelkans.plan.response_case import PlanCase
from koppelkans.plan.response_forms import GAS, HYBRID, NETWORK, RENOVATED_GAS, RENOVATED_NETWORK
from koppelkans.plan.response_ground import INSTITUTION, spread_groups
from koppelkans.plan.response_money import response_money
from koppelkans.plan.response_network import branch_decisions_table, network_payments_table
from koppelkans.tables.response import (
    DECIDERS,
    MOMENTS,
    PIPELINE_STEPS,
    RESPONSE_GROUPS,
    RESPONSE_OPTIONS,
    RESPONSE_STATES,
    RESPONSE_TABLES,
    STUCK_REASONS,
)  # fmt: skip

if TYPE_CHECKING:
    from koppelkans.plan.response import ResponseRun
    from koppelkans.plan.response_bands import Bands

Floats = NDArray[np.float64]

LEAST = 1e-6
"""Expected dwellings below this are left out of a table."""
STEP_YEARS = 5
"""Of streets every fifth year is shown, and the last."""


def response_tables(run: ResponseRun, bands: Bands | None = None) -> dict[str, pd.DataFrame]:
    """All tables of one run by name; without ``bands`` low and high are empty."""
    return {
        "response_shares": response_shares(run, bands), "response_curve": response_curve_table(run), "response_moments": response_moments(run),
        "response_stuck": response_stuck(run), "response_pipeline": response_pipeline(run), "equilibrium": equilibrium_table(run),
        "response_money": response_money(run), "branch_decisions": branch_decisions_table(run), "network_payments": network_payments_table(run),
    }  # fmt: skip


def empty_tables() -> dict[str, pd.DataFrame]:
    """Every table of the response without rows."""
    return {declared.name: declared.empty() for declared in RESPONSE_TABLES}


def long_table(
    name: str, axes: Mapping[str, Any], values: Mapping[str, Floats], *, keep: NDArray[np.bool_] | None = None
) -> pd.DataFrame:
    """A table with a row per cell of arrays: ``axes`` name the labels of each axis in order, ``values`` the columns; rows not in ``keep`` fall away."""
    shape = next(iter(values.values())).shape
    place = np.nonzero(np.ones(shape, dtype=bool) if keep is None else keep)
    data: dict[str, Any] = {}
    for (column, labels), at in zip(axes.items(), place, strict=True):
        data[column] = (
            np.asarray(labels)[at]
            if column == "year" or column.startswith("price")
            else pd.array(np.asarray(labels, dtype=object)[at], dtype="str")
        )
    data |= {column: value[place].astype(float) for column, value in values.items()}
    frame = pd.DataFrame(data)
    key = pd.Index(frame[next(iter(axes))].astype("str"), dtype="str")
    for column in list(axes)[1:]:
        key = key + "|" + pd.Index(frame[column].astype("str"), dtype="str")
    frame.index = pd.Index(key, name=tables.TABLES[name].key, dtype="str")
    return frame


def years_shown(calendar: NDArray[np.int64]) -> NDArray[np.int64]:
    """Places of the years that streets are shown at: every fifth, and the last."""
    return np.flatnonzero((calendar % STEP_YEARS == 0) | (calendar == calendar[-1]))


def place_shares(run: ResponseRun) -> Floats:
    """Expected dwellings of the whole place by year and state (T, K + 1), institutions left out."""
    by_decider = np.asarray(run.response.by_decider)
    dwellings: Floats = by_decider.sum(axis=0) - by_decider[DECIDERS.index("institution")]
    return dwellings


def group_shares(run: ResponseRun) -> Floats:
    """Expected dwellings by group, year and state (C, T, K + 1)."""
    return spread_groups(np.asarray(run.response.by_group), run.case.ground)


def response_shares(run: ResponseRun, bands: Bands | None = None) -> pd.DataFrame:
    """How homes are heated (contract RESPONSE_SHARES): the place, groups and deciders every year, streets every fifth. Low and high for place and groups."""
    case = run.case.arrays
    calendar, shown = case.calendar, years_shown(case.calendar)
    whole, groups = place_shares(run)[None], group_shares(run)
    known = {} if bands is None else {"place": tuple(end[None] for end in bands.place), "group": bands.group}
    parts = []
    for scope, names, values, years in (
        ("place", ["all"], whole, slice(None)), ("group", RESPONSE_GROUPS, groups, slice(None)),
        ("decider", DECIDERS, np.asarray(run.response.by_decider), slice(None)), ("section", case.sections, np.asarray(run.response.by_section), shown),
    ):  # fmt: skip
        seen = values[:, years]
        low, high = known.get(scope, (np.full_like(seen, np.nan),) * 2)
        frame = long_table(
            "response_shares", {"name": names, "year": calendar[years], "option": RESPONSE_STATES}, {"dwellings": seen, "low": low, "high": high}, keep=seen > LEAST
        )  # fmt: skip
        frame.insert(0, "scope", pd.Series(scope, index=frame.index, dtype="str"))
        frame.index = pd.Index(scope + "|" + frame.index, name="row", dtype="str")
        parts.append(frame)
    return pd.concat(parts)


def response_curve_table(run: ResponseRun) -> pd.DataFrame:
    """Connected dwellings and heat by price (contract RESPONSE_CURVE), streets with heat, every fifth year."""
    if run.curve is None:
        return tables.TABLES["response_curve"].empty()
    case, rows = run.case.arrays, np.flatnonzero(run.case.network)
    shown = years_shown(case.calendar)
    connected, heat = (np.asarray(part)[:, rows][:, :, shown] for part in (run.curve.connected, run.curve.heat_mwh))
    sections = np.asarray(case.sections, dtype=object)[rows]
    return long_table(
        "response_curve", {"price_eur_per_mwh": np.asarray(run.curve.price_eur_per_mwh, dtype=float), "section": sections, "year": case.calendar[shown]},
        {"connected": connected, "heat_mwh": heat},
    )  # fmt: skip


def response_moments(run: ResponseRun) -> pd.DataFrame:
    """When decisions are made and what for (contract RESPONSE_MOMENTS)."""
    values = np.asarray(run.response.moments)
    options = RESPONSE_STATES[: values.shape[2]]
    return long_table(
        "response_moments", {"moment": MOMENTS, "year": run.case.arrays.calendar, "option": options}, {"dwellings": values}, keep=values > LEAST
    )  # fmt: skip


def response_stuck(run: ResponseRun) -> pd.DataFrame:
    """Who would and cannot (contract RESPONSE_STUCK)."""
    values = np.asarray(run.response.stuck).copy()
    values[INSTITUTION] = 0.0
    values = spread_groups(values, run.case.ground)
    return long_table(
        "response_stuck", {"group": RESPONSE_GROUPS, "year": run.case.arrays.calendar, "reason": STUCK_REASONS}, {"dwellings": values}, keep=values > LEAST
    )  # fmt: skip


def response_pipeline(run: ResponseRun) -> pd.DataFrame:
    """Signed and waiting, waiting with a temporary boiler, dropped out, by street (contract RESPONSE_PIPELINE)."""
    values = np.asarray(run.response.pipeline)
    case = run.case.arrays
    return long_table(
        "response_pipeline", {"section": case.sections, "year": case.calendar, "step": PIPELINE_STEPS}, {"dwellings": values}, keep=values > LEAST
    )  # fmt: skip


def equilibrium_table(run: ResponseRun) -> pd.DataFrame:
    """The best, cautious and critical price and what happens (contract EQUILIBRIUM), prices with VAT as a household sees them; no rows without a network."""
    found, market = run.equilibria, run.market
    if found is None or market is None:
        return tables.TABLES["equilibrium"].empty()
    with_vat, coordination = 1.0 + market.vat_share, run.case.asked.scenario.response.coordination
    share = float("nan") if found.critical_share is None else found.critical_share
    rows = []
    for start, price, rule in (
        ("best", found.best_eur_per_mwh, "cautious"), ("cautious", found.cautious_eur_per_mwh, "cautious"), ("critical", found.critical_eur_per_mwh, "cautious"),
        ("happens", found.outcome.price_eur_per_mwh, coordination),
    ):  # fmt: skip
        connected, signed = (float("nan"), float("nan")) if price is None else run.share_at(price)
        rows.append({
            "start": start, "exists": price is not None, "price_eur_per_mwh": price * with_vat if price is not None else float("nan"), "connected_share": connected,
            "signed_share": signed, "threshold_share": share if start == "critical" else run.figures["threshold_share"],
            "probability": run.figures["threshold_probability"] if start == "happens" else float("nan"), "coordination": rule,
        })  # fmt: skip
    frame = pd.DataFrame(rows)
    frame.index = pd.Index(frame["start"], name="row", dtype="str")
    return frame.astype({"start": "str", "coordination": "str", "exists": "bool"})[
        tables.TABLES["equilibrium"].column_names
    ]


# -------------------------------------------------------------------------------------------------------------------- headlines

FIGURES = {
    "fossil_free_share": "dwellings without a fossil boiler (network, heat pumps) in the last year, over all",
    "network_share": "dwellings on the network in the last year, over all",
    "heat_pump_share": "dwellings with a heat pump without gas in the last year, over all",
    "hybrid_share": "dwellings with a hybrid in the last year, over all",
    "gas_share": "dwellings on a fossil boiler alone in the last year, over all",
    "stuck_share": "dwellings that would switch but have no money or no right to decide, in the last year, over all",
    "fossil_free_2035_share": "the same as fossil_free_share in 2035, or the last year where that comes first",
    "vulnerable_fossil_free_share": "the same in the last year among households with the social tariff",
    "vulnerable_early_share": "households with the social tariff that are fossil-free after the first third of the years, over all of them",
    "heat_price_eur_per_mwh": "heat price with VAT where the network comes about",
    "public_eur": "what Flanders and the municipality pay until the last year, undiscounted",
    "threshold_share": "share of the dwellings with which the trenches of the network are covered",
    "threshold_probability": "probability that so many connect",
    "lost_before_opening_dwellings": "dwellings that took a lasting heat source before heat reached their street",
}
"""Headline figures of a run, by name."""
FOSSIL_FREE = [
    RESPONSE_OPTIONS.index(name)
    for name in ("air_heat_pump", "renovated_heat_pump", "ground_heat_pump", "network", "renovated_network")
]
PUMPS = FOSSIL_FREE[:3]
ON_NETWORK = [NETWORK, RENOVATED_NETWORK]
THIRDS = 3
MIDWAY = 2035


def headlines(run: ResponseRun, money: pd.DataFrame | None = None) -> dict[str, float]:
    """The headline figures of a run; see ``FIGURES``."""
    whole, groups, calendar = place_shares(run), group_shares(run), run.case.arrays.calendar
    total = max(float(whole[-1].sum()), LEAST)
    middle = int(np.searchsorted(calendar, min(MIDWAY, int(calendar[-1]))))
    weight = run.case.ground.people["vulnerable_share"].to_numpy(float)
    vulnerable = np.einsum("c,ctk->tk", weight, groups)
    protected = max(float(vulnerable[-1].sum()), LEAST)
    third = max(0, round(len(calendar) / THIRDS) - 1)
    stuck = spread_groups(
        np.asarray(run.response.stuck) * (np.arange(len(weight)) != INSTITUTION)[:, None, None], run.case.ground
    )
    paid = response_money(run) if money is None else money
    public = paid["amount_eur"][paid["payer"].isin(["flanders", "municipality"])].sum() if len(paid) else 0.0
    return {
        "fossil_free_share": float(whole[-1, FOSSIL_FREE].sum()) / total, "network_share": float(whole[-1, ON_NETWORK].sum()) / total,
        "heat_pump_share": float(whole[-1, PUMPS].sum()) / total, "hybrid_share": float(whole[-1, HYBRID]) / total,
        "gas_share": float(whole[-1, [GAS, RENOVATED_GAS]].sum()) / total, "stuck_share": float(stuck[:, -1].sum()) / total,
        "fossil_free_2035_share": float(whole[middle, FOSSIL_FREE].sum()) / max(float(whole[middle].sum()), LEAST),
        "vulnerable_fossil_free_share": float(vulnerable[-1, FOSSIL_FREE].sum()) / protected,
        "vulnerable_early_share": float(vulnerable[third, FOSSIL_FREE].sum()) / protected,
        "public_eur": float(public), "lost_before_opening_dwellings": float(np.sum(run.response.lost_before_opening)),
    }  # fmt: skip


def of_network(case: PlanCase) -> float:
    """Dwellings that may connect in the streets with heat."""
    units, may = case.arrays.units, case.arrays.forms.may_connect
    inside = may[units.form] & case.network[units.section]
    return float(units.dwellings[inside].sum())
