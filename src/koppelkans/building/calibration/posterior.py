"""The calibrated level of every building: one joint Gaussian in logarithms, found by relinearising until it stands still."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from koppelkans import tables
from koppelkans.building.calibration import remarks as said
from koppelkans.building.calibration.groups import Groups, groups_of, noise_of
from koppelkans.building.calibration.linear import Belief, Flags, Reading, Scheme, belief
from koppelkans.building.calibration.observations import Observations
from koppelkans.building.calibration.prior import (
    EXPONENT,
    GAS_SHARE,
    SHARED,
    Stock,
    centres,
    prior_variances,
    stock_of,
)
from koppelkans.building.calibration.readings import OwnMeters, State, certificates, own_meters
from koppelkans.building.calibration.refusals import judged_groups, judged_own
from koppelkans.building.gas import GasUse
from koppelkans.building.homes import NORMAL_P90, Prebound
from koppelkans.building.seasonal import Floats
from koppelkans.parameters import Parameters
from koppelkans.tables import RemarkRow

STEPS = 25
"""Most relinearisations; a stock settles in five to eight."""
SETTLED = 1e-4
"""Largest change of a logarithm between two steps that ends the search."""


@dataclass(frozen=True, slots=True)
class Posterior:
    """What the meters make of every heated building (index ``building``), and what must be said beside it.

    factor_space, factor_water: expected heat over the model. low, high: p10 and p90 of its heat over its expected heat.
    calibrated: in a metered total that counts, or on a meter of its own; own_meter: the latter. table: contract CALIBRATION.
    figures: index level, exponent, hot_water, certificate, gas_share; columns prior, prior_sigma, posterior, posterior_sigma.
    """

    factor_space: pd.Series
    factor_water: pd.Series
    low: pd.Series
    high: pd.Series
    calibrated: pd.Series
    own_meter: pd.Series
    table: pd.DataFrame
    figures: pd.DataFrame
    remarks: list[RemarkRow]


@dataclass(frozen=True, slots=True)
class _Evidence:
    stock: Stock
    own: OwnMeters
    groups: Groups
    scores: Reading
    with_score: Flags


def calibrate(
    heat: pd.DataFrame,
    buildings: pd.DataFrame,
    observations: Observations,
    *,
    gas: GasUse,
    prebound: Prebound,
    parameters: Parameters,
    day: date,
) -> Posterior:
    """Expected heat of every building and its band, given metered gas of any mix of buildings, streets, sectors, municipality.

    heat: ``space_heat_kwh``, ``hot_water_kwh``, ``heat_low_kwh``, ``heat_high_kwh``, ``theoretical_space_heat_kwh``,
    ``reference_m2`` of the model in a normal year. buildings: the heated ones, same index.

    ln S_i = ln S_i(model) + da + db ln(q_i / q_0) + u_street + e_i, hot water ln W_i = ln W_i(model) + dh + u_street + e_i, a total
    y = sum of p_i gas_i in the weather of its year; everything Gaussian and solved at once. Without any reading, total or
    certificate: factors 1 and the band of the model.

    Raises DataError when metered and modelled gas are so far apart that units must be wrong.
    Method: docs/method.md#calibration.
    """
    stock = stock_of(heat, buildings, gas=gas, prebound=prebound, parameters=parameters, day=day)
    own, odd = judged_own(own_meters(observations.own, stock), stock, buildings, parameters, day)
    groups, refused = judged_groups(
        groups_of(
            observations.totals, stock, own.metered(len(stock.index)), parameters.at("building.calibration.gas_share", day)
        ),
        stock, parameters, day,
    )  # fmt: skip
    scores, with_score = certificates(heat, buildings, stock, prebound=prebound, parameters=parameters, day=day)
    evidence = _Evidence(stock, own, groups, scores, with_score)
    stated = [*observations.remarks, *odd, *refused]
    if not (own.used.any() or groups.used.any() or with_score.any()):
        return _unmoved(evidence, prebound, stated)
    state, found = _settled(evidence, parameters, day)
    return _result(evidence, state, found, prebound, parameters, day, stated)


def _settled(evidence: _Evidence, parameters: Parameters, day: date) -> tuple[State, Belief]:
    """State and belief at which another linearisation changes nothing."""
    stock, noise = evidence.stock, noise_of(parameters, day)
    scheme = Scheme(stock.shared_variance, stock.own_variance, stock.street, len(SHARED))
    state = _prior_state(stock, len(evidence.groups))
    for _ in range(STEPS):
        reading = evidence.own.reading(stock, state, noise.year)
        totals = evidence.groups.totals(stock, state, scheme, noise)
        found = belief(scheme, [reading, evidence.scores], totals)
        new = _state(stock, state, found)
        moved = max(
            np.max(np.abs(new.space_shift - state.space_shift)),
            np.max(np.abs(new.space_variance - state.space_variance)),
        )
        state = new
        if moved < SETTLED:
            break
    return state, found


def _prior_state(stock: Stock, totals: int) -> State:
    space, water = prior_variances(stock)
    nothing = np.zeros(len(stock.index))
    of_space, of_water = centres(stock)
    return State(
        shared=np.zeros(len(stock.shared_variance)), own=nothing, space_shift=nothing, water_shift=nothing, space_variance=space,
        water_variance=water, space_centre=of_space, water_centre=of_water, gas_factor=1.0, total_variance=np.zeros(totals),
    )  # fmt: skip


def _state(stock: Stock, before: State, found: Belief) -> State:
    space, water, _ = _variances(stock, found)
    share_variance = found.covariance[GAS_SHARE, GAS_SHARE] - stock.shared_variance[GAS_SHARE]
    return replace(
        before,
        shared=found.mean, own=found.own,
        space_shift=found.shared_part(stock.space_rows) + found.own,
        water_shift=found.shared_part(stock.water_rows) + found.own,
        space_variance=space, water_variance=water,
        gas_factor=float(np.exp(found.mean[GAS_SHARE] + share_variance / 2.0)),
        total_variance=np.diag(found.total_covariance),
    )  # fmt: skip


def _variances(stock: Stock, found: Belief) -> list[Floats]:
    """Posterior variance of ln space heat and ln hot water of each building, and their covariance."""
    space, water = stock.space_rows, stock.water_rows
    return found.covariances([(space, space), (water, water), (space, water)])


# ---------------------------------------------------------------------------------------------------------------------- result


def _result(
    evidence: _Evidence, state: State, found: Belief, prebound: Prebound, parameters: Parameters, day: date,
    stated: list[RemarkRow],
) -> Posterior:  # fmt: skip
    stock, index = evidence.stock, evidence.stock.index
    low, high, own = _band(stock, state, found, evidence)
    inside = np.zeros(len(index), dtype=bool)
    if len(evidence.groups):
        inside = np.any(evidence.groups.column(evidence.groups.used.astype(float)) > 0, axis=1)
    figures = _figures(stock, prebound, found)
    calibrated = pd.Series(inside | own, index=index)
    table = _table(evidence, state, found)
    rows = said.calibration_remarks(
        stated, table, figures, calibrated=calibrated, own_meter=pd.Series(own, index=index),
        with_score=int(evidence.with_score.sum()),
        unidentified=parameters.at("building.calibration.unidentified_share", day),
    )  # fmt: skip
    rows += said.group_remarks(evidence.groups, stock)
    return Posterior(
        factor_space=pd.Series(state.space_factor, index=index), factor_water=pd.Series(state.water_factor, index=index),
        low=pd.Series(low, index=index), high=pd.Series(high, index=index), calibrated=calibrated,
        own_meter=pd.Series(own, index=index), table=table, figures=figures, remarks=rows,
    )  # fmt: skip


def _unmoved(evidence: _Evidence, prebound: Prebound, stated: list[RemarkRow]) -> Posterior:
    """The model as it is: nothing was metered that counts."""
    stock = evidence.stock
    one, no = pd.Series(1.0, index=stock.index), pd.Series(False, index=stock.index)
    state = _prior_state(stock, len(evidence.groups))
    return Posterior(
        factor_space=one, factor_water=one, low=pd.Series(stock.prior_low, index=stock.index),
        high=pd.Series(stock.prior_high, index=stock.index), calibrated=no, own_meter=no,
        table=_table(evidence, state, None), figures=_figures(stock, prebound, None), remarks=stated,
    )  # fmt: skip


def _band(stock: Stock, state: State, found: Belief, evidence: _Evidence) -> tuple[Floats, Floats, Flags]:
    """p10 and p90 over expected heat, and which buildings have a meter of their own.

    Variance of ln heat by the shares of space heat and hot water in it. Buildings that are no dwelling keep their own band
    until they are metered.
    """
    variance = _heat_variance(stock, state, found)
    spread = np.sqrt(np.maximum(variance, 0.0))
    low, high = (np.exp(-variance / 2.0 + sign * NORMAL_P90 * spread) for sign in (-1.0, 1.0))
    own = evidence.own.metered(len(stock.index))
    keeps = ~stock.home & ~own
    return np.where(keeps, stock.prior_low, low), np.where(keeps, stock.prior_high, high), own


def _heat_variance(stock: Stock, state: State, found: Belief) -> Floats:
    space = stock.space_share * state.space_factor
    share = space / np.maximum(space + (1.0 - stock.space_share) * state.water_factor, np.finfo(float).tiny)
    of_space, of_water, crossed = _variances(stock, found)
    variance: Floats = share**2 * of_space + 2.0 * share * (1 - share) * crossed + (1 - share) ** 2 * of_water
    return variance


def _figures(stock: Stock, prebound: Prebound, found: Belief | None) -> pd.DataFrame:
    """The shared figures before and after, each in its own unit; spreads of level, water, certificate and share are of the logarithm."""
    prior = np.array([prebound.multiplier, prebound.exponent, 1.0, 1.0, 1.0])
    sigma = np.sqrt(stock.shared_variance[: len(SHARED)])
    moved = np.zeros(len(SHARED)) if found is None else found.mean[: len(SHARED)]
    after = sigma if found is None else np.sqrt(np.diag(found.covariance)[: len(SHARED)])
    # a lognormal around the prior: its expectation, not its median
    posterior = prior * np.exp(moved + (after**2 - sigma**2) / 2.0)
    posterior[EXPONENT] = prior[EXPONENT] + moved[EXPONENT]
    return pd.DataFrame(
        {"prior": prior, "prior_sigma": sigma, "posterior": posterior, "posterior_sigma": after},
        index=pd.Index(SHARED, name="figure"),
    )


def _table(evidence: _Evidence, state: State, found: Belief | None) -> pd.DataFrame:
    """Every reading and total beside the model, before and after; contract CALIBRATION."""
    own, groups, stock = evidence.own, evidence.groups, evidence.stock
    if own.table.empty and not len(groups):
        return tables.CALIBRATION.empty()
    normal = np.ones(len(own.table))
    variance = np.zeros(len(stock.index)) if found is None else _heat_variance(stock, state, found)
    if found is None:
        variance = stock.own_variance
    of_own = _rows(
        own.table, own.used, np.ones(len(own.table)), own.expected_kwh(stock, None, weather=normal),
        own.expected_kwh(stock, state, weather=normal), own.expected_kwh(stock, state), variance[own.building],
    )  # fmt: skip
    members = np.zeros(len(groups))
    if len(groups):
        members = np.bincount(groups.of.ravel(), minlength=len(groups) + 1)[: len(groups)].astype(float)
    of_groups = _rows(
        groups.table, groups.used, members, groups.expected_kwh(stock, None, normal=True),
        groups.expected_kwh(stock, state, normal=True), groups.expected_kwh(stock, state), state.total_variance,
    )  # fmt: skip
    table = pd.concat([of_groups, of_own], ignore_index=True)
    table.index = pd.Index([f"c{number:05d}" for number in range(1, len(table) + 1)], name="row", dtype="str")
    return table[tables.CALIBRATION.column_names].astype(
        {"year": "int64", "buildings": "int64", "connections": "float64", "used": "bool", "level": "str", "name": "str"}
    )


def _rows(
    table: pd.DataFrame, used: Flags, members: Floats, prior: Floats, posterior: Floats, of_year: Floats, variance: Floats,
) -> pd.DataFrame:  # fmt: skip
    spread = np.sqrt(np.maximum(variance, 0.0))
    weather = np.divide(posterior, of_year, out=np.ones_like(posterior), where=of_year > 0)
    low, high = (posterior * np.exp(-variance / 2.0 + sign * NORMAL_P90 * spread) for sign in (-1.0, 1.0))
    return table[["level", "name", "year", "connections"]].assign(
        buildings=members, metered_kwh=table["gas_kwh"].to_numpy(float) * weather, prior_kwh=prior, posterior_kwh=posterior,
        posterior_low_kwh=low, posterior_high_kwh=high, used=used,
    )  # fmt: skip
