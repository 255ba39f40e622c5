"""The most likely values of a few figures, given what is known before and what was observed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Model = Callable[[Floats], Floats]
RANGE_SHARE = 0.9
"""A range from low to high holds this part of the belief."""
DEVIATIONS = NormalDist().inv_cdf((1 + RANGE_SHARE) / 2)
STEP = 1e-4
"""Step of a derivative, in standard deviations of the prior."""
ROUNDS, HALVINGS, SETTLED = 50, 12, 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Prior:
    """What is believed before: independent normal figures; all arrays (P,)."""

    mean: Floats
    deviation: Floats

    @staticmethod
    def of_ranges(*ranges: tuple[float, float, float]) -> Prior:
        """Of (value, low, high) each: the value in the middle, low and high the ends of the middle 90 %."""
        value, low, high = np.array(ranges, dtype=float).T
        return Prior(value, (high - low) / (2 * DEVIATIONS))


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """Most likely values (P,), their covariance (P, P), what the model says of the observations (N,) and the spread used (N,)."""

    mean: Floats
    covariance: Floats
    modelled: Floats
    spread: Floats

    def range_of(self, place: int) -> tuple[float, float]:
        """Fifth and 95th percentile of one figure."""
        half = DEVIATIONS * float(np.sqrt(self.covariance[place, place]))
        return float(self.mean[place]) - half, float(self.mean[place]) + half


def fitted(model: Model, observed: Floats, prior: Prior, spread: Floats) -> Fit:
    """Figures x that make  sum ((observed - model(x)) / spread)^2 + sum ((x - mean) / deviation)^2  least.

    Gauss-Newton from the prior, each step halved until it helps; the covariance is that of the model made straight at the answer.
    Same input, same answer. Validity: one hill; a model that bends strongly over the posterior range has a range that is only near.
    Method: docs/method.md#response-calibration.
    """
    scaled = _Scaled(model, observed, prior, spread)
    place = np.zeros(len(prior.mean))
    now = scaled.residuals(place)
    for _ in range(ROUNDS):
        slope = scaled.slopes(place, now)
        move = np.asarray(np.linalg.lstsq(slope, -now, rcond=None)[0], dtype=np.float64)
        better = _halved(scaled, place, move, float(now @ now))
        if better is None:
            break
        gain = float(now @ now) - float(better[1] @ better[1])
        place, now = better
        if gain < SETTLED * (1 + float(now @ now)):
            break
    slope = scaled.slopes(place, now)
    covariance = np.linalg.inv(slope.T @ slope) * np.outer(prior.deviation, prior.deviation)
    mean = prior.mean + place * prior.deviation
    return Fit(mean, covariance, model(mean), spread)


def honest_spread(residuals: Floats, least: float) -> float:
    """Spread of one observation that makes independent what is not: at least ``least``, at least the residuals' own, and wider where
    neighbouring years err alike:  s sqrt((1 + r) / (1 - r)),  r their correlation with the year before (0 where negative).
    """
    own = max(least, float(np.sqrt(np.mean(residuals**2))))
    power = float(residuals @ residuals)
    alike = max(0.0, float(residuals[1:] @ residuals[:-1]) / power) if power > 0 else 0.0
    return own * float(np.sqrt((1 + alike) / (1 - alike)))


@dataclass(frozen=True, slots=True, eq=False)
class _Scaled:
    """The same question in deviations of the prior."""

    model: Model
    observed: Floats
    prior: Prior
    spread: Floats

    def residuals(self, place: Floats) -> Floats:
        modelled = self.model(self.prior.mean + place * self.prior.deviation)
        return np.concatenate([(modelled - self.observed) / self.spread, place])

    def slopes(self, place: Floats, here: Floats) -> Floats:
        columns = []
        for number in range(len(place)):
            beside = place.copy()
            beside[number] += STEP
            columns.append((self.residuals(beside) - here) / STEP)
        return np.stack(columns, axis=1)


def _halved(scaled: _Scaled, place: Floats, move: Floats, cost: float) -> tuple[Floats, Floats] | None:
    for halving in range(HALVINGS):
        there = place + move / 2**halving
        residuals = scaled.residuals(there)
        if float(residuals @ residuals) < cost:
            return there, residuals
    return None
