"""Iterative proportional fitting: the table nearest to a prior one that meets given totals."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from koppelkans.errors import DataError

Array = npt.NDArray[np.float64]

ROUNDS = 2_000
PRECISION = 1e-12
"""A fit has converged when no total differs by more than this share of the whole."""

_AGREEMENT = PRECISION / 2
"""Totals that differ by less than this share of the whole are the same figure, added up in another order."""


@dataclass(frozen=True, slots=True)
class Target:
    """Totals over some axes of the table: ``totals`` has one dimension per axis, in the order of ``axes``."""

    name: str
    axes: tuple[int, ...]
    totals: Array


@dataclass(frozen=True, slots=True)
class Fit:
    """The fitted table, the rounds it took, and the largest difference with a total, as a share of the whole."""

    table: Array
    rounds: int
    residual: float


def fitted(seed: Array, targets: Sequence[Target]) -> Fit:
    """The table of the least relative entropy to ``seed`` that meets every target.

    In turn for each target T over axes A:  x <- x T / (sum of x over the axes outside A),  until all totals hold to 1e-12 of
    the whole. The limit does not depend on the order of the targets; they are sorted, so the digits do not either. A cell
    that is zero in the seed stays zero.

    Raises DataError, with one line per fault, for targets that clash: other sums, other totals on shared axes, a positive
    total where the seed is zero everywhere, or targets that hold two by two but not together.
    Method: docs/method.md#population-cells. Source: Deming and Stephan (1940); Csiszár (1975) for the limit.
    """
    ordered = [_sorted_axes(target) for target in sorted(targets, key=lambda item: (item.axes, item.name))]
    faults = _clashes(seed, ordered)
    if faults:
        raise DataError("the margins clash, so no population meets them all; correct one of them", faults)
    table = np.array(seed, dtype=float)
    if not ordered:
        return Fit(table, 0, 0.0)
    whole = float(ordered[0].totals.sum())
    gaps = [np.inf]
    for turn in range(1, ROUNDS + 1):
        for target in ordered:
            table = table * _spread(target, _ratio(target.totals, _margin(table, target.axes)), table.ndim)
        gaps = [float(np.abs(_margin(table, item.axes) - item.totals).max()) / whole for item in ordered]
        if max(gaps) <= PRECISION:
            return Fit(table, turn, max(gaps))
    rows = [f"margin {item.name} stays {gap:.3g} of the whole away" for item, gap in zip(ordered, gaps, strict=True) if gap > PRECISION]  # fmt: skip
    raise DataError(f"the margins clash: each pair can be met, all together cannot ({ROUNDS} rounds)", rows)


def _sorted_axes(target: Target) -> Target:
    order = np.argsort(target.axes)
    return Target(
        target.name, tuple(target.axes[place] for place in order), np.transpose(target.totals, order).astype(float)
    )


def _margin(table: Array, axes: tuple[int, ...]) -> Array:
    outside = tuple(axis for axis in range(table.ndim) if axis not in axes)
    summed: Array = table.sum(axis=outside)
    return summed


def _spread(target: Target, values: Array, dimensions: int) -> Array:
    shape = [1] * dimensions
    for place, axis in enumerate(target.axes):
        shape[axis] = values.shape[place]
    return values.reshape(shape)


def _ratio(wanted: Array, found: Array) -> Array:
    return np.divide(wanted, found, out=np.zeros_like(wanted), where=found > 0)


# ---------------------------------------------------------------------------------------------------------------------- clashes


def _clashes(seed: Array, targets: Sequence[Target]) -> list[str]:
    faults = [f"margin {item.name} has a negative total" for item in targets if (item.totals < 0).any()]
    for item in targets:
        empty = (item.totals > 0) & (_margin(seed, item.axes) <= 0)
        if empty.any():
            faults.append(f"margin {item.name} asks {item.totals[empty].sum():.6g} where the prior table is empty")
    for one, other in itertools.combinations(targets, 2):
        faults += _clash(one, other)
    return faults


def _clash(one: Target, other: Target) -> list[str]:
    """What two targets say differently about the whole, or else about the classes that they share."""
    first, second = float(one.totals.sum()), float(other.totals.sum())
    scale = max(abs(first), abs(second))
    if abs(first - second) > _AGREEMENT * scale:
        return [
            f"margin {one.name} sums to {first:.6g} and margin {other.name} to {second:.6g}: {abs(first - second):.6g} apart"
        ]
    shared = tuple(axis for axis in one.axes if axis in other.axes)
    if not shared:
        return []
    gap = np.abs(_over(one, shared) - _over(other, shared))
    if gap.max() <= _AGREEMENT * scale:
        return []
    return [f"margins {one.name} and {other.name} differ by up to {gap.max():.6g} on the classes that they share"]


def _over(target: Target, axes: tuple[int, ...]) -> Array:
    return _margin(target.totals, tuple(target.axes.index(axis) for axis in axes))
