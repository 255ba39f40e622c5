"""The fixed points of price -> customers -> required price: the best, the cautious and the critical one.

Method: docs/method.md#equilibria.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from koppelkans.errors import DataError
from koppelkans.money.equilibrium.crossings import crossings, required_eur_per_mwh, value_eur
from koppelkans.money.equilibrium.interpolation import interpolated
from koppelkans.money.equilibrium.sums import Sums
from koppelkans.tables import first_keys

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

HALVINGS = 100


@dataclass(frozen=True, slots=True)
class Whole:
    """The sums of all sections that are built: ``table``, ``large`` and ``level`` as the crossings want them, and the shares.

    ``shares``: a row per price: price, signed share, its slope, settled share, its slope.
    """

    table: Floats
    large: Floats
    level: Floats
    shares: Floats

    def value_eur(self, price_eur_per_mwh: float) -> float:
        """Present value of the project at a price, with the customers that answer to it [EUR]."""
        return value_eur(self.table, self.large, self.level, price_eur_per_mwh)

    def required_eur_per_mwh(self, price_eur_per_mwh: float) -> float:
        """Price that covers the cost of the customers who answer to a price [EUR/MWh]: one step of the iteration."""
        return required_eur_per_mwh(self.table, self.large, self.level, price_eur_per_mwh)

    def signed_share(self, price_eur_per_mwh: float) -> float:
        """Share of the dwellings that has signed up at a price, some years after opening."""
        return self._share(price_eur_per_mwh, 1)

    def settled_share(self, price_eur_per_mwh: float) -> float:
        """Share of the dwellings that is connected at a price, once the answer has settled."""
        return self._share(price_eur_per_mwh, 3)

    def _share(self, price: float, column: int) -> float:
        values, slopes = self.shares[:, [column]], self.shares[:, [column + 1]]
        return float(interpolated(self.shares[:, 0].copy(), values, slopes, price)[0])

    def price_of_signed_share(self, share: float) -> float | None:
        """Highest price at which at least this share signs up [EUR/MWh]; None when no price of the table brings it about."""
        prices = self.shares[:, 0]
        low, high = float(prices[0]), float(prices[-1])
        if self.signed_share(low) < share:
            return None
        if self.signed_share(high) >= share:
            return high
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            low, high = (middle, high) if self.signed_share(middle) >= share else (low, middle)
        return low


@dataclass(frozen=True, slots=True)
class FixedPoints:
    """Prices that reproduce themselves, ascending, and whether each is stable; ``best``, ``cautious`` and ``critical`` among them.

    ``best``: where a price that starts low ends. ``cautious``: where one that starts at the cap ends; None: the company would
    need more than the cap. ``critical``: above it a start drifts away from the best. None: there is none.
    """

    prices_eur_per_mwh: Floats
    stable: Flags
    best: float | None
    cautious: float | None
    critical: float | None


def whole(sums: Sums, built: Flags, parent: NDArray[np.int64]) -> Whole:
    """The sums of the sections that are built. Raises DataError for none, and for sections cut off from the source."""
    if len(built) != len(parent) or not built.any():
        raise DataError(
            f"{int(np.sum(built))} of {len(parent)} sections are built ({len(built)} marks); expected at least one"
        )
    cut = np.flatnonzero(built & (parent >= 0) & ~built[parent])
    if len(cut):
        raise DataError(
            f"{len(cut)} sections are built without the section upstream (rows {first_keys(cut)}); build that one too"
        )
    served = np.flatnonzero(built & (sums.large_mwh > 0))
    order = served[np.argsort(sums.large_cap_eur_per_mwh[served], kind="stable")]
    columns = (sums.heat, sums.cost, sums.signed, sums.settled)
    counted = built.astype(np.float64)
    added = [part @ counted for column in columns for part in (column.values, column.slopes)]
    dwellings = max(float(sums.dwellings[built].sum()), 1e-12)
    prices = sums.price_eur_per_mwh
    return Whole(
        table=np.column_stack([prices, *added[:4]]),
        large=np.column_stack([sums.large_cap_eur_per_mwh[order], sums.large_mwh[order]]),
        level=np.array(
            [sums.trench_eur[built].sum() + sums.source_eur - sums.case.call_eur(built), sums.heat_cost_eur_per_mwh]
        ),
        shares=np.column_stack([prices, *[part / dwellings for part in added[4:]]]),
    )


def fixed_points(project: Whole, cap_eur_per_mwh: float) -> FixedPoints:
    """All fixed points up to the cap, sorted into stable and critical by the sign of the present value on either side.

    Where the present value is positive the required price lies below the price, and the iteration goes down; elsewhere up.
    """
    prices = crossings(project.table, project.large, project.level, cap_eur_per_mwh)
    if project.value_eur(0.0) > 0:
        prices = np.concatenate([[0.0], prices])  # heat for nothing already pays: the required price stays at zero
    edges = np.concatenate([prices, [cap_eur_per_mwh]])
    above = [project.value_eur(float(price)) > 0 for price in (edges[:-1] + edges[1:]) / 2]
    below = [False, *above][: len(prices)]
    turns = np.array([up != down for up, down in zip(above, below, strict=True)], dtype=bool)
    prices, stable = prices[turns], np.array(above, dtype=bool)[turns]
    stays = project.value_eur(cap_eur_per_mwh) >= 0
    at_cap = stays and (not len(prices) or not stable[-1])
    if at_cap:  # the present value reaches zero exactly at the cap
        prices, stable = np.append(prices, cap_eur_per_mwh), np.append(stable, True)
    best = float(prices[stable][0]) if stable.any() else None
    upper = prices[~stable & (prices > best)] if best is not None else prices[:0]
    return FixedPoints(
        prices_eur_per_mwh=prices,
        stable=stable,
        best=best,
        cautious=float(prices[stable][-1]) if stays and stable.any() else None,
        critical=float(upper[0]) if len(upper) else None,
    )


def iterates(project: Whole, start_eur_per_mwh: float, cap_eur_per_mwh: float, passes: int) -> Floats:
    """Prices of the plain iteration p -> required price, from a start, until it rests, passes the cap, or after ``passes`` steps."""
    path = [start_eur_per_mwh]
    for _ in range(passes):
        path.append(project.required_eur_per_mwh(path[-1]))
        if path[-1] > cap_eur_per_mwh or path[-1] == path[-2]:
            break
    return np.array(path)


def falls_of_the_map(project: Whole) -> int:
    """Number of steps between neighbouring prices of the table at which the required price falls; 0 when the map is increasing."""
    required = np.array([project.required_eur_per_mwh(float(price)) for price in project.table[:, 0]])
    finite = np.isfinite(required)
    steps = np.diff(required[finite])
    return int((steps < -1e-9 * np.maximum(1.0, required[finite][1:])).sum())
