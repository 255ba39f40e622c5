"""Figures of single buildings: readings of their own gas meter, and scores of energy certificates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from koppelkans.building.calibration.linear import Flags, Ints, Reading, Rows, counted
from koppelkans.building.calibration.prior import CERTIFICATE, SHARED, Stock
from koppelkans.building.epc.labels import GAS_REFERENCE, U_VALUES
from koppelkans.building.epc.rules import Rule, epc_rule
from koppelkans.building.epc.score import need_of, terms_of
from koppelkans.building.homes import Prebound
from koppelkans.building.seasonal import Floats
from koppelkans.parameters import Parameters


@dataclass(frozen=True, slots=True)
class State:
    """Where the model stands: deviations of ln space heat and ln hot water of each building, and their variances (n,).

    ``shared`` and ``own``: mean of the shared figures and of the buildings. Every lognormal has mean 1 before any meter: the
    expected factor is exp(shift + (variance - centre) / 2), with ``centre`` the prior variance (see ``prior.centres``).
    """

    shared: Floats
    own: Floats
    space_shift: Floats
    water_shift: Floats
    space_variance: Floats
    water_variance: Floats
    space_centre: Floats
    water_centre: Floats
    gas_factor: float
    """Expected share of dwellings on gas over that of the prior, where no number of connections is given."""
    total_variance: Floats
    """Posterior variance of the logarithm of each total."""

    @property
    def space_factor(self) -> Floats:
        """Expected space heat over the model (n,)."""
        return np.exp(self.space_shift + (self.space_variance - self.space_centre) / 2.0)

    @property
    def water_factor(self) -> Floats:
        """Expected hot water over the model (n,)."""
        return np.exp(self.water_shift + (self.water_variance - self.water_centre) / 2.0)


@dataclass(frozen=True, slots=True)
class OwnMeters:
    """Readings (r): building of each, gas, weather of the year, and whether it counts."""

    table: pd.DataFrame
    building: Ints
    used: Flags

    def ratio(self, stock: Stock) -> Floats:
        """Metered over expected gas in the weather of the year, before any meter; not a number where nothing is expected."""
        expected = self.expected_kwh(stock, None)
        ratio: Floats = np.divide(
            self.table["gas_kwh"].to_numpy(float), expected, out=np.full(len(expected), np.nan), where=expected > 0
        )
        return ratio

    def expected_kwh(self, stock: Stock, state: State | None, *, weather: Floats | None = None) -> Floats:
        """Expected gas of each reading's building, in the weather of its year unless another is stated."""
        place = self.building
        ratio = self.table["weather"].to_numpy(float) if weather is None else weather
        space, water = stock.space_kwh[place] * ratio, stock.water_kwh[place]
        if state is not None:
            space, water = space * state.space_factor[place], water * state.water_factor[place]
        expected: Floats = space + water + stock.cooking_kwh[place]
        return expected

    def metered(self, count: int) -> Flags:
        """True for each building with a reading that counts (n,)."""
        found: Flags = np.bincount(self.building[self.used], minlength=count) > 0
        return found

    def reading(self, stock: Stock, state: State, sigma: float) -> Reading:
        """The readings as one linear figure per building, around the state; the mean of several, their years independent.

        ln y = ln G + s (ln space heat - here) + v (ln hot water - here), with s and v their shares in the gas.
        """
        place, table = self.building[self.used], self.table[self.used]
        warm = np.exp(state.space_shift - state.space_centre / 2.0)[place]
        wet = np.exp(state.water_shift - state.water_centre / 2.0)[place]
        space = stock.space_kwh[place] * table["weather"].to_numpy(float) * warm
        water = stock.water_kwh[place] * wet
        gas = space + water + stock.cooking_kwh[place]
        distance = np.log(table["gas_kwh"].to_numpy(float) / gas)
        value = distance + (space * state.space_shift[place] + water * state.water_shift[place]) / gas
        count = np.bincount(place, minlength=len(stock.index)).astype(float)

        def mean(values: Floats) -> Floats:
            total: Floats = counted(place, values, len(count)) / np.maximum(count, 1.0)
            return total

        of_space, of_water = mean(space / gas), mean(water / gas)
        rows = stock.space_rows.times(of_space) + stock.water_rows.times(of_water)
        return Reading(rows, of_space + of_water, mean(value), count / sigma**2)


