"""The joint Gaussian of shared figures, streets and buildings, given linear readings and totals: exact, eliminated block by block."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from koppelkans.building.seasonal import Floats

Ints = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Rows:
    """Coefficients of each building on the shared figures ``theta`` (n, p) and on its own street (n,)."""

    theta: Floats
    street: Floats

    def __add__(self, other: Rows) -> Rows:
        return Rows(self.theta + other.theta, self.street + other.street)

    def times(self, factor: Floats) -> Rows:
        """The rows, each times a number of its building."""
        return Rows(self.theta * factor[:, None], self.street * factor)


@dataclass(frozen=True, slots=True)
class Reading:
    """One noisy linear figure per building (n,): value = rows g + own e + noise; precision 0 where there is none."""

    rows: Rows
    own: Floats
    value: Floats
    precision: Floats


@dataclass(frozen=True, slots=True)
class Totals:
    """Linear figures of groups (T): value = shared g + sum over members of weight e + noise, noise with a full covariance.

    ``of`` (n, m): the totals that a building is in, T where none; ``weight`` (n, m) beside it.
    """

    of: Ints
    weight: Floats
    shared: Floats
    value: Floats
    noise: Floats

    def summed(self, values: Floats) -> Floats:
        """Sum over the members of each total of weight times a value per building (T,)."""
        return summed(self.of, self.weight * values[:, None], len(self.value))


@dataclass(frozen=True, slots=True)
class Scheme:
    """Prior of all that is unknown: variances of the shared figures and streets (K,), of the buildings (n,), street of each."""

    shared_variance: Floats
    own_variance: Floats
    street: Ints
    theta: int
    """Number of shared figures before the streets."""


@dataclass(frozen=True, slots=True)
class Belief:
    """Posterior: mean and covariance of the shared figures and streets, mean of each building, and what gives its variance."""

    mean: Floats
    covariance: Floats
    own: Floats
    total_covariance: Floats
    """Posterior covariance of the logarithms of the totals, as linear figures without their noise."""
    _scheme: Scheme
    _slope: Rows
    _left: Floats
    _totals: Totals
    _inverse: Floats
    _gain: Floats

    def shared_part(self, rows: Rows) -> Floats:
        """Mean of rows times the shared figures and streets (n,)."""
        return along(rows, self.mean, self._scheme)

    def covariances(self, pairs: Sequence[tuple[Rows, Rows]]) -> list[Floats]:
        """Posterior covariance of (one g + e) and (other g + e) for each building (n,), for every pair of rows.

        Given g the building is e = mu + B g + t^2 w' S^-1 (r - H g), so that its part along g is N - t^2 w' Q with N = rows + B
        and Q = S^-1 H; what g leaves is t^2 - t^4 w' S^-1 w.
        """
        left, weight, of = self._left, self._totals.weight, self._totals.of
        crossed = self.covariance @ self._gain.T
        common = left + left**2 * _pairs(of, weight, self._gain @ crossed - self._inverse)
        found = []
        for one, other in pairs:
            first, second = one + self._slope, other + self._slope
            linear = self._toward(first + second, crossed)
            found.append(common - left * linear + self._inner(first, second))
        return found

    def _toward(self, rows: Rows, crossed: Floats) -> Floats:
        padded = np.pad(crossed, ((0, 0), (0, 1)))
        theta = self._scheme.theta
        of_theta = np.einsum("np,pnm->nm", rows.theta, padded[:theta][:, self._totals.of])
        of_street = rows.street[:, None] * padded[theta + self._scheme.street[:, None], self._totals.of]
        result: Floats = np.sum(self._totals.weight * (of_theta + of_street), axis=1)
        return result

    def _inner(self, one: Rows, other: Rows) -> Floats:
        theta, street = self._scheme.theta, self._scheme.street
        crossed = self.covariance[:theta, theta:][:, street].T
        within = np.diag(self.covariance)[theta:][street]
        result: Floats = (
            np.einsum("np,pq,nq->n", one.theta, self.covariance[:theta, :theta], other.theta)
            + np.sum(one.theta * crossed, axis=1) * other.street
            + np.sum(other.theta * crossed, axis=1) * one.street
            + one.street * other.street * within
        )
        return result


def belief(scheme: Scheme, readings: Sequence[Reading], totals: Totals) -> Belief:
    """Posterior of everything at once; overlapping totals and readings inside them are one joint Gaussian.

    Unknown: g (shared figures and streets) and e_i, independent a priori. First e_i is eliminated against its own readings:
    e_i | g = mu_i + B_i g with variance t_i^2. What is left of the totals is r = (H + W B) g + W xi + noise, xi ~ N(0, t^2), with
    covariance S = W t^2 W' + R among the totals. Then the precision of g is  P + H' S^-1 H.

    Exact for linear observations; cost (5 + streets)^3 + totals^3 + buildings. Method: docs/method.md#calibration-update.
    """
    pulls = [reading.own * reading.precision for reading in readings]
    left = 1.0 / (1.0 / scheme.own_variance + sum(pull * item.own for pull, item in zip(pulls, readings, strict=True)))
    toward = _nothing(scheme)
    told = np.zeros(len(left))
    precision, information = np.diag(1.0 / scheme.shared_variance), np.zeros(len(scheme.shared_variance))
    for pull, item in zip(pulls, readings, strict=True):
        toward = toward + item.rows.times(pull)
        told = told + pull * item.value
        precision = precision + _outer(item.rows, item.precision, scheme)
        information = information + _dot(item.rows, item.precision * item.value, scheme)
    precision = precision - _outer(toward, left, scheme)
    information = information - _dot(toward, left * told, scheme)
    start, slope = left * told, toward.times(-left)

    shared = totals.shared + _weighted(totals, slope, scheme)
    rest = totals.value - totals.summed(start)
    inverse = _inverse(totals.noise + _shared_members(totals, left))
    gain = inverse @ shared
    covariance = _inverse(precision + shared.T @ gain)
    mean = covariance @ (information + gain.T @ rest)
    surprise = np.append(inverse @ (rest - shared @ mean), 0.0)
    own: Floats = start + along(slope, mean, scheme) + left * np.sum(totals.weight * surprise[totals.of], axis=1)
    known = inverse - gain @ covariance @ gain.T
    return Belief(
        mean=mean, covariance=covariance, own=own, total_covariance=totals.noise - totals.noise @ known @ totals.noise,
        _scheme=scheme, _slope=slope, _left=left, _totals=totals, _inverse=inverse, _gain=gain,
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------------- sums over the buildings


def summed(of: Ints, values: Floats, totals: int) -> Floats:
    """Sum of values (n, m) by the total they belong to (T,); what belongs to none falls away."""
    return counted(of, values, totals + 1)[:totals]


def counted(keys: Ints, values: Floats, minlength: int) -> Floats:
    """Sum of values by key."""
    return np.asarray(np.bincount(keys.ravel(), weights=values.ravel(), minlength=minlength), dtype=np.float64)


def pair_sums(of: Ints, one: Floats, other: Floats, totals: int) -> Floats:
    """Sum over buildings of one_it other_is for every two totals t and s (T, T)."""
    keys = of[:, :, None] * (totals + 1) + of[:, None, :]
    both = one[:, :, None] * other[:, None, :]
    square: Floats = counted(keys, both, (totals + 1) ** 2).reshape(totals + 1, totals + 1)[:totals, :totals]
    return square


def _inverse(square: Floats) -> Floats:
    inverse: Floats = np.linalg.inv(square).astype(np.float64)
    return inverse


def along(rows: Rows, shared: Floats, scheme: Scheme) -> Floats:
    """Rows times a vector of shared figures and streets (n,)."""
    result: Floats = rows.theta @ shared[: scheme.theta] + rows.street * shared[scheme.theta :][scheme.street]
    return result


def by_street(of: Ints, values: Floats, totals: int, scheme: Scheme) -> Floats:
    """Sum of values (n, m) by total and street (T, streets)."""
    streets = len(scheme.shared_variance) - scheme.theta
    keys = of * streets + scheme.street[:, None]
    table: Floats = counted(keys, values, (totals + 1) * streets).reshape(totals + 1, streets)[:totals]
    return table


def _nothing(scheme: Scheme) -> Rows:
    return Rows(np.zeros((len(scheme.street), scheme.theta)), np.zeros(len(scheme.street)))


def _weighted(totals: Totals, rows: Rows, scheme: Scheme) -> Floats:
    """Rows summed over the members of each total, by their weight (T, K)."""
    count = len(totals.value)
    theta = [totals.summed(rows.theta[:, place]) for place in range(scheme.theta)]
    streets = by_street(totals.of, totals.weight * rows.street[:, None], count, scheme)
    return np.hstack([np.column_stack(theta), streets])


def _shared_members(totals: Totals, variance: Floats) -> Floats:
    """Covariance of two totals through the buildings that are in both (T, T)."""
    return pair_sums(totals.of, totals.weight * variance[:, None], totals.weight, len(totals.value))


def _pairs(of: Ints, weight: Floats, square: Floats) -> Floats:
    """Sum over the pairs of totals a building is in of weight, weight and an entry of the square (n,)."""
    padded = np.pad(square, ((0, 1), (0, 1)))
    result: Floats = np.einsum("na,nb,nab->n", weight, weight, padded[of[:, :, None], of[:, None, :]])
    return result


def _outer(rows: Rows, factor: Floats, scheme: Scheme) -> Floats:
    """Sum over the buildings of factor times rows' rows (K, K): full among the shared figures, a diagonal among streets."""
    streets = len(scheme.shared_variance) - scheme.theta
    square = np.zeros((len(scheme.shared_variance),) * 2)
    square[: scheme.theta, : scheme.theta] = rows.theta.T @ (rows.theta * factor[:, None])
    crossed = [
        np.bincount(scheme.street, weights=rows.theta[:, place] * rows.street * factor, minlength=streets)
        for place in range(scheme.theta)
    ]
    square[: scheme.theta, scheme.theta :] = crossed
    square[scheme.theta :, : scheme.theta] = np.transpose(crossed)
    square[range(scheme.theta, len(square)), range(scheme.theta, len(square))] = np.bincount(
        scheme.street, weights=rows.street**2 * factor, minlength=streets
    )
    return square


def _dot(rows: Rows, values: Floats, scheme: Scheme) -> Floats:
    """Sum over the buildings of a value times its row (K,)."""
    streets = len(scheme.shared_variance) - scheme.theta
    return np.concatenate(
        [rows.theta.T @ values, np.bincount(scheme.street, weights=rows.street * values, minlength=streets)]
    )