def own_meters(table: pd.DataFrame, stock: Stock) -> OwnMeters:
    """The readings of single buildings, all of them counting for now."""
    place = stock.index.get_indexer(pd.Index(table["name"]))
    return OwnMeters(table, place, np.ones(len(table), dtype=bool))


@dataclass(frozen=True, slots=True)
class CertificateDoubt:
    """How a certificate relates to the model of the same building (n,): official need over ours, and the unknown part of the envelope."""

    official_per_need: Floats
    envelope_sigma: Floats
    rule: Rule

    def score(self, need_kwh_per_m2: Floats) -> Floats:
        """Score that a certificate would show for a need [kWh/m2], with a gas boiler under the rule of today."""
        system = np.full(len(need_kwh_per_m2), GAS_REFERENCE)
        shown: Floats = terms_of(need_kwh_per_m2 * self.official_per_need, system, self.rule).score
        return shown


def certificate_doubt(buildings: pd.DataFrame, parameters: Parameters, day: date) -> CertificateDoubt:
    """Pessimism of official scores and spread of the envelope, by how well a building is known: by audit or by form and period."""
    audited = buildings[U_VALUES].notna().all(axis=1).to_numpy(bool)
    pessimism, spread = (
        np.where(audited, parameters.at(key, day, "audit"), parameters.at(key, day, "typology"))
        for key in ("epc.pessimism", "building.calibration.envelope_sigma")
    )
    rule = epc_rule("today", network=None, parameters=parameters, day=day)
    return CertificateDoubt(pessimism / parameters.at("epc.area_per_reference", day), spread, rule)


def certificates(
    heat: pd.DataFrame, buildings: pd.DataFrame, stock: Stock, *, prebound: Prebound, parameters: Parameters, day: date
) -> tuple[Reading, Flags]:
    """Scores of energy certificates as noisy figures of the theoretical need, and which buildings have one that counts.

    The score is read backwards under the rule of today for a gas boiler, over the pessimism of official scores (``epc.pessimism``):
    the need q_i that it means, y_i = ln(q_i / q of the model).
    With c the spread of ln q inside a type, (1 + b) c of it is part of the own deviation e:
    y = k + rho e + noise,  rho = (1 + b) c^2 / var(e),  noise variance c^2 (1 - (1 + b)^2 c^2 / var(e)) + epc_sigma^2,
    k the common error of the pessimism. One score tells little about use: b takes most of it back.
    Method: docs/method.md#calibration-certificates.
    """

    def of(name: str) -> float:
        return parameters.at(f"building.calibration.{name}", day)

    count = len(stock.index)
    nothing = Reading(
        Rows(np.zeros((count, len(SHARED))), np.zeros(count)), np.zeros(count), np.zeros(count), np.zeros(count)
    )
    score = buildings["epc_score_kwh_per_m2"].to_numpy(float)
    reference = heat["reference_m2"].to_numpy(float)
    need = heat["theoretical_space_heat_kwh"].to_numpy(float) / np.where(reference > 0, reference, np.inf)
    if not np.isfinite(score).any():
        return nothing, np.zeros(count, dtype=bool)
    doubt = certificate_doubt(buildings, parameters, day)
    spread = doubt.envelope_sigma
    official = need_of(np.nan_to_num(score), np.full(count, GAS_REFERENCE), doubt.rule)
    meant = official / doubt.official_per_need
    known = stock.home & (need > 0) & np.isfinite(score) & (meant >= of("epc_smallest_kwh_per_m2"))
    inside = np.minimum((1.0 + prebound.exponent) * spread, np.sqrt(stock.own_variance))
    noise = spread**2 * (1.0 - inside**2 / stock.own_variance) + of("epc_sigma") ** 2
    theta = np.zeros((count, len(SHARED)))
    theta[known, CERTIFICATE] = 1.0
    value = np.log(np.where(known, meant, 1.0) / np.where(known, need, 1.0))
    own = np.where(known, inside * spread / stock.own_variance, 0.0)
    return Reading(Rows(theta, np.zeros(count)), own, value, known / noise), known
